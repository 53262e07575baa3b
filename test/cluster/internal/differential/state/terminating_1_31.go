//go:build kubernetes_1_31

package state

import appsv1 "k8s.io/api/apps/v1"

// Kubernetes 1.31 does not count terminating Pods.
func deploymentTerminating(appsv1.DeploymentStatus) *int32 { return nil }
func replicaSetTerminating(appsv1.ReplicaSetStatus) *int32 { return nil }
