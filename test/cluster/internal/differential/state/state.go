package state

import (
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// combined stands where the changes of ReplicaSets cannot be told from events.
const combined = "combined"

const restartedAnnotation = "kubectl.kubernetes.io/restartedAt"

// Windlass' own notes on ReplicaSets, which Kubernetes' controller has not: the fingerprint of a
// Rollout's template, that a revision was aborted or complete, and which one served last.
const (
	requestedTemplate = "windlass.dev/requested-template"
	wasAborted        = "internal.windlass.dev/aborted"
	wasComplete       = "internal.windlass.dev/complete"
	scaledToZero      = "internal.windlass.dev/scaled-to-zero"
)

// Event is one occurrence of an event about a Deployment.
type Event struct{ Deployment, Reason, Message string }

// Objects is what a namespace holds when it is quiet.
type Objects struct {
	Deployments []appsv1.Deployment
	ReplicaSets []appsv1.ReplicaSet
	Events      []Event  // since the last comparison
	Combined    []string // Deployments of which events were combined, in this step or before
	Refused     []string // Deployments of commands that were refused in this step
}

// Lines describes objects. The memory has seen every ReplicaSet that is named.
func Lines(objects Objects, memory *Memory) []string {
	var lines []string
	add := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	for _, name := range objects.Refused {
		add("refused %s", strings.TrimSpace(name))
	}

	deployments := slices.Clone(objects.Deployments)
	sort.Slice(deployments, func(i, j int) bool { return deployments[i].Name < deployments[j].Name })
	for _, d := range deployments {
		s := d.Status
		add("deployment %s observed=%v replicas=%d updated=%d ready=%d available=%d unavailable=%d terminating=%s collisions=%s deleting=%v",
			d.Name, s.ObservedGeneration == d.Generation, s.Replicas, s.UpdatedReplicas, s.ReadyReplicas,
			s.AvailableReplicas, s.UnavailableReplicas, number(deploymentTerminating(s)), number(s.CollisionCount),
			d.DeletionTimestamp != nil)
		conditions := slices.Clone(s.Conditions)
		sort.Slice(conditions, func(i, j int) bool { return conditions[i].Type < conditions[j].Type })
		for _, c := range conditions {
			add("condition %s %s=%s %s", d.Name, c.Type, c.Status, Reason(&d, c))
		}
		for _, line := range annotations(d.Name, d.ObjectMeta, restartedAnnotation) {
			add("%s", line)
		}
	}

	replicaSets, names := named(objects.ReplicaSets, memory)
	for i, rs := range replicaSets {
		image := ""
		if containers := rs.Spec.Template.Spec.Containers; len(containers) > 0 {
			image = containers[0].Image
		}
		spec := int32(1)
		if rs.Spec.Replicas != nil {
			spec = *rs.Spec.Replicas
		}
		s := rs.Status
		add("replicaset %s image=%s spec=%d replicas=%d ready=%d available=%d terminating=%s minReadySeconds=%d deleting=%v",
			names[i], image, spec, s.Replicas, s.ReadyReplicas, s.AvailableReplicas, number(replicaSetTerminating(s)),
			rs.Spec.MinReadySeconds, rs.DeletionTimestamp != nil)
	}
	for i, rs := range replicaSets {
		for _, line := range annotations(names[i], rs.ObjectMeta, restartedAnnotation, revisionAnnotation,
			requestedTemplate, wasAborted, wasComplete, scaledToZero) {
			add("%s", line)
		}
	}
	return append(lines, eventLines(objects, memory)...)
}

// named sorts ReplicaSets by what they are called; of two that are called the
// same the younger one has a mark.
func named(objects []appsv1.ReplicaSet, memory *Memory) ([]appsv1.ReplicaSet, []string) {
	sorted := slices.Clone(objects)
	called := func(rs appsv1.ReplicaSet) Identity {
		identity, _ := memory.Of(rs.Name)
		return identity
	}
	sort.Slice(sorted, func(i, j int) bool {
		a, b := called(sorted[i]), called(sorted[j])
		if a.String() == b.String() {
			return sorted[i].CreationTimestamp.Before(&sorted[j].CreationTimestamp)
		}
		if a.Owned != b.Owned || a.Owner != b.Owner {
			return a.String() < b.String()
		}
		if a.Number() != b.Number() {
			return a.Number() < b.Number()
		}
		return a.Revision < b.Revision
	})
	names := make([]string, len(sorted))
	for i := range sorted {
		names[i] = called(sorted[i]).String()
		for slices.Contains(names[:i], names[i]) {
			names[i] += "'"
		}
	}
	return sorted, names
}

func annotations(name string, object metav1.ObjectMeta, skip ...string) []string {
	var lines []string
	for _, key := range slices.Sorted(maps.Keys(object.Annotations)) {
		if !slices.Contains(skip, key) {
			lines = append(lines, fmt.Sprintf("annotation %s %s=%s", name, key, object.Annotations[key]))
		}
	}
	return lines
}

func eventLines(objects Objects, memory *Memory) []string {
	changes := map[string]int{}
	seen := map[string]bool{}
	for _, name := range objects.Combined {
		seen[fmt.Sprintf("event %s ScalingReplicaSet %s", name, combined)] = true
	}
	for _, event := range objects.Events {
		if event.Reason == "ScalingReplicaSet" && slices.Contains(objects.Combined, event.Deployment) {
			continue
		}
		if event.Reason != "ScalingReplicaSet" {
			seen[fmt.Sprintf("event %s %s", event.Deployment, event.Reason)] = true
			continue
		}
		name, change, err := scaled(event.Message)
		if err != nil {
			seen[fmt.Sprintf("event %s %s not understood: %s", event.Deployment, event.Reason, event.Message)] = true
			continue
		}
		// Owner and revision, whoever owns it by now: the event is its Deployment's.
		called := "?"
		if identity, found := memory.Of(name); found {
			called = identity.Owner + "/" + identity.Revision
		}
		changes[fmt.Sprintf("event %s %s %s", event.Deployment, event.Reason, called)] += change
	}
	lines := slices.Collect(maps.Keys(seen))
	for line, change := range changes {
		if change != 0 {
			lines = append(lines, fmt.Sprintf("%s %+d", line, change))
		}
	}
	sort.Strings(lines)
	return lines
}

// Reason is a condition's, but for one that is chance: in the middle of a rollout
// Progressing=True tells which of several steps a sync happened to see last.
func Reason(d *appsv1.Deployment, c appsv1.DeploymentCondition) string {
	s := d.Status
	complete := s.ObservedGeneration >= d.Generation && s.Replicas == *d.Spec.Replicas &&
		s.UpdatedReplicas == s.Replicas && s.AvailableReplicas == s.Replicas
	if c.Type == appsv1.DeploymentProgressing && c.Status == "True" && !complete {
		return "moving"
	}
	return c.Reason
}

func number(n *int32) string {
	if n == nil {
		return "none"
	}
	return fmt.Sprint(*n)
}
