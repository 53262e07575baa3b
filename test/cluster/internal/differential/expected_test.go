package differential

import (
	"reflect"
	"strings"
	"testing"

	"windlass.dev/test/cluster/internal/differential/play"
	"windlass.dev/test/cluster/internal/differential/script"
)

func load(t *testing.T, content string) *script.Script {
	t.Helper()
	s, err := script.Parse("x", content)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestExpectedIsWhatWasRecorded(t *testing.T) {
	s := load(t, "apply web\n+ pause web\nquota none\nresume web")
	result := &play.Result{Steps: []play.Step{
		{Lines: []string{"deployment web x=1", "event web A"}, Quiet: true},
		{Lines: []string{}, Quiet: true}, // nothing is there
		{Lines: []string{"deployment web x=2"}, Quiet: true},
	}}
	text := format(s, result)
	want := "step 1: apply web + pause web\ndeployment web x=1\nevent web A\n\nstep 2: quota none\n\n" +
		"step 3: resume web\ndeployment web x=2\n\n"
	if text != want {
		t.Errorf("recorded %q, want %q", text, want)
	}
	if got, err := parse(s, text); err != nil || !reflect.DeepEqual(got, result) {
		t.Errorf("read %v, %v; want %v", got, err, result)
	}
}

func TestExpectedOfAnotherScriptIsRefused(t *testing.T) {
	for content, want := range map[string]string{
		"apply web":              "2 steps are expected, the script has 1",
		"apply web\nready web 2": `step 2 is "ready web 2" in the script`,
	} {
		_, err := parse(load(t, content), "step 1: apply web\na\n\nstep 2: ready web\nb\n\n")
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", content, err, want)
		}
	}
}
