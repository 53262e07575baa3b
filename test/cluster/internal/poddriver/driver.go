package poddriver

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"os"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	corelisters "k8s.io/client-go/listers/core/v1"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/util/workqueue"
)

// driver takes every Pod that it sees to where it should be, a write at a time:
// the watch tells of each write, and the next one follows from that.
type driver struct {
	client kubernetes.Interface
	pods   corelisters.PodLister
	nodes  int
	queue  workqueue.TypedRateLimitingInterface[cache.ObjectName]
}

// drive runs until the context ends; it calls synced once it knows all Pods.
func drive(ctx context.Context, client kubernetes.Interface, nodes, workers int, synced func()) error {
	if err := createNodes(ctx, client, nodes); err != nil {
		return err
	}
	factory := informers.NewSharedInformerFactoryWithOptions(client, 0, informers.WithTransform(trim))
	informer := factory.Core().V1().Pods()
	d := &driver{
		client: client, pods: informer.Lister(), nodes: nodes,
		queue: workqueue.NewTypedRateLimitingQueue(workqueue.DefaultTypedControllerRateLimiter[cache.ObjectName]()),
	}
	changed := func(object any) {
		if pod, ok := object.(*corev1.Pod); ok && next(pod) != nothing {
			d.queue.Add(cache.MetaObjectToName(pod))
		}
	}
	if _, err := informer.Informer().AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc: changed, UpdateFunc: func(_, pod any) { changed(pod) },
	}); err != nil {
		return err
	}
	factory.Start(ctx.Done())
	if !cache.WaitForCacheSync(ctx.Done(), informer.Informer().HasSynced) {
		return ctx.Err()
	}
	synced()

	var running sync.WaitGroup
	for range workers {
		running.Go(func() {
			for d.work(ctx) {
			}
		})
	}
	<-ctx.Done()
	d.queue.ShutDown()
	running.Wait()
	factory.Shutdown()
	return nil
}

// trim drops what the driver does not look at: twenty thousand Pods are many.
func trim(object any) (any, error) {
	pod, ok := object.(*corev1.Pod)
	if !ok {
		return object, nil
	}
	small := &corev1.Pod{}
	small.Name, small.Namespace, small.UID = pod.Name, pod.Namespace, pod.UID
	small.ResourceVersion, small.DeletionTimestamp = pod.ResourceVersion, pod.DeletionTimestamp
	small.Spec.NodeName, small.Status.Phase = pod.Spec.NodeName, pod.Status.Phase
	for _, container := range pod.Spec.Containers {
		small.Spec.Containers = append(small.Spec.Containers, corev1.Container{Name: container.Name, Image: container.Image})
	}
	return small, nil
}

func (d *driver) work(ctx context.Context) bool {
	name, over := d.queue.Get()
	if over {
		return false
	}
	defer d.queue.Done(name)
	pod, err := d.pods.Pods(name.Namespace).Get(name.Name)
	if err == nil {
		err = d.write(ctx, pod)
	}
	switch {
	// Gone, or another one by now: the watch tells of it.
	case err == nil, apierrors.IsNotFound(err), apierrors.IsConflict(err):
		d.queue.Forget(name)
	case ctx.Err() == nil:
		fmt.Fprintf(os.Stderr, "pods: %s: %v\n", name, err)
		d.queue.AddRateLimited(name)
	}
	return true
}

func (d *driver) write(ctx context.Context, pod *corev1.Pod) error {
	pods := d.client.CoreV1().Pods(pod.Namespace)
	switch next(pod) {
	case bind:
		return pods.Bind(ctx, &corev1.Binding{
			ObjectMeta: metav1.ObjectMeta{Name: pod.Name, Namespace: pod.Namespace, UID: pod.UID},
			Target:     corev1.ObjectReference{Kind: "Node", Name: nodeOf(pod.UID, d.nodes)},
		}, metav1.CreateOptions{})
	case run:
		return patchStatus(ctx, d.client, pod, running(pod, time.Now()))
	case remove:
		now := int64(0)
		return pods.Delete(ctx, pod.Name, metav1.DeleteOptions{
			GracePeriodSeconds: &now, Preconditions: &metav1.Preconditions{UID: &pod.UID},
		})
	default:
		return nil
	}
}

func patchStatus(ctx context.Context, client kubernetes.Interface, pod *corev1.Pod, patch statusPatch) error {
	body, err := json.Marshal(patch)
	if err != nil {
		return err
	}
	_, err = client.CoreV1().Pods(pod.Namespace).Patch(ctx, pod.Name, types.MergePatchType, body, metav1.PatchOptions{}, "status")
	return err
}

func nodeName(index int) string { return fmt.Sprintf("driven-%d", index) }

// nodeOf spreads Pods evenly, and always in the same way.
func nodeOf(uid types.UID, nodes int) string {
	hash := fnv.New32a()
	hash.Write([]byte(uid))
	return nodeName(int(hash.Sum32() % uint32(nodes)))
}

// createNodes makes the objects; nobody sends their heartbeats.
func createNodes(ctx context.Context, client kubernetes.Interface, count int) error {
	for i := range count {
		node := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: nodeName(i)}}
		if _, err := client.CoreV1().Nodes().Create(ctx, node, metav1.CreateOptions{}); err != nil && !apierrors.IsAlreadyExists(err) {
			return err
		}
	}
	return nil
}
