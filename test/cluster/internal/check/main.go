package check

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/pflag"
	"k8s.io/apimachinery/pkg/util/intstr"

	"windlass.dev/test/cluster/internal/witness"
)

const shownViolations = 20

// Main judges one log and exits 1 if anything in it was not allowed.
func Main(args []string) int {
	flags := pflag.NewFlagSet("check", pflag.ContinueOnError)
	path := flags.String("log", "", "log written by `cluster witness`")
	settled := flags.Bool("settled", false, "at the end every Deployment must be complete")
	inPlace := flags.Bool("in-place", false, "Pods of Deployments that are updated in place must stay, and restart by patches only")
	surge := flags.String("max-surge", "1", "of updates of ReplicationControllers that no object asks for, as those of kubectl")
	unavailable := flags.String("max-unavailable", "0", "the same")
	table := flags.Bool("table", false, "print what became of every Pod's containers")
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
	ok, err := run(file, options{
		settled: *settled, inPlace: *inPlace, table: *table,
		limits: witness.UpdateDetails{MaxSurge: intstr.Parse(*surge), MaxUnavailable: intstr.Parse(*unavailable)},
	}, os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "cluster check:", err)
		return 2
	}
	if !ok {
		return 1
	}
	return 0
}

type options struct {
	settled, inPlace, table bool
	limits                  witness.UpdateDetails // of updates without an object
}

func run(in io.Reader, o options, out io.Writer) (ok bool, err error) {
	log, err := readLog(in)
	if err != nil {
		return false, err
	}
	judge := newJudge(o.limits)
	judge.strict = o.inPlace
	for _, event := range log.events {
		judge.apply(event, log.complete(event.version))
	}
	var complaints []string
	for _, v := range judge.violations {
		complaint := fmt.Sprintf("%s\n  line %d: %s", v.event.at(v.text), v.line, v.event.text)
		for _, past := range v.history {
			complaint += fmt.Sprintf("\n  before, line %d: %s", past.line, past.text)
		}
		complaints = append(complaints, complaint)
	}
	if o.inPlace {
		complaints = append(complaints, judge.restarts()...)
	}
	if o.table {
		judge.identities.print(out)
	}
	if o.settled {
		complaints = append(complaints, judge.settled()...)
		complaints = append(complaints, judge.settledUpdates()...)
	}
	for i, complaint := range complaints {
		if i == shownViolations {
			fmt.Fprintf(out, "… and %d more\n", len(complaints)-shownViolations)
			break
		}
		fmt.Fprintln(out, complaint)
	}

	fmt.Fprintf(out, "checked %d events, %d deployments: %d violations, %d pod failures", len(log.events), len(judge.deployed), len(complaints), judge.podFailures)
	if n := len(judge.updates.seen); n > 0 {
		fmt.Fprintf(out, ", %d updates of replicationcontrollers with %d scalings", n, judge.updates.scalings)
	}
	if judge.patches > 0 {
		fmt.Fprintf(out, ", %d patches of pods, at most %d of one deployment in flight", judge.patches, judge.inFlight)
	}
	if judge.races > 0 {
		fmt.Fprintf(out, ", %d races with a user's change", judge.races)
	}
	if judge.unseen > 0 {
		fmt.Fprintf(out, ", %d races with a Pod that was lost", judge.unseen)
	}
	if len(log.gaps) > 0 {
		fmt.Fprintf(out, ", %d gaps not judged", len(log.gaps))
	}
	fmt.Fprintln(out)
	return len(complaints) == 0, nil
}

func (e event) at(text string) string { return fmt.Sprintf("at %d: %s", e.version, text) }
