package rolled

import (
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
)

func deployment(name string, changes ...func(*appsv1.Deployment)) *appsv1.Deployment {
	replicas := int32(3)
	d := &appsv1.Deployment{}
	d.Name, d.Generation, d.Spec.Replicas = name, 2, &replicas
	d.Spec.Template.Spec.Containers = []corev1.Container{{Image: "app:v2"}}
	d.Status = appsv1.DeploymentStatus{ObservedGeneration: 2, Replicas: 3, UpdatedReplicas: 3, AvailableReplicas: 3}
	for _, change := range changes {
		change(d)
	}
	return d
}

func unseen(d *appsv1.Deployment)   { d.Status.ObservedGeneration = 1 }
func surplus(d *appsv1.Deployment)  { d.Status.Replicas = 4 }
func outdated(d *appsv1.Deployment) { d.Status.UpdatedReplicas = 2 }
func away(d *appsv1.Deployment)     { d.Status.AvailableReplicas = 2 }
func old(d *appsv1.Deployment)      { d.Spec.Template.Spec.Containers[0].Image = "app:v1" }

func TestComplete(t *testing.T) {
	for _, test := range []struct {
		name  string
		image string
		d     *appsv1.Deployment
		want  bool
	}{
		{"complete", "app:v2", deployment("d"), true},
		{"any image", "", deployment("d", old), true},
		{"another image", "app:v2", deployment("d", old), false},
		{"generation not seen", "", deployment("d", unseen), false},
		{"a Pod too many", "", deployment("d", surplus), false},
		{"a Pod not updated", "", deployment("d", outdated), false},
		{"a Pod not available", "", deployment("d", away), false},
	} {
		if got := complete(test.d, test.image); got != test.want {
			t.Errorf("%s: %v", test.name, got)
		}
	}
}

func TestTally(t *testing.T) {
	tally := &tally{count: 2, complete: map[string]bool{}, done: make(chan time.Time, 1)}
	tally.see(deployment("a"))
	tally.see(deployment("a"))
	tally.see(deployment("b", away))
	tally.see(deployment("a", away)) // is not any more
	tally.see(deployment("b"))
	if len(tally.done) != 0 {
		t.Fatal("one of two was enough")
	}
	tally.see(deployment("a"))
	if len(tally.done) != 1 {
		t.Fatal("two of two were not enough")
	}
	tally.see(deployment("a"))
}
