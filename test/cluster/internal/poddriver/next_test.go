package poddriver

import (
	"fmt"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// pod is as a controller makes it; the changes are what became of it.
func pod(name string, changes ...func(*corev1.Pod)) *corev1.Pod {
	p := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "default", UID: types.UID("uid-of-" + name)}}
	p.Spec.Containers = []corev1.Container{{Name: "app", Image: "app:v1"}}
	for _, change := range changes {
		change(p)
	}
	return p
}

func bound(p *corev1.Pod)    { p.Spec.NodeName = "driven-0" }
func deleted(p *corev1.Pod)  { p.DeletionTimestamp = &metav1.Time{Time: time.Unix(1, 0)} }
func runs(p *corev1.Pod)     { p.Status.Phase = corev1.PodRunning }
func failed(p *corev1.Pod)   { p.Status.Phase = corev1.PodFailed }
func pending(p *corev1.Pod)  { p.Status.Phase = corev1.PodPending }
func isBroken(p *corev1.Pod) { p.Spec.Containers[0].Image = "app:broken" }

func TestNext(t *testing.T) {
	for _, test := range []struct {
		name string
		pod  *corev1.Pod
		want action
	}{
		{"new", pod("p", pending), bind},
		{"bound", pod("p", bound, pending), run},
		{"bound, without a phase", pod("p", bound), run},
		{"running", pod("p", bound, runs), nothing},
		{"failed", pod("p", bound, failed), nothing},
		{"deleted while it runs", pod("p", bound, runs, deleted), remove},
		{"deleted before it runs", pod("p", bound, deleted), remove},
		{"deleted before it was bound", pod("p", deleted), nothing},
	} {
		if got := next(test.pod); got != test.want {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}

func TestRunning(t *testing.T) {
	now := time.Unix(100, 0)
	for _, test := range []struct {
		name  string
		pod   *corev1.Pod
		ready bool
	}{
		{"good image", pod("p", bound), true},
		{"broken image", pod("p", bound, isBroken), false},
		{"one of two is broken", pod("p", bound, isBroken, func(p *corev1.Pod) {
			p.Spec.Containers = append(p.Spec.Containers, corev1.Container{Name: "good", Image: "app:v1"})
		}), false},
	} {
		fields := running(test.pod, now).Status
		after := &corev1.Pod{Status: corev1.PodStatus{Conditions: fields.Conditions}}
		if fields.Phase != corev1.PodRunning || isReady(after) != test.ready {
			t.Errorf("%s: phase %s, ready %v, want %v", test.name, fields.Phase, isReady(after), test.ready)
		}
		if len(fields.ContainerStatuses) != len(test.pod.Spec.Containers) {
			t.Errorf("%s: %d containers have a status", test.name, len(fields.ContainerStatuses))
		}
	}
}

// What the driver keeps of a Pod is all that it decides by.
func TestTrimKeepsWhatDecides(t *testing.T) {
	for _, p := range []*corev1.Pod{pod("p"), pod("p", bound, isBroken), pod("p", bound, runs, deleted)} {
		trimmed, err := trim(p)
		if err != nil {
			t.Fatal(err)
		}
		small := trimmed.(*corev1.Pod)
		if next(small) != next(p) || small.UID != p.UID || small.Name != p.Name {
			t.Errorf("%v became %v", p, small)
		}
		ready := func(p *corev1.Pod) corev1.ConditionStatus {
			return running(p, time.Unix(1, 0)).Status.Conditions[3].Status
		}
		if ready(small) != ready(p) {
			t.Errorf("readiness of %v became %v", p, ready(small))
		}
	}
}

func TestNodeOf(t *testing.T) {
	if nodeOf("a", 1) != "driven-0" || nodeOf("a", 20) != nodeOf("a", 20) {
		t.Error("not always the same node")
	}
	seen := map[string]bool{}
	for i := range 200 {
		seen[nodeOf(types.UID(fmt.Sprint(i)), 4)] = true
	}
	if len(seen) != 4 {
		t.Errorf("200 Pods are on %d of 4 nodes", len(seen))
	}
}
