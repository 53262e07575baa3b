package conditions

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	lua "github.com/yuin/gopher-lua"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// toLua returns the value as Argo CD hands it to a script: numbers are numbers, null is nil.
func toLua(l *lua.LState, value any) lua.LValue {
	switch v := value.(type) {
	case bool:
		return lua.LBool(v)
	case int64:
		return lua.LNumber(v)
	case float64:
		return lua.LNumber(v)
	case string:
		return lua.LString(v)
	case []any:
		list := l.NewTable()
		for _, one := range v {
			list.Append(toLua(l, one))
		}
		return list
	case map[string]any:
		table := l.NewTable()
		for key, one := range v {
			table.RawSetString(key, toLua(l, one))
		}
		return table
	}
	return lua.LNil
}

// fromLua is the way back. A table is a list if its first key is 1; an empty one is what `as` is.
func fromLua(value lua.LValue, as any) any {
	switch v := value.(type) {
	case lua.LBool:
		return bool(v)
	case lua.LNumber:
		return int64(v)
	case lua.LString:
		return string(v)
	case *lua.LTable:
		before, _ := as.(map[string]any)
		if list, ok := as.([]any); ok || v.Len() > 0 {
			all := []any{}
			for i := 1; i <= v.Len(); i++ {
				var one any
				if i <= len(list) {
					one = list[i-1]
				}
				all = append(all, fromLua(v.RawGetInt(i), one))
			}
			return all
		}
		all := map[string]any{}
		v.ForEach(func(key, one lua.LValue) {
			all[key.String()] = fromLua(one, before[key.String()])
		})
		return all
	}
	return nil
}

// run returns what the script of deploy/argocd returns for the object. The script can reach what
// Argo CD lets it reach: the basic library, those for tables and modules, and of "os" date and time.
func run(t *testing.T, script string, object map[string]any) (any, error) {
	t.Helper()
	l := lua.NewState(lua.Options{SkipOpenLibs: true})
	defer l.Close()
	for name, open := range map[string]lua.LGFunction{
		lua.LoadLibName: lua.OpenPackage, lua.BaseLibName: lua.OpenBase, lua.TabLibName: lua.OpenTable,
	} {
		l.Push(l.NewFunction(open))
		l.Push(lua.LString(name))
		l.Call(1, 0)
	}
	safe := l.NewTable()
	safe.RawSetString("time", l.NewFunction(func(l *lua.LState) int {
		l.Push(lua.LNumber(time.Now().Unix()))
		return 1
	}))
	safe.RawSetString("date", l.NewFunction(func(l *lua.LState) int {
		if format := l.CheckString(1); format != "!%Y-%m-%dT%H:%M:%SZ" {
			l.RaiseError("this test knows no date of the format %s", format)
		}
		l.Push(lua.LString(time.Now().UTC().Format(time.RFC3339)))
		return 1
	}))
	l.SetGlobal("os", safe)
	l.PreloadModule("os", func(l *lua.LState) int {
		l.Push(safe)
		return 1
	})
	l.SetGlobal("obj", toLua(l, object))
	l.SetGlobal("actionParams", l.NewTable())
	source, err := os.ReadFile(root + "deploy/argocd/" + script)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.DoString(string(source)); err != nil {
		return nil, err
	}
	return fromLua(l.Get(-1), object), nil
}

// mustRun is for scripts that may not fail.
func mustRun(t *testing.T, script string, r row) map[string]any {
	t.Helper()
	result, err := run(t, script, r.object.Object)
	if err != nil {
		t.Fatalf("%s: %s: %v", r.name, script, err)
	}
	table, ok := result.(map[string]any)
	if !ok {
		t.Fatalf("%s: %s returns %v", r.name, script, result)
	}
	return table
}

// scripts returns the names of the actions that have one.
func scripts(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(root + "deploy/argocd/actions/*/action.lua")
	if err != nil || len(files) == 0 {
		t.Fatalf("no actions: %v", err)
	}
	var names []string
	for _, file := range files {
		names = append(names, filepath.Base(filepath.Dir(file)))
	}
	return names
}

