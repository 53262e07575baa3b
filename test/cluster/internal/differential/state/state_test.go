package state

import (
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"

	"windlass.dev/test/cluster/internal/differential/script"
)

func replicaSet(name, owner, revision string, age int, replicas int32) appsv1.ReplicaSet {
	rs := appsv1.ReplicaSet{}
	rs.Name, rs.UID = name, types.UID(name)
	rs.CreationTimestamp = metav1.NewTime(time.Unix(int64(1000-age), 0))
	if owner != "" {
		rs.OwnerReferences = []metav1.OwnerReference{
			{Kind: "Deployment", Name: owner, Controller: ptr.To(true)}}
	}
	rs.Annotations = map[string]string{}
	if revision != "" {
		rs.Annotations[revisionAnnotation] = revision
	}
	rs.Spec.Replicas = &replicas
	rs.Spec.Template.Spec.Containers = []corev1.Container{{Image: "app:" + name}}
	return rs
}

func lines(objects Objects) []string {
	memory := NewMemory()
	for i := range objects.ReplicaSets {
		memory.See(&objects.ReplicaSets[i])
	}
	return Lines(objects, memory)
}

func TestLines(t *testing.T) {
	d := appsv1.Deployment{}
	d.Name, d.Generation = "web", 2
	d.Annotations = map[string]string{"note": "b", revisionAnnotation: "2", restartedAnnotation: "x"}
	d.Spec.Replicas = ptr.To(int32(5))
	d.Status = appsv1.DeploymentStatus{ObservedGeneration: 2, Replicas: 5, UpdatedReplicas: 1, ReadyReplicas: 4,
		AvailableReplicas: 3, UnavailableReplicas: 2, TerminatingReplicas: ptr.To(int32(0)),
		Conditions: []appsv1.DeploymentCondition{
			{Type: "Progressing", Status: "True", Reason: "ReplicaSetUpdated", Message: "x"},
			{Type: "Available", Status: "False", Reason: "MinimumReplicasUnavailable"}}}
	old := replicaSet("a", "web", "1", 9, 4)
	old.Annotations["deployment.kubernetes.io/desired-replicas"] = "4"
	old.Status = appsv1.ReplicaSetStatus{Replicas: 4, ReadyReplicas: 3, AvailableReplicas: 2, TerminatingReplicas: ptr.To(int32(1))}
	got := lines(Objects{
		Deployments: []appsv1.Deployment{d},
		ReplicaSets: []appsv1.ReplicaSet{replicaSet("b", "web", "2", 5, 1), old},
		Events: []Event{
			{"web", "ScalingReplicaSet", "Scaled up replica set b from 0 to 3"},
			{"web", "ScalingReplicaSet", "Scaled down replica set b from 3 to 1"},
			{"web", "DeploymentRollback", "x"},
			{"web", "DeploymentRollback", "y"},
		},
		Refused: []string{"web"},
	})
	want := []string{
		"refused web",
		"deployment web observed=true replicas=5 updated=1 ready=4 available=3 unavailable=2 terminating=0 collisions=none deleting=false",
		"condition web Available=False MinimumReplicasUnavailable",
		"condition web Progressing=True moving",
		"annotation web deployment.kubernetes.io/revision=2",
		"annotation web note=b",
		"replicaset web/1 image=app:a spec=4 replicas=4 ready=3 available=2 terminating=1 minReadySeconds=0 deleting=false",
		"replicaset web/2 image=app:b spec=1 replicas=0 ready=0 available=0 terminating=none minReadySeconds=0 deleting=false",
		"annotation web/1 deployment.kubernetes.io/desired-replicas=4",
		"event web DeploymentRollback",
		"event web ScalingReplicaSet web/2 +1",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// Only what is not complete may have any of several reasons.
func TestReasonOfProgressing(t *testing.T) {
	complete := appsv1.DeploymentStatus{ObservedGeneration: 2, Replicas: 3, UpdatedReplicas: 3, AvailableReplicas: 3}
	behind, old, unavailable := complete, complete, complete
	behind.ObservedGeneration = 1
	old.UpdatedReplicas = 2
	unavailable.AvailableReplicas = 2
	for _, row := range []struct {
		name   string
		status appsv1.DeploymentStatus
		value  corev1.ConditionStatus
		want   string
	}{
		{"complete", complete, "True", "Reason"},
		{"not observed", behind, "True", "moving"},
		{"old Pods", old, "True", "moving"},
		{"unavailable Pods", unavailable, "True", "moving"},
		{"timed out", unavailable, "False", "Reason"},
		{"paused", unavailable, "Unknown", "Reason"},
	} {
		d := &appsv1.Deployment{Status: row.status}
		d.Generation, d.Spec.Replicas = 2, ptr.To(int32(3))
		condition := appsv1.DeploymentCondition{Type: "Progressing", Status: row.value, Reason: "Reason"}
		if got := Reason(d, condition); got != row.want {
			t.Errorf("%s: %s, want %s", row.name, got, row.want)
		}
		condition.Type = "Available"
		if got := Reason(d, condition); got != "Reason" {
			t.Errorf("%s: Available has %s", row.name, got)
		}
	}
}

func TestReplicaSetNames(t *testing.T) {
	got := lines(Objects{ReplicaSets: []appsv1.ReplicaSet{
		replicaSet("a", "web", "10", 9, 0),
		replicaSet("b", "web", "9", 8, 0),
		replicaSet("c", "web", "", 7, 0),
		replicaSet("d", "web", "9", 6, 0),
		replicaSet("e", "", "1", 5, 0),
		replicaSet("f", "api", "1", 4, 0),
	}})
	var names []string
	for _, line := range got {
		names = append(names, strings.Fields(line)[1])
	}
	want := []string{"-/1", "api/1", "web/none", "web/9", "web/9'", "web/10"}
	if !reflect.DeepEqual(names, want) {
		t.Errorf("names %v, want %v", names, want)
	}
}

// What happened to a ReplicaSet that is gone, or that changed hands, is told by its last name.
func TestEventsOfReplicaSetsThatAreGone(t *testing.T) {
	memory := NewMemory()
	rs := replicaSet("a", "web", "1", 9, 0)
	memory.See(&rs)
	rs = replicaSet("a", "", "4", 9, 0)
	memory.See(&rs)
	if identity, _ := memory.Of("a"); identity.Owner != "web" || identity.Owned || identity.Number() != 4 {
		t.Errorf("identity %+v", identity)
	}
	got := Lines(Objects{Events: []Event{
		{"web", "ScalingReplicaSet", "Scaled down replica set a from 3 to 0"},
		{"web", "ScalingReplicaSet", "Scaled up replica set unknown from 0 to 1"},
		{"web", "ScalingReplicaSet", "Scaled up replica set a from 3 to 0"},
		{"web", "ScalingReplicaSet", "nonsense"},
	}}, memory)
	want := []string{
		"event web ScalingReplicaSet ? +1",
		"event web ScalingReplicaSet not understood: Scaled up replica set a from 3 to 0",
		"event web ScalingReplicaSet not understood: nonsense",
		"event web ScalingReplicaSet web/4 -3",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// Where events were combined, one side's changes tell nothing of the other's.
func TestCombinedEvents(t *testing.T) {
	if !Combined("(combined from similar events): x") || Combined("x") {
		t.Error("combined or not?")
	}
	objects := Objects{
		Events:   []Event{{"web", "ScalingReplicaSet", "Scaled up replica set a from 0 to 3"}, {"web", "Other", ""}},
		Combined: []string{"web"},
	}
	got := Lines(objects, NewMemory())
	want := []string{"event web Other", "event web ScalingReplicaSet combined"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("lines %q, want %q", got, want)
	}
	other := []string{"event web Other", "event web ScalingReplicaSet web/1 +3", "event api ScalingReplicaSet api/1 +3"}
	for _, sides := range [][2][]string{{got, other}, {other, got}} {
		differing, _, _ := Compare(sides[0], sides[1], nil)
		if len(differing) != 1 || differing[0].First+differing[0].Second != other[2] {
			t.Errorf("differing %v", differing)
		}
	}
}

func TestCompare(t *testing.T) {
	first := []string{"deployment web observed=true replicas=3", "condition web Available=True X", "replicaset web/1 spec=3", "event web A"}
	second := []string{"deployment web observed=true replicas=2", "condition web Available=True X", "replicaset web/2 spec=3", "event web A"}
	expected := []script.Difference{
		{Pattern: regexp.MustCompile(`^replicaset\sweb/2`), Why: "because"},
		{Pattern: regexp.MustCompile(`^condition`), Why: "never shows"},
	}
	differing, explained, stale := Compare(first, second, expected)
	if want := []Pair{{first[0], second[0]}, {first[2], ""}}; !reflect.DeepEqual(differing, want) {
		t.Errorf("differing %v, want %v", differing, want)
	}
	if want := []Pair{{"", second[2]}}; !reflect.DeepEqual(explained, want) {
		t.Errorf("explained %v, want %v", explained, want)
	}
	if len(stale) != 1 || stale[0].Why != "never shows" {
		t.Errorf("stale %v", stale)
	}
	if differing, _, _ := Compare(first, first, nil); len(differing) != 0 {
		t.Errorf("equal states differ: %v", differing)
	}
	if text := Print([]Pair{{"x", ""}}, "stock", "windlass"); !strings.Contains(text, "stock:     x\n") ||
		!strings.Contains(text, "windlass:  (nothing)\n") {
		t.Errorf("printed %q", text)
	}
}

// A line that there is twice is not equal to the same line once.
func TestCompareCountsLines(t *testing.T) {
	differing, _, _ := Compare([]string{"refused web", "refused web"}, []string{"refused web"}, nil)
	if want := []Pair{{"refused web", ""}}; !reflect.DeepEqual(differing, want) {
		t.Errorf("differing %v, want %v", differing, want)
	}
}
