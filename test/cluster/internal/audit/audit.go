// Package audit counts what was asked of the apiserver, from its audit log.
package audit

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/pflag"
)

// event is what is read of one line. The types of k8s.io/apiserver would do,
// but decoding all of them makes a long log slow.
type event struct {
	Stage          string
	Verb           string
	RequestURI     string
	StageTimestamp time.Time
	// RequestReceivedTimestamp is when the apiserver began with it.
	RequestReceivedTimestamp time.Time
	User                     struct{ Username string }
	ObjectRef                *struct{ Resource, Subresource, Namespace, Name string }
	ResponseStatus           struct{ Code int }
}

// Key is what requests are counted by.
type Key struct {
	User     string `json:"user"`
	Verb     string `json:"verb"`
	Resource string `json:"resource"` // resource[/subresource], or a path without its query
	Code     int    `json:"code"`
}

// Row is one line of the table.
type Row struct {
	Key
	Count int `json:"count"`
	// Own is how many of them were conflicts (409) over an object that nobody
	// else had written since this user did: it ran into itself.
	Own int `json:"own,omitempty"`
}

// conflict is a user's, answered at that time and counted in that row.
type conflict struct {
	user string
	at   time.Time
	row  *Row
}

// Count reads a log. Requests count once, when they are answered in full; a
// watch counts when it begins, since it may not have ended yet.
func Count(log io.Reader, user *regexp.Regexp, since time.Time) ([]Row, error) {
	counts := map[Key]*Row{}
	writers := map[string]string{}    // of objects, the last whose write was accepted
	suspects := map[string]conflict{} // of objects, the last that looks like one with oneself
	lines := bufio.NewReaderSize(log, 1<<20)
	for number := 1; ; number++ {
		line, err := lines.ReadBytes('\n')
		if err == io.EOF {
			break // a last line without its end is being written
		}
		if err != nil {
			return nil, err
		}
		var e event
		if err := json.Unmarshal(line, &e); err != nil {
			return nil, fmt.Errorf("line %d: %w", number, err)
		}
		stage := "ResponseComplete"
		if e.Verb == "watch" {
			stage = "ResponseStarted"
		}
		if e.Stage != stage {
			continue
		}
		object := e.object()
		writer := writers[object]
		if e.writes() && e.ResponseStatus.Code < 300 {
			writers[object] = e.User.Username
			// Answers are logged a moment after they took effect: who was at it
			// when a conflict was answered may have caused it.
			suspect, found := suspects[object]
			if found && suspect.user != e.User.Username && !e.RequestReceivedTimestamp.After(suspect.at) {
				suspect.row.Own--
				delete(suspects, object)
			}
		}
		if e.StageTimestamp.Before(since) || !user.MatchString(e.User.Username) {
			continue
		}
		verb := e.Verb
		if e.isDryRun() {
			verb = "dry-run"
		}
		key := Key{e.User.Username, verb, e.resource(), e.ResponseStatus.Code}
		if counts[key] == nil {
			counts[key] = &Row{Key: key}
		}
		counts[key].Count++
		if e.writes() && e.ResponseStatus.Code == http.StatusConflict && writer == e.User.Username {
			counts[key].Own++
			suspects[object] = conflict{e.User.Username, e.StageTimestamp, counts[key]}
		}
	}

	rows := make([]Row, 0, len(counts))
	for _, row := range counts {
		rows = append(rows, *row)
	}
	sort.Slice(rows, func(i, j int) bool {
		a, b := rows[i], rows[j]
		switch {
		case a.User != b.User:
			return a.User < b.User
		case a.Resource != b.Resource:
			return a.Resource < b.Resource
		case a.Verb != b.Verb:
			return a.Verb < b.Verb
		}
		return a.Code < b.Code
	})
	return rows, nil
}

// isDryRun: a dry run changes nothing.
func (e *event) isDryRun() bool { return strings.Contains(e.RequestURI, "dryRun=") }

func (e *event) writes() bool {
	return e.ObjectRef != nil && !e.isDryRun() && !slices.Contains([]string{"get", "list", "watch"}, e.Verb)
}

// object is the one that was asked for, whichever of its subresources.
func (e *event) object() string {
	if e.ObjectRef == nil {
		return ""
	}
	return e.ObjectRef.Resource + " " + e.ObjectRef.Namespace + "/" + e.ObjectRef.Name
}

func (e *event) resource() string {
	if e.ObjectRef == nil || e.ObjectRef.Resource == "" {
		return pathOf.FindString(e.RequestURI)
	}
	if e.ObjectRef.Subresource != "" {
		return e.ObjectRef.Resource + "/" + e.ObjectRef.Subresource
	}
	return e.ObjectRef.Resource
}

var pathOf = regexp.MustCompile(`^[^?]*`)

// Main prints the counts of one cluster's log.
func Main(args []string) int {
	flags := pflag.NewFlagSet("audit", pflag.ContinueOnError)
	data := flags.String("data", os.Getenv("CLUSTER_DATA"), "data folder of the cluster (default: $CLUSTER_DATA)")
	user := flags.String("user", "", "only users matching this regular expression")
	since := flags.String("since", "", "only what was answered since this time (RFC 3339)")
	asJSON := flags.Bool("json", false, "print JSON")
	if err := flags.Parse(args); err != nil {
		fmt.Fprintln(os.Stderr, "cluster audit:", err)
		return 2
	}
	if err := run(*data, *user, *since, *asJSON); err != nil {
		fmt.Fprintln(os.Stderr, "cluster audit:", err)
		return 1
	}
	return 0
}

func run(data, user, since string, asJSON bool) error {
	if data == "" {
		return fmt.Errorf("which cluster? say --data DIR, or source DIR/env")
	}
	users, err := regexp.Compile(user)
	if err != nil {
		return err
	}
	var from time.Time
	if since != "" {
		if from, err = time.Parse(time.RFC3339Nano, since); err != nil {
			return err
		}
	}
	log, err := os.Open(filepath.Join(data, "audit.log"))
	if err != nil {
		return err
	}
	defer log.Close()
	rows, err := Count(log, users, from)
	if err != nil {
		return fmt.Errorf("%s: %w", log.Name(), err)
	}

	if asJSON {
		encoder := json.NewEncoder(os.Stdout)
		encoder.SetIndent("", "  ")
		return encoder.Encode(rows)
	}
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "USER\tVERB\tRESOURCE\tCODE\tCOUNT\tOWN")
	requests, watches := 0, 0
	for _, row := range rows {
		fmt.Fprintf(table, "%s\t%s\t%s\t%d\t%d\t%d\n", row.User, row.Verb, row.Resource, row.Code, row.Count, row.Own)
		if row.Verb == "watch" {
			watches += row.Count
		} else {
			requests += row.Count
		}
	}
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Printf("%d requests, %d watches\n", requests, watches)
	return nil
}
