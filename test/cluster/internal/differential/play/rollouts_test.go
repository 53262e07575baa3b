package play

import (
	"encoding/json"
	"reflect"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"windlass.dev/test/cluster/internal/differential/script"
)

// stored is a Rollout as the API server has it: without defaults in its template.
const stored = `{
  "apiVersion": "windlass.dev/v1alpha1", "kind": "Rollout",
  "metadata": {"name": "web", "namespace": "a", "uid": "u", "resourceVersion": "7", "generation": 4,
    "annotations": {"note": "mine"}},
  "spec": {"replicas": 3, "paused": true, "minReadySeconds": 0, "progressDeadlineSeconds": 600,
    "revisionHistoryLimit": 10, "abort": false, "rollbackTo": {"revision": 1},
    "selector": {"matchLabels": {"app": "web"}},
    "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": "25%"}},
    "template": {"metadata": {"labels": {"app": "web"}},
      "spec": {"containers": [{"name": "app", "image": "app:1"}]}}},
  "status": {"observedGeneration": 4, "replicas": 3, "updatedReplicas": 2, "terminatingReplicas": 0,
    "selector": "app=web", "currentRevision": 2, "phase": "Paused",
    "conditions": [
      {"type": "Progressing", "status": "Unknown", "reason": "RolloutPaused",
        "lastUpdateTime": "2026-01-02T03:04:05Z", "lastTransitionTime": "2026-01-02T03:04:05Z"},
      {"type": "Approved", "status": "True", "reason": "Script"},
      {"type": "Ready", "status": "False", "reason": "Paused", "observedGeneration": 4},
      {"type": "Reconciling", "status": "True", "reason": "Paused"}]}}`

func rolloutOf(t *testing.T, text string) *unstructured.Unstructured {
	t.Helper()
	object := &unstructured.Unstructured{}
	if err := object.UnmarshalJSON([]byte(text)); err != nil {
		t.Fatal(err)
	}
	return object
}

func TestRolloutIsReadAsDeployment(t *testing.T) {
	d, err := asDeployment(rolloutOf(t, stored))
	if err != nil {
		t.Fatal(err)
	}
	if d.Name != "web" || d.UID != "u" || d.Generation != 4 || !d.Spec.Paused || *d.Spec.Replicas != 3 {
		t.Errorf("read as %+v", d)
	}
	if d.Status.ObservedGeneration != 4 || d.Status.UpdatedReplicas != 2 || d.Spec.Strategy.RollingUpdate.MaxSurge.IntValue() != 1 {
		t.Errorf("status %+v, strategy %+v", d.Status, d.Spec.Strategy)
	}
	var conditions []string
	for _, c := range d.Status.Conditions {
		conditions = append(conditions, string(c.Type)+"="+c.Reason)
	}
	if want := []string{"Progressing=DeploymentPaused", "Approved=Script"}; !reflect.DeepEqual(conditions, want) {
		t.Errorf("conditions %q, want %q", conditions, want)
	}
	want := map[string]string{"note": "mine", revisionAnnotation: "2", rollbackAnnotation: "1"}
	if !reflect.DeepEqual(d.Annotations, want) {
		t.Errorf("annotations %q, want %q", d.Annotations, want)
	}
	if policy := d.Spec.Template.Spec.RestartPolicy; policy != "Always" {
		t.Errorf("restartPolicy %q: the defaults of a Deployment are missing", policy)
	}
}

func TestRolloutThatWasNotEditedStaysAsItIs(t *testing.T) {
	object := rolloutOf(t, stored)
	result, err := edited(object, func(*appsv1.Deployment) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range [][]string{{"spec", "rollbackTo"}, {"spec", "abort"}, {"spec", "paused"},
		{"spec", "strategy"}, {"spec", "template", "metadata"}, {"metadata", "resourceVersion"},
		{"metadata", "annotations"}} {
		before, _, _ := unstructured.NestedFieldNoCopy(object.Object, path...)
		after, _, _ := unstructured.NestedFieldNoCopy(result.Object, path...)
		if !equality.Semantic.DeepEqual(before, after) {
			t.Errorf("%v: %v became %v", path, before, after)
		}
	}
	containers, _, _ := unstructured.NestedSlice(result.Object, "spec", "template", "spec", "containers")
	if len(containers) != 1 || containers[0].(map[string]any)["imagePullPolicy"] != nil {
		t.Errorf("containers %v have defaults", containers)
	}
	if _, found := result.Object["status"]; found || result.GetKind() != "Rollout" {
		t.Errorf("%v", result.Object)
	}
}

func TestWishToRollBackIsWithdrawn(t *testing.T) {
	result, err := edited(rolloutOf(t, stored), func(d *appsv1.Deployment) error {
		return set(d, script.Setting{Key: "annotation." + rollbackAnnotation})
	})
	if err != nil {
		t.Fatal(err)
	}
	if to, found, _ := unstructured.NestedMap(result.Object, "spec", "rollbackTo"); found {
		t.Errorf("rollbackTo is %v", to)
	}
}

func TestNewRolloutHasWhatTheScriptSays(t *testing.T) {
	d, err := newDeployment("web", []script.Setting{{Key: "replicas", Value: "2"}, {Key: "maxSurge", Value: "50%"}})
	if err != nil {
		t.Fatal(err)
	}
	object, err := asRollout(d)
	if err != nil {
		t.Fatal(err)
	}
	strategy, _, _ := unstructured.NestedMap(object.Object, "spec", "strategy")
	text, _ := json.Marshal(strategy)
	if want := `{"rollingUpdate":{"maxSurge":"50%"}}`; string(text) != want {
		t.Errorf("strategy %s, want %s", text, want)
	}
	if replicas, _, _ := unstructured.NestedInt64(object.Object, "spec", "replicas"); replicas != 2 {
		t.Errorf("replicas %d", replicas)
	}
	if object.GetAPIVersion() != "windlass.dev/v1alpha1" || object.GetName() != "web" {
		t.Errorf("%s %s", object.GetAPIVersion(), object.GetName())
	}
}
