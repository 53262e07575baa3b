package audit

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"
)

const log = `{"stage":"ResponseComplete","verb":"patch","requestURI":"/x","stageTimestamp":"2026-01-01T00:00:01.000000Z","user":{"username":"w"},"objectRef":{"resource":"deployments","subresource":"status"},"responseStatus":{"code":200}}
{"stage":"ResponseComplete","verb":"patch","requestURI":"/x","stageTimestamp":"2026-01-01T00:00:02.000000Z","user":{"username":"w"},"objectRef":{"resource":"deployments","subresource":"status"},"responseStatus":{"code":200}}
{"stage":"ResponseStarted","verb":"watch","requestURI":"/x","stageTimestamp":"2026-01-01T00:00:02.000000Z","user":{"username":"w"},"objectRef":{"resource":"pods"},"responseStatus":{"code":200}}
{"stage":"ResponseComplete","verb":"watch","requestURI":"/x","stageTimestamp":"2026-01-01T00:00:03.000000Z","user":{"username":"w"},"objectRef":{"resource":"pods"},"responseStatus":{"code":200}}
{"stage":"ResponseComplete","verb":"get","requestURI":"/readyz?verbose","stageTimestamp":"2026-01-01T00:00:03.000000Z","user":{"username":"other"},"responseStatus":{"code":200}}
{"stage":"Respo`

func TestCount(t *testing.T) {
	status := Key{"w", "patch", "deployments/status", 200}
	watch := Key{"w", "watch", "pods", 200}
	ready := Key{"other", "get", "/readyz", 200}
	for _, test := range []struct {
		name, user, since string
		want              []Row
	}{
		{"all", "", "2026-01-01T00:00:00Z", []Row{{ready, 1, 0}, {status, 2, 0}, {watch, 1, 0}}},
		{"user", "^w$", "2026-01-01T00:00:00Z", []Row{{status, 2, 0}, {watch, 1, 0}}},
		{"since", "w", "2026-01-01T00:00:01.5Z", []Row{{status, 1, 0}, {watch, 1, 0}}},
	} {
		since, err := time.Parse(time.RFC3339Nano, test.since)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Count(strings.NewReader(log), regexp.MustCompile(test.user), since)
		if err != nil || !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: got %v, %v; want %v", test.name, got, err, test.want)
		}
	}
}

func TestDryRunsAreCountedApart(t *testing.T) {
	line := func(query string) string {
		return `{"stage":"ResponseComplete","verb":"create","requestURI":"/api/v1/namespaces/n/pods` + query +
			`","stageTimestamp":"2026-01-01T00:00:01.000000Z","user":{"username":"w"},` +
			`"objectRef":{"resource":"pods"},"responseStatus":{"code":201}}` + "\n"
	}
	got, err := Count(strings.NewReader(line("")+line("?dryRun=All")), regexp.MustCompile("w"), time.Time{})
	want := []Row{{Key{"w", "create", "pods", 201}, 1, 0}, {Key{"w", "dry-run", "pods", 201}, 1, 0}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v; want %v", got, err, want)
	}
}

// write is a line of the log: who patched a Deployment's status, with what
// answer, in which milliseconds.
func write(user, name, subresource string, code, received, answered int) string {
	at := func(millisecond int) string { return fmt.Sprintf("2026-01-01T00:00:01.%03d000Z", millisecond) }
	return fmt.Sprintf(`{"stage":"ResponseComplete","verb":"patch","requestReceivedTimestamp":%q,"stageTimestamp":%q,`+
		`"user":{"username":%q},"objectRef":{"resource":"deployments","subresource":%q,"namespace":"n","name":%q},`+
		`"responseStatus":{"code":%d}}`+"\n", at(received), at(answered), user, subresource, name, code)
}

func TestCountTellsConflictsWithOneself(t *testing.T) {
	before := write("w", "a", "status", 200, 1, 2)
	for _, test := range []struct {
		name, log string
		own       int
	}{
		{"with its own write", before + write("w", "a", "", 409, 3, 4), 1},
		{"with somebody else's", before + write("other", "a", "", 200, 3, 4) + write("w", "a", "", 409, 5, 6), 0},
		{"with what nobody is known to have written", write("w", "a", "", 409, 3, 4), 0},
		{"another object is no reason", before + write("other", "b", "", 200, 3, 4) + write("w", "a", "", 409, 5, 6), 1},
		{"with a write that is logged later", before + write("w", "a", "", 409, 5, 6) + write("other", "a", "", 200, 4, 7), 0},
		{"somebody else's came later", before + write("w", "a", "", 409, 5, 6) + write("other", "a", "", 200, 8, 9), 1},
		{"its own next try is no excuse", before + write("w", "a", "", 409, 5, 8) + write("w", "a", "", 200, 6, 9), 1},
		{"somebody else's conflict", before + write("w", "a", "", 200, 3, 4) + write("other", "a", "", 409, 5, 6), 0},
	} {
		rows, err := Count(strings.NewReader(test.log), regexp.MustCompile(""), time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		own := 0
		for _, row := range rows {
			own += row.Own
		}
		if own != test.own {
			t.Errorf("%s: %d, want %d", test.name, own, test.own)
		}
	}
}
