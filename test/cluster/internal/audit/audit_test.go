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

// write is a line of the log: who patched a Deployment's status, with what answer.
func write(user, name, subresource string, code int) string {
	return fmt.Sprintf(`{"stage":"ResponseComplete","verb":"patch","stageTimestamp":"2026-01-01T00:00:01.000000Z",`+
		`"user":{"username":%q},"objectRef":{"resource":"deployments","subresource":%q,"namespace":"n","name":%q},`+
		`"responseStatus":{"code":%d}}`+"\n", user, subresource, name, code)
}

func TestCountTellsConflictsWithOneself(t *testing.T) {
	text := write("w", "a", "status", 200) +
		write("w", "a", "", 409) + // with its own write
		write("other", "a", "", 200) +
		write("other", "b", "", 409) + // nobody wrote that one
		write("w", "a", "", 409) + // with somebody else's
		write("w", "b", "", 200) +
		write("w", "a", "", 409) // another object is no reason
	got, err := Count(strings.NewReader(text), regexp.MustCompile("^w$"), time.Time{})
	want := []Row{
		{Key{"w", "patch", "deployments", 200}, 1, 0},
		{Key{"w", "patch", "deployments", 409}, 3, 1},
		{Key{"w", "patch", "deployments/status", 200}, 1, 0},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v; want %v", got, err, want)
	}
}
