package state

import (
	"fmt"
	"slices"
	"strings"

	"windlass.dev/test/cluster/internal/differential/script"
)

// Pair is one line that only one of two states has, or two lines about the
// same thing that are not equal. Either may be empty.
type Pair struct{ First, Second string }

// Compare returns what differs, and apart what differs as expected. Stale are
// the expected differences that did not show.
func Compare(first, second []string, expected []script.Difference) (differing, explained []Pair, stale []script.Difference) {
	first, second = withoutCombined(first, second), withoutCombined(second, first)
	used := make([]bool, len(expected))
	for _, pair := range pairs(first, second) {
		known := false
		for i, difference := range expected {
			if difference.Pattern.MatchString(pair.First) || difference.Pattern.MatchString(pair.Second) {
				known, used[i] = true, true
			}
		}
		if known {
			explained = append(explained, pair)
		} else {
			differing = append(differing, pair)
		}
	}
	for i, difference := range expected {
		if !used[i] {
			stale = append(stale, difference)
		}
	}
	return differing, explained, stale
}

// withoutCombined leaves out what events tell of the sizes of a Deployment's
// ReplicaSets, where either side has combined them.
func withoutCombined(lines, other []string) []string {
	return slices.DeleteFunc(slices.Clone(lines), func(line string) bool {
		words := strings.Fields(line)
		if len(words) < 4 || words[0] != "event" || words[2] != "ScalingReplicaSet" {
			return false
		}
		mark := strings.Join(append(words[:3:3], combined), " ")
		return slices.Contains(lines, mark) || slices.Contains(other, mark)
	})
}

// pairs puts lines about the same subject side by side.
func pairs(first, second []string) []Pair {
	var result []Pair
	rest := slices.Clone(second)
	take := func(match func(string) bool) string {
		i := slices.IndexFunc(rest, match)
		if i < 0 {
			return ""
		}
		line := rest[i]
		rest = slices.Delete(rest, i, i+1)
		return line
	}
	var left []string
	for _, line := range first {
		if take(func(other string) bool { return other == line }) == "" {
			left = append(left, line)
		}
	}
	for _, line := range left {
		about := subject(line)
		result = append(result, Pair{line, take(func(other string) bool { return subject(other) == about })})
	}
	for _, line := range rest {
		result = append(result, Pair{"", line})
	}
	return result
}

// subject is what a line is about: the words before its values.
func subject(line string) string {
	words := strings.Fields(line)
	count := map[string]int{"condition": 3, "annotation": 3, "event": 4}[words[0]]
	if count == 0 {
		count = 2
	}
	if len(words) > count {
		words = words[:count]
	}
	about, _, _ := strings.Cut(strings.Join(words, " "), "=")
	return about
}

// Print shows pairs side by side.
func Print(pairs []Pair, first, second string) string {
	var text strings.Builder
	for _, pair := range pairs {
		for _, side := range []struct{ who, line string }{{first, pair.First}, {second, pair.Second}} {
			line := side.line
			if line == "" {
				line = "(nothing)"
			}
			fmt.Fprintf(&text, "      %-10s %s\n", side.who+":", line)
		}
	}
	return text.String()
}
