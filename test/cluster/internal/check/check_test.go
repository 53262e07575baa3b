package check

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"windlass.dev/test/cluster/internal/witness"
)

// story is a log in the making; every record gets the next resourceVersion.
type story struct {
	lines []string
	kind  string // of the owner; empty: a Deployment
	at    time.Time
}

func (s *story) add(record witness.Record) {
	record.ResourceVersion = fmt.Sprint(len(s.lines) + 1)
	record.Seen = s.at
	line, err := json.Marshal(record)
	if err != nil {
		panic(err)
	}
	s.lines = append(s.lines, string(line))
}

// deployment has maxSurge 1 and maxUnavailable 1 unless it is Recreate.
func (s *story) deployment(generation, observed int64, replicas int32, strategy, revision string) {
	one := intstr.FromInt32(1)
	s.add(witness.Record{Type: witness.Modified, Kind: cmp.Or(s.kind, witness.Deployment), Name: "web", UID: "d", Generation: generation, Revision: revision,
		Deployment: &witness.DeploymentDetails{Replicas: replicas, Strategy: strategy, MaxSurge: &one, MaxUnavailable: &one, ObservedGeneration: observed}})
}

// set is a ReplicaSet of the Deployment; its status has seen its spec if acknowledged.
func (s *story) set(name string, replicas, available int32, revision string, generation int64, acknowledged bool) {
	observed := generation
	if !acknowledged {
		observed--
	}
	s.add(witness.Record{Type: witness.Modified, Kind: witness.ReplicaSet, Name: name, UID: name, Owner: "d", Generation: generation, Revision: revision,
		ReplicaSet: &witness.ReplicaSetDetails{Replicas: replicas, StatusReplicas: available, Available: available, ObservedGeneration: observed}})
}

func (s *story) pod(kind, name, set, phase string, ready bool) {
	s.add(witness.Record{Type: kind, Kind: witness.Pod, Name: name, UID: name, Owner: set, Pod: &witness.PodDetails{Phase: phase, Ready: ready}})
}

func (s *story) terminating(name, set string) {
	now := metav1.Now()
	s.add(witness.Record{Type: witness.Modified, Kind: witness.Pod, Name: name, UID: name, Owner: set, DeletionTimestamp: &now,
		Pod: &witness.PodDetails{Phase: "Running"}})
}

// resized is a ReplicaSet whose size this manager wrote.
func (s *story) resized(name string, replicas int32, revision string, generation, observed int64, manager string) {
	s.add(witness.Record{Type: witness.Modified, Kind: witness.ReplicaSet, Name: name, UID: name, Owner: "d", Generation: generation, Revision: revision,
		ReplicaSet: &witness.ReplicaSetDetails{Replicas: replicas, ObservedGeneration: observed, ResizedBy: manager}})
}

// many are Pods of a ReplicaSet, as its controller creates them: a1, a2, …
func (s *story) many(set string, first, last int) {
	for i := first; i <= last; i++ {
		s.pod(witness.Added, fmt.Sprint(set, i), set, "Pending", false)
	}
}

// full: four replicas of revision 1 with their Pods; at most five are allowed.
func (s *story) full() {
	s.started()
	s.many("a", 1, 4)
}

const rolling = "RollingUpdate"

// started: four replicas of revision 1, all available.
func (s *story) started() {
	s.deployment(1, 0, 4, rolling, "")
	s.set("a", 4, 0, "1", 1, false)
	s.deployment(1, 1, 4, rolling, "1")
	s.set("a", 4, 4, "1", 1, true)
}

// lost: the only Pod of a second ReplicaSet, which was available, is not any more
// from 1000 ms on.
func (s *story) lost() {
	s.started()
	s.set("b", 1, 0, "2", 1, true)
	s.set("b", 1, 1, "2", 1, true)
	s.at = time.UnixMilli(1000)
	s.set("b", 1, 0, "2", 1, true)
}

