//go:build !kubernetes_1_31

package state

import appsv1 "k8s.io/api/apps/v1"

func deploymentTerminating(status appsv1.DeploymentStatus) *int32 { return status.TerminatingReplicas }
func replicaSetTerminating(status appsv1.ReplicaSetStatus) *int32 { return status.TerminatingReplicas }
