package conditions

import (
	"os"
	"strings"
	"testing"
)

// verdicts is what tools make of a phase.
type verdicts struct{ kstatus, argocd string }

// documented returns the table of docs/rollouts-status.md by phase. The phase "" is an object
// whose status was never written.
func documented(t *testing.T) map[string]verdicts {
	t.Helper()
	text, err := os.ReadFile(root + "docs/rollouts-status.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, found := strings.Cut(string(text), "\n## What tools make of it\n")
	if !found {
		t.Fatal("docs/rollouts-status.md has no such section")
	}
	table, _, _ = strings.Cut(table, "\n## ")
	all := map[string]verdicts{}
	for _, line := range strings.Split(table, "\n") {
		cells := strings.Split(line, "|")
		if len(cells) != 7 || strings.HasPrefix(line, "|---") {
			continue
		}
		for i := range cells {
			cells[i] = strings.Trim(cells[i], " `")
		}
		phase := cells[1]
		switch phase {
		case "phase": // the head of the table
			continue
		case "no status yet":
			phase = ""
		}
		argocd, _, _ := strings.Cut(cells[4], ",") // "Healthy, with the message"
		all[phase] = verdicts{cells[2], argocd}
	}
	return all
}

func TestDocsSayWhatToolsMakeOfEachPhase(t *testing.T) {
	want := documented(t)
	all := readTable(t)
	seen := map[string]bool{}
	for _, row := range all.Rows {
		object := row.object(t, all.Base)
		if object.GetDeletionTimestamp() != nil {
			continue
		}
		phase := ""
		if status, ok := object.Object["status"].(map[string]any); ok {
			phase, _ = status["phase"].(string)
			if phase != "" && status["observedGeneration"] != object.GetGeneration() {
				continue // the phase is about an earlier generation
			}
		}
		seen[phase] = true
		if got := (verdicts{row.Kstatus, row.Argocd}); want[phase] != got {
			t.Errorf("%s: rows.json says %v, docs/rollouts-status.md says %v", row.Name, got, want[phase])
		}
	}
	for phase := range want {
		if !seen[phase] {
			t.Errorf("docs/rollouts-status.md has phase %q, which no row has", phase)
		}
	}
	if len(want) != 7 { // six phases, and none
		t.Errorf("docs/rollouts-status.md has %d phases", len(want))
	}
}
