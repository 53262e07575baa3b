package custom

import (
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

func TestAsDeployment(t *testing.T) {
	for _, test := range []struct {
		name, strategy, observed string
		kind                     appsv1.DeploymentStrategyType
		surge, unavailable       string
	}{
		{"a Rollout", `{"type":"RollingUpdate","rollingUpdate":{"maxSurge":1,"maxUnavailable":"10%"},"steps":[{"pause":{}}]}`,
			"2", "RollingUpdate", "1", "10%"},
		{"in place", `{"type":"InPlaceOnly","rollingUpdate":{"maxSurge":0,"maxUnavailable":2},"inPlace":{"maxUnavailable":1}}`,
			"2", "RollingUpdate", "0", "2"},
		{"Recreate", `{"type":"Recreate"}`, "2", "Recreate", "", ""},
		{"one of Argo", `{"canary":{}}`, `"2"`, "RollingUpdate", "25%", "25%"},
		{"one of Argo with limits", `{"canary":{"maxSurge":"50%","maxUnavailable":0}}`, `"2"`, "RollingUpdate", "50%", "0"},
	} {
		object := &unstructured.Unstructured{}
		if err := object.UnmarshalJSON([]byte(`{"apiVersion":"x/v1","kind":"Rollout","metadata":{"name":"web","generation":2},
			"spec":{"replicas":3,"strategy":` + test.strategy + `,"selector":{"matchLabels":{"a":"b"}},
				"template":{"spec":{"containers":[{"name":"app","image":"app:v2"}]}}},
			"status":{"observedGeneration":` + test.observed + `,"replicas":3,"updatedReplicas":2,"availableReplicas":1,
				"selector":"a=b","conditions":[{"type":"Ready","lastUpdateTime":1}]}}`)); err != nil {
			t.Fatal(err)
		}
		d, err := AsDeployment(object)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if d.Name != "web" || *d.Spec.Replicas != 3 || d.Spec.Selector.MatchLabels["a"] != "b" ||
			d.Spec.Template.Spec.Containers[0].Image != "app:v2" {
			t.Errorf("%s: %+v", test.name, d.Spec)
		}
		if d.Status.ObservedGeneration != 2 || d.Status.Replicas != 3 || d.Status.UpdatedReplicas != 2 || d.Status.AvailableReplicas != 1 {
			t.Errorf("%s: %+v", test.name, d.Status)
		}
		surge, unavailable := "", ""
		if rolling := d.Spec.Strategy.RollingUpdate; rolling != nil {
			surge, unavailable = rolling.MaxSurge.String(), rolling.MaxUnavailable.String()
		}
		if d.Spec.Strategy.Type != test.kind || surge != test.surge || unavailable != test.unavailable {
			t.Errorf("%s: %s %q %q", test.name, d.Spec.Strategy.Type, surge, unavailable)
		}
	}
}

func TestParse(t *testing.T) {
	parsed, err := Parse("rollouts.v1alpha1.windlass.dev")
	if err != nil || parsed.Resource != "rollouts" || parsed.Version != "v1alpha1" || parsed.Group != "windlass.dev" {
		t.Errorf("%v, %v", parsed, err)
	}
	if _, err := Parse("rollouts"); err == nil {
		t.Error("a resource without its group was taken")
	}
}
