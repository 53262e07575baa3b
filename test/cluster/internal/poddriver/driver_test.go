package poddriver

import (
	"context"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/fake"
	clienttesting "k8s.io/client-go/testing"
)

const patience = 30 * time.Second

// newServer is client-go's fake, and binds.
func newServer(objects ...runtime.Object) *fake.Clientset {
	server := fake.NewClientset(objects...)
	server.PrependReactor("create", "pods", func(action clienttesting.Action) (bool, runtime.Object, error) {
		if action.GetSubresource() != "binding" {
			return false, nil, nil
		}
		binding := action.(clienttesting.CreateAction).GetObject().(*corev1.Binding)
		object, err := server.Tracker().Get(action.GetResource(), action.GetNamespace(), binding.Name)
		if err != nil {
			return true, nil, err
		}
		p := object.(*corev1.Pod).DeepCopy()
		p.Spec.NodeName = binding.Target.Name
		return true, binding, server.Tracker().Update(action.GetResource(), p, action.GetNamespace())
	})
	return server
}

// until polls, because the fake tells nobody that it is asked.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !is(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within %v", what, patience)
		}
	}
}

func get(t *testing.T, server *fake.Clientset, name string) *corev1.Pod {
	t.Helper()
	p, err := server.CoreV1().Pods("default").Get(t.Context(), name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestDrive(t *testing.T) {
	server := newServer(pod("before"), pod("broken", isBroken), pod("going", bound, runs, deleted))
	ctx, cancel := context.WithCancel(t.Context())
	synced, ended := make(chan struct{}), make(chan error)
	go func() { ended <- drive(ctx, server, 3, 4, func() { close(synced) }) }()
	<-synced
	if _, err := server.CoreV1().Pods("default").Create(ctx, pod("after"), metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}

	for _, name := range []string{"before", "after"} {
		until(t, name+" is ready", func() bool {
			p := get(t, server, name)
			return p.Spec.NodeName == nodeOf(p.UID, 3) && p.Status.Phase == corev1.PodRunning && isReady(p)
		})
	}
	until(t, "the broken one runs", func() bool { return get(t, server, "broken").Status.Phase == corev1.PodRunning })
	if isReady(get(t, server, "broken")) {
		t.Error("the broken one is ready")
	}
	until(t, "the deleted one is gone", func() bool { return get(t, server, "going") == nil })
	if nodes, err := server.CoreV1().Nodes().List(ctx, metav1.ListOptions{}); err != nil || len(nodes.Items) != 3 {
		t.Errorf("%d nodes, %v", len(nodes.Items), err)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestFlapLeavesAllReady(t *testing.T) {
	ready := func(p *corev1.Pod) { p.Status.Conditions = conditions(true, metav1.Now()) }
	server := newServer(pod("a", bound, runs, ready), pod("b", bound, runs, ready), pod("c", bound, runs))
	flapped := map[string]int{}
	server.PrependReactor("patch", "pods", func(action clienttesting.Action) (bool, runtime.Object, error) {
		flapped[action.(clienttesting.PatchAction).GetName()]++
		return false, nil, nil
	})
	writes, err := flap(t.Context(), server, "", 1000, 100*time.Millisecond, 1)
	if err != nil {
		t.Fatal(err)
	}
	if writes < 2 || writes%2 != 0 || writes != flapped["a"]+flapped["b"] {
		t.Errorf("%d writes, of which %v", writes, flapped)
	}
	if !isReady(get(t, server, "a")) || !isReady(get(t, server, "b")) || isReady(get(t, server, "c")) {
		t.Error("the storm has left something else behind")
	}
	if _, err := flap(t.Context(), newServer(pod("c", bound)), "", 1000, time.Second, 1); err == nil {
		t.Error("there was no Pod to flap")
	}
}
