package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

const (
	tag         = "windlass"
	source      = "${datasource}"
	runbookPage = "/docs/runbooks.md"
)

// Panel types that Grafana has and does not call old.
var panelTypes = []string{"timeseries", "stat", "table", "heatmap", "state-timeline", "bargauge",
	"row", "text"}

type datasource struct{ Type, UID string }

type target struct {
	RefID        string
	Datasource   datasource
	Expr         string
	LegendFormat string
	Instant      bool
}

type gridPos struct{ X, Y, W, H int }

type panel struct {
	ID              int
	Type            string
	Title           string
	Description     string
	Datasource      datasource
	GridPos         gridPos
	Targets         []target
	Links           []struct{ URL string }
	Panels          []*panel // of a row that is collapsed
	FieldConfig     json.RawMessage
	Transformations []struct {
		ID      string
		Options struct {
			ExcludeByName map[string]bool
			IndexByName   map[string]int
			RenameByName  map[string]string
		}
	}
}

type variable struct {
	Name, Type string
	Definition string
	Query      any // a text, or an object that has one
	Multi      bool
}

type dashboard struct {
	UID           string
	Title         string
	Description   string
	Tags          []string
	SchemaVersion int
	Links         []struct {
		URL                   string
		IncludeVars, KeepTime bool
	}
	Templating  struct{ List []variable }
	Annotations struct {
		List []struct {
			Name, Expr  string
			Datasource  datasource
			TitleFormat string
			TextFormat  string
		}
	}
	Panels []*panel

	file string
	raw  string
}

// all returns the panels, those of collapsed rows included.
func (d *dashboard) all() []*panel {
	var all []*panel
	for _, p := range d.Panels {
		all = slices.Concat(all, []*panel{p}, p.Panels)
	}
	return all
}

func (d *dashboard) variables() []string {
	var names []string
	for _, v := range d.Templating.List {
		names = append(names, v.Name)
	}
	return names
}

func (d *dashboard) where(p *panel) string { return fmt.Sprintf("%s, panel %q", d.UID, p.Title) }

func (c *checked) readDashboard(file string, text []byte, chosen map[string]string) error {
	board := &dashboard{file: file, raw: string(text)}
	if err := json.Unmarshal(text, board); err != nil {
		return err
	}
	values := map[string]string{}
	for _, v := range board.Templating.List {
		values[v.Name] = ".*"
		if one, ok := chosen[v.Name]; ok && !v.Multi {
			values[v.Name] = one
		}
	}
	add := func(q query) {
		var unknown []string
		q.uid = board.UID
		q.expr, unknown = replaced(q.text, values)
		for _, name := range unknown {
			c.problem(q.where, "query %s: there is no variable $%s", q.refID, name)
		}
		c.queries = append(c.queries, q)
	}
	for _, p := range board.all() {
		for _, t := range p.Targets {
			add(query{where: board.where(p), panel: p.Title, refID: t.RefID, instant: t.Instant,
				text: t.Expr, legend: t.LegendFormat})
		}
	}
	for _, a := range board.Annotations.List {
		add(query{where: fmt.Sprintf("%s, annotation %q", board.UID, a.Name), panel: a.Name,
			refID: "Anno", text: a.Expr, legend: a.TitleFormat + a.TextFormat})
		if a.Datasource.UID != source {
			c.problem(board.UID, "annotation %q does not have the datasource %s", a.Name, source)
		}
	}
	c.boards = append(c.boards, board)
	return nil
}

func (c *checked) checkDashboards() {
	boards := map[string]*dashboard{}
	for _, board := range c.boards {
		if boards[board.UID] != nil {
			c.problem(board.file, "another dashboard has the uid %q, too", board.UID)
		}
		boards[board.UID] = board
	}
	for _, board := range c.boards {
		if board.UID+".json" != filepath.Base(board.file) {
			c.problem(board.file, "the uid %q is not the name of the file", board.UID)
		}
		if board.Title == "" || board.Description == "" || board.SchemaVersion < 39 {
			c.problem(board.UID, "needs a title, a description, and a schemaVersion from 39 on")
		}
		c.checkLinks(board, boards)
		c.checkDataLinks(board, boards)
		c.checkPanels(board)
	}
}

