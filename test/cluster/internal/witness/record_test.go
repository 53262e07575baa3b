package witness

import (
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func TestResizedBy(t *testing.T) {
	entry := func(manager string, minute int, fields string) metav1.ManagedFieldsEntry {
		at := metav1.NewTime(time.Date(2026, 1, 2, 15, minute, 0, 0, time.UTC))
		return metav1.ManagedFieldsEntry{Manager: manager, Time: &at, FieldsV1: &metav1.FieldsV1{Raw: []byte(fields)}}
	}
	const size = `{"f:spec":{"f:replicas":{},"f:template":{}}}`
	for _, test := range []struct {
		name    string
		entries []metav1.ManagedFieldsEntry
		want    string
	}{
		{"the one with spec.replicas", []metav1.ManagedFieldsEntry{
			entry("kubectl", 2, `{"f:metadata":{}}`), entry("windlass", 1, size), entry("kube-controller-manager", 3, `{"f:status":{"f:replicas":{}}}`),
		}, "windlass"},
		{"the last of two", []metav1.ManagedFieldsEntry{entry("windlass", 1, size), entry("helm", 2, size)}, "helm"},
		{"in any order", []metav1.ManagedFieldsEntry{entry("helm", 2, size), entry("windlass", 1, size)}, "helm"},
		{"nobody", []metav1.ManagedFieldsEntry{entry("kubectl", 2, `{"f:metadata":{}}`)}, ""},
	} {
		if got := resizedBy(test.entries); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}
