package differential

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"windlass.dev/test/cluster/internal/differential/play"
	"windlass.dev/test/cluster/internal/differential/script"
)

// record writes what the stock controller left, for those that have no stock
// controller to compare with. What never became quiet is not written.
func record(folder string, scripts []*script.Script, results []played) error {
	var errs []error
	for i, s := range scripts {
		err := complete(results[i])
		if err == nil {
			err = os.WriteFile(filepath.Join(folder, s.Name+".txt"), []byte(format(s, results[i].result)), 0o644)
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

func format(s *script.Script, result *play.Result) string {
	var text strings.Builder
	for i, step := range result.Steps {
		fmt.Fprintln(&text, header(s, i))
		for _, line := range step.Lines {
			fmt.Fprintln(&text, line)
		}
		fmt.Fprintln(&text)
	}
	return text.String()
}

// expected reads what record wrote.
func expected(folder string, scripts []*script.Script) []played {
	results := make([]played, len(scripts))
	for i, s := range scripts {
		content, err := os.ReadFile(filepath.Join(folder, s.Name+".txt"))
		if err == nil {
			results[i].result, err = parse(s, string(content))
		}
		results[i].err = err
	}
	return results
}

func parse(s *script.Script, content string) (*play.Result, error) {
	blocks := strings.Split(strings.TrimSuffix(content, "\n\n"), "\n\n")
	if len(blocks) != len(s.Steps) {
		return nil, fmt.Errorf("%d steps are expected, the script has %d: record it anew", len(blocks), len(s.Steps))
	}
	result := &play.Result{}
	for i, block := range blocks {
		lines := strings.Split(block, "\n")
		if lines[0] != header(s, i) {
			return nil, fmt.Errorf("step %d is %q in the script: record it anew", i+1, s.Steps[i].Text)
		}
		result.Steps = append(result.Steps, play.Step{Lines: lines[1:], Quiet: true})
	}
	return result, nil
}
