package check

import (
	"fmt"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/util/intstr"

	"windlass.dev/test/cluster/internal/witness"
)

// whole: a Deployment that is updated in place, complete with four Pods of app:v1.
func (s *story) whole(unavailable string) {
	s.inPlace(0, unavailable)
	s.set("a", 4, 4, "1", 1, true)
	for n := 1; n <= 4; n++ {
		s.container(witness.Added, fmt.Sprint("a", n), "app:v1", "one", 0, true, "")
	}
	s.inPlace(4, unavailable)
}

func (s *story) inPlace(available int32, unavailable string) {
	one := intstr.FromInt32(1)
	s.add(witness.Record{Type: witness.Modified, Kind: witness.Deployment, Name: "web", UID: "d", Generation: 1, Revision: "1",
		Deployment: &witness.DeploymentDetails{Replicas: 4, Strategy: rolling, MaxUnavailable: &one, InPlace: "Only", InPlaceUnavailable: unavailable,
			StatusReplicas: available, Updated: available, Available: available, ObservedGeneration: 1}})
}

func (s *story) container(kind, pod, image, id string, restarts int32, ready bool, state string) {
	s.add(witness.Record{Type: kind, Kind: witness.Pod, Name: pod, UID: pod, Owner: "a",
		Pod: &witness.PodDetails{Phase: "Running", Ready: ready, Node: "node", Address: "10.0.0." + pod[1:], InPlaceState: state,
			Containers: []witness.ContainerDetails{{Name: "app", Image: image, ID: id, Restarts: restarts}}}})
}

// toV2 is the annotation of a Pod whose container `id` is patched to app:v2.
func toV2(id string) string {
	return fmt.Sprintf(`{"v":1,"c":{"app":{"from":"app:v1","to":"app:v2","id":"%s"}}}`, id)
}

func (s *story) patch(pod string) {
	s.container(witness.Modified, pod, "app:v2", "one", 0, true, toV2("one"))
}
func (s *story) restarted(pod string) {
	s.container(witness.Modified, pod, "app:v2", "two", 1, true, toV2("one"))
}

