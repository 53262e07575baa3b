package differential

import (
	"os"
	"path/filepath"
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
	s := load(t, "apply web\n+ pause web\nquota none\nresume web\ndelete web")
	result := &play.Result{Steps: []play.Step{
		{Lines: []string{"deployment web x=1 y=1", "event web A"}, Quiet: true},
		{Lines: []string{"deployment web x=1 y=1"}, Quiet: true}, // nothing changed
		{Lines: []string{"deployment web x=2 y=1"}, Quiet: true},
		{Quiet: true}, // nothing is there
	}}
	text, err := format(s, result)
	want := "step 1: apply web + pause web\n  + deployment web x=1 y=1\n    event web A\nstep 2: quota none\n" +
		"step 3: resume web\n  ~ deployment web x=2\nstep 4: delete web\n  - deployment web\n"
	if text != want || err != nil {
		t.Errorf("recorded %q, %v; want %q", text, err, want)
	}
	if got, err := parse(s, text); err != nil || !reflect.DeepEqual(got, result) {
		t.Errorf("read %v, %v; want %v", got, err, result)
	}
}

func TestFirstStepsThatManyScriptsShareAreInOneFile(t *testing.T) {
	const one, two, three = "step 1: a\n  + b c\n", "step 2: d\n", "step 3: e\n  - b\n"
	folder := t.TempDir()
	if err := os.Mkdir(filepath.Join(folder, "begin"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"one": one, "two": one + two, "unlike": one + three} {
		if err := os.WriteFile(filepath.Join(folder, "begin", name+".txt"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for text, want := range map[string]string{
		one + two + three:       "begins as two\n" + three, // the most steps
		one + two + "  + f g\n": "begins as one\n" + two + "  + f g\n",
		one:                     one, // no step is left
		one + "  + f g\n" + two: one + "  + f g\n" + two,
	} {
		short, err := shorten(folder, text)
		if err != nil || short != want {
			t.Errorf("%q is shortened to %q, %v; want %q", text, short, err, want)
		}
		if got, err := whole(folder, short); err != nil || got != text {
			t.Errorf("%q is read as %q, %v", short, got, err)
		}
	}
	if text, err := whole(folder, "begins as none\n"+three); err == nil {
		t.Errorf("what is not there is read as %q", text)
	}
}

func TestStatesThatCannotBeReadBackAreNotRecorded(t *testing.T) {
	s := load(t, "apply web\nready web")
	for want, lines := range map[string][]string{
		"step 2 would be read as another state": {"deployment web x=1"}, // a field is gone
		"does not fit":                          {"deployment web x=1 y=1", "condition web A=True X", "condition web A=True Y"},
		`step 2: "b" is no change`:              {"deployment web x=1 y=1", "annotation web note=a\nb"},
	} {
		text, err := format(s, &play.Result{Steps: []play.Step{
			{Lines: []string{"deployment web x=1 y=1"}, Quiet: true}, {Lines: lines, Quiet: true}}})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %q, %v, want %q", lines, text, err, want)
		}
	}
}

func TestExpectedOfAnotherScriptIsRefused(t *testing.T) {
	for content, want := range map[string]string{
		"apply web":              "2 steps are expected, the script has 1",
		"apply web\nready web 2": `step 2 is "ready web 2" in the script`,
	} {
		_, err := parse(load(t, content), "step 1: apply web\n  + a b\nstep 2: ready web\n  + b c\n")
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", content, err, want)
		}
	}
}
