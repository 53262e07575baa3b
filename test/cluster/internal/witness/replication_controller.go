package witness

import (
	"fmt"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// ReplicationControllerDetails is what is kept of a ReplicationController.
type ReplicationControllerDetails struct {
	Replicas           int32    `json:"replicas"`
	Images             []string `json:"images"`
	ObservedGeneration int64    `json:"observedGeneration"`
	StatusReplicas     int32    `json:"statusReplicas"`
	Available          int32    `json:"availableReplicas"`
	Source             string   `json:"source,omitempty"`          // UpdateSourceAnnotation
	Desired            *int32   `json:"desiredReplicas,omitempty"` // desiredReplicasAnnotation
	Renames            bool     `json:"renames,omitempty"`         // has renameJournalAnnotation
	ResizedBy          string   `json:"resizedBy,omitempty"`       // the field manager of spec.replicas
}

// UpdateDetails is what is kept of a ReplicationControllerUpdate.
type UpdateDetails struct {
	NewName        string             `json:"newName,omitempty"` // from the status, or else the spec
	Rollback       bool               `json:"rollback,omitempty"`
	Desired        int32              `json:"desired"`
	MaxSurge       intstr.IntOrString `json:"maxSurge"`
	MaxUnavailable intstr.IntOrString `json:"maxUnavailable"`
	Phase          string             `json:"phase,omitempty"`
	Renames        bool               `json:"renames,omitempty"` // the status has a journal
}

func replicationControllerDetails(object *corev1.ReplicationController) *ReplicationControllerDetails {
	details := &ReplicationControllerDetails{
		Replicas:           orOne(object.Spec.Replicas),
		ObservedGeneration: object.Status.ObservedGeneration,
		StatusReplicas:     object.Status.Replicas,
		Available:          object.Status.AvailableReplicas,
		Source:             object.Annotations[UpdateSourceAnnotation],
		Renames:            object.Annotations[renameJournalAnnotation] != "",
		ResizedBy:          resizedBy(object.ManagedFields),
	}
	if desired, err := strconv.ParseInt(object.Annotations[desiredReplicasAnnotation], 10, 32); err == nil {
		size := int32(desired)
		details.Desired = &size
	}
	if object.Spec.Template != nil {
		details.Images = images(object.Spec.Template.Spec)
	}
	return details
}

func updateDetails(object *unstructured.Unstructured) *UpdateDetails {
	text := func(path ...string) string {
		value, _, _ := unstructured.NestedString(object.Object, path...)
		return value
	}
	details := &UpdateDetails{
		NewName:        text("status", "newName"),
		Phase:          text("status", "phase"),
		Renames:        text("status", "journal") != "",
		MaxSurge:       limit(object, "maxSurge", 1),
		MaxUnavailable: limit(object, "maxUnavailable", 0),
	}
	if details.NewName == "" {
		details.NewName = text("spec", "newName")
	}
	details.Rollback, _, _ = unstructured.NestedBool(object.Object, "status", "rollback")
	desired, _, _ := unstructured.NestedInt64(object.Object, "status", "desiredReplicas")
	details.Desired = int32(desired)
	return details
}

// limit returns a number or percentage of the spec, or the default.
func limit(object *unstructured.Unstructured, field string, absent int32) intstr.IntOrString {
	value, found, _ := unstructured.NestedFieldNoCopy(object.Object, "spec", field)
	if !found {
		return intstr.FromInt32(absent)
	}
	return intstr.Parse(fmt.Sprint(value))
}
