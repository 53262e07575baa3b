package traffic

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"slices"
	"strings"
	"sync"
	"syscall"
	"text/tabwriter"
)

// tally counts answers by address and version, and failed requests by cause.
type tally struct {
	mutex    sync.Mutex
	answers  map[string]map[string]int // address, version
	versions []string                  // in the order of their first answers
	failed   map[string]int
}

func newTally() *tally {
	return &tally{answers: map[string]map[string]int{}, failed: map[string]int{}}
}

// answered counts one answer of a version.
func (t *tally) answered(address, version string) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	if t.answers[address] == nil {
		t.answers[address] = map[string]int{}
	}
	t.answers[address][version]++
	if !slices.Contains(t.versions, version) {
		t.versions = append(t.versions, version)
	}
}

// fail counts one failed request.
func (t *tally) fail(cause string) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.failed[cause]++
}

// causeOf is one or two words for what became of a request without an answer.
func causeOf(err error) string {
	var network net.Error
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return "refused"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "cut off"
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return "no such host"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		return "timed out"
	}
	return "other"
}

// print prints a row for each address, a column for each version, and a line with the sums:
//
//	ADDRESS        v1    v2
//	10.208.10.4    183   212
//	395 answers, 3 failed: refused 3
func (t *tally) print(to io.Writer) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	table := tabwriter.NewWriter(to, 0, 0, 3, ' ', 0)
	fmt.Fprintln(table, strings.Join(append([]string{"ADDRESS"}, t.versions...), "\t"))
	answers := 0
	for _, address := range slices.Sorted(maps.Keys(t.answers)) {
		row := []string{address}
		for _, version := range t.versions {
			count := t.answers[address][version]
			answers += count
			row = append(row, fmt.Sprint(count))
		}
		fmt.Fprintln(table, strings.Join(row, "\t"))
	}
	table.Flush()
	failed := 0
	var causes []string
	for _, cause := range slices.Sorted(maps.Keys(t.failed)) {
		failed += t.failed[cause]
		causes = append(causes, fmt.Sprintf("%s %d", cause, t.failed[cause]))
	}
	line := fmt.Sprintf("%d answers, %d failed", answers, failed)
	if failed > 0 {
		line += ": " + strings.Join(causes, ", ")
	}
	fmt.Fprintln(to, line)
}
