package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const metricsPage = "| metric | type | labels | |\n|---|---|---|---|\n" +
	"| `windlass_rollouts` | gauge | namespace, kind, phase | text |\n" +
	"| `windlass_rollout_info` | gauge | `namespace`, `name` | text |\n" +
	"| `windlass_syncs_total` | counter | | text |\n" +
	"| `windlass_took_seconds` | histogram | kind | text |\n"

const goodDashboard = `{"uid": "a", "title": "A", "description": "D.", "tags": ["windlass"],
 "schemaVersion": 39,
 "links": [{"url": "/d/b?${datasource:queryparam}", "keepTime": true},
  {"url": "https://h/docs/runbooks.md"}],
 "templating": {"list": [{"name": "datasource", "type": "datasource", "query": "prometheus"},
  {"name": "namespace", "type": "query", "definition": "label_values(windlass_rollouts, namespace)",
   "query": {"query": "label_values(windlass_rollouts, namespace)"}, "multi": true},
  {"name": "name", "type": "query", "query": {"query": "label_values(windlass_rollout_info, name)"},
   "definition": "label_values(windlass_rollout_info, name)"}]},
 "annotations": {"list": [{"name": "Marks", "datasource": {"uid": "${datasource}"},
  "expr": "windlass_rollout_info", "titleFormat": "{{name}}"}]},
 "panels": [
  {"id": 1, "type": "row", "title": "Row", "gridPos": {"x": 0, "y": 0, "w": 24, "h": 1}},
  {"id": 2, "type": "timeseries", "title": "Lines", "description": "Text.",
   "gridPos": {"x": 0, "y": 1, "w": 12, "h": 8}, "datasource": {"uid": "${datasource}"},
   "links": [{"url": "https://h/docs/runbooks.md#waits"}],
   "targets": [{"refId": "A", "datasource": {"uid": "${datasource}"}, "legendFormat": "{{phase}}",
    "expr": "sum by (phase) (windlass_rollouts{namespace=~\"$namespace\"})"},
    {"refId": "B", "datasource": {"uid": "${datasource}"}, "expr":
     "histogram_quantile(0.9, sum by (le) (rate(windlass_took_seconds_bucket[$__rate_interval])))"
    }]},
  {"id": 3, "type": "table", "title": "Table", "description": "Text.",
   "gridPos": {"x": 12, "y": 1, "w": 12, "h": 8}, "datasource": {"uid": "${datasource}"},
   "fieldConfig": {"overrides": [
    {"links": [{"url": "/d/a?x&var-name=${__data.fields.Name}"}]}]},
   "transformations": [{"id": "organize", "options": {"renameByName": {"name": "Name"}}}],
   "targets": [{"refId": "A", "datasource": {"uid": "${datasource}"}, "instant": true,
    "expr": "max by (name) (windlass_rollout_info{name=\"$name\"})"}]}
 ]}`

const goodRules = `groups:
- name: g
  rules:
  - alert: Waits
    expr: max by (namespace) (windlass_rollouts{phase="waiting"}) > 0 and on () vector(1)
    annotations: {runbook_url: "https://h/docs/runbooks.md#waits"}
`

// problems returns what is printed about a dashboard, rules and a list of metrics.
func problems(t *testing.T, dashboard, rules, list string) string {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	out := &strings.Builder{}
	err := run(out, []string{"-metrics", write("metrics.md", list), write("a.json", dashboard),
		write("rules.yaml", rules)})
	if err != nil {
		out.WriteString(err.Error())
	}
	return out.String()
}

