//go:build !kubernetes_1_31

package witness

import corev1 "k8s.io/api/core/v1"

// podObservedGeneration returns status.observedGeneration of a Pod.
func podObservedGeneration(status corev1.PodStatus) int64 { return status.ObservedGeneration }
