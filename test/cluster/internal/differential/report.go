package differential

import (
	"fmt"
	"os"
	"strings"
	"text/tabwriter"

	"windlass.dev/test/cluster/internal/audit"
	"windlass.dev/test/cluster/internal/differential/play"
	"windlass.dev/test/cluster/internal/differential/script"
	"windlass.dev/test/cluster/internal/differential/state"
)

// verdict is what became of one script.
type verdict struct {
	differs   bool
	explained bool
	text      string // lines for the reader
}

// report prints every verdict, the counts of writes and the summary.
func report(scripts []*script.Script, controllers [2]Controller, all [2][]played, options Options) bool {
	equal, explained, differ := 0, 0, 0
	writes := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintf(writes, "WRITES\t%s\t\t%s\t\t\n", controllers[0].Name, controllers[1].Name)
	for i, s := range scripts {
		v := judge(s, all[0][i], all[1][i], controllers, options)
		switch {
		case v.differs:
			differ++
			fmt.Printf("%-40s DIFFERS\n%s", s.Name, v.text)
		case v.explained:
			explained++
			fmt.Printf("%-40s explained\n%s", s.Name, v.text)
		default:
			equal++
			fmt.Printf("%-40s equal\n%s", s.Name, v.text)
		}
		first, second := all[0][i].writes, all[1][i].writes
		fmt.Fprintf(writes, "%s\t%s\t%s\t%s\t%s\t%s\n", s.Name, accepted(first), refused(first),
			accepted(second), refused(second), remark(s, first, second, options))
	}
	if options.Stock != "" {
		fmt.Println()
		writes.Flush()
	}
	fmt.Printf("%d scripts: %d equal, %d explained, %d differ\n", len(scripts), equal, explained, differ)
	return differ == 0
}

func judge(s *script.Script, first, second played, controllers [2]Controller, options Options) verdict {
	var v verdict
	var text strings.Builder
	for i, p := range []played{first, second} {
		if p.err != nil {
			v.differs = true
			fmt.Fprintf(&text, "    %s: %v\n", controllers[i].Name, p.err)
		}
	}
	if first.result == nil || second.result == nil {
		v.text = text.String()
		return v
	}
	for i := range min(len(first.result.Steps), len(second.result.Steps)) {
		a, b := first.result.Steps[i], second.result.Steps[i]
		expected := s.Steps[i].DiffersAs(strings.ToLower(string(controllers[1].Kind)))
		if options.Windlass == "" {
			expected = nil // the same controller has nothing to be explained
		}
		differing, known, stale := state.Compare(a.Lines, b.Lines, expected)
		if options.Verbose {
			fmt.Fprintf(&text, "  step %d: %s (%.1f s, %.1f s)\n      %s\n", i+1, s.Steps[i].Text,
				a.Took.Seconds(), b.Took.Seconds(), strings.Join(a.Lines, "\n      "))
		}
		if len(differing)+len(stale) > 0 || !a.Quiet || !b.Quiet {
			fmt.Fprintf(&text, "    step %d: %s\n", i+1, s.Steps[i].Text)
		}
		if len(differing) > 0 {
			v.differs = true
			text.WriteString(state.Print(differing, controllers[0].Name, controllers[1].Name))
		}
		for _, difference := range stale {
			v.differs = true
			fmt.Fprintf(&text, "      expected to differ, but does not: %s (%s)\n", difference.Pattern, difference.Why)
		}
		for j, step := range []play.Step{a, b} {
			if !step.Quiet {
				fmt.Fprintf(&text, "      %s did not become quiet\n", controllers[j].Name)
			}
		}
		v.differs = v.differs || a.Quiet != b.Quiet
		v.explained = v.explained || len(known) > 0
	}
	if options.countsWrites() && moreWrites(first.writes, second.writes) {
		v.explained = true
		if s.WritesMore == "" {
			v.differs = true
			fmt.Fprintf(&text, "    %s sent more writes: %d, %s %d\n", controllers[1].Name, sent(second.writes),
				controllers[0].Name, sent(first.writes))
		}
	}
	v.text = text.String()
	return v
}

// moreWrites compares what was sent: a write that was refused has to be decided and sent again.
func moreWrites(first, second audit.Writes) bool { return sent(second) > sent(first) }

func sent(w audit.Writes) int { return w.Total() + w.Refused }

func accepted(w audit.Writes) string {
	return fmt.Sprintf("%d (%d+%d+%d)", w.Total(), w.Accepted["deployments"]+w.Accepted["rollouts"],
		w.Accepted["deployments/status"]+w.Accepted["rollouts/status"], w.Accepted["replicasets"])
}

func refused(w audit.Writes) string {
	if w.Refused == 0 {
		return ""
	}
	return fmt.Sprintf("%d refused", w.Refused)
}

func remark(s *script.Script, first, second audit.Writes, options Options) string {
	if !options.countsWrites() || !moreWrites(first, second) {
		return ""
	}
	if s.WritesMore != "" {
		return "more: " + s.WritesMore
	}
	return "MORE"
}
