package audit

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestWritesByNamespace(t *testing.T) {
	line := func(second, user, verb, namespace, resource, subresource, code string) string {
		return `{"stage":"ResponseComplete","verb":"` + verb + `","user":{"username":"` + user +
			`"},"objectRef":{"resource":"` + resource + `","subresource":"` + subresource + `","namespace":"` + namespace +
			`"},"responseStatus":{"code":` + code + `},"stageTimestamp":"2026-01-02T03:04:0` + second + `.5Z"}` + "\n"
	}
	dryRun := strings.Replace(line("1", "us", "create", "a", "replicasets", "", "201"), `"verb"`,
		`"requestURI":"/apis/apps/v1/namespaces/a/replicasets?dryRun=All","verb"`, 1)
	log := line("1", "us", "create", "a", "replicasets", "", "201") +
		line("2", "us", "patch", "a", "deployments", "status", "200") +
		line("2", "us", "patch", "a", "deployments", "status", "200") +
		line("3", "us", "update", "a", "replicasets", "", "409") +
		line("3", "us", "get", "a", "replicasets", "", "200") + // no write
		line("3", "them", "update", "a", "replicasets", "", "200") + // somebody else
		line("3", "us", "create", "a", "events", "", "201") + // not asked for
		line("3", "us", "update", "c", "replicasets", "", "200") + // not asked for
		line("7", "us", "update", "a", "replicasets", "", "200") + // too late
		line("7", "us", "update", "b", "deployments", "", "200") +
		dryRun +
		`{"stage":"Resp`
	at := func(second int) time.Time { return time.Date(2026, 1, 2, 3, 4, second, 0, time.UTC) }
	got, err := WritesByNamespace(strings.NewReader(log), "us", []string{"deployments", "deployments/status", "replicasets"},
		map[string]time.Time{"a": at(5), "b": at(9)})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]Writes{
		"a": {Accepted: map[string]int{"replicasets": 1, "deployments/status": 2}, Refused: 1},
		"b": {Accepted: map[string]int{"deployments": 1}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if total := got["a"].Total(); total != 3 {
		t.Errorf("total %d", total)
	}
}
