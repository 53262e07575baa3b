package writers

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
)

var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// line is an answered request that arrived `from` and was answered `to`
// milliseconds after the start.
func line(user, verb, resource string, from, to, code int) string {
	at := func(ms int) string {
		return start.Add(time.Duration(ms) * time.Millisecond).Format(time.RFC3339Nano)
	}
	return fmt.Sprintf(`{"stage":"ResponseComplete","verb":%q,"user":{"username":%q},`+
		`"objectRef":{"resource":%q,"namespace":"n","name":"windlass"},"responseStatus":{"code":%d},`+
		`"requestReceivedTimestamp":%q,"stageTimestamp":%q}`, verb, user, resource, code, at(from), at(to))
}

func read(t *testing.T, lines ...string) []Call {
	t.Helper()
	calls, err := Read(strings.NewReader(strings.Join(lines, "\n")+"\n{\"half"),
		map[string]bool{"a": true, "b": true}, "windlass")
	if err != nil {
		t.Fatal(err)
	}
	return calls
}

func TestViolations(t *testing.T) {
	leaseA := line("a", "update", "leases", 0, 5, 200)
	leaseB := line("b", "update", "leases", 1000, 1005, 200)
	for _, test := range []struct {
		name  string
		lines []string
		want  int
	}{
		{"each in its term", []string{leaseA, line("a", "patch", "replicasets", 10, 20, 200), leaseB,
			line("b", "patch", "replicasets", 1010, 1020, 200)}, 0},
		{"the former one again", []string{leaseA, leaseB, line("a", "patch", "replicasets", 1010, 1020, 200)}, 1},
		{"a server's error may have written", []string{leaseA, leaseB, line("a", "patch", "replicasets", 1010, 1020, 500)}, 1},
		{"under way meanwhile", []string{leaseA, line("a", "patch", "replicasets", 990, 1020, 200), leaseB}, 1},
		{"before anybody leads", []string{line("a", "create", "replicasets", 0, 5, 201), leaseA}, 1},
		{"a refused try for the Lease is no term", []string{leaseA, line("b", "update", "leases", 5, 6, 409),
			line("a", "patch", "replicasets", 10, 20, 200)}, 0},
		{"a refused write is none", []string{leaseA, line("b", "patch", "replicasets", 10, 20, 409)}, 0},
		{"Events and reads control nothing", []string{leaseA, line("b", "create", "events", 10, 20, 201),
			line("b", "list", "replicasets", 10, 20, 200)}, 0},
		{"others may do what they like", []string{leaseA, line("kubectl", "patch", "deployments", 10, 20, 200)}, 0},
	} {
		if got := Violations(read(t, test.lines...)); len(got) != test.want {
			t.Errorf("%s: got %q, want %d", test.name, got, test.want)
		}
	}
}

func TestFirstWrites(t *testing.T) {
	calls := read(t, line("a", "update", "leases", 0, 5, 200), line("a", "patch", "replicasets", 100, 105, 200),
		line("b", "update", "leases", 1000, 1005, 200), line("b", "patch", "replicasets", 1250, 1255, 200))
	loss := Loss{start.Add(50 * time.Millisecond), "TERM", "a"}
	got, err := FirstWrites(calls, []Loss{loss})
	want := map[string][]time.Duration{"TERM": {1200 * time.Millisecond}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v; want %v", got, err, want)
	}
	loss.At = start.Add(2 * time.Second)
	if _, err := FirstWrites(calls, []Loss{loss}); err == nil {
		t.Error("a loss that nobody followed was not noticed")
	}
}

func TestPercentile(t *testing.T) {
	sorted := make([]time.Duration, 50)
	for i := range sorted {
		sorted[i] = time.Duration(i + 1)
	}
	if got := Percentile(sorted, 50); got != 25 {
		t.Errorf("median of 1…50: %d", got)
	}
	if got := Percentile(sorted, 99); got != 50 {
		t.Errorf("p99 of 1…50: %d", got)
	}
}