func TestInPlace(t *testing.T) {
	for _, test := range []struct {
		name string
		tell func(*story)
		want string
	}{
		{"one after the other", func(s *story) {
			s.whole("")
			for n := 1; n <= 4; n++ {
				s.patch(fmt.Sprint("a", n))
				s.restarted(fmt.Sprint("a", n))
			}
		}, ""},
		{"two at once, where one may be missing", func(s *story) {
			s.whole("")
			s.patch("a1")
			s.patch("a2")
		}, "(v) Pod /a2 patched: 2 available and not in flight, at least 3 required"},
		{"two at once, where the annotation allows it", func(s *story) {
			s.whole("50%")
			s.patch("a1")
			s.patch("a2")
		}, ""},
		{"one where the annotation allows none", func(s *story) {
			s.whole("0")
			s.patch("a1")
		}, "(v) Pod /a1 patched: 3 available and not in flight, at least 4 required"},
		{"beside a restarted one that is not ready yet", func(s *story) {
			s.whole("")
			s.patch("a1")
			s.container(witness.Modified, "a1", "app:v2", "two", 1, false, toV2("one"))
			s.patch("a2")
		}, "(v) Pod /a2 patched"},
		{"beside one that failed by itself", func(s *story) {
			s.whole("")
			s.container(witness.Modified, "a1", "app:v1", "one", 0, false, "")
			s.patch("a2")
		}, "(v) Pod /a2 patched"},
		{"the one that failed by itself", func(s *story) {
			s.whole("")
			s.container(witness.Modified, "a1", "app:v1", "one", 0, false, "")
			s.container(witness.Modified, "a2", "app:v1", "one", 0, false, "")
			s.container(witness.Modified, "a1", "app:v2", "one", 0, false, toV2("one"))
		}, ""},
		{"twice to one image", func(s *story) {
			s.whole("")
			s.patch("a1")
			s.restarted("a1")
			s.container(witness.Modified, "a1", "app:v2", "two", 1, true,
				`{"v":1,"c":{"app":{"from":"app:v2","to":"app:v2","id":"two"}}}`)
		}, "(vi) Pod /a1: container app is patched to app:v2 again"},
		{"taken back before the kubelet did anything", func(s *story) {
			s.whole("")
			s.patch("a1")
			s.container(witness.Modified, "a1", "app:v1", "one", 0, true,
				`{"v":1,"c":{"app":{"from":"app:v2","to":"app:v1","id":"one","seen":[{"id":"one","image":"app:v1"}]}}}`)
			s.patch("a2")
		}, ""},
		{"overtaken by another patch, and the container of the first there", func(s *story) {
			s.whole("")
			s.patch("a1")
			s.container(witness.Modified, "a1", "app:v3", "two", 1, true,
				`{"v":1,"c":{"app":{"from":"app:v2","to":"app:v3","id":"two","seen":[{"id":"one","image":"app:v1"},{"id":"two"}]}}}`)
			s.patch("a2")
		}, "(v) Pod /a2 patched"},
		{"a Pod moves", func(s *story) {
			s.whole("")
			s.add(witness.Record{Type: witness.Modified, Kind: witness.Pod, Name: "a1", UID: "a1", Owner: "a",
				Pod: &witness.PodDetails{Phase: "Running", Ready: true, Node: "node", Address: "10.0.0.9"}})
		}, "(vi) Pod /a1: was on node at 10.0.0.1"},
		{"a Pod is replaced", func(s *story) {
			s.whole("")
			s.terminating("a1", "a")
		}, "(vii) Pod /a1 deleted"},
		{"a Pod is added", func(s *story) {
			s.whole("")
			s.pod(witness.Added, "a5", "a", "Pending", false)
		}, "(vii) Pod /a5 created"},
		{"a container is restarted twice for one patch", func(s *story) {
			s.whole("")
			s.patch("a1")
			s.container(witness.Modified, "a1", "app:v2", "three", 2, true, toV2("one"))
		}, "(vii) Pod a1: container app was restarted 2 times for 1 changes"},
		{"ReplicaSets change places", func(s *story) {
			s.whole("")
			s.set("p", 0, 0, "2", 1, true)
			s.exchange("p", "1", 2)
			s.set("a", 4, 4, "2", 2, true)
			s.set("p", 0, 0, "1", 3, true)
		}, ""},
		{"one revision twice, after the exchange", func(s *story) {
			s.whole("")
			s.set("p", 0, 0, "2", 1, true)
			s.exchange("p", "1", 2)
			s.set("a", 4, 4, "2", 2, true)
			s.set("p", 0, 0, "2", 3, true)
		}, "(iv) ReplicaSet /p: revision 2 is that of a too"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var s story
			test.tell(&s)
			var out strings.Builder
			ok, err := run(strings.NewReader(strings.Join(s.lines, "\n")), options{inPlace: true, table: true}, &out)
			if err != nil {
				t.Fatal(err)
			}
			if ok != (test.want == "") || !strings.Contains(out.String(), test.want) {
				t.Errorf("ok %v\n%s", ok, out.String())
			}
		})
	}
}

// exchange: the ReplicaSet is given the revision of another one, which is to get its own.
func (s *story) exchange(name, revision string, generation int64) {
	s.add(witness.Record{Type: witness.Modified, Kind: witness.ReplicaSet, Name: name, UID: name, Owner: "d", Generation: generation, Revision: revision,
		ReplicaSet: &witness.ReplicaSetDetails{ObservedGeneration: generation, Exchange: true}})
}

func TestTable(t *testing.T) {
	var s story
	s.whole("")
	s.patch("a1")
	s.restarted("a1")
	var out strings.Builder
	if _, err := run(strings.NewReader(strings.Join(s.lines, "\n")), options{table: true}, &out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"app:v1 -> app:v2", "one -> two", "0 -> 1", "10.0.0.1", "1 patches of pods, at most 1 of one deployment in flight"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing:\n%s", want, out.String())
		}
	}
}