func TestAGoodDashboardHasNoProblem(t *testing.T) {
	got := problems(t, goodDashboard, goodRules, metricsPage)
	want := "no problem: 1 dashboards, 4 queries, 1 rules, 4 metrics in the list\n"
	if got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestEachFaultOfADashboardIsFound(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		// queries
		{`sum by (phase) (w`, `sum by (phase) w`, `a, panel "Lines", query A: 1:`},
		{`(windlass_rollouts{`, `(windlass_rollout{`, `there is no metric "windlass_rollout"`},
		{`_took_seconds_bucket[`, `_took_seconds[`, `there is no metric "windlass_took_seconds"`},
		{`_took_seconds_bucket[`, `_taken_seconds_bucket[`, `"windlass_taken_seconds_bucket"`},
		{`windlass_rollouts{namespace=~`, `windlass_rollouts{name_space=~`,
			`windlass_rollouts has no label name_space`},
		{`by (phase)`, `by (fase)`, `by names the label fase`},
		{`by (phase)`, `without (fase)`, `without names the label fase`},
		{`"sum by (phase) (windlass_rollouts{namespace=~\"$namespace\"})"`,
			`"windlass_rollouts * on (name) windlass_rollout_info"`, `on names the label name`},
		{`"sum by (phase) (windlass_rollouts{namespace=~\"$namespace\"})"`,
			`"windlass_rollouts unless ignoring (cause) windlass_rollout_info"`,
			`ignoring names the label cause`},
		{`{{phase}}`, `{{kind}}`, `the legend names kind`},
		{`"{{name}}"`, `"{{nom}}"`, `annotation "Marks", query Anno: the legend names nom`},
		{`\"$namespace\"`, `\"$kind\"`, `query A: there is no variable $kind`},
		{`[$__rate_interval]`, `[$__rate]`, `there is no variable $__rate`},
		// variables
		{`"definition": "label_values(windlass_rollouts, n`, `"definition": "label_names(n`,
			`variable namespace: is not label_values`},
		{`"label_values(windlass_rollouts, namespace)"}`, `"other"}`, `is not label_values`},
		{`label_values(windlass_rollout_info, name)`, `label_values(windlass_rollout_info, nom)`,
			`variable name: the legend names nom`},
		// tables and links
		{`{"name": "Name"}`, `{"nom": "Name"}`, `renames the field nom`},
		{`/d/a?x`, `/d/b?x`, `links to /d/b?x&var-name=${__data.fields.Name}, which is no`},
		{`&var-name=`, `&var-nom=`, `links to a, which has no variable nom`},
		{`fields.Name}`, `fields.name}`, `links with the field name`},
		{`"tags": ["windlass"],`, `"tags": ["x"],`, `needs the tag "windlass"`},
		{`"keepTime": true`, `"includeVars": true`, `a: hands all variables over to /d/b?`},
		{`docs/runbooks.md"`, `docs/metrics.md"`, `has no link to /docs/runbooks.md`},
		{`https://h/docs`, `https://g/docs`, `but the rule Waits to https://h/docs`},
		{`md#waits`, `md#wait`, `panel "Lines": links to https://h/docs/runbooks.md#wait, but no`},
		// panels
		{`"timeseries"`, `"graph"`, `the type "graph" is not one of`},
		{`"title": "Row"`, `"title": ""`, `panel 1 has no title`},
		{`"title": "Lines", "description": "Text."`, `"title": "Lines"`, `has no description`},
		{`"h": 8}, "datasource": {"uid": "${datasource}"}`, `"h": 8}, "datasource": {"uid": "x"}`,
			`needs the datasource ${datasource}`},
		{`"A", "datasource": {"uid": "${datasource}"}`, `"A"`, `query "A" needs the datasource`},
		{`"refId": "B"`, `"refId": "A"`, `query "A" needs the datasource ${datasource} and a refId`},
		{`"Marks", "datasource": {"uid": "${datasource}"}`, `"Marks"`,
			`annotation "Marks" does not have the datasource`},
		{`"id": 3`, `"id": 2`, `the id 2 is used twice`},
		{`"x": 12`, `"x": 11`, `overlaps the panel "Lines"`},
		{`"x": 12`, `"x": 13`, `does not fit into the 24 columns`},
		{`"schemaVersion": 39`, `"schemaVersion": 38`, `a schemaVersion from 39 on`},
		{`"uid": "a"`, `"uid": "b"`, `the uid "b" is not the name of the file`},
	} {
		changed := strings.ReplaceAll(goodDashboard, c.old, c.new)
		if changed == goodDashboard {
			t.Errorf("%s is not in the dashboard", c.old)
		}
		got := problems(t, changed, goodRules, metricsPage)
		if !strings.Contains(got, c.want) || !strings.HasSuffix(got, "there are problems") {
			t.Errorf("with %s:\n%s\nwant %s", c.new, got, c.want)
		}
	}
}

