package play

import (
	"context"
	"encoding/json"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"
)

// nodeOfPods need not exist: nobody looks for it.
const nodeOfPods = "node-0"

// keep is what scheduler and kubelets do otherwise: Pods get a node, become
// ready where the script says so, and go when they are deleted.
func (p *Player) keep(ctx context.Context) {
	done := map[types.UID]string{} // the state of a Pod that was last acted upon
	for ctx.Err() == nil {
		next := p.next()
		pods, _ := p.pods.List(labels.Everything()) // of a cache: never fails
		for _, pod := range pods {
			need := p.need(pod)
			if need == "" || done[pod.UID] == need+pod.ResourceVersion {
				continue
			}
			err := p.give(ctx, pod, need)
			if err == nil || apierrors.IsNotFound(err) {
				done[pod.UID] = need + pod.ResourceVersion
			} else if !apierrors.IsConflict(err) && ctx.Err() == nil {
				p.mutex.Lock()
				p.keeperErr = err
				p.mutex.Unlock()
			}
		}
		select {
		case <-next:
		case <-time.After(50 * time.Millisecond): // the script may want something else by now
		case <-ctx.Done():
		}
	}
}

// need is what a Pod waits for; empty: nothing.
func (p *Player) need(pod *corev1.Pod) string {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	owner := p.deploymentOf(pod)
	switch {
	case pod.DeletionTimestamp != nil && !p.slow[owner]:
		return "end"
	case pod.DeletionTimestamp != nil || finished(pod):
		return ""
	case pod.Spec.NodeName == "":
		return "node"
	case p.ready[owner] && !isReady(pod):
		return "readiness"
	}
	return ""
}

func (p *Player) give(ctx context.Context, pod *corev1.Pod, need string) error {
	pods := p.client.CoreV1().Pods(p.namespace)
	switch need {
	case "end":
		now := int64(0)
		return pods.Delete(ctx, pod.Name, metav1.DeleteOptions{
			GracePeriodSeconds: &now, Preconditions: metav1.NewUIDPreconditions(string(pod.UID))})
	case "node":
		return pods.Bind(ctx, &corev1.Binding{
			ObjectMeta: metav1.ObjectMeta{Name: pod.Name, UID: pod.UID},
			Target:     corev1.ObjectReference{Kind: "Node", Name: nodeOfPods}}, metav1.CreateOptions{})
	default:
		return p.setReady(ctx, pod, true)
	}
}

func (p *Player) setReady(ctx context.Context, pod *corev1.Pod, ready bool) error {
	status := corev1.ConditionFalse
	if ready {
		status = corev1.ConditionTrue
	}
	return p.patchStatus(ctx, pod, corev1.PodRunning, status)
}

func (p *Player) patchStatus(ctx context.Context, pod *corev1.Pod, phase corev1.PodPhase, ready corev1.ConditionStatus) error {
	patch, err := json.Marshal(map[string]any{
		"metadata": map[string]any{"uid": pod.UID},
		"status": map[string]any{"phase": phase, "conditions": []map[string]any{
			{"type": corev1.PodReady, "status": ready, "lastTransitionTime": metav1.Now()}}}})
	if err != nil {
		return err
	}
	_, err = p.client.CoreV1().Pods(p.namespace).Patch(ctx, pod.Name, types.StrategicMergePatchType, patch,
		metav1.PatchOptions{}, "status")
	return err
}

// deploymentOf names the Deployment a Pod belongs to, or did last.
func (p *Player) deploymentOf(pod *corev1.Pod) string {
	if owner := metav1.GetControllerOf(pod); owner != nil {
		if identity, found := p.memory.Of(owner.Name); found {
			return identity.Owner
		}
	}
	return ""
}

func finished(pod *corev1.Pod) bool {
	return pod.Status.Phase == corev1.PodFailed || pod.Status.Phase == corev1.PodSucceeded
}

func isReady(pod *corev1.Pod) bool {
	for _, condition := range pod.Status.Conditions {
		if condition.Type == corev1.PodReady {
			return condition.Status == corev1.ConditionTrue
		}
	}
	return false
}
