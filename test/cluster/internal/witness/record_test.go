package witness

import (
	"reflect"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/intstr"
)

func TestResizedBy(t *testing.T) {
	entry := func(manager string, minute int, fields string) metav1.ManagedFieldsEntry {
		at := metav1.NewTime(time.Date(2026, 1, 2, 15, minute, 0, 0, time.UTC))
		return metav1.ManagedFieldsEntry{Manager: manager, Time: &at, FieldsV1: &metav1.FieldsV1{Raw: []byte(fields)}}
	}
	const size = `{"f:spec":{"f:replicas":{},"f:template":{}}}`
	for _, test := range []struct {
		name    string
		entries []metav1.ManagedFieldsEntry
		want    string
	}{
		{"the one with spec.replicas", []metav1.ManagedFieldsEntry{
			entry("kubectl", 2, `{"f:metadata":{}}`), entry("windlass", 1, size), entry("kube-controller-manager", 3, `{"f:status":{"f:replicas":{}}}`),
		}, "windlass"},
		{"the last of two", []metav1.ManagedFieldsEntry{entry("windlass", 1, size), entry("helm", 2, size)}, "helm"},
		{"in any order", []metav1.ManagedFieldsEntry{entry("helm", 2, size), entry("windlass", 1, size)}, "helm"},
		{"nobody", []metav1.ManagedFieldsEntry{entry("kubectl", 2, `{"f:metadata":{}}`)}, ""},
	} {
		if got := resizedBy(test.entries); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

func TestRolloutHasADeploymentsDetails(t *testing.T) {
	rollout := func(strategy, status string) *unstructured.Unstructured {
		object := &unstructured.Unstructured{}
		if err := object.UnmarshalJSON([]byte(`{"apiVersion":"windlass.dev/v1alpha1","kind":"Rollout",
			"metadata":{"name":"web","namespace":"shop","uid":"u","resourceVersion":"7","generation":3},
			"spec":{"replicas":4,"strategy":` + strategy + `,
				"template":{"spec":{"containers":[{"name":"app","image":"app:v2"}]}}},
			"status":` + status + `}`)); err != nil {
			t.Fatal(err)
		}
		return object
	}
	record := newRecord(Rollout, rollout(`{"type":"InPlaceOnly","rollingUpdate":{"maxSurge":1,"maxUnavailable":"25%"},
		"inPlace":{"maxUnavailable":"50%"}}`, `{"observedGeneration":3,"currentRevision":2,"replicas":5,"updatedReplicas":1,
		"readyReplicas":4,"availableReplicas":3,"selector":"app=web",
		"conditions":[{"type":"Ready","status":"False","reason":"Progressing"}]}`))
	details := record.Deployment
	if record.Kind != Rollout || record.Namespace != "shop" || record.UID != "u" || record.Generation != 3 || record.Revision != "2" {
		t.Errorf("%+v", record)
	}
	if details.MaxSurge.String() != "1" || details.MaxUnavailable.String() != "25%" {
		t.Errorf("limits %s and %s", details.MaxSurge, details.MaxUnavailable)
	}
	details.MaxSurge, details.MaxUnavailable = nil, nil
	want := &DeploymentDetails{
		Replicas: 4, Strategy: "RollingUpdate", Images: []string{"app:v2"}, ObservedGeneration: 3, StatusReplicas: 5, Updated: 1, Ready: 4,
		Available: 3, Conditions: []Condition{{"Ready", "False", "Progressing"}}, InPlace: "Only", InPlaceUnavailable: "50%",
	}
	if !reflect.DeepEqual(details, want) {
		t.Errorf("%+v, want %+v", details, want)
	}
	if record := newRecord(Rollout, rollout(`{"type":"Recreate"}`, `{}`)); record.Revision != "" || record.Deployment.Strategy != "Recreate" || record.Deployment.InPlace != "" {
		t.Errorf("a new one: %+v, %+v", record, record.Deployment)
	}
}

func TestUpdateOfAReplicationController(t *testing.T) {
	update := func(spec, status string) *UpdateDetails {
		object := &unstructured.Unstructured{}
		if err := object.UnmarshalJSON([]byte(`{"apiVersion":"windlass.dev/v1alpha1","kind":"ReplicationControllerUpdate",
			"metadata":{"name":"web","namespace":"shop","uid":"u","resourceVersion":"7"},
			"spec":` + spec + `,"status":` + status + `}`)); err != nil {
			t.Fatal(err)
		}
		return newRecord(ReplicationControllerUpdate, object).Update
	}
	fresh := update(`{"newName":"web-2"}`, `{}`)
	if fresh.NewName != "web-2" || fresh.MaxSurge.String() != "1" || fresh.MaxUnavailable.String() != "0" || fresh.Rollback || fresh.Renames {
		t.Errorf("%+v", fresh)
	}
	going := update(`{"newName":"web-2","maxSurge":"30%","maxUnavailable":2}`,
		`{"newName":"web-3","desiredReplicas":10,"rollback":true,"phase":"Progressing","journal":"{}"}`)
	want := UpdateDetails{NewName: "web-3", Rollback: true, Desired: 10, MaxSurge: intstr.FromString("30%"), MaxUnavailable: intstr.FromInt32(2),
		Phase: "Progressing", Renames: true}
	if *going != want {
		t.Errorf("%+v, want %+v", going, want)
	}
}

func TestAnnotationsOfAReplicationController(t *testing.T) {
	object := &corev1.ReplicationController{ObjectMeta: metav1.ObjectMeta{Annotations: map[string]string{
		"kubectl.kubernetes.io/update-source-id": "web:u", "kubectl.kubernetes.io/desired-replicas": "4",
		"windlass.dev/rename-journal": "{}"}}}
	got := newRecord(ReplicationController, object).ReplicationController
	if got.Source != "web:u" || got.Desired == nil || *got.Desired != 4 || !got.Renames {
		t.Errorf("%+v", got)
	}
	object.Annotations = map[string]string{"kubectl.kubernetes.io/desired-replicas": "many"}
	if got := newRecord(ReplicationController, object).ReplicationController; got.Desired != nil || got.Renames || got.Source != "" {
		t.Errorf("%+v", got)
	}
}
