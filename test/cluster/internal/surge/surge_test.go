package surge

import (
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/watch"
)

func deployment(replicas int32, surge string) appsv1.Deployment {
	value := intstr.Parse(surge)
	d := appsv1.Deployment{}
	d.Namespace, d.Name, d.Spec.Replicas = "default", "web", &replicas
	d.Spec.Strategy.RollingUpdate = &appsv1.RollingUpdateDeployment{MaxSurge: &value}
	return d
}

func TestMost(t *testing.T) {
	recreate := deployment(10, "3")
	recreate.Spec.Strategy.Type = appsv1.RecreateDeploymentStrategyType
	for _, test := range []struct {
		name string
		d    appsv1.Deployment
		want int
	}{
		{"a number", deployment(10, "3"), 13},
		{"a percentage is rounded up", deployment(10, "25%"), 13},
		{"none", deployment(10, "0"), 10},
		{"Recreate", recreate, 10},
	} {
		if got := most(&test.d); got != test.want {
			t.Errorf("%s: %d, want %d", test.name, got, test.want)
		}
	}
}

// pod is of the ReplicaSet of this hash.
func pod(name, hash string, changes ...func(*corev1.Pod)) *corev1.Pod {
	yes := true
	p := &corev1.Pod{}
	p.Namespace, p.Name, p.UID = "default", name, types.UID(name)
	p.Labels = map[string]string{appsv1.DefaultDeploymentUniqueLabelKey: hash}
	p.OwnerReferences = []metav1.OwnerReference{{Kind: "ReplicaSet", Name: "web-" + hash, Controller: &yes}}
	for _, change := range changes {
		change(p)
	}
	return p
}

func marked(p *corev1.Pod)  { now := metav1.Now(); p.DeletionTimestamp = &now }
func failed(p *corev1.Pod)  { p.Status.Phase = corev1.PodFailed }
func running(p *corev1.Pod) { p.Status.Phase = corev1.PodRunning }
func orphan(p *corev1.Pod)  { p.OwnerReferences = nil }
func other(p *corev1.Pod)   { p.OwnerReferences[0].Name = "batch-1" }

// ofArgo: the label with the hash has another name.
func ofArgo(p *corev1.Pod) {
	p.Labels = map[string]string{argoHash: p.Labels[appsv1.DefaultDeploymentUniqueLabelKey]}
}

func TestCensus(t *testing.T) {
	type event struct {
		kind watch.EventType
		pod  *corev1.Pod
	}
	for _, test := range []struct {
		name   string
		events []event
		above  int
		most   int
	}{
		{"a new Pod beside two of two", []event{
			{watch.Added, pod("a", "1")}, {watch.Added, pod("b", "1")}, {watch.Added, pod("c", "2")},
		}, 0, 3},
		{"and one more", []event{
			{watch.Added, pod("a", "1")}, {watch.Added, pod("b", "1")}, {watch.Added, pod("c", "2")},
			{watch.Added, pod("d", "2")}, {watch.Modified, pod("a", "1", marked)},
		}, 1, 4},
		{"after one was marked deleted", []event{
			{watch.Added, pod("a", "1")}, {watch.Added, pod("b", "1")}, {watch.Added, pod("c", "2")},
			{watch.Modified, pod("a", "1", marked)}, {watch.Added, pod("d", "2")}, {watch.Deleted, pod("a", "1", marked)},
		}, 0, 3},
		{"after one failed", []event{
			{watch.Added, pod("a", "1", failed)}, {watch.Added, pod("b", "1")}, {watch.Added, pod("c", "2")}, {watch.Added, pod("d", "2")},
		}, 0, 3},
		{"after one is gone", []event{
			{watch.Added, pod("a", "1")}, {watch.Added, pod("b", "1")}, {watch.Added, pod("c", "2")},
			{watch.Deleted, pod("a", "1")}, {watch.Added, pod("d", "2")},
		}, 0, 3},
		{"a Pod that changes counts once", []event{
			{watch.Added, pod("a", "1")}, {watch.Modified, pod("a", "1", running)}, {watch.Modified, pod("a", "1")},
		}, 0, 1},
		{"Pods of Argo Rollouts count", []event{
			{watch.Added, pod("a", "1", ofArgo)}, {watch.Added, pod("b", "1", ofArgo)}, {watch.Added, pod("c", "2", ofArgo)},
			{watch.Added, pod("d", "2", ofArgo)},
		}, 1, 4},
		{"Pods of others do not count", []event{
			{watch.Added, pod("a", "1", orphan)}, {watch.Added, pod("b", "1", other)}, {watch.Added, pod("c", "2")},
		}, 0, 1},
	} {
		c := newCensus([]appsv1.Deployment{deployment(2, "1")})
		for _, e := range test.events {
			c.see(e.kind, e.pod)
		}
		if len(c.above) != test.above || c.most != test.most {
			t.Errorf("%s: %d above, most %d; want %d and %d", test.name, len(c.above), c.most, test.above, test.most)
		}
	}
}
