// Package witness writes down what happens to Deployments, ReplicaSets and Pods,
// one JSON line per event, for `cluster check` to judge afterwards.
package witness

import (
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// Types of records: those of the watch protocol, and two of our own.
const (
	Added    = "ADDED"
	Modified = "MODIFIED"
	Deleted  = "DELETED"
	Listed   = "listed" // this kind is complete as of this resourceVersion
	Gap      = "gap"    // of this kind, states after `from` and before this resourceVersion were not seen
)

// Kinds of objects.
const (
	Deployment = "Deployment"
	ReplicaSet = "ReplicaSet"
	Pod        = "Pod"
)

// RevisionAnnotation numbers a Deployment's revisions.
const RevisionAnnotation = "deployment.kubernetes.io/revision"

// Record is one line of the log. Only one of the last three is set.
type Record struct {
	Seen              time.Time          `json:"seen"`
	Type              string             `json:"type"`
	Kind              string             `json:"kind"`
	Namespace         string             `json:"namespace,omitempty"`
	Name              string             `json:"name,omitempty"`
	UID               string             `json:"uid,omitempty"`
	ResourceVersion   string             `json:"resourceVersion"`
	From              string             `json:"from,omitempty"` // of a gap
	Generation        int64              `json:"generation,omitempty"`
	DeletionTimestamp *metav1.Time       `json:"deletionTimestamp,omitempty"`
	Owner             string             `json:"owner,omitempty"` // uid of the controlling owner
	Revision          string             `json:"revision,omitempty"`
	Deployment        *DeploymentDetails `json:"deployment,omitempty"`
	ReplicaSet        *ReplicaSetDetails `json:"replicaSet,omitempty"`
	Pod               *PodDetails        `json:"pod,omitempty"`
}

// DeploymentDetails is what is kept of a Deployment.
type DeploymentDetails struct {
	Replicas           int32               `json:"replicas"`
	Paused             bool                `json:"paused,omitempty"`
	Strategy           string              `json:"strategy"`
	MaxSurge           *intstr.IntOrString `json:"maxSurge,omitempty"`
	MaxUnavailable     *intstr.IntOrString `json:"maxUnavailable,omitempty"`
	Images             []string            `json:"images"`
	ObservedGeneration int64               `json:"observedGeneration"`
	StatusReplicas     int32               `json:"statusReplicas"`
	Updated            int32               `json:"updatedReplicas"`
	Ready              int32               `json:"readyReplicas"`
	Available          int32               `json:"availableReplicas"`
	Unavailable        int32               `json:"unavailableReplicas"`
	Conditions         []Condition         `json:"conditions,omitempty"`
}

// Condition is what is kept of a Deployment's condition.
type Condition struct {
	Type   string `json:"type"`
	Status string `json:"status"`
	Reason string `json:"reason,omitempty"`
}

// ReplicaSetDetails is what is kept of a ReplicaSet.
type ReplicaSetDetails struct {
	Replicas           int32    `json:"replicas"`
	Images             []string `json:"images"`
	ObservedGeneration int64    `json:"observedGeneration"`
	StatusReplicas     int32    `json:"statusReplicas"`
	Ready              int32    `json:"readyReplicas"`
	Available          int32    `json:"availableReplicas"`
}

// PodDetails is what is kept of a Pod.
type PodDetails struct {
	Phase  string   `json:"phase"`
	Ready  bool     `json:"ready"`
	Node   string   `json:"node,omitempty"`
	Images []string `json:"images"`
}

func newRecord(kind string, object metav1.Object) Record {
	record := Record{
		Kind:              kind,
		Namespace:         object.GetNamespace(),
		Name:              object.GetName(),
		UID:               string(object.GetUID()),
		ResourceVersion:   object.GetResourceVersion(),
		Generation:        object.GetGeneration(),
		DeletionTimestamp: object.GetDeletionTimestamp(),
		Revision:          object.GetAnnotations()[RevisionAnnotation],
	}
	if owner := metav1.GetControllerOfNoCopy(object); owner != nil {
		record.Owner = string(owner.UID)
	}
	switch object := object.(type) {
	case *appsv1.Deployment:
		record.Deployment = deploymentDetails(object)
	case *appsv1.ReplicaSet:
		record.ReplicaSet = &ReplicaSetDetails{
			Replicas:           orOne(object.Spec.Replicas),
			Images:             images(object.Spec.Template.Spec),
			ObservedGeneration: object.Status.ObservedGeneration,
			StatusReplicas:     object.Status.Replicas,
			Ready:              object.Status.ReadyReplicas,
			Available:          object.Status.AvailableReplicas,
		}
	case *corev1.Pod:
		record.Pod = &PodDetails{Phase: string(object.Status.Phase), Node: object.Spec.NodeName, Images: images(object.Spec)}
		for _, condition := range object.Status.Conditions {
			if condition.Type == corev1.PodReady {
				record.Pod.Ready = condition.Status == corev1.ConditionTrue
			}
		}
	}
	return record
}

func deploymentDetails(object *appsv1.Deployment) *DeploymentDetails {
	details := &DeploymentDetails{
		Replicas:           orOne(object.Spec.Replicas),
		Paused:             object.Spec.Paused,
		Strategy:           string(object.Spec.Strategy.Type),
		Images:             images(object.Spec.Template.Spec),
		ObservedGeneration: object.Status.ObservedGeneration,
		StatusReplicas:     object.Status.Replicas,
		Updated:            object.Status.UpdatedReplicas,
		Ready:              object.Status.ReadyReplicas,
		Available:          object.Status.AvailableReplicas,
		Unavailable:        object.Status.UnavailableReplicas,
	}
	if rolling := object.Spec.Strategy.RollingUpdate; rolling != nil {
		details.MaxSurge, details.MaxUnavailable = rolling.MaxSurge, rolling.MaxUnavailable
	}
	for _, condition := range object.Status.Conditions {
		details.Conditions = append(details.Conditions, Condition{string(condition.Type), string(condition.Status), condition.Reason})
	}
	return details
}

func images(spec corev1.PodSpec) []string {
	var names []string
	for _, container := range spec.Containers {
		names = append(names, container.Image)
	}
	return names
}

// orOne is the API's default: a read object always has the field.
func orOne(replicas *int32) int32 {
	if replicas == nil {
		return 1
	}
	return *replicas
}
