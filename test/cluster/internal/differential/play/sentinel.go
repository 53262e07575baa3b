package play

import (
	"context"
	"fmt"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/informers"
	appslisters "k8s.io/client-go/listers/apps/v1"
	"k8s.io/client-go/tools/cache"
	"k8s.io/utils/ptr"
)

// Sentinel is a Deployment, or a Rollout, without Pods that tells whether the controller has
// seen everything up to now: a change of minReadySeconds has to travel from the
// Deployment to its ReplicaSet and be observed in both. The controller writes
// that ReplicaSet only with the resource version of its newest state, so a
// second round shows that it has seen what the ReplicaSet controller wrote in
// the first one, and with it all that was written to ReplicaSets before.
type Sentinel struct {
	namespace   string
	name        string
	owners      owners
	replicaSets appslisters.ReplicaSetLister
}

// Sentinels makes the namespace of sentinels; they end with the context.
func Sentinels(ctx context.Context, cluster Cluster, namespace string) (func(name string) *Sentinel, error) {
	object := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace}}
	client := cluster.Client
	_, err := client.CoreV1().Namespaces().Create(ctx, object, metav1.CreateOptions{})
	if err != nil && !apierrors.IsAlreadyExists(err) {
		return nil, err
	}
	factory := informers.NewSharedInformerFactoryWithOptions(client, 0, informers.WithNamespace(namespace))
	owners := cluster.owners(namespace)
	replicaSets := factory.Apps().V1().ReplicaSets().Lister()
	factory.Start(ctx.Done())
	factory.WaitForCacheSync(ctx.Done())
	go owners.informer().Run(ctx.Done())
	if !cache.WaitForCacheSync(ctx.Done(), owners.informer().HasSynced) {
		return nil, ctx.Err()
	}
	return func(name string) *Sentinel {
		return &Sentinel{namespace, name, owners, replicaSets}
	}, nil
}

// Start makes the Deployment and waits for the controller's first answer.
func (s *Sentinel) Start(ctx context.Context, limit time.Duration) error {
	labels := map[string]string{"sentinel": s.name}
	d := &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: s.name},
		Spec: appsv1.DeploymentSpec{
			Replicas: ptr.To(int32(0)),
			Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: labels},
				Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "app", Image: "app:1"}}},
			},
		},
	}
	if err := s.owners.create(ctx, d); err != nil {
		return err
	}
	return s.await(ctx, limit, 0, 1)
}

// Stop removes the Deployment; the garbage collector takes the rest.
func (s *Sentinel) Stop(ctx context.Context) error {
	return s.owners.remove(ctx, s.name, metav1.DeletePropagationBackground)
}

// Round returns when the controller has answered.
func (s *Sentinel) Round(ctx context.Context, limit time.Duration) error {
	d, found := s.owners.find(s.name)
	if !found {
		return fmt.Errorf("sentinel %s is gone", s.name)
	}
	seconds := 1 - d.Spec.MinReadySeconds
	patch := fmt.Sprintf(`{"spec":{"minReadySeconds":%d}}`, seconds)
	d, err := s.owners.patch(ctx, s.name, patch)
	if err != nil {
		return err
	}
	return s.await(ctx, limit, seconds, d.Generation)
}

func (s *Sentinel) await(ctx context.Context, limit time.Duration, seconds int32, generation int64) error {
	deadline := time.Now().Add(limit)
	for !s.answered(seconds, generation) {
		if time.Now().After(deadline) {
			return fmt.Errorf("sentinel %s: no answer of the controller within %v", s.name, limit)
		}
		select {
		case <-time.After(5 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

func (s *Sentinel) answered(seconds int32, generation int64) bool {
	d, found := s.owners.find(s.name)
	if !found || d.Generation < generation || d.Status.ObservedGeneration < d.Generation {
		return false
	}
	replicaSets, _ := s.replicaSets.ReplicaSets(s.namespace).List(labels.SelectorFromSet(d.Spec.Selector.MatchLabels))
	return len(replicaSets) == 1 && replicaSets[0].Spec.MinReadySeconds == seconds &&
		replicaSets[0].Status.ObservedGeneration >= replicaSets[0].Generation
}
