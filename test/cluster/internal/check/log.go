// Package check judges a witness's log: was every state that a Deployment, or a
// Rollout, went through one that its spec allows?
package check

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"sort"
	"strconv"

	"windlass.dev/test/cluster/internal/witness"
)

// event is a record with its place in the log and its number in etcd's history,
// which is one order for all kinds.
type event struct {
	witness.Record
	version uint64
	line    int
	text    string
}

// history of the cluster, as far as it was seen.
type eventLog struct {
	events []event
	begin  uint64      // all kinds are complete from here on
	gaps   [][2]uint64 // not complete after the first and up to the second
}

func readLog(in io.Reader) (*eventLog, error) {
	log := &eventLog{}
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 64<<20)
	listed := map[string]bool{}
	for number := 1; lines.Scan(); number++ {
		e := event{line: number, text: lines.Text()}
		if err := json.Unmarshal(lines.Bytes(), &e.Record); err != nil {
			return nil, fmt.Errorf("line %d: %w", number, err)
		}
		var err error
		if e.version, err = strconv.ParseUint(e.ResourceVersion, 10, 64); err != nil {
			return nil, fmt.Errorf("line %d: resourceVersion %q: %w", number, e.ResourceVersion, err)
		}
		switch e.Type {
		case witness.Listed:
			if !listed[e.Kind] {
				listed[e.Kind] = true
				log.begin = max(log.begin, e.version)
			}
		case witness.Gap:
			from, err := strconv.ParseUint(e.From, 10, 64)
			if err != nil {
				return nil, fmt.Errorf("line %d: from %q: %w", number, e.From, err)
			}
			log.gaps = append(log.gaps, [2]uint64{from, e.version})
		default:
			log.events = append(log.events, e)
		}
	}
	sort.SliceStable(log.events, func(i, j int) bool { return log.events[i].version < log.events[j].version })
	return log, lines.Err()
}

// complete says whether everything up to this version was seen.
func (l *eventLog) complete(version uint64) bool {
	if version <= l.begin {
		return false
	}
	for _, gap := range l.gaps {
		if version > gap[0] && version <= gap[1] {
			return false
		}
	}
	return true
}
