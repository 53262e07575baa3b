package poddriver

import (
	"context"
	"fmt"
	"os"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/util/flowcontrol"
)

// flap makes ready Pods unready and ready again, one after another and from the
// first again, for so long: `rate` status writes a second. In the end all are
// ready. It returns how many writes were made.
func flap(ctx context.Context, client kubernetes.Interface, selector string, rate float32, lasting time.Duration, workers int) (int, error) {
	list, err := client.CoreV1().Pods(metav1.NamespaceAll).List(ctx, metav1.ListOptions{LabelSelector: selector, ResourceVersion: "0"})
	if err != nil {
		return 0, err
	}
	var ready []*corev1.Pod
	for i := range list.Items {
		if isReady(&list.Items[i]) {
			ready = append(ready, &list.Items[i])
		}
	}
	if len(ready) == 0 {
		return 0, fmt.Errorf("no Pod is ready")
	}

	limiter := flowcontrol.NewTokenBucketRateLimiter(rate, 1)
	over, cancel := context.WithTimeout(ctx, lasting)
	defer cancel()
	var mutex sync.Mutex
	turn, writes := 0, 0
	take := func() *corev1.Pod {
		mutex.Lock()
		defer mutex.Unlock()
		turn++
		return ready[(turn-1)%len(ready)]
	}
	write := func(pod *corev1.Pod, isReady bool) error {
		patch := statusPatch{statusFields{Conditions: conditions(isReady, metav1.Now())}}
		err := patchStatus(ctx, client, pod, patch)
		mutex.Lock()
		defer mutex.Unlock()
		writes++
		return err
	}
	var running sync.WaitGroup
	for range min(workers, len(ready)) {
		running.Go(func() {
			// Whoever made a Pod unready makes it ready, be the time over or not.
			for limiter.Wait(over) == nil {
				pod := take()
				err := write(pod, false)
				if err == nil {
					limiter.Wait(ctx) //nolint:errcheck // ended: written at once
					err = write(pod, true)
				}
				if err != nil && !apierrors.IsNotFound(err) && ctx.Err() == nil {
					fmt.Fprintf(os.Stderr, "flap: %s: %v\n", pod.Name, err)
				}
			}
		})
	}
	running.Wait()
	return writes, nil
}
