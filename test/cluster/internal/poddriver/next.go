// Package poddriver does for Pods what scheduler and kubelets do, as far as
// controllers can see it: Pods are bound to nodes that do not exist, they run,
// become ready and end. So tens of thousands of Pods fit on a machine.
package poddriver

import (
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// brokenWord in a container's image keeps its Pod from becoming ready.
const brokenWord = "broken"

// action is the next write that a Pod needs.
type action int

const (
	nothing action = iota
	bind
	run
	remove
)

// next decides by the Pod alone, so that it does not matter what was missed. A
// Pod that runs is left alone: whether it is ready then is somebody else's.
func next(pod *corev1.Pod) action {
	switch {
	case pod.DeletionTimestamp != nil && pod.Spec.NodeName != "":
		return remove
	case pod.DeletionTimestamp != nil:
		return nothing // the API server removes what no node has
	case pod.Spec.NodeName == "":
		return bind
	case pod.Status.Phase == "" || pod.Status.Phase == corev1.PodPending:
		return run
	default:
		return nothing
	}
}

// statusPatch is a merge patch of the status subresource.
type statusPatch struct {
	Status statusFields `json:"status"`
}

type statusFields struct {
	Phase             corev1.PodPhase          `json:"phase,omitempty"`
	StartTime         *metav1.Time             `json:"startTime,omitempty"`
	Conditions        []corev1.PodCondition    `json:"conditions"`
	ContainerStatuses []corev1.ContainerStatus `json:"containerStatuses,omitempty"`
}

// running is the status of a Pod whose containers have just started.
func running(pod *corev1.Pod, now time.Time) statusPatch {
	ready, at := true, metav1.NewTime(now)
	var containers []corev1.ContainerStatus
	for _, container := range pod.Spec.Containers {
		good := !strings.Contains(container.Image, brokenWord)
		ready = ready && good
		started := true
		containers = append(containers, corev1.ContainerStatus{
			Name: container.Name, Image: container.Image, ImageID: container.Image, Ready: good, Started: &started,
			State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: at}},
		})
	}
	return statusPatch{statusFields{
		Phase: corev1.PodRunning, StartTime: &at, Conditions: conditions(ready, at), ContainerStatuses: containers,
	}}
}

func conditions(ready bool, at metav1.Time) []corev1.PodCondition {
	status := func(kind corev1.PodConditionType, is bool) corev1.PodCondition {
		value := corev1.ConditionFalse
		if is {
			value = corev1.ConditionTrue
		}
		return corev1.PodCondition{Type: kind, Status: value, LastTransitionTime: at}
	}
	return []corev1.PodCondition{
		status(corev1.PodScheduled, true), status(corev1.PodInitialized, true),
		status(corev1.ContainersReady, ready), status(corev1.PodReady, ready),
	}
}

// isReady is what controllers go by.
func isReady(pod *corev1.Pod) bool {
	for _, condition := range pod.Status.Conditions {
		if condition.Type == corev1.PodReady {
			return condition.Status == corev1.ConditionTrue
		}
	}
	return false
}
