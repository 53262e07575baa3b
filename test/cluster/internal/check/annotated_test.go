package check

import (
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"windlass.dev/test/cluster/internal/witness"
)

// annotated is a ReplicationController of an update that only annotations describe. A desired size
// below 0 is none.
func (s *story) annotated(name string, replicas, desired int32, source string, generation int64) {
	details := &witness.ReplicationControllerDetails{Replicas: replicas, StatusReplicas: replicas, Available: replicas,
		ObservedGeneration: generation, Source: source, ResizedBy: ourPlugin}
	if desired >= 0 {
		details.Desired = &desired
	}
	s.add(witness.Record{Type: witness.Modified, Kind: witness.ReplicationController, Name: name, UID: name, Generation: generation,
		ReplicationController: details})
}

// clientRenames: "new" has all Pods, "old" becomes what it is by a journal, and adopts so many.
func (s *story) clientRenames(adopted int) {
	for i, name := range []string{"old1", "old2", "old3"} {
		s.annotated("new", int32(i+1), 3, "old:old", int64(i+2))
		s.readyPods("new", i+1, i+1)
		s.annotated("old", int32(2-i), -1, "", int64(i+2))
		s.terminating(name, "old")
		s.pod(witness.Deleted, name, "old", "Running", true)
	}
	journal := func(replicas int32, generation int64, is bool) {
		s.add(witness.Record{Type: witness.Modified, Kind: witness.ReplicationController, Name: "old", UID: "old", Generation: generation,
			ReplicationController: &witness.ReplicationControllerDetails{Replicas: replicas, StatusReplicas: replicas, Available: replicas,
				ObservedGeneration: generation, Renames: is, ResizedBy: ourPlugin}})
	}
	journal(0, 4, true)
	now := metav1.Now()
	desired := int32(3)
	new := witness.Record{Type: witness.Modified, Kind: witness.ReplicationController, Name: "new", UID: "new", Generation: 5, DeletionTimestamp: &now,
		ReplicationController: &witness.ReplicationControllerDetails{Replicas: 3, Source: "old:old", Desired: &desired}}
	s.add(new)
	for _, pod := range []string{"new1", "new2", "new3"} {
		s.pod(witness.Modified, pod, "", "Running", true)
	}
	journal(3, 5, true) // the new one may have a finalizer still
	new.Type = witness.Deleted
	s.add(new)
	for _, pod := range []string{"new1", "new2", "new3"}[:adopted] {
		s.pod(witness.Modified, pod, "old", "Running", true)
	}
	if adopted == 3 {
		journal(3, 6, false)
	}
}

// An update of a client: there is no object, or one that nobody acts on.
func TestUpdatesThatOnlyAnnotationsDescribe(t *testing.T) {
	for _, test := range []struct {
		name     string
		tell     func(*story)
		want     string
		scalings string
	}{
		{"one up and one down", func(s *story) {
			s.annotated("new", 1, 3, "old:old", 2)
			s.readyPods("new", 1, 1)
			s.annotated("old", 2, -1, "", 2)
			s.terminating("old1", "old")
			s.pod(witness.Deleted, "old1", "old", "Running", true)
		}, "", "with 2 scalings"},
		{"raised beyond the surge", func(s *story) { s.annotated("new", 2, 3, "old:old", 2) },
			"(ix) ReplicationController /new raised from 0 to 2: 5 replicas of both, at most 4", "with 1 scalings"},
		{"the desired size is the annotation's", func(s *story) {
			s.annotated("new", 0, 9, "old:old", 2)
			s.annotated("new", 7, 9, "old:old", 3)
		}, "", "with 1 scalings"},
		{"a Pod too many", func(s *story) {
			s.annotated("new", 1, 3, "old:old", 2)
			s.readyPods("new", 1, 2)
		}, "(x) Pod /new2 created: 5 live Pods of both, at most 4", ""},
		{"lowered too early", func(s *story) {
			s.annotated("new", 1, 3, "old:old", 2)
			s.annotated("old", 2, -1, "", 2)
			s.terminating("old1", "old")
		}, "(xi) Pod /old1 deleted: 2 available Pods of both, at least 3", ""},
		{"against the direction", func(s *story) {
			s.annotated("new", 1, 3, "old:old", 2)
			s.annotated("new", 0, 3, "old:old", 3)
		}, "(xii) ReplicationController /new set from 1 to 0", ""},
		{"a rollback", func(s *story) {
			s.annotated("new", 1, 3, "old:old", 2)
			s.annotated("old", 3, 3, "new:new", 2)
			s.annotated("new", 0, 3, "old:old", 3)
		}, "", "with 2 scalings"},
		{"a rollback against its direction", func(s *story) {
			s.annotated("new", 1, 3, "old:old", 2)
			s.annotated("old", 3, 3, "new:new", 2)
			s.annotated("old", 2, 3, "new:new", 3)
		}, "(xii) ReplicationController /old set from 3 to 2", ""},
		{"a rollback to another size", func(s *story) {
			s.annotated("new", 1, 3, "old:old", 2)
			s.annotated("old", 3, 1, "new:new", 2)
			s.annotated("old", 4, 1, "new:new", 3)
		}, "(ix) ReplicationController /old raised from 3 to 4: 5 replicas of both, at most 2", ""},
		{"another source", func(s *story) {
			s.annotated("old", 3, -1, "", 2)
			s.annotated("new", 9, 9, "other:uid", 2)
		}, "", "with 0 scalings"},
		{"an object that nobody acts on", func(s *story) {
			s.add(witness.Record{Type: witness.Modified, Kind: witness.ReplicationControllerUpdate, Name: "old", UID: "u",
				Update: &witness.UpdateDetails{NewName: "new"}})
			s.annotated("new", 2, 3, "old:old", 2)
		}, "(ix) ReplicationController /new raised from 0 to 2: 5 replicas of both, at most 4", ""},
		{"a rename", func(s *story) { s.clientRenames(3) }, "", "with 6 scalings"},
		{"a Pod that dies after a rename", func(s *story) {
			s.clientRenames(3)
			s.terminating("new1", "old")
		}, "", ""},
		{"a rename that creates a Pod", func(s *story) {
			s.clientRenames(2)
			s.readyPods("old", 9, 9)
		}, "(xiii) Pod /old9 created", ""},
		{"a rename that deletes a Pod", func(s *story) {
			s.clientRenames(2)
			s.terminating("new1", "old")
		}, "(xiii) Pod /new1 deleted", ""},
		{"a rename that deletes a Pod without an owner", func(s *story) {
			s.clientRenames(0)
			s.terminating("new1", "")
		}, "(xiii) Pod /new1 deleted", ""},
		{"a rename that loses a Pod", func(s *story) { s.clientRenames(2) }, "Pod /new3 has lost its owner", ""},
	} {
		s := story{}
		for _, kind := range []string{witness.ReplicationController, witness.Pod} {
			s.add(witness.Record{Type: witness.Listed, Kind: kind})
		}
		s.controller("old", 3, 1, "kubectl")
		s.readyPods("old", 1, 3)
		s.annotated("new", 0, 3, "old:old", 1)
		test.tell(&s)
		first, last, ok := judged(t, s, true)
		if ok != (test.want == "") || !strings.Contains(first, test.want) || !strings.Contains(last, "1 updates of replicationcontrollers "+test.scalings) {
			t.Errorf("%s: ok %v\n%s\n%s", test.name, ok, first, last)
		}
	}
}
