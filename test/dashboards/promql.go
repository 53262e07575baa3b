package main

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
)

type metric struct {
	histogram bool
	labels    []string
}

type metrics map[string]metric

// Labels that Prometheus adds: those of the target, and the bound of a histogram's bucket.
var added = []string{"job", "instance", "pod", "node", "le"}

var (
	rowPattern   = regexp.MustCompile("^\\| `([a-z_]+)` \\|([^|]*)\\|([^|]*)\\|")
	namePattern  = regexp.MustCompile("^`?([a-z_]+)")
	valuePattern = regexp.MustCompile(`^label_values\((.+), *(\w+)\)$`)
	legendLabel  = regexp.MustCompile(`\{\{ *(\w+) *\}\}`)
)

// readMetrics reads the rows "| `name` | type | labels | text |" of a page. Labels are separated by
// commas.
func readMetrics(file string) (metrics, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	list := metrics{}
	for line := range strings.Lines(string(text)) {
		row := rowPattern.FindStringSubmatch(line)
		if row == nil {
			continue
		}
		m := metric{histogram: strings.TrimSpace(row[2]) == "histogram"}
		for _, label := range strings.Split(row[3], ",") {
			if name := namePattern.FindStringSubmatch(strings.TrimSpace(label)); name != nil {
				m.labels = append(m.labels, name[1])
			}
		}
		list[row[1]] = m
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("%s: has no rows \"| `name` | type | labels | text |\"", file)
	}
	return list, nil
}

// find returns the metric of a series, whose name may have the suffix of a histogram.
func (list metrics) find(series string) (metric, bool) {
	m, ok := list[series]
	for _, suffix := range []string{"_bucket", "_sum", "_count"} {
		base, cut := strings.CutSuffix(series, suffix)
		if of := list[base]; cut && of.histogram {
			return of, true
		}
	}
	return m, ok && !m.histogram // a histogram has no series of its own name
}

var promql = parser.NewParser(parser.Options{})

// checkQuery finds queries that do not parse, and metrics and labels that do not exist.
func (c *checked) checkQuery(q query, list metrics) {
	expr, err := promql.ParseExpr(q.expr)
	where := q.where
	if q.refID != "" {
		where += ", query " + q.refID
	}
	if err != nil {
		c.problem(where, "%v: %s", err, q.text)
		return
	}
	names := &labelNames{list: list, complain: func(format string, values ...any) {
		c.problem(where, "%s: %s", fmt.Sprintf(format, values...), q.text)
	}}
	result := names.of(expr)
	for _, label := range legendLabel.FindAllStringSubmatch(q.legend, -1) {
		if !slices.Contains(result, label[1]) {
			c.problem(where, "the legend names %s, which the result does not have: %s", label[1],
				q.text)
		}
	}
}

// checkColumns finds columns of a table that none of its queries has.
func (c *checked) checkColumns(board *dashboard, p *panel, list metrics) {
	fields := []string{"Time", "Value"}
	names := &labelNames{list: list, complain: func(string, ...any) {}}
	for _, q := range c.queries {
		if q.where != board.where(p) {
			continue
		}
		if expr, err := promql.ParseExpr(q.expr); err == nil {
			fields = slices.Concat(fields, names.of(expr), []string{"Value #" + q.refID})
		}
	}
	for _, t := range p.Transformations {
		for field := range t.Options.RenameByName {
			if !slices.Contains(fields, field) {
				c.problem(board.where(p), "renames the field %s, which no query has", field)
			}
		}
	}
}

// checkVariables looks at the queries of variables: label_values(SELECTOR, LABEL).
func (c *checked) checkVariables(board *dashboard, list metrics) {
	for _, v := range board.Templating.List {
		if v.Type != "query" {
			continue
		}
		where := board.UID + ", variable " + v.Name
		call := valuePattern.FindStringSubmatch(v.Definition)
		object, _ := v.Query.(map[string]any)
		if call == nil || object["query"] != v.Definition {
			c.problem(where, "is not label_values(SELECTOR, LABEL), twice: %s", v.Definition)
			continue
		}
		values := map[string]string{}
		for _, name := range board.variables() {
			values[name] = ".*"
		}
		text, unknown := replaced(call[1], values)
		for _, name := range unknown {
			c.problem(where, "there is no variable $%s", name)
		}
		c.checkQuery(query{where: where, text: v.Definition, expr: text,
			legend: "{{" + call[2] + "}}"}, list)
	}
}

