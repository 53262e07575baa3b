// Package witness writes down what happens to Deployments, Rollouts, ReplicaSets,
// ReplicationControllers and Pods, one JSON line per event, for `cluster check` to judge afterwards.
package witness

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/intstr"

	"windlass.dev/test/cluster/internal/custom"
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
	Rollout    = "Rollout" // has a Deployment's details
	ReplicaSet = "ReplicaSet"
	Pod        = "Pod"

	ReplicationController       = "ReplicationController"
	ReplicationControllerUpdate = "ReplicationControllerUpdate"
)

// RevisionAnnotation numbers a Deployment's revisions.
const RevisionAnnotation = "deployment.kubernetes.io/revision"

// Annotations of in-place updates that are kept.
const (
	inPlacePolicy         = "windlass.dev/in-place"
	inPlaceMaxUnavailable = "windlass.dev/in-place-max-unavailable"
	inPlaceExchange       = "internal.windlass.dev/exchange"
	inPlaceState          = "windlass.dev/in-place-state"
)

// Annotations of updates of ReplicationControllers that are kept.
const (
	// UpdateSourceAnnotation names the ReplicationController that another one replaces, and its uid.
	UpdateSourceAnnotation    = "kubectl.kubernetes.io/update-source-id"
	desiredReplicasAnnotation = "kubectl.kubernetes.io/desired-replicas"
	renameJournalAnnotation   = "windlass.dev/rename-journal"
)

// Record is one line of the log. Only one of the last five is set.
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

	ReplicationController *ReplicationControllerDetails `json:"replicationController,omitempty"`
	Update                *UpdateDetails                `json:"update,omitempty"`
}

// DeploymentDetails is what is kept of a Deployment, or of a Rollout.
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
	InPlace            string              `json:"inPlace,omitempty"` // what its annotations ask for
	InPlaceUnavailable string              `json:"inPlaceMaxUnavailable,omitempty"`
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
	ResizedBy          string   `json:"resizedBy,omitempty"` // the field manager of spec.replicas
	Exchange           bool     `json:"exchange,omitempty"`  // it is changing places with another one
}

// PodDetails is what is kept of a Pod.
type PodDetails struct {
	Phase              string             `json:"phase"`
	Ready              bool               `json:"ready"`
	Node               string             `json:"node,omitempty"`
	Address            string             `json:"address,omitempty"`
	Images             []string           `json:"images"`
	ObservedGeneration int64              `json:"observedGeneration,omitempty"`
	InPlaceState       string             `json:"inPlaceState,omitempty"` // the annotation, as it is
	Containers         []ContainerDetails `json:"containers,omitempty"`
}

// ContainerDetails is what is kept of a container that runs as long as its Pod: sidecars are among
// them, plain init containers are not.
type ContainerDetails struct {
	Name     string `json:"name"`
	Image    string `json:"image"` // as specified
	ID       string `json:"id,omitempty"`
	Restarts int32  `json:"restarts,omitempty"`
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
	case *unstructured.Unstructured:
		if kind == ReplicationControllerUpdate {
			record.Update = updateDetails(object)
		} else {
			record.Deployment, record.Revision = rolloutDetails(object)
		}
	case *corev1.ReplicationController:
		record.ReplicationController = replicationControllerDetails(object)
	case *appsv1.ReplicaSet:
		record.ReplicaSet = &ReplicaSetDetails{
			Replicas:           orOne(object.Spec.Replicas),
			Images:             images(object.Spec.Template.Spec),
			ObservedGeneration: object.Status.ObservedGeneration,
			StatusReplicas:     object.Status.Replicas,
			Ready:              object.Status.ReadyReplicas,
			Available:          object.Status.AvailableReplicas,
			ResizedBy:          resizedBy(object.ManagedFields),
			Exchange:           object.Annotations[inPlaceExchange] != "",
		}
	case *corev1.Pod:
		record.Pod = &PodDetails{
			Phase:              string(object.Status.Phase),
			Node:               object.Spec.NodeName,
			Address:            object.Status.PodIP,
			Images:             images(object.Spec),
			ObservedGeneration: podObservedGeneration(object.Status),
			InPlaceState:       object.Annotations[inPlaceState],
			Containers:         containers(object),
		}
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
		InPlace:            object.Annotations[inPlacePolicy],
		InPlaceUnavailable: object.Annotations[inPlaceMaxUnavailable],
	}
	if rolling := object.Spec.Strategy.RollingUpdate; rolling != nil {
		details.MaxSurge, details.MaxUnavailable = rolling.MaxSurge, rolling.MaxUnavailable
	}
	for _, condition := range object.Status.Conditions {
		details.Conditions = append(details.Conditions, Condition{string(condition.Type), string(condition.Status), condition.Reason})
	}
	return details
}

