package check

import (
	"fmt"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"windlass.dev/test/cluster/internal/witness"
)

// controller is a ReplicationController whose status shows what its spec asks for.
func (s *story) controller(name string, replicas int32, generation int64, manager string) {
	source := ""
	if name == "new" {
		source = "old:old"
	}
	s.add(witness.Record{Type: witness.Modified, Kind: witness.ReplicationController, Name: name, UID: name, Generation: generation,
		ReplicationController: &witness.ReplicationControllerDetails{Replicas: replicas, StatusReplicas: replicas, Available: replicas,
			ObservedGeneration: generation, Source: source, ResizedBy: manager}})
}

// update replaces "old" by "new": 3 desired, maxSurge 1, maxUnavailable 0.
func (s *story) update(rollback, renames bool) {
	s.add(witness.Record{Type: witness.Modified, Kind: witness.ReplicationControllerUpdate, Name: "old", UID: "u",
		Update: &witness.UpdateDetails{NewName: "new", Desired: 3, MaxSurge: intstr.FromInt32(1), Phase: "Progressing", Rollback: rollback, Renames: renames}})
}

func (s *story) readyPods(controller string, first, last int) {
	for i := first; i <= last; i++ {
		s.pod(witness.Modified, fmt.Sprint(controller, i), controller, "Running", true)
	}
}

// begun: three Pods of "old", none of "new".
func (s *story) begun() {
	s.controller("old", 3, 1, "kubectl")
	s.readyPods("old", 1, 3)
	s.controller("new", 0, 1, ourManager)
	s.update(false, false)
}

func (s *story) orphaned(name string, generation int64) {
	now := metav1.Now()
	s.add(witness.Record{Type: witness.Modified, Kind: witness.ReplicationController, Name: name, UID: name, Generation: generation, DeletionTimestamp: &now,
		ReplicationController: &witness.ReplicationControllerDetails{Replicas: 3, Source: "old:old"}})
}

func TestUpdatesOfReplicationControllers(t *testing.T) {
	for _, test := range []struct {
		name string
		tell func(*story)
		want string
	}{
		{"one up and one down", func(s *story) {
			s.controller("new", 1, 2, ourManager)
			s.readyPods("new", 1, 1)
			s.controller("old", 2, 2, ourManager)
			s.terminating("old1", "old")
			s.controller("new", 2, 3, ourManager)
			s.readyPods("new", 2, 2)
		}, ""},
		{"raised beyond the surge", func(s *story) { s.controller("new", 2, 2, ourManager) },
			"(ix) ReplicationController /new raised from 0 to 2: 5 replicas of both, at most 4"},
		{"raised by a user", func(s *story) { s.controller("new", 2, 2, "kubectl") }, ""},
		{"a Pod too many", func(s *story) {
			s.controller("new", 1, 2, ourManager)
			s.readyPods("new", 1, 2)
		}, "(x) Pod /new2 created: 5 live Pods of both, at most 4"},
		{"lowered too early", func(s *story) {
			s.controller("new", 1, 2, ourManager)
			s.controller("old", 2, 2, ourManager)
			s.terminating("old1", "old")
		}, "(xi) Pod /old1 deleted: 2 available Pods of both, at least 3"},
		{"a Pod that fails", func(s *story) { s.pod(witness.Modified, "old1", "old", "Running", false) }, ""},
		{"against the direction", func(s *story) {
			s.controller("new", 1, 2, ourManager)
			s.controller("new", 0, 3, ourManager)
		}, "(xii) ReplicationController /new set from 1 to 0"},
		{"a rollback", func(s *story) {
			s.controller("new", 1, 2, ourManager)
			s.update(true, false)
			s.controller("new", 0, 3, ourManager)
		}, ""},
		{"the surge of a rollback", func(s *story) {
			s.controller("new", 2, 2, "kubectl")
			s.update(true, false)
			s.controller("old", 4, 2, ourManager)
		}, "(ix) ReplicationController /old raised from 3 to 4"},
		{"a user scales when the update has ended", func(s *story) {
			s.ended()
			s.controller("old", 2, 2, "kubectl")
			s.terminating("old1", "old")
		}, ""},
		{"a new one that replaces another one", func(s *story) {
			s.add(witness.Record{Type: witness.Modified, Kind: witness.ReplicationController, Name: "new", UID: "new", Generation: 2,
				ReplicationController: &witness.ReplicationControllerDetails{Replicas: 9, StatusReplicas: 9, Available: 9,
					ObservedGeneration: 2, Source: "other:uid", ResizedBy: ourManager}})
		}, ""},
		{"a rename", func(s *story) { s.renamed(3) }, ""},
		{"a rename that creates a Pod", func(s *story) {
			s.renamed(3)
			s.readyPods("old", 9, 9)
		}, "(xiii) Pod /old9 created"},
		{"a rename that deletes a Pod", func(s *story) {
			s.renamed(3)
			s.terminating("new1", "old")
		}, "(xiii) Pod /new1 deleted"},
		{"a rename that loses a Pod", func(s *story) { s.renamed(2) }, "Pod /new3 has lost its owner"},
	} {
		s := story{}
		for _, kind := range []string{witness.ReplicationController, witness.ReplicationControllerUpdate, witness.Pod} {
			s.add(witness.Record{Type: witness.Listed, Kind: kind})
		}
		s.begun()
		test.tell(&s)
		first, last, ok := judged(t, s, true)
		if ok != (test.want == "") || !strings.Contains(first, test.want) || !strings.Contains(last, "1 updates of replicationcontrollers") {
			t.Errorf("%s: ok %v\n%s\n%s", test.name, ok, first, last)
		}
	}
}

// ended: the update was rolled back.
func (s *story) ended() {
	s.add(witness.Record{Type: witness.Modified, Kind: witness.ReplicationControllerUpdate, Name: "old", UID: "u",
		Update: &witness.UpdateDetails{NewName: "new", Desired: 3, MaxSurge: intstr.FromInt32(1), Phase: "RolledBack", Rollback: true}})
}

// renamed: "new" has all Pods, is deleted without them, and "old" adopts so many.
func (s *story) renamed(adopted int) {
	s.controller("old", 0, 2, "kubectl")
	for i := 1; i <= 3; i++ {
		s.pod(witness.Deleted, fmt.Sprint("old", i), "old", "Running", true)
	}
	s.controller("new", 3, 2, "kubectl")
	s.readyPods("new", 1, 3)
	s.update(false, true)
	s.orphaned("new", 3)
	for i := 1; i <= 3; i++ {
		s.pod(witness.Modified, fmt.Sprint("new", i), "", "Running", true)
	}
	s.add(witness.Record{Type: witness.Deleted, Kind: witness.ReplicationController, Name: "new", UID: "new",
		ReplicationController: &witness.ReplicationControllerDetails{}})
	s.controller("old", 3, 3, ourManager)
	for i := 1; i <= adopted; i++ {
		s.pod(witness.Modified, fmt.Sprint("new", i), "old", "Running", true)
	}
}
