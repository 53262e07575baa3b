package audit

import (
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
		{"all", "", "2026-01-01T00:00:00Z", []Row{{ready, 1}, {status, 2}, {watch, 1}}},
		{"user", "^w$", "2026-01-01T00:00:00Z", []Row{{status, 2}, {watch, 1}}},
		{"since", "w", "2026-01-01T00:00:01.5Z", []Row{{status, 1}, {watch, 1}}},
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
