package state

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// What stands before a line of changes.
const (
	added   = "  + " // nothing was about this before
	changed = "  ~ " // another line was about this before
	removed = "  - " // only what the line is about; its line is gone
	once    = "    " // an event or a refusal, which is of one state alone
)

// Changes returns what makes the lines of one state of those of the state
// before. A deployment or replicaset that changed shows only the fields that
// did. If one is gone, so is every line about it.
func Changes(before, after []string) []string {
	old, now := bySubject(before), bySubject(after)
	var changes []string
	for _, line := range before { // an object's own line is the first about it
		about := subject(line)
		_, known := old[about]
		if _, stays := now[about]; known && !stays {
			changes = append(changes, removed+about)
			remove(old, about)
		}
	}
	for _, line := range after {
		was, known := old[subject(line)]
		switch {
		case isOfOneState(line):
			changes = append(changes, once+line)
		case !known:
			changes = append(changes, added+line)
		case was != line:
			changes = append(changes, changed+newFields(was, line))
		}
	}
	return changes
}

// Apply returns the lines of the state after changes: sorted ones, then those
// of that state alone. It is an error if a change does not fit the state before.
func Apply(before, changes []string) ([]string, error) {
	lines := bySubject(before)
	var ofOneState []string
	for _, change := range changes {
		if len(strings.Fields(change[min(len(change), len(once)):])) < 2 {
			return nil, fmt.Errorf("%q is no change", change)
		}
		mark, line := change[:len(once)], change[len(once):]
		about := subject(line)
		was, known := lines[about]
		fits := true
		switch {
		case mark == once && isOfOneState(line):
			ofOneState = append(ofOneState, line)
		case mark == added && !known:
			lines[about] = line
		case mark == changed && known:
			lines[about], fits = withFields(was, line)
		case mark == removed && known:
			remove(lines, about)
		default:
			fits = false
		}
		if !fits {
			return nil, fmt.Errorf("%q does not fit the state before", change)
		}
	}
	return append(slices.Sorted(maps.Values(lines)), ofOneState...), nil
}

func isOfOneState(line string) bool {
	kind, _, _ := strings.Cut(line, " ")
	return kind == "event" || kind == "refused"
}

func isObject(line string) bool {
	kind, _, _ := strings.Cut(line, " ")
	return kind == "deployment" || kind == "replicaset"
}

// bySubject leaves out what is of one state alone.
func bySubject(lines []string) map[string]string {
	result := map[string]string{}
	for _, line := range lines {
		if !isOfOneState(line) {
			result[subject(line)] = line
		}
	}
	return result
}

// remove deletes a line, and if it is an object's, every line about the object.
func remove(lines map[string]string, about string) {
	name := strings.Fields(about)[1]
	maps.DeleteFunc(lines, func(other, _ string) bool {
		return other == about || isObject(about) && strings.Fields(other)[1] == name
	})
}

// newFields leaves out of an object's line the fields that it had before.
func newFields(before, after string) string {
	if !isObject(after) {
		return after
	}
	old, words := strings.Fields(before), strings.Fields(after)
	fields := slices.DeleteFunc(words[2:], func(word string) bool { return slices.Contains(old, word) })
	return strings.Join(append(words[:2], fields...), " ")
}

// withFields is the reverse of newFields; false if the object has no such field.
func withFields(before, change string) (string, bool) {
	if !isObject(change) {
		return change, true
	}
	words := strings.Fields(before)
	for _, field := range strings.Fields(change)[2:] {
		key, _, _ := strings.Cut(field, "=")
		i := slices.IndexFunc(words, func(word string) bool { return strings.HasPrefix(word, key+"=") })
		if i < 0 {
			return "", false
		}
		words[i] = field
	}
	return strings.Join(words, " "), true
}
