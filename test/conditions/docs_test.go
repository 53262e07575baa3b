package conditions

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// table returns the first table of docs/rollouts-status.md after the heading, without its head: the
// cells of each row.
func table(t *testing.T, heading string) [][]string {
	t.Helper()
	text, err := os.ReadFile(root + "docs/rollouts-status.md")
	if err != nil {
		t.Fatal(err)
	}
	_, after, found := strings.Cut(string(text), heading+"\n")
	if !found {
		t.Fatalf("docs/rollouts-status.md has no %q", heading)
	}
	var rows [][]string
	for _, line := range strings.Split(after, "\n") {
		if !strings.HasPrefix(line, "|") {
			if rows != nil {
				break
			}
			continue
		}
		cells := strings.Split(strings.Trim(line, "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		rows = append(rows, cells)
	}
	if len(rows) < 3 {
		t.Fatalf("%q has no table", heading)
	}
	return rows[2:]
}

// judged returns the rows whose status is about the present spec.
func judged(t *testing.T) []row {
	t.Helper()
	return slices.DeleteFunc(readRows(t), func(r row) bool {
		return r.object.GetDeletionTimestamp() != nil || r.text("phase") != "" && !r.observed()
	})
}

func TestDocsSayWhatToolsMakeOfEachPhase(t *testing.T) {
	want := map[string]verdict{}
	for _, cells := range table(t, "## What tools make of it") {
		phase := strings.Trim(cells[0], "`")
		if phase == "no status yet" {
			phase = ""
		}
		argocd, _, _ := strings.Cut(cells[3], ",") // "Healthy, with the message"
		want[phase] = verdict{kstatus: cells[1], argocd: argocd}
	}
	seen := map[string]bool{}
	for _, row := range judged(t) {
		phase := row.text("phase")
		seen[phase] = true
		got := verdict{kstatus: row.kstatus, argocd: row.argocd}
		if want[phase] != got {
			t.Errorf("%s: tools make %v of it, docs/rollouts-status.md says %v", row.name, got, want[phase])
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

// kind is a row of the first table: a phase, and the conditions that it may have.
type kind struct {
	phase       string
	ready       []string // "False Paused"; "False": with a reason of the table of Stalled
	progressing []string
	other       string // "Reconciling True"
}

var words = regexp.MustCompile("(True|False|Unknown)(?: `(\\w+)`|, the reason)")

// alternatives returns "True Healthy" for each condition that the cell names.
func alternatives(cell string) []string {
	var all []string
	for _, match := range words.FindAllStringSubmatch(cell, -1) {
		all = append(all, strings.TrimSpace(match[1]+" "+match[2]))
	}
	return all
}

func documented(t *testing.T) []kind {
	t.Helper()
	var all []kind
	phase := ""
	for _, cells := range table(t, "# Rollouts: status") {
		if cells[0] != "" {
			phase = strings.Trim(cells[0], "`")
		}
		all = append(all, kind{phase, alternatives(cells[2]), alternatives(cells[3]), cells[4]})
	}
	return all
}

func TestDocsNameTheConditionsOfEachRow(t *testing.T) {
	reasons := map[string]bool{} // of Stalled, and whether a row has it
	for _, cells := range table(t, "## Stalled") {
		reasons[strings.Trim(cells[0], "`")] = false
	}
	kinds := documented(t)
	seen := map[string]bool{}
	for _, row := range judged(t) {
		phase := row.text("phase")
		if phase == "" {
			continue
		}
		told := func(one condition, among []string) bool {
			if slices.Contains(among, one.status+" "+one.reason) {
				return true
			}
			_, known := reasons[one.reason]
			return slices.Contains(among, one.status) && known
		}
		ready, progressing := row.find(t, "Ready"), row.find(t, "Progressing")
		other := ""
		for _, name := range []string{"Reconciling", "Stalled"} {
			if row.find(t, name).status == "True" {
				other = name + " True"
			}
		}
		ok := slices.ContainsFunc(kinds, func(k kind) bool {
			return k.phase == phase && k.other == other && told(ready, k.ready) &&
				(progressing.status == "" || told(progressing, k.progressing))
		})
		if !ok {
			t.Errorf("%s: docs/rollouts-status.md has no phase %s with %v, %v, %q",
				row.name, phase, ready, progressing, other)
		}
		seen[phase+": "+ready.status+" "+ready.reason] = true
	}
	// What a status says of a spec that was not carried out counts, too.
	for _, row := range readRows(t) {
		if stalled := row.find(t, "Stalled"); stalled.status == "True" {
			reasons[stalled.reason] = true
		}
	}
	for _, k := range kinds {
		for _, ready := range k.ready {
			if strings.Contains(ready, " ") && !seen[k.phase+": "+ready] {
				t.Errorf("docs/rollouts-status.md has %s with Ready %s, which no row has", k.phase, ready)
			}
		}
	}
	for reason, has := range reasons {
		if !has {
			t.Errorf("docs/rollouts-status.md has the reason %s of Stalled, which no row has", reason)
		}
	}
	t.Log("proves: RO-156")
}
