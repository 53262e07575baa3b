package audit

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"
)

// Writes counts what one user asked to be written: by resource what was
// accepted, and in all what was refused.
type Writes struct {
	Accepted map[string]int
	Refused  int
}

// Total is everything that was accepted.
func (w Writes) Total() int {
	total := 0
	for _, count := range w.Accepted {
		total += count
	}
	return total
}

// WritesByNamespace reads a log, as far as each namespace's time goes, for
// writes of a user to these resources.
func WritesByNamespace(log io.Reader, user string, resources []string, until map[string]time.Time) (map[string]Writes, error) {
	result := map[string]Writes{}
	for namespace := range until {
		result[namespace] = Writes{Accepted: map[string]int{}}
	}
	lines := bufio.NewReaderSize(log, 1<<20)
	for number := 1; ; number++ {
		line, err := lines.ReadBytes('\n')
		if err == io.EOF {
			return result, nil // a last line without its end is being written
		}
		if err != nil {
			return nil, err
		}
		var e event
		if err := json.Unmarshal(line, &e); err != nil {
			return nil, fmt.Errorf("line %d: %w", number, err)
		}
		if e.Stage != "ResponseComplete" || e.User.Username != user || !e.writes() ||
			!slices.Contains(resources, e.resource()) {
			continue
		}
		end, wanted := until[e.ObjectRef.Namespace]
		if !wanted || e.StageTimestamp.After(end) {
			continue
		}
		writes := result[e.ObjectRef.Namespace]
		if e.ResponseStatus.Code < 300 {
			writes.Accepted[e.resource()]++
		} else {
			writes.Refused++
		}
		result[e.ObjectRef.Namespace] = writes
	}
}