func TestStories(t *testing.T) {
	for _, test := range []struct {
		name string
		tell func(*story)
		want string // in the first complaint; empty: nothing to complain about
		sums string // in the last line
	}{
		{"a rollout by the book", func(s *story) {
			s.started()
			s.deployment(2, 1, 4, rolling, "1")
			s.set("b", 1, 0, "2", 1, false)
			s.set("a", 3, 4, "1", 2, false)
			s.set("a", 3, 3, "1", 2, true)
			s.set("b", 2, 0, "2", 2, false)
			s.set("b", 2, 2, "2", 2, true)
			s.set("a", 1, 3, "1", 3, false)
			s.set("a", 1, 1, "1", 3, true)
		}, "", "0 violations, 0 pod failures"},
		{"beyond the surge", func(s *story) {
			s.started()
			s.deployment(2, 1, 4, rolling, "1")
			s.set("b", 2, 0, "2", 1, false)
		}, "(i) ReplicaSet /b raised to 2: 6 replicas", "1 violations"},
		{"a Rollout beyond the surge", func(s *story) {
			s.kind = witness.Rollout
			s.started()
			s.deployment(2, 1, 4, rolling, "1")
			s.set("b", 2, 0, "2", 1, false)
		}, "(i) ReplicaSet /b raised to 2: 6 replicas", "1 violations"},
		{"too few available of a Rollout", func(s *story) {
			s.kind = witness.Rollout
			s.started()
			s.set("a", 2, 4, "1", 2, false)
		}, "(ii) ReplicaSet /a lowered from 4 to 2: 2 available, at least 3", "1 violations"},
		{"a Rollout's revision falls", func(s *story) {
			s.kind = witness.Rollout
			s.started()
			s.deployment(1, 1, 4, rolling, "2")
			s.deployment(1, 1, 4, rolling, "1")
		}, "(iv) Rollout /web: its revision fell from 2 to 1", "1 violations"},
		{"a user's scale-down exceeds", func(s *story) {
			s.started()
			s.deployment(2, 1, 2, rolling, "1")
			s.set("a", 2, 4, "1", 2, false)
		}, "", "0 violations"},
		{"raised after a scale-down was acknowledged", func(s *story) {
			s.started()
			s.deployment(2, 1, 2, rolling, "1")
			s.deployment(2, 2, 2, rolling, "1")
			s.set("b", 1, 0, "2", 1, false)
		}, "(i) ReplicaSet /b raised to 1: 5 replicas", "1 violations"},
		{"a write that crossed a scale-down", func(s *story) {
			s.started()
			s.deployment(2, 1, 2, rolling, "1")
			s.set("b", 1, 0, "2", 1, false)
		}, "", "1 races"},
		{"an adopted ReplicaSet raises nothing", func(s *story) {
			s.add(witness.Record{Type: witness.Added, Kind: witness.ReplicaSet, Name: "b", UID: "b", ReplicaSet: &witness.ReplicaSetDetails{Replicas: 4}})
			s.started()
			s.set("b", 4, 0, "2", 1, true)
		}, "", "0 violations"},
		{"too few available", func(s *story) {
			s.started()
			s.set("a", 2, 4, "1", 2, false)
		}, "(ii) ReplicaSet /a lowered from 4 to 2: 2 available, at least 3", "1 violations"},
		{"available Pods taken by a scale-down that should have spared them", func(s *story) {
			s.started()
			s.set("a", 3, 4, "1", 2, false)
			s.set("a", 3, 2, "1", 2, true)
		}, "(ii) ReplicaSet /a, lowered before", "1 violations"},
		{"a Pod fails by itself", func(s *story) {
			s.started()
			s.set("a", 4, 2, "1", 1, true)
		}, "", "0 violations, 2 pod failures"},
		{"a Pod fails by itself during a scale-down", func(s *story) {
			s.started()
			s.pod(witness.Added, "p", "a", "Running", true)
			s.set("a", 3, 4, "1", 2, false)
			s.pod(witness.Modified, "p", "a", "Running", false)
			s.set("a", 3, 2, "1", 2, true)
		}, "", "0 violations, 1 pod failures"},
		{"lowered further after a Pod failed", func(s *story) {
			s.started()
			s.set("a", 4, 2, "1", 1, true)
			s.set("a", 1, 2, "1", 2, false)
		}, "(ii) ReplicaSet /a lowered from 4 to 1", "1 violations, 2 pod failures"},
		{"lowered before a lost Pod was known", func(s *story) {
			s.lost()
			s.at = time.UnixMilli(2000)
			s.set("a", 2, 4, "1", 2, false)
		}, "", "0 violations, 0 pod failures, 1 races with a Pod that was lost"},
		{"lowered after a lost Pod was known", func(s *story) {
			s.lost()
			s.at = time.UnixMilli(2001)
			s.set("a", 2, 4, "1", 2, false)
		}, "(ii) ReplicaSet /a lowered from 4 to 2: 2 available", "1 violations"},
		{"lowered before a Pod that an update in place took was known", func(s *story) {
			s.started()
			s.patch("a1")
			s.set("b", 1, 1, "2", 1, true)
			s.at = time.UnixMilli(1000)
			s.set("a", 4, 2, "1", 1, true)
			s.at = time.UnixMilli(1500)
			s.set("b", 0, 1, "2", 2, false)
		}, "(ii) ReplicaSet /b lowered from 1 to 0: 2 available", "1 violations"},
		{"Pods that were never available may go", func(s *story) {
			s.started()
			s.set("a", 4, 2, "1", 1, true)
			s.set("a", 2, 2, "1", 2, false)
		}, "", "0 violations, 2 pod failures"},
		{"the last ReplicaSet deleted", func(s *story) {
			s.started()
			s.set("a", 4, 4, "1", 1, true)
			s.lines[len(s.lines)-1] = strings.Replace(s.lines[len(s.lines)-1], "MODIFIED", "DELETED", 1)
		}, "(ii) ReplicaSet /a lowered from 4 to 0", "1 violations"},
		{"Recreate by the book", func(s *story) {
			s.deployment(1, 1, 1, recreate, "1")
			s.set("a", 1, 1, "1", 1, true)
			s.pod(witness.Added, "a1", "a", "Running", true)
			s.set("a", 0, 1, "1", 2, false)
			s.terminating("a1", "a")
			s.pod(witness.Deleted, "a1", "a", "Running", false)
			s.set("b", 1, 0, "2", 1, false)
			s.pod(witness.Added, "b1", "b", "Pending", false)
		}, "", "0 violations"},
		{"Recreate beside a terminating Pod", func(s *story) {
			s.deployment(1, 1, 1, recreate, "1")
			s.set("a", 1, 1, "1", 1, true)
			s.pod(witness.Added, "a1", "a", "Running", true)
			s.set("a", 0, 1, "1", 2, false)
			s.terminating("a1", "a")
			s.set("b", 1, 0, "2", 1, false)
			s.pod(witness.Added, "b1", "b", "Pending", false)
		}, "(iii) Pod /b1 created", "1 violations"},
		{"Recreate beside a finished Pod", func(s *story) {
			s.deployment(1, 1, 1, recreate, "1")
			s.set("a", 0, 0, "1", 1, true)
			s.pod(witness.Added, "a1", "a", "Failed", false)
			s.set("b", 1, 0, "2", 1, false)
			s.pod(witness.Added, "b1", "b", "Pending", false)
		}, "", "0 violations"},
		{"a strategy changed to Recreate in the middle", func(s *story) {
			s.started()
			s.set("b", 1, 0, "2", 1, false)
			s.pod(witness.Added, "a1", "a", "Running", true)
			s.pod(witness.Added, "b1", "b", "Running", true)
			s.deployment(2, 1, 4, recreate, "2")
			s.pod(witness.Added, "a2", "a", "Pending", false)
		}, "", "0 violations"},
		{"one revision twice", func(s *story) {
			s.started()
			s.set("b", 0, 0, "1", 1, false)
		}, "(iv) ReplicaSet /b: revision 1 is that of a too", "1 violations"},
		{"a ReplicaSet's revision falls", func(s *story) {
			s.started()
			s.set("a", 4, 4, "3", 1, true)
			s.set("a", 4, 4, "2", 1, true)
		}, "(iv) ReplicaSet /a: its revision fell from 3 to 2", "1 violations"},
		{"a Deployment's revision falls", func(s *story) {
			s.started()
			s.deployment(1, 1, 4, rolling, "2")
			s.deployment(1, 1, 4, rolling, "1")
		}, "(iv) Deployment /web: its revision fell from 2 to 1", "1 violations"},
		{"what was lost in a gap is not judged", func(s *story) {
			s.started()
			from := len(s.lines)
			s.set("a", 0, 4, "1", 2, false)
			s.add(witness.Record{Type: witness.Gap, Kind: witness.ReplicaSet, From: fmt.Sprint(from)})
		}, "", "0 violations, 0 pod failures, 1 gaps"},
		{"before the lists are complete nothing is judged", func(s *story) {
			s.started()
			s.set("a", 0, 4, "1", 2, false)
			s.add(witness.Record{Type: witness.Listed, Kind: witness.Pod})
		}, "", "0 violations"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var s story
			test.tell(&s)
			// A witness writes kinds in no particular order: only the versions count.
			for i, j := 0, len(s.lines)-1; i < j; i, j = i+1, j-1 {
				s.lines[i], s.lines[j] = s.lines[j], s.lines[i]
			}
			first, last, ok := judged(t, s, false)
			if ok != (test.want == "") || !strings.Contains(first, test.want) || !strings.Contains(last, test.sums) {
				t.Errorf("ok %v\n%s\n%s", ok, first, last)
			}
		})
	}
}