func TestEachFaultOfARuleIsFound(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{`) > 0`, `)) > 0`, `rule Waits: 1:`},
		{`windlass_rollouts{`, `windlass_rolls{`, `rule Waits: there is no metric "windlass_rolls"`},
		{`phase=`, `fase=`, `rule Waits: windlass_rollouts has no label fase`},
		{`by (namespace)`, `by (name)`, `rule Waits: by names the label name`},
		{`rules:`, `ruls:`, `has no rules`},
	} {
		rules := strings.Replace(goodRules, c.old, c.new, 1)
		if got := problems(t, goodDashboard, rules, metricsPage); !strings.Contains(got, c.want) {
			t.Errorf("with %s:\n%s\nwant %s", c.new, got, c.want)
		}
	}
}

func TestTwoDashboardsHaveTwoUids(t *testing.T) {
	c := &checked{}
	for range 2 {
		if err := c.readDashboard("a.json", []byte(goodDashboard), nil); err != nil {
			t.Fatal(err)
		}
	}
	c.check(metrics{})
	if got := strings.Join(c.problems, "\n"); !strings.Contains(got, `has the uid "a", too`) {
		t.Error(got)
	}
}

func TestDashboardsLinkToEachOther(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{``, ``, ``},
		{`, "keepTime": true`, ``, `a: has no link to /d/b?${datasource:queryparam} that keeps the`},
		{`?${datasource:queryparam}"`, `"`, `a: has no link to /d/b?${datasource:queryparam} that`},
	} {
		read := &checked{}
		other := strings.NewReplacer(`"uid": "a"`, `"uid": "b"`, `/d/b?`, `/d/a?`).Replace(goodDashboard)
		for file, text := range map[string]string{"b.json": other,
			"a.json": strings.ReplaceAll(goodDashboard, c.old, c.new)} {
			if err := read.readDashboard(file, []byte(text), nil); err != nil {
				t.Fatal(err)
			}
		}
		read.checkDashboards()
		links := slices.DeleteFunc(read.problems, func(problem string) bool {
			return !strings.Contains(problem, "that keeps the time")
		})
		got := strings.Join(links, "\n")
		if !strings.HasPrefix(got, c.want) || (c.want == "") != (got == "") {
			t.Errorf("with %q: %s, want %s", c.new, got, c.want)
		}
	}
}

func TestAPageWithoutMetricsIsRefused(t *testing.T) {
	got := problems(t, goodDashboard, goodRules, "# Metrics\n")
	if !strings.Contains(got, "has no rows") {
		t.Error(got)
	}
}

func TestAPrometheusRuleOfTheOperatorIsRead(t *testing.T) {
	rules := "spec:\n  " + strings.ReplaceAll(goodRules, "\n", "\n  ")
	if got := problems(t, goodDashboard, rules, metricsPage); !strings.HasPrefix(got, "no problem") {
		t.Error(got)
	}
}

func TestQueriesArePrintedWithVariablesReplaced(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.json")
	if err := os.WriteFile(file, []byte(goodDashboard), 0o600); err != nil {
		t.Fatal(err)
	}
	out := &strings.Builder{}
	err := run(out, []string{"-queries", "-namespace=shop", "-name=web", file})
	// $namespace may have several values here, so that all are meant.
	want := "a\tLines\tA\trange\tsum by (phase) (windlass_rollouts{namespace=~\".*\"})\n" +
		"a\tLines\tB\trange\thistogram_quantile(0.9, sum by (le) " +
		"(rate(windlass_took_seconds_bucket[1m])))\n" +
		"a\tTable\tA\tinstant\tmax by (name) (windlass_rollout_info{name=\"web\"})\n" +
		"a\tMarks\tAnno\trange\twindlass_rollout_info\n"
	if err != nil || out.String() != want {
		t.Errorf("%v\n%s\nwant\n%s", err, out, want)
	}
}

// The dashboards and rules that Windlass ships, against the page of its metrics.
func TestWhatIsShippedHasNoProblem(t *testing.T) {
	args := []string{"-metrics", "../../docs/metrics.md"}
	for _, pattern := range []string{"dashboards/*.json", "alerts/rules.yaml"} {
		files, err := filepath.Glob("../../deploy/" + pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("no files %s: %v", pattern, err)
		}
		args = append(args, files...)
	}
	var out strings.Builder
	if err := run(&out, args); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	t.Log(out.String())
}
