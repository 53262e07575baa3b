package differential

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"windlass.dev/test/cluster/internal/differential/play"
	"windlass.dev/test/cluster/internal/differential/script"
	"windlass.dev/test/cluster/internal/differential/state"
)

// record writes what the stock controller left, for those that have no stock
// controller to compare with. What never became quiet is not written.
func record(folder string, scripts []*script.Script, results []played) error {
	var errs []error
	for i, s := range scripts {
		var text string
		err := complete(results[i])
		if err == nil {
			text, err = format(s, results[i].result)
		}
		if err == nil {
			text, err = shorten(folder, text)
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(folder, s.Name+".txt"), []byte(text), 0o644)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%s is not recorded: %w", s.Name, err))
		}
	}
	return errors.Join(errs...)
}

func complete(p played) error {
	if p.err != nil {
		return p.err
	}
	for i, step := range p.result.Steps {
		if !step.Quiet {
			return fmt.Errorf("step %d was not quiet", i+1)
		}
	}
	return nil
}

func header(s *script.Script, step int) string {
	return fmt.Sprintf("step %d: %s", step+1, s.Steps[step].Text)
}

// format tells per step what changed since the step before. It is an error if
// parse reads other states from that.
func format(s *script.Script, result *play.Result) (string, error) {
	var text strings.Builder
	var before []string
	for i, step := range result.Steps {
		fmt.Fprintln(&text, header(s, i))
		for _, change := range state.Changes(before, step.Lines) {
			fmt.Fprintln(&text, change)
		}
		before = step.Lines
	}
	read, err := parse(s, text.String())
	if err != nil {
		return "", err
	}
	for i, step := range result.Steps {
		written := slices.Sorted(slices.Values(step.Lines))
		if !slices.Equal(written, slices.Sorted(slices.Values(read.Steps[i].Lines))) {
			return "", fmt.Errorf("step %d would be read as another state", i+1)
		}
	}
	return text.String(), nil
}

// beginsAs stands before the name of a file of begin/, which has the first steps.
const beginsAs = "begins as "

// shorten names the file of folder/begin that has the most of the first steps
// of text, and leaves these steps out.
func shorten(folder, text string) (string, error) {
	files, err := filepath.Glob(filepath.Join(folder, "begin", "*.txt"))
	if err != nil {
		return "", err
	}
	short := text
	for _, file := range files {
		begin, err := os.ReadFile(file)
		if err != nil {
			return "", err
		}
		rest, found := strings.CutPrefix(text, string(begin))
		if found && strings.HasPrefix(rest, "step ") && len(rest) < len(short) {
			short = beginsAs + strings.TrimSuffix(filepath.Base(file), ".txt") + "\n" + rest
		}
	}
	return short, nil
}

// whole undoes shorten.
func whole(folder, text string) (string, error) {
	after, found := strings.CutPrefix(text, beginsAs)
	if !found {
		return text, nil
	}
	name, rest, _ := strings.Cut(after, "\n")
	begin, err := os.ReadFile(filepath.Join(folder, "begin", name+".txt"))
	return string(begin) + rest, err
}

// expected reads what record wrote.
func expected(folder string, scripts []*script.Script) []played {
	results := make([]played, len(scripts))
	for i, s := range scripts {
		content, err := os.ReadFile(filepath.Join(folder, s.Name+".txt"))
		text := string(content)
		if err == nil {
			text, err = whole(folder, text)
		}
		if err == nil {
			results[i].result, err = parse(s, text)
		}
		results[i].err = err
	}
	return results
}

func parse(s *script.Script, content string) (*play.Result, error) {
	blocks := strings.Split("\n"+strings.TrimSuffix(content, "\n"), "\nstep ")[1:]
	if len(blocks) != len(s.Steps) {
		return nil, fmt.Errorf("%d steps are expected, the script has %d: record it anew", len(blocks), len(s.Steps))
	}
	result := &play.Result{}
	var before []string
	for i, block := range blocks {
		lines := strings.Split("step "+block, "\n")
		if lines[0] != header(s, i) {
			return nil, fmt.Errorf("step %d is %q in the script: record it anew", i+1, s.Steps[i].Text)
		}
		after, err := state.Apply(before, lines[1:])
		if err != nil {
			return nil, fmt.Errorf("step %d: %w", i+1, err)
		}
		result.Steps = append(result.Steps, play.Step{Lines: after, Quiet: true})
		before = after
	}
	return result, nil
}