func TestSettled(t *testing.T) {
	complete := func(s *story, available int32, observed int64) {
		one := intstr.FromInt32(1)
		s.add(witness.Record{Type: witness.Modified, Kind: witness.Deployment, Name: "web", UID: "d", Generation: 2, Revision: "2",
			Deployment: &witness.DeploymentDetails{Replicas: 4, MaxSurge: &one, StatusReplicas: 4, Updated: 4, Available: available, ObservedGeneration: observed}})
		s.set("b", 4, 4, "2", 1, true)
	}
	for _, test := range []struct {
		name string
		tell func(*story)
		want string
	}{
		{"complete", func(s *story) { s.set("a", 0, 0, "1", 1, true); complete(s, 4, 2) }, ""},
		{"one is missing", func(s *story) { complete(s, 3, 2) }, "Deployment /web is not complete"},
		{"not observed", func(s *story) { complete(s, 4, 1) }, "Deployment /web is not complete"},
		{"old Pods", func(s *story) { s.set("a", 1, 1, "1", 1, true); complete(s, 4, 2) }, "ReplicaSet /a is old"},
	} {
		var s story
		test.tell(&s)
		first, last, ok := judged(t, s, true)
		if ok != (test.want == "") || !strings.Contains(first, test.want) {
			t.Errorf("%s: ok %v\n%s\n%s", test.name, ok, first, last)
		}
	}
}

