package script

import (
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestDifferencesOfRollouts(t *testing.T) {
	script, err := Parse("x", `
rollback web 1
differs ^event: always
differs[rollout] ^annotation: a Rollout has none
`)
	if err != nil {
		t.Fatal(err)
	}
	for kind, want := range map[string][]string{
		"deployment": {"always"}, "rollout": {"always", "a Rollout has none"},
	} {
		var got []string
		for _, difference := range script.Steps[0].DiffersAs(kind) {
			got = append(got, difference.Why)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %q, want %q", kind, got, want)
		}
	}
}

func TestParse(t *testing.T) {
	script, err := Parse("x", `
# a comment
apply web replicas=3 annotation.note="two words = a" # why
  scale web 4
differs ^condition\sweb: B-01, because
+ wait-condition web Progressing=NewReplicaSetAvailable
quota none
writes-more B-02
`)
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, step := range script.Steps {
		texts = append(texts, step.Text)
	}
	want := []string{
		`apply web replicas=3 annotation.note="two words = a"`,
		`scale web 4 + wait-condition web Progressing=NewReplicaSetAvailable`,
		`quota none`,
	}
	if !reflect.DeepEqual(texts, want) {
		t.Errorf("steps %q, want %q", texts, want)
	}
	command := Command{Verb: "apply", Name: "web",
		Setting: []Setting{{"replicas", "3"}, {"annotation.note", "two words = a"}}}
	if got := script.Steps[0].Commands[0]; !reflect.DeepEqual(got, command) {
		t.Errorf("command %+v, want %+v", got, command)
	}
	if value, found := command.Get("replicas"); !found || value != "3" {
		t.Errorf("replicas is %q, %v", value, found)
	}
	if _, found := command.Get("image"); found {
		t.Error("image is found")
	}
	differs := script.Steps[1].Differs
	if len(differs) != 1 || !differs[0].Pattern.MatchString("condition web Available=True X") ||
		differs[0].Why != "B-01, because" {
		t.Errorf("differences %+v", differs)
	}
	if script.WritesMore != "B-02" {
		t.Errorf("writes-more %q", script.WritesMore)
	}
}

func TestParseRefuses(t *testing.T) {
	for content, want := range map[string]string{
		"":                                "no step",
		"+ pause web":                     "line 1: no step to continue",
		"\nfrobnicate web":                `line 2: unknown step "frobnicate"`,
		"apply":                           "which Deployment?",
		"apply image=app:1":               "which Deployment?",
		"apply web size=3":                `unknown setting "size"`,
		"apply web 3":                     "wrong number of words",
		"apply web annotation.=x":         `unknown setting "annotation."`,
		"scale web":                       "wrong number of words",
		"scale web many":                  `what is "many"?`,
		"scale web -1":                    `what is "-1"?`,
		"scale-replicaset web 1":          "revision=R is missing",
		"label-replicaset web revision=1": "expected revision=R and one KEY=VALUE",
		"stop-slowly web maybe":           `what is "maybe"?`,
		"condition web":                   "expected one KEY=VALUE",
		`apply web annotation.note="a`:    "a quote that does not end",
		"differs x: y":                    "no step to differ at",
		"pause web\ndiffers x":            "expected differs PATTERN: WHY",
		"pause web\ndiffers a b: c":       "expected differs PATTERN: WHY",
		"pause web\ndiffers (: c":         "line 2: error parsing regexp",
		"pause web\nwrites-more":          "writes-more without a reason",
	} {
		_, err := Parse("x", content)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", content, err, want)
		}
	}
}

// Every script of the project can be read: a typing error shows without a cluster.
func TestScriptsOfTheProject(t *testing.T) {
	paths, err := filepath.Glob("../../../../differential/scripts/*.script")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, path := range paths {
		if _, err := Load(path); err != nil {
			t.Error(err)
		}
	}
}
