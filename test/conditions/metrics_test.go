package conditions

import (
	"os"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

// metricsConfig is what deploy/kube-state-metrics/rollouts.yaml may say: a field that
// kube-state-metrics does not know is an error.
type metricsConfig struct {
	Kind string
	Spec struct {
		Resources []struct {
			GroupVersionKind struct{ Group, Version, Kind string }
			MetricNamePrefix string
			LabelsFromPath   map[string][]string
			ErrorLogV        int
			Metrics          []struct {
				Name, Help string
				Each       struct {
					Type     string
					Gauge    *values
					Info     *values
					StateSet *values
				}
			}
		}
	}
}

type values struct {
	Path           []string
	LabelsFromPath map[string][]string
	NilIsZero      bool
	LabelName      string
	List           []string
}

type schema struct {
	Type        string
	Description string
	Properties  map[string]schema
	Items       *schema
}

func read(t *testing.T, path string, into any, decode func([]byte, any) error) {
	t.Helper()
	text, err := os.ReadFile(root + path)
	if err != nil {
		t.Fatal(err)
	}
	if err := decode(text, into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

func strict(text []byte, into any) error { return yaml.UnmarshalStrict(text, into) }
func loose(text []byte, into any) error  { return yaml.Unmarshal(text, into) }

// crd returns the schema of Rollouts and its version.
func crd(t *testing.T) (schema, string) {
	t.Helper()
	var crd struct {
		Spec struct {
			Versions []struct {
				Name   string
				Schema struct{ OpenAPIV3Schema schema }
			}
		}
	}
	read(t, "crds/windlass.dev_rollouts.yaml", &crd, loose)
	if len(crd.Spec.Versions) != 1 {
		t.Fatalf("%d versions", len(crd.Spec.Versions))
	}
	return crd.Spec.Versions[0].Schema.OpenAPIV3Schema, crd.Spec.Versions[0].Name
}

// find returns the schema at the path below s; false if there is no such field. The metadata of an
// object is not in a CRD's schema.
func find(s schema, path []string) (schema, bool) {
	for _, name := range path {
		if s.Items != nil {
			s = *s.Items
		}
		inner, ok := s.Properties[name]
		if !ok {
			return schema{}, false
		}
		s = inner
	}
	return s, true
}

func TestEachMetricReadsAFieldThatRolloutsHave(t *testing.T) {
	rollout, version := crd(t)
	var config metricsConfig
	read(t, "deploy/kube-state-metrics/rollouts.yaml", &config, strict)
	if config.Kind != "CustomResourceStateMetrics" || len(config.Spec.Resources) != 1 {
		t.Fatal("not a configuration of one resource")
	}
	resource := config.Spec.Resources[0]
	kind := resource.GroupVersionKind
	if kind.Group != "windlass.dev" || kind.Version != version || kind.Kind != "Rollout" {
		t.Errorf("about %v", kind)
	}
	names := map[string]bool{}
	for _, metric := range resource.Metrics {
		if names[metric.Name] {
			t.Errorf("%s is there twice", metric.Name)
		}
		names[metric.Name] = true
		if metric.Help == "" {
			t.Errorf("%s has no help", metric.Name)
		}
		of := map[string]*values{
			"Gauge": metric.Each.Gauge, "Info": metric.Each.Info, "StateSet": metric.Each.StateSet,
		}[metric.Each.Type]
		if of == nil {
			t.Errorf("%s has no values of type %s", metric.Name, metric.Each.Type)
			continue
		}
		if of.Path[0] == "metadata" {
			continue
		}
		field, ok := find(rollout, of.Path)
		if !ok {
			t.Errorf("%s: Rollouts have no field %s", metric.Name, strings.Join(of.Path, "."))
			continue
		}
		if metric.Each.Type == "Gauge" && field.Type != "integer" && field.Type != "boolean" {
			t.Errorf("%s: %s is a %s", metric.Name, strings.Join(of.Path, "."), field.Type)
		}
		for label, path := range of.LabelsFromPath {
			if _, ok := find(field, path); !ok {
				t.Errorf("%s: label %s: no field %s", metric.Name, label, strings.Join(path, "."))
			}
		}
	}
	for _, name := range []string{"spec_replicas", "status_replicas_available", "status_condition", "status_phase"} {
		if !names[name] {
			t.Errorf("there is no metric %s", name)
		}
	}
}

// Each phase that a Rollout may be in is a value of the metric, in the rows and in the CRD.
func TestPhasesAreTheSameEverywhere(t *testing.T) {
	rollout, _ := crd(t)
	var config metricsConfig
	read(t, "deploy/kube-state-metrics/rollouts.yaml", &config, strict)
	var phases []string
	for _, metric := range config.Spec.Resources[0].Metrics {
		if metric.Name == "status_phase" {
			phases = metric.Each.StateSet.List
		}
	}
	field, ok := find(rollout, []string{"status", "phase"})
	if !ok {
		t.Fatal("the CRD has no status.phase")
	}
	for _, phase := range phases {
		if !strings.Contains(field.Description, phase) {
			t.Errorf("the CRD does not name phase %s", phase)
		}
	}
	seen := map[string]bool{}
	for _, row := range readRows(t) {
		phase := row.text("phase")
		if phase != "" && !slices.Contains(phases, phase) {
			t.Errorf("%s: phase %s is no value of the metric", row.name, phase)
		}
		seen[phase] = true
	}
	for _, phase := range phases {
		if !seen[phase] {
			t.Errorf("no row has phase %s", phase)
		}
	}
}
