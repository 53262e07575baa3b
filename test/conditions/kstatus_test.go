// Package conditions holds the status of Rollouts to the tools that read it: to kstatus, which Flux,
// Helm and kpt ask, and to the schema that a configuration of kube-state-metrics leans on.
package conditions

import (
	"encoding/json"
	"maps"
	"os"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/cli-utils/pkg/kstatus/status"
)

// table is rows.json. What a row gives is laid over the base.
type table struct {
	Base map[string]any
	Rows []row
}

type row struct {
	Name       string
	Kstatus    string
	Argocd     string // absent: no script is asked
	Metadata   map[string]any
	Spec       map[string]any
	Status     json.RawMessage // null: the object has no status
	Conditions []string        // type, status and reason
}

func readTable(t *testing.T) table {
	t.Helper()
	text, err := os.ReadFile("rows.json")
	if err != nil {
		t.Fatal(err)
	}
	var all table
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

// lay returns the fields of base with those of over; null removes a field.
func lay(base any, over map[string]any) map[string]any {
	all := maps.Clone(base.(map[string]any))
	for key, value := range over {
		if value == nil {
			delete(all, key)
		} else {
			all[key] = value
		}
	}
	return all
}

// object returns the Rollout of a row, with numbers as a client of the API server has them.
func (r row) object(t *testing.T, base map[string]any) *unstructured.Unstructured {
	t.Helper()
	object := maps.Clone(base)
	object["metadata"] = lay(base["metadata"], r.Metadata)
	object["spec"] = lay(base["spec"], r.Spec)
	delete(object, "status")
	if string(r.Status) != "null" {
		var over map[string]any
		if err := json.Unmarshal(r.Status, &over); err != nil {
			t.Fatal(err)
		}
		filled := lay(base["status"], over)
		filled["conditions"] = r.conditions(t, filled["message"])
		object["status"] = filled
	}
	text, err := json.Marshal(object)
	if err != nil {
		t.Fatal(err)
	}
	var u unstructured.Unstructured
	if err := u.UnmarshalJSON(text); err != nil {
		t.Fatal(err)
	}
	return &u
}

func (r row) conditions(t *testing.T, message any) []any {
	t.Helper()
	var all []any
	for _, text := range r.Conditions {
		words := strings.Fields(text)
		if len(words) != 3 {
			t.Fatalf("%q is not type, status and reason", text)
		}
		condition := map[string]any{"type": words[0], "status": words[1], "reason": words[2]}
		if message != nil {
			condition["message"] = message
		}
		all = append(all, condition)
	}
	return all
}

func TestKstatusOfEachPhase(t *testing.T) {
	all := readTable(t)
	if len(all.Rows) == 0 {
		t.Fatal("rows.json has no rows")
	}
	for _, row := range all.Rows {
		t.Run(row.Name, func(t *testing.T) {
			result, err := status.Compute(row.object(t, all.Base))
			if err != nil {
				t.Fatal(err)
			}
			if string(result.Status) != row.Kstatus {
				t.Errorf("kstatus says %s (%s), expected %s", result.Status, result.Message, row.Kstatus)
			}
		})
	}
}

// The conditions that are bad news must be absent when they are false: kstatus reads the first that
// is true, and people read that one is there.
func TestBadNewsIsAbsentWhenFalse(t *testing.T) {
	for _, row := range readTable(t).Rows {
		for _, condition := range row.Conditions {
			words := strings.Fields(condition)
			if (words[0] == "Stalled" || words[0] == "Reconciling") && words[1] != "True" {
				t.Errorf("%s: %s", row.Name, condition)
			}
		}
	}
}
