package check

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/pflag"
)

const shownViolations = 20

// Main judges one log and exits 1 if anything in it was not allowed.
func Main(args []string) int {
	flags := pflag.NewFlagSet("check", pflag.ContinueOnError)
	path := flags.String("log", "", "log written by `cluster witness`")
	settled := flags.Bool("settled", false, "at the end every Deployment must be complete")
	if err := flags.Parse(args); err != nil {
		fmt.Fprintln(os.Stderr, "cluster check:", err)
		return 2
	}
	file, err := os.Open(*path)
	if err != nil {
		fmt.Fprintln(os.Stderr, "cluster check:", err)
		return 2
	}
	defer file.Close()
	ok, err := run(file, *settled, os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "cluster check:", err)
		return 2
	}
	if !ok {
		return 1
	}
	return 0
}

func run(in io.Reader, settled bool, out io.Writer) (ok bool, err error) {
	log, err := readLog(in)
	if err != nil {
		return false, err
	}
	judge := newJudge()
	for _, event := range log.events {
		judge.apply(event, log.complete(event.version))
	}
	var complaints []string
	for _, v := range judge.violations {
		complaints = append(complaints, fmt.Sprintf("%s\n  line %d: %s", v.event.at(v.text), v.line, v.event.text))
	}
	if settled {
		complaints = append(complaints, judge.settled()...)
	}
	for i, complaint := range complaints {
		if i == shownViolations {
			fmt.Fprintf(out, "… and %d more\n", len(complaints)-shownViolations)
			break
		}
		fmt.Fprintln(out, complaint)
	}

	fmt.Fprintf(out, "checked %d events, %d deployments: %d violations, %d pod failures", len(log.events), len(judge.deployed), len(complaints), judge.podFailures)
	if judge.races > 0 {
		fmt.Fprintf(out, ", %d races with a user's change", judge.races)
	}
	if len(log.gaps) > 0 {
		fmt.Fprintf(out, ", %d gaps not judged", len(log.gaps))
	}
	fmt.Fprintln(out)
	return len(complaints) == 0, nil
}

func (e event) at(text string) string { return fmt.Sprintf("at %d: %s", e.version, text) }