// checkLinks looks at the links at the top: to each other dashboard and to the runbooks. A link
// hands over the data source alone: where one dashboard has the value "all" of a variable, another
// may need one value.
func (c *checked) checkLinks(board *dashboard, boards map[string]*dashboard) {
	if !slices.Contains(board.Tags, tag) {
		c.problem(board.UID, "needs the tag %q", tag)
	}
	runbooks, keepTime := "", map[string]bool{}
	for _, link := range board.Links {
		if link.IncludeVars {
			c.problem(board.UID, "hands all variables over to %s", link.URL)
		}
		if strings.HasSuffix(link.URL, runbookPage) {
			runbooks = link.URL
		}
		keepTime[link.URL] = link.KeepTime
	}
	for _, uid := range slices.Sorted(maps.Keys(boards)) {
		if url := "/d/" + uid + "?${datasource:queryparam}"; uid != board.UID && !keepTime[url] {
			c.problem(board.UID, "has no link to %s that keeps the time", url)
		}
	}
	if runbooks == "" {
		c.problem(board.UID, "has no link to %s", runbookPage)
		return
	}
	for _, name := range slices.Sorted(maps.Keys(c.runbooks)) {
		if url := c.runbooks[name]; url != "" && !strings.HasPrefix(url, runbooks+"#") {
			c.problem(board.UID, "links to the runbooks %s, but the rule %s to %s", runbooks, name,
				url)
		}
	}
	c.checkRunbooks(board)
}

// checkRunbooks looks at the links of panels to the runbooks: each leads to an alert's section.
func (c *checked) checkRunbooks(board *dashboard) {
	sections := slices.Collect(maps.Values(c.runbooks))
	for _, p := range board.all() {
		for _, link := range p.Links {
			if strings.Contains(link.URL, runbookPage) && !slices.Contains(sections, link.URL) {
				c.problem(board.where(p), "links to %s, but no rule does", link.URL)
			}
		}
	}
}

var (
	linkPattern  = regexp.MustCompile(`"(/d/[^"]*)"`)
	uidPattern   = regexp.MustCompile(`^/d/([^/?]+)`)
	setPattern   = regexp.MustCompile(`[?&]var-(\w+)=`)
	fieldPattern = regexp.MustCompile(`\$\{__data\.fields\.([^}]+)\}`)
)

// checkDataLinks looks at every link to a dashboard, wherever it is.
func (c *checked) checkDataLinks(board *dashboard, boards map[string]*dashboard) {
	for _, p := range board.all() {
		for _, link := range linkPattern.FindAllStringSubmatch(string(p.FieldConfig), -1) {
			uid := uidPattern.FindStringSubmatch(link[1])
			if uid == nil || boards[uid[1]] == nil {
				c.problem(board.where(p), "links to %s, which is no dashboard", link[1])
				continue
			}
			for _, name := range setPattern.FindAllStringSubmatch(link[1], -1) {
				if !slices.Contains(boards[uid[1]].variables(), name[1]) {
					c.problem(board.where(p), "links to %s, which has no variable %s", uid[1],
						name[1])
				}
			}
			for _, name := range fieldPattern.FindAllStringSubmatch(link[1], -1) {
				if !slices.Contains(p.columns(), name[1]) {
					c.problem(board.where(p), "links with the field %s, which it does not have",
						name[1])
				}
			}
		}
	}
}

// columns returns the titles of a table's columns.
func (p *panel) columns() []string {
	var titles []string
	for _, t := range p.Transformations {
		titles = append(titles, slices.Collect(maps.Values(t.Options.RenameByName))...)
	}
	return titles
}

func (c *checked) checkPanels(board *dashboard) {
	seen := map[int]bool{}
	for i, p := range board.all() {
		where := board.where(p)
		if p.ID <= 0 || seen[p.ID] {
			c.problem(where, "the id %d is used twice, or not above 0", p.ID)
		}
		seen[p.ID] = true
		if !slices.Contains(panelTypes, p.Type) {
			c.problem(where, "the type %q is not one of %s", p.Type, panelTypes)
		}
		if p.Title == "" {
			c.problem(where, "panel %d has no title", p.ID)
		}
		if g := p.GridPos; g.X < 0 || g.Y < 0 || g.W < 1 || g.H < 1 || g.X+g.W > 24 {
			c.problem(where, "does not fit into the 24 columns: %+v", g)
		}
		for _, other := range board.all()[:i] {
			if p.GridPos.overlaps(other.GridPos) {
				c.problem(where, "overlaps the panel %q", other.Title)
			}
		}
		if p.Type == "row" {
			continue
		}
		if p.Description == "" {
			c.problem(where, "has no description")
		}
		if p.Type == "text" {
			continue
		}
		if p.Datasource.UID != source || len(p.Targets) == 0 {
			c.problem(where, "needs the datasource %s and a query", source)
		}
		refs := map[string]bool{}
		for _, t := range p.Targets {
			if t.Datasource.UID != source || t.RefID == "" || refs[t.RefID] {
				c.problem(where, "query %q needs the datasource %s and a refId of its own",
					t.RefID, source)
			}
			refs[t.RefID] = true
		}
	}
}

func (g gridPos) overlaps(o gridPos) bool {
	return g.X < o.X+o.W && o.X < g.X+g.W && g.Y < o.Y+o.H && o.Y < g.Y+g.H
}
