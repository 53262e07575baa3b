package check

import (
	"strings"
	"testing"

	"windlass.dev/test/cluster/internal/witness"
)

func TestLivePods(t *testing.T) {
	const ours, user = "windlass", "kubectl"
	for _, test := range []struct {
		name string
		tell func(*story) // after full
		want string       // in the first complaint; empty: nothing to complain about
	}{
		{"one more than before", func(s *story) {
			s.resized("b", 1, "2", 1, 0, ours)
			s.many("b", 1, 1)
		}, ""},
		{"grown before an old Pod is gone", func(s *story) {
			s.resized("b", 1, "2", 1, 0, ours)
			s.many("b", 1, 1)
			s.resized("a", 3, "1", 2, 1, ours)
			s.resized("b", 2, "2", 2, 1, ours)
			s.many("b", 2, 2)
		}, "(viii) Pod /b2 created: 6 live Pods, at most 5 allowed"},
		{"grown when it is marked deleted", func(s *story) {
			s.resized("b", 1, "2", 1, 0, ours)
			s.many("b", 1, 1)
			s.resized("a", 3, "1", 2, 1, ours)
			s.terminating("a1", "a")
			s.resized("b", 2, "2", 2, 1, ours)
			s.many("b", 2, 2)
		}, ""},
		{"a Pod that failed is not live", func(s *story) {
			s.resized("a", 3, "1", 2, 1, ours)
			s.pod(witness.Modified, "a1", "a", "Failed", false)
			s.resized("b", 2, "2", 1, 0, ours)
			s.many("b", 1, 2)
		}, ""},
		{"the limit was lowered later", func(s *story) {
			s.resized("b", 1, "2", 1, 0, ours)
			s.deployment(2, 2, 2, rolling, "1")
			s.many("b", 1, 1)
		}, ""},
		{"the limit was lowered before", func(s *story) {
			s.deployment(2, 2, 3, rolling, "1")
			s.resized("a", 2, "1", 2, 1, ours)
			s.resized("b", 2, "2", 1, 0, ours)
			s.many("b", 1, 1)
		}, "(viii) Pod /b1 created: 5 live Pods, at most 4 allowed"},
		{"the limit was lowered, which was not observed yet", func(s *story) {
			s.deployment(2, 1, 3, rolling, "1")
			s.resized("a", 2, "1", 2, 1, ours)
			s.resized("b", 2, "2", 1, 0, ours)
			s.many("b", 1, 1)
		}, ""},
		{"the limit was raised later", func(s *story) {
			s.resized("a", 3, "1", 2, 1, ours)
			s.resized("b", 2, "2", 1, 0, ours)
			s.deployment(2, 1, 5, rolling, "1")
			s.many("b", 1, 2)
		}, ""},
		{"an earlier size may be the one that is acted upon", func(s *story) {
			s.resized("b", 1, "2", 1, 1, ours)
			s.deployment(2, 2, 3, rolling, "1")
			s.resized("b", 2, "2", 2, 1, ours)
			s.many("b", 1, 1)
		}, ""},
		{"it is not once the later one is observed", func(s *story) {
			s.resized("b", 1, "2", 1, 1, ours)
			s.deployment(2, 2, 2, rolling, "1")
			s.resized("a", 1, "1", 2, 1, ours)
			s.resized("b", 2, "2", 2, 2, ours)
			s.many("b", 1, 1)
		}, "(viii) Pod /b1 created: 5 live Pods, at most 3 allowed"},
		{"lowering asks for no Pod", func(s *story) {
			s.resized("b", 2, "2", 1, 1, ours)
			s.deployment(2, 2, 3, rolling, "1")
			s.resized("b", 1, "2", 2, 2, ours)
			s.many("b", 1, 1)
		}, ""},
		{"others wrote the size", func(s *story) {
			s.resized("a", 3, "1", 2, 1, ours)
			s.resized("b", 2, "2", 1, 0, user)
			s.many("b", 1, 2)
		}, ""},
		{"others scaled the old one up later", func(s *story) {
			s.resized("b", 1, "2", 1, 0, ours)
			s.resized("a", 5, "1", 2, 1, user)
			s.many("a", 5, 5)
			s.many("b", 1, 1)
		}, ""},
		{"others scaled the old one up before", func(s *story) {
			s.resized("a", 5, "1", 2, 2, user)
			s.many("a", 5, 5)
			s.resized("a", 4, "1", 3, 2, ours)
			s.resized("b", 1, "2", 1, 0, ours)
			s.many("b", 1, 1)
		}, "(viii) Pod /b1 created: 6 live Pods, at most 5 allowed: a has 5, b has 1"},
		{"adopted later", func(s *story) {
			s.pod(witness.Added, "o", "", "Running", true)
			s.resized("b", 1, "2", 1, 0, ours)
			s.pod(witness.Modified, "o", "a", "Running", true)
			s.many("b", 1, 1)
		}, ""},
		{"adopted before", func(s *story) {
			s.pod(witness.Added, "o", "", "Running", true)
			s.pod(witness.Modified, "o", "a", "Running", true)
			s.resized("b", 1, "2", 1, 0, ours)
			s.many("b", 1, 1)
		}, "(viii) Pod /b1 created: 6 live Pods"},
		{"Recreate has no surge", func(s *story) {
			s.deployment(2, 2, 4, recreate, "1")
			s.resized("a", 3, "1", 2, 1, ours)
			s.resized("b", 1, "2", 1, 0, ours)
			s.many("b", 1, 1)
		}, "(viii) Pod /b1 created: 5 live Pods, at most 4 allowed"},
		{"the reply to a creation was lost, and the ReplicaSet controller created one more", func(s *story) {
			s.resized("a", 3, "1", 2, 1, ours)
			s.terminating("a1", "a")
			s.resized("b", 2, "2", 1, 0, ours)
			s.many("b", 1, 3)
		}, ""},
		{"it did, and the size had been lowered", func(s *story) {
			s.resized("b", 3, "2", 1, 1, ours)
			s.resized("b", 1, "2", 2, 2, ours)
			s.many("b", 1, 2)
		}, ""},
		{"it may not know yet that the size was lowered", func(s *story) {
			s.resized("b", 3, "2", 1, 1, ours)
			s.resized("b", 1, "2", 2, 1, ours)
			s.many("b", 1, 2)
		}, "(viii) Pod /b2 created: 6 live Pods, at most 5 allowed"},
		{"it did, and a later size counts the one more", func(s *story) {
			s.resized("a", 3, "1", 2, 1, ours)
			s.terminating("a1", "a")
			s.resized("b", 2, "2", 1, 0, ours)
			s.many("b", 1, 3)
			s.resized("b", 4, "2", 2, 1, ours)
			s.resized("b", 4, "2", 2, 2, ours)
			s.many("b", 4, 4)
		}, "(viii) Pod /b4 created: 7 live Pods, at most 5 allowed"},
		{"what was there before the witness may have been decided under any limit", func(s *story) {
			s.resized("b", 2, "2", 1, 0, ours)
			s.add(witness.Record{Type: witness.Listed, Kind: witness.ReplicaSet})
			s.many("b", 1, 2)
		}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			var s story
			s.full()
			test.tell(&s)
			first := ""
			log, err := readLog(strings.NewReader(strings.Join(s.lines, "\n")))
			if err != nil {
				t.Fatal(err)
			}
			judge := newJudge(witness.UpdateDetails{})
			for _, event := range log.events {
				judge.apply(event, log.complete(event.version))
			}
			for _, v := range judge.violations {
				if first == "" && strings.HasPrefix(v.text, "(viii)") {
					first = v.text
				}
			}
			if (first == "") != (test.want == "") || !strings.HasPrefix(first, test.want) {
				t.Errorf("%q, want %q", first, test.want)
			}
		})
	}
}
