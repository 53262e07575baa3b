// Package conditions holds the status of Rollouts to the tools that read it: to kstatus, which Flux,
// Helm and kpt ask, to the Lua that Argo CD runs, to the tables of docs/rollouts-status.md, and to
// the schema that a configuration of kube-state-metrics leans on.
//
// The Rollouts are those of rows.json, which Windlass wrote (test/sim/status_rows.cc).
package conditions

import (
	"os"
	"slices"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/json"
)

const root = "../../"

type row struct {
	name   string
	object *unstructured.Unstructured
	verdict
}

type condition struct{ kind, status, reason string }

// readRows returns the rows of rows.json with their verdicts: each row has one, and the reverse.
func readRows(t *testing.T) []row {
	t.Helper()
	text, err := os.ReadFile("rows.json")
	if err != nil {
		t.Fatal(err)
	}
	// Numbers are as a client of the API server has them.
	var all struct {
		Healthy map[string]any `json:"healthy"`
		Rows    []struct {
			Name    string         `json:"name"`
			Changes map[string]any `json:"changes"`
		} `json:"rows"`
	}
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	var rows []row
	for _, stored := range all.Rows {
		object := (&unstructured.Unstructured{Object: all.Healthy}).DeepCopy()
		mergePatch(object.Object, stored.Changes)
		of, ok := verdicts[stored.Name]
		if !ok {
			t.Fatalf("verdicts_test.go has no row %q", stored.Name)
		}
		rows = append(rows, row{stored.Name, object, of})
	}
	for name := range verdicts {
		if !slices.ContainsFunc(rows, func(r row) bool { return r.name == name }) {
			t.Errorf("rows.json has no row %q", name)
		}
	}
	return rows
}

// mergePatch applies a merge patch (RFC 7386) to an object.
func mergePatch(object, patch map[string]any) {
	for key, value := range patch {
		changes, nested := value.(map[string]any)
		before, found := object[key].(map[string]any)
		switch {
		case value == nil:
			delete(object, key)
		case nested && found:
			mergePatch(before, changes)
		default:
			object[key] = value
		}
	}
}

// text returns the text at the path below status; "" if there is none.
func (r row) text(path ...string) string {
	found, _, _ := unstructured.NestedString(r.object.Object, append([]string{"status"}, path...)...)
	return found
}

// observed returns true if the status is about the present generation.
func (r row) observed() bool {
	generation, _, _ := unstructured.NestedInt64(r.object.Object, "status", "observedGeneration")
	return generation == r.object.GetGeneration()
}

func (r row) conditions(t *testing.T) []condition {
	t.Helper()
	list, _, err := unstructured.NestedSlice(r.object.Object, "status", "conditions")
	if err != nil {
		t.Fatalf("%s: %v", r.name, err)
	}
	var all []condition
	for _, one := range list {
		fields := one.(map[string]any)
		all = append(all, condition{
			fields["type"].(string), fields["status"].(string), fields["reason"].(string),
		})
	}
	return all
}

// find returns the condition of that type; one without a status if there is none.
func (r row) find(t *testing.T, kind string) condition {
	t.Helper()
	for _, one := range r.conditions(t) {
		if one.kind == kind {
			return one
		}
	}
	return condition{kind: kind}
}
