//go:build kubernetes_1_31

package witness

import corev1 "k8s.io/api/core/v1"

// podObservedGeneration returns 0: Pods of Kubernetes 1.31 count no generations, so that
// metadata.generation is 0, too.
func podObservedGeneration(corev1.PodStatus) int64 { return 0 }
