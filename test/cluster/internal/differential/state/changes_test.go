package state

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

// Three states: a rollout begins, and its old ReplicaSet gets another revision.
var (
	oneRevision = []string{
		"deployment web observed=true replicas=3 updated=3 deleting=false",
		"condition web Available=True MinimumReplicasAvailable",
		"annotation web note=a b",
		"replicaset web/1 image=app:1 spec=3 deleting=false",
		"annotation web/1 note=a b",
		"event web ScalingReplicaSet web/1 +3",
	}
	twoRevisions = []string{
		"deployment web observed=true replicas=4 updated=1 deleting=false",
		"condition web Available=False MinimumReplicasUnavailable",
		"annotation web note=a c=d",
		"replicaset web/1 image=app:1 spec=3 deleting=false",
		"replicaset web/2 image=app:2 spec=1 deleting=false",
		"annotation web/1 note=a b",
		"annotation web/2 note=a c=d",
		"event web ScalingReplicaSet web/2 +1",
	}
	anotherRevision = []string{
		"refused web",
		"deployment web observed=true replicas=4 updated=1 deleting=false",
		"condition web Available=False MinimumReplicasUnavailable",
		"replicaset web/2 image=app:2 spec=1 deleting=false",
		"replicaset web/3 image=app:1 spec=3 deleting=false",
		"annotation web/2 note=a c=d",
	}
)

func sorted(lines []string) []string { return slices.Sorted(slices.Values(lines)) }

func TestChanges(t *testing.T) {
	for _, row := range []struct{ before, after, want []string }{
		{oneRevision, twoRevisions, []string{
			"  ~ deployment web replicas=4 updated=1",
			"  ~ condition web Available=False MinimumReplicasUnavailable",
			"  ~ annotation web note=a c=d",
			"  + replicaset web/2 image=app:2 spec=1 deleting=false",
			"  + annotation web/2 note=a c=d",
			"    event web ScalingReplicaSet web/2 +1",
		}},
		{twoRevisions, anotherRevision, []string{
			"  - annotation web note",
			"  - replicaset web/1",
			"    refused web",
			"  + replicaset web/3 image=app:1 spec=3 deleting=false",
		}},
		{anotherRevision, nil, []string{"  - deployment web", "  - replicaset web/2", "  - replicaset web/3"}},
		{oneRevision, oneRevision, []string{"    event web ScalingReplicaSet web/1 +3"}},
	} {
		if got := Changes(row.before, row.after); !reflect.DeepEqual(got, row.want) {
			t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(row.want, "\n"))
		}
	}
}

// From any state to any other, nothing is lost.
func TestApplyIsTheReverseOfChanges(t *testing.T) {
	states := [][]string{nil, oneRevision, twoRevisions, anotherRevision}
	for _, before := range states {
		for _, after := range states {
			changes := Changes(before, after)
			got, err := Apply(before, changes)
			if err != nil || !slices.Equal(sorted(got), sorted(after)) {
				t.Errorf("%q to %q by %q: %q, %v", before, after, changes, got, err)
			}
		}
	}
}

func TestApplyRefusesWhatDoesNotFit(t *testing.T) {
	for _, change := range []string{
		"", "  + ", "  + deployment", "~ deployment web updated=2", "  * deployment web updated=2",
		"  + deployment web updated=3", // there is one
		"  ~ deployment web steps=2",   // has no such field
		"  ~ deployment api updated=2",
		"  ~ annotation web other=x",
		"  - replicaset web/2",
		"    condition web Available=True X", // lasts
	} {
		if got, err := Apply(oneRevision, []string{change}); err == nil || !strings.HasPrefix(err.Error(), `"`+change+`" `) {
			t.Errorf("%q: %v, %q", change, err, got)
		}
	}
}