// rolloutDetails returns what is kept of a Rollout, and its revision. It panics if the
// Rollout cannot be read: its CustomResourceDefinition lets in no such Rollout.
func rolloutDetails(object *unstructured.Unstructured) (*DeploymentDetails, string) {
	d, err := custom.AsDeployment(object)
	if err != nil {
		panic(fmt.Sprintf("Rollout %s/%s: %v", object.GetNamespace(), object.GetName(), err))
	}
	details := deploymentDetails(d)
	conditions, _, _ := unstructured.NestedSlice(object.Object, "status", "conditions")
	for _, condition := range conditions {
		text := func(field string) string {
			fields, _ := condition.(map[string]any)
			value, _ := fields[field].(string)
			return value
		}
		details.Conditions = append(details.Conditions, Condition{text("type"), text("status"), text("reason")})
	}
	switch strategy, _, _ := unstructured.NestedString(object.Object, "spec", "strategy", "type"); strategy {
	case "InPlaceOnly":
		details.InPlace = "Only"
	case "InPlaceIfPossible":
		details.InPlace = "IfPossible"
	}
	if own, found, _ := unstructured.NestedFieldNoCopy(object.Object, "spec", "strategy", "inPlace", "maxUnavailable"); found {
		details.InPlaceUnavailable = fmt.Sprint(own)
	}
	revision, found, _ := unstructured.NestedInt64(object.Object, "status", "currentRevision")
	if !found {
		return details, ""
	}
	return details, strconv.FormatInt(revision, 10)
}

func images(spec corev1.PodSpec) []string {
	var names []string
	for _, container := range spec.Containers {
		names = append(names, container.Image)
	}
	return names
}

func containers(pod *corev1.Pod) []ContainerDetails {
	var details []ContainerDetails
	add := func(specs []corev1.Container, statuses []corev1.ContainerStatus, sidecars bool) {
		for _, spec := range specs {
			if sidecars && (spec.RestartPolicy == nil || *spec.RestartPolicy != corev1.ContainerRestartPolicyAlways) {
				continue
			}
			container := ContainerDetails{Name: spec.Name, Image: spec.Image}
			for _, status := range statuses {
				if status.Name == spec.Name {
					container.ID, container.Restarts = status.ContainerID, status.RestartCount
				}
			}
			details = append(details, container)
		}
	}
	add(pod.Spec.InitContainers, pod.Status.InitContainerStatuses, true)
	add(pod.Spec.Containers, pod.Status.ContainerStatuses, false)
	return details
}

// resizedBy is the manager that changed spec.replicas last; "" if none is known.
func resizedBy(entries []metav1.ManagedFieldsEntry) string {
	manager, at := "", time.Time{}
	for _, entry := range entries {
		var fields struct {
			Spec map[string]json.RawMessage `json:"f:spec"`
		}
		if entry.FieldsV1 == nil || json.Unmarshal(entry.FieldsV1.Raw, &fields) != nil {
			continue
		}
		if _, its := fields.Spec["f:replicas"]; !its {
			continue
		}
		if manager == "" || entry.Time != nil && entry.Time.After(at) {
			manager = entry.Manager
			if entry.Time != nil {
				at = entry.Time.Time
			}
		}
	}
	return manager
}

// orOne is the API's default: a read object always has the field.
func orOne(replicas *int32) int32 {
	if replicas == nil {
		return 1
	}
	return *replicas
}