func judged(t *testing.T, s story, settled bool) (first, last string, ok bool) {
	t.Helper()
	var out strings.Builder
	ok, err := run(strings.NewReader(strings.Join(s.lines, "\n")), options{settled: settled, limits: witness.UpdateDetails{MaxSurge: intstr.FromInt32(1)}}, &out)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	return lines[0], lines[len(lines)-1], ok
}

func TestBounds(t *testing.T) {
	percent, zero := intstr.FromString("25%"), intstr.FromInt32(0)
	for _, test := range []struct {
		replicas           int32
		surge, unavailable *intstr.IntOrString
		most, least        int32
	}{
		{10, &percent, &percent, 13, 8}, // surge up, unavailable down
		{1, &percent, &percent, 2, 1},
		{3, &zero, &zero, 3, 2}, // both zero: one unavailable
		{3, &zero, &percent, 3, 2},
		{0, &percent, &percent, 0, 0},
	} {
		got := boundsOf(1, &witness.DeploymentDetails{Replicas: test.replicas, Strategy: rolling, MaxSurge: test.surge, MaxUnavailable: test.unavailable})
		if got.most != test.most || got.least != test.least {
			t.Errorf("%d replicas, surge %v, unavailable %v: %+v, want %d and %d", test.replicas, test.surge, test.unavailable, got, test.most, test.least)
		}
	}
}

func TestAViolationShowsTheEventsBeforeIt(t *testing.T) {
	var s story
	s.started()
	s.set("a", 2, 4, "1", 2, false)
	var out strings.Builder
	if ok, err := run(strings.NewReader(strings.Join(s.lines, "\n")), options{}, &out); ok || err != nil {
		t.Fatal(ok, err)
	}
	for _, line := range []int{2, 4} { // those of the ReplicaSet
		if want := fmt.Sprintf("\n  before, line %d: %s", line, s.lines[line-1]); !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in\n%s", want, out.String())
		}
	}
}
