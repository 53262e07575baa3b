package conditions

import (
	"testing"

	"sigs.k8s.io/cli-utils/pkg/kstatus/status"
)

func TestKstatusOfEachRow(t *testing.T) {
	for _, row := range readRows(t) {
		t.Run(row.name, func(t *testing.T) {
			result, err := status.Compute(row.object)
			if err != nil {
				t.Fatal(err)
			}
			if string(result.Status) != row.kstatus {
				t.Errorf("kstatus says %s (%s), expected %s", result.Status, result.Message, row.kstatus)
			}
		})
	}
	t.Log("proves: RO-150 RO-156")
}

// The conditions that are bad news must be absent when they are false: kstatus reads the first that
// is true, and people read that one is there.
func TestBadNewsIsAbsentWhenFalse(t *testing.T) {
	for _, row := range readRows(t) {
		for _, one := range row.conditions(t) {
			if (one.kind == "Stalled" || one.kind == "Reconciling") && one.status != "True" {
				t.Errorf("%s: %v", row.name, one)
			}
		}
	}
}
