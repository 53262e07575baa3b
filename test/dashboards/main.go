// Command dashboards checks the Grafana dashboards and the alert rules: every query is one that
// Prometheus can parse, and names metrics and labels that Windlass has.
//
//	dashboards -metrics docs/metrics.md deploy/dashboards/*.json deploy/alerts/rules.yaml
//
// It prints a line for each problem and exits 1 if there is one. With -queries it prints the
// queries, for a script that asks a Prometheus for each of them; one line has, separated by tabs:
// uid of the dashboard, title of the panel, refId, "instant" or "range", query.
//
//	dashboards -queries -namespace shop -name web deploy/dashboards/*.json
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// query is one query of a panel, of an alert or of a dashboard's annotations.
type query struct {
	where   string // dashboard and panel, for messages
	uid     string
	panel   string // its title
	refID   string
	instant bool
	text    string // as written
	expr    string // variables replaced
	legend  string
}

// Grafana replaces these itself.
var builtIn = map[string]string{
	"__rate_interval": "1m",
	"__interval":      "1m",
	"__range":         "1h",
	"__range_s":       "3600",
}

var variablePattern = regexp.MustCompile(`\$\{?([A-Za-z_][A-Za-z_0-9]*)(?::[a-z]+)?\}?`)

// replaced returns the query with each variable replaced by its value, and the names of those
// variables that have none.
func replaced(text string, values map[string]string) (string, []string) {
	var unknown []string
	return variablePattern.ReplaceAllStringFunc(text, func(found string) string {
		name := variablePattern.FindStringSubmatch(found)[1]
		if value, ok := builtIn[name]; ok {
			return value
		}
		if value, ok := values[name]; ok {
			return value
		}
		unknown = append(unknown, name)
		return found
	}), unknown
}

type rule struct {
	Alert, Record, Expr string
	Annotations         map[string]string
}

type group struct{ Rules []rule }

// ruleFile is a file for Prometheus, or a PrometheusRule of its operator.
type ruleFile struct {
	Groups []group
	Spec   struct{ Groups []group }
}

// checked holds everything that was read, and what is wrong with it.
type checked struct {
	boards   []*dashboard
	queries  []query
	rules    int               // how many of the queries are rules
	runbooks map[string]string // alert -> runbook_url
	problems []string
}

func (c *checked) problem(where, format string, values ...any) {
	c.problems = append(c.problems, where+": "+fmt.Sprintf(format, values...))
}

// read reads the files. Variables of which one value is chosen get the one in `chosen`, others
// match everything.
func read(files []string, chosen map[string]string) (*checked, error) {
	c := &checked{runbooks: map[string]string{}}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		if strings.HasSuffix(file, ".json") {
			err = c.readDashboard(file, text, chosen)
		} else {
			err = c.readRules(text)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
	}
	return c, nil
}

func (c *checked) readRules(text []byte) error {
	var file ruleFile
	if err := yaml.Unmarshal(text, &file); err != nil {
		return err
	}
	before := c.rules
	for _, group := range append(file.Groups, file.Spec.Groups...) {
		for _, rule := range group.Rules {
			name := rule.Alert + rule.Record
			c.queries = append(c.queries, query{where: "rule " + name, panel: name, instant: true,
				text: rule.Expr, expr: rule.Expr})
			c.runbooks[name] = rule.Annotations["runbook_url"]
			c.rules++
		}
	}
	if c.rules == before {
		return errors.New("has no rules")
	}
	return nil
}

// check looks at dashboards and queries. `list` is docs/metrics.md.
func (c *checked) check(list metrics) {
	c.checkDashboards()
	for _, board := range c.boards {
		c.checkVariables(board, list)
	}
	for _, q := range c.queries {
		c.checkQuery(q, list)
	}
	for _, board := range c.boards {
		for _, panel := range board.all() {
			c.checkColumns(board, panel, list)
		}
	}
}

func printQueries(out io.Writer, queries []query) {
	for _, q := range queries {
		mode := "range"
		if q.instant {
			mode = "instant"
		}
		expr := strings.Join(strings.Fields(q.expr), " ")
		fmt.Fprintf(out, "%s\t%s\t%s\t%s\t%s\n", q.uid, q.panel, q.refID, mode, expr)
	}
}

func run(out io.Writer, args []string) error {
	flags := flag.NewFlagSet("dashboards", flag.ContinueOnError)
	metricsFile := flags.String("metrics", "", "`file` that lists the metrics: docs/metrics.md")
	onlyQueries := flags.Bool("queries", false, "print the queries, check nothing")
	chosen := map[string]*string{}
	for _, name := range []string{"namespace", "name", "kind"} {
		chosen[name] = flags.String(name, ".*", "value of the variable $"+name+
			" where a dashboard has one value of it")
	}
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() == 0 {
		return errors.New("name the dashboards and the rules")
	}
	values := map[string]string{}
	for name := range maps.Keys(chosen) {
		values[name] = *chosen[name]
	}
	c, err := read(flags.Args(), values)
	if err != nil {
		return err
	}
	if *onlyQueries {
		printQueries(out, c.queries)
		return nil
	}
	list, err := readMetrics(*metricsFile)
	if err != nil {
		return err
	}
	c.check(list)
	slices.Sort(c.problems)
	for _, problem := range slices.Compact(c.problems) {
		fmt.Fprintln(out, problem)
	}
	if len(c.problems) > 0 {
		return errors.New("there are problems")
	}
	fmt.Fprintf(out, "no problem: %d dashboards, %d queries, %d rules, %d metrics in the list\n",
		len(c.boards), len(c.queries)-c.rules, c.rules, len(list))
	return nil
}

func main() {
	if err := run(os.Stdout, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "dashboards:", err)
		os.Exit(1)
	}
}