// labelNames finds out which labels the result of an expression has.
type labelNames struct {
	list     metrics
	complain func(format string, values ...any)
}

func (l *labelNames) of(expr parser.Expr) []string {
	switch e := expr.(type) {
	case *parser.VectorSelector:
		return l.ofSelector(e)
	case *parser.MatrixSelector:
		return l.of(e.VectorSelector)
	case *parser.SubqueryExpr:
		return l.of(e.Expr)
	case *parser.ParenExpr:
		return l.of(e.Expr)
	case *parser.UnaryExpr:
		return l.of(e.Expr)
	case *parser.StepInvariantExpr:
		return l.of(e.Expr)
	case *parser.AggregateExpr:
		return l.ofAggregation(e)
	case *parser.BinaryExpr:
		return l.ofBinary(e)
	case *parser.Call:
		return l.ofCall(e)
	}
	return nil // a number or a text
}

func (l *labelNames) ofSelector(e *parser.VectorSelector) []string {
	m, ok := l.list.find(e.Name)
	if !ok {
		l.complain("there is no metric %q", e.Name)
	}
	all := slices.Concat(added, m.labels)
	for _, matcher := range e.LabelMatchers {
		if ok && matcher.Name != labels.MetricName && !slices.Contains(all, matcher.Name) {
			l.complain("%s has no label %s", e.Name, matcher.Name)
		}
	}
	return all
}

// must complains about each name that is not in `all`.
func (l *labelNames) must(names, all []string, what string) {
	for _, name := range names {
		if !slices.Contains(all, name) {
			l.complain("%s names the label %s, which is not there", what, name)
		}
	}
}

func without(all, names []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(label string) bool {
		return slices.Contains(names, label)
	})
}

func (l *labelNames) ofAggregation(e *parser.AggregateExpr) []string {
	inner := l.of(e.Expr)
	if e.Param != nil {
		l.of(e.Param)
	}
	if e.Without {
		l.must(e.Grouping, inner, "without")
		return without(inner, e.Grouping)
	}
	l.must(e.Grouping, inner, "by")
	if e.Op == parser.TOPK || e.Op == parser.BOTTOMK {
		return inner
	}
	return e.Grouping
}

func (l *labelNames) ofBinary(e *parser.BinaryExpr) []string {
	left, right := l.of(e.LHS), l.of(e.RHS)
	if e.VectorMatching == nil { // one side is a number
		return slices.Concat(left, right)
	}
	both := slices.Concat(left, right)
	matching := e.VectorMatching
	if matching.On {
		l.must(matching.MatchingLabels, left, "on")
		l.must(matching.MatchingLabels, right, "on")
	} else {
		l.must(matching.MatchingLabels, both, "ignoring")
	}
	switch {
	case e.Op == parser.LOR:
		return both
	case e.Op.IsSetOperator():
		return left
	case matching.Card == parser.CardManyToOne:
		return slices.Concat(left, matching.Include)
	case matching.Card == parser.CardOneToMany:
		return slices.Concat(right, matching.Include)
	case matching.On:
		return matching.MatchingLabels
	}
	return without(left, matching.MatchingLabels)
}

func (l *labelNames) ofCall(e *parser.Call) []string {
	var all []string
	for _, arg := range e.Args {
		all = append(all, l.of(arg)...)
	}
	switch e.Func.Name {
	case "histogram_quantile":
		return without(all, []string{"le"})
	case "scalar":
		return nil
	case "label_replace", "label_join":
		if name, ok := e.Args[1].(*parser.StringLiteral); ok {
			return append(all, name.Val)
		}
	}
	return all
}
