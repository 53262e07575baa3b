// Package writers judges, from an apiserver's audit log, replicas that elect a
// leader by a Lease: that only its holder ever writes, and how long the
// successor takes.
package writers

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"sort"
	"time"
)

// event is what is read of one line of an audit log.
type event struct {
	Stage                    string
	Verb                     string
	RequestURI               string
	RequestReceivedTimestamp time.Time
	StageTimestamp           time.Time
	User                     struct{ Username string }
	ObjectRef                *struct{ Resource, Subresource, Namespace, Name string }
	ResponseStatus           struct{ Code int }
}

// Call is one answered request of a replica that may have changed something.
type Call struct {
	User     string
	What     string // verb, resource and name
	Lease    bool
	Received time.Time
	Answered time.Time
}

var changes = map[string]bool{
	"create": true, "update": true, "patch": true, "delete": true, "deletecollection": true,
}

var harmless = map[string]bool{"events": true, "selfsubjectaccessreviews": true}

// Read returns the calls of `users` that may have changed something, in the
// order of their arrival. A write that was refused changed nothing; neither did
// a question about one's rights. Events tell what happened and control nothing.
func Read(log io.Reader, users map[string]bool, lease string) ([]Call, error) {
	var calls []Call
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
		if e.Stage != "ResponseComplete" || !users[e.User.Username] || !changes[e.Verb] {
			continue
		}
		code := e.ResponseStatus.Code
		if e.ObjectRef == nil || harmless[e.ObjectRef.Resource] || (code >= 400 && code < 500) {
			continue
		}
		calls = append(calls, Call{
			User:     e.User.Username,
			What:     e.Verb + " " + e.ObjectRef.Resource + " " + e.ObjectRef.Namespace + "/" + e.ObjectRef.Name,
			Lease:    e.ObjectRef.Resource == "leases" && e.ObjectRef.Name == lease,
			Received: e.RequestReceivedTimestamp,
			Answered: e.StageTimestamp,
		})
	}
	sort.SliceStable(calls, func(i, j int) bool { return calls[i].Received.Before(calls[j].Received) })
	return calls, nil
}

// Violations are the writes that were not by the holder alone: the Lease was
// not the writer's when the write arrived, or was somebody else's before it
// was answered.
func Violations(calls []Call) []string {
	var found []string
	holder := ""
	for i, call := range calls {
		if call.Lease {
			holder = call.User
			continue
		}
		if call.User != holder {
			found = append(found, fmt.Sprintf("%s %s by %s, but the Lease was %q's",
				call.Received.Format(time.RFC3339Nano), call.What, call.User, holder))
			continue
		}
		for _, later := range calls[i+1:] {
			if later.Received.After(call.Answered) {
				break
			}
			if later.Lease && later.User != call.User {
				found = append(found, fmt.Sprintf("%s %s by %s was under way when %s took the Lease",
					call.Received.Format(time.RFC3339Nano), call.What, call.User, later.User))
			}
		}
	}
	return found
}

// Loss is the end of a leader, as whoever ended it noted it.
type Loss struct {
	At   time.Time
	Kind string // "TERM", "KILL"
	User string // who led
}

// FirstWrites returns, for each loss, how long it took until somebody else
// wrote; an error names a loss that nobody followed.
func FirstWrites(calls []Call, losses []Loss) (map[string][]time.Duration, error) {
	times := map[string][]time.Duration{}
	for _, loss := range losses {
		followed := false
		for _, call := range calls {
			if !call.Lease && call.User != loss.User && call.Received.After(loss.At) {
				times[loss.Kind] = append(times[loss.Kind], call.Received.Sub(loss.At))
				followed = true
				break
			}
		}
		if !followed {
			return nil, fmt.Errorf("nobody wrote after the %s at %s", loss.Kind, loss.At.Format(time.RFC3339Nano))
		}
	}
	return times, nil
}

// Percentile of sorted durations: the smallest that so many of a hundred do
// not exceed.
func Percentile(sorted []time.Duration, percent int) time.Duration {
	return sorted[(len(sorted)*percent+99)/100-1]
}