func TestArgocdHealthOfEachRow(t *testing.T) {
	for _, row := range readRows(t) {
		if row.argocd == "" {
			continue
		}
		health := mustRun(t, "health.lua", row)
		if health["status"] != row.argocd {
			t.Errorf("%s: Argo CD says %v, expected %s", row.name, health["status"], row.argocd)
		}
		message, ok := health["message"].(string)
		if !ok || row.observed() && message != row.text("message") {
			t.Errorf("%s: message %v", row.name, health["message"])
		}
	}
	t.Log("proves: RO-150 RO-156")
}

func TestArgocdOffersTheActionsThatWouldDoSomething(t *testing.T) {
	for _, row := range readRows(t) {
		if row.argocd == "" {
			continue
		}
		offered := mustRun(t, "actions/discovery.lua", row)
		if names := slices.Sorted(maps.Keys(offered)); !slices.Equal(names, scripts(t)) {
			t.Errorf("%s: offers %v, and there are scripts for %v", row.name, names, scripts(t))
		}
		var enabled []string
		for _, name := range slices.Sorted(maps.Keys(offered)) {
			disabled, ok := offered[name].(map[string]any)["disabled"].(bool)
			if !ok {
				t.Errorf("%s: %s does not say whether it is disabled", row.name, name)
			}
			if ok && !disabled {
				enabled = append(enabled, name)
			}
		}
		if got := strings.Join(enabled, " "); got != row.actions {
			t.Errorf("%s: actions %q, expected %q", row.name, got, row.actions)
		}
		for _, name := range enabled {
			after := mustRun(t, "actions/"+name+"/action.lua", row)
			if equal(after, row.object.Object) {
				t.Errorf("%s: %s changes nothing", row.name, name)
			}
			if !equal(after["status"], row.object.Object["status"]) {
				t.Errorf("%s: %s changes the status", row.name, name)
			}
		}
	}
}

// equal compares what is left of values in JSON, where an empty table is an empty object.
func equal(a, b any) bool { return jsonText(a) == jsonText(b) }

func jsonText(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return string(text)
}

var promote = []string{"metadata", "annotations", "windlass.dev/promote"}

// Each action changes one field, and no other.
func TestArgocdActionsChangeOneField(t *testing.T) {
	for _, c := range []struct {
		action, row string
		path        []string
		value       any // nil: the field is removed
	}{
		{"promote", "paused at a step until promoted", promote, "2@2"},
		{"promote", "paused at a step, and an earlier rollout was promoted", promote, "2@2"},
		{"abort", "progressing", []string{"spec", "abort"}, true},
		{"retry", "aborted", []string{"spec", "abort"}, nil},
		{"pause", "progressing", []string{"spec", "paused"}, true},
		{"resume", "paused by its spec", []string{"spec", "paused"}, nil},
		{"restart", "healthy", []string{
			"spec", "template", "metadata", "annotations", "kubectl.kubernetes.io/restartedAt"}, "now"},
	} {
		rows := readRows(t)
		at := slices.IndexFunc(rows, func(r row) bool { return r.name == c.row })
		if at < 0 {
			t.Fatalf("there is no row %q", c.row)
		}
		after := mustRun(t, "actions/"+c.action+"/action.lua", rows[at])
		want := rows[at].object.DeepCopy().Object
		switch {
		case c.value == nil:
			unstructured.RemoveNestedField(want, c.path...)
		case c.value == "now":
			now, _, _ := unstructured.NestedString(after, c.path...)
			if !regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$`).MatchString(now) {
				t.Errorf("%s writes the time %q", c.action, now)
			}
			c.value = now
			fallthrough
		default:
			if err := unstructured.SetNestedField(want, c.value, c.path...); err != nil {
				t.Fatal(err)
			}
		}
		if !equal(after, want) {
			t.Errorf("%s of %s: %s, expected %s", c.action, c.row, jsonText(after), jsonText(want))
		}
	}
}

// An action on an object that it does not fit ends with words for the user.
func TestArgocdPromotesNothingWithoutAStep(t *testing.T) {
	rows := readRows(t)
	at := slices.IndexFunc(rows, func(r row) bool { return r.name == "progressing" })
	_, err := run(t, "actions/promote/action.lua", rows[at].object.Object)
	if err == nil || !strings.Contains(err.Error(), "the Rollout waits at no step") {
		t.Errorf("promote says %v", err)
	}
}
