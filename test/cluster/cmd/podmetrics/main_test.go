package main

import (
	"encoding/json"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
)

func pod(name string, ready corev1.ConditionStatus) corev1.Pod {
	p := corev1.Pod{}
	p.Name = name
	p.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodReady, Status: ready}}
	return p
}

func TestReadyPodsShareTheLoad(t *testing.T) {
	pods := []corev1.Pod{pod("a", "True"), pod("b", "False"), pod("c", "True"), {}}
	text, err := json.Marshal(metricsOf(pods, 601, time.Unix(0, 0)))
	if err != nil {
		t.Fatal(err)
	}
	item := func(name string) string {
		return `{"containers":[{"name":"app","usage":{"cpu":"300m","memory":"10Mi"}}],"metadata":{"name":"` + name +
			`"},"timestamp":"1970-01-01T00:00:00Z","window":"1s"}`
	}
	want := `{"apiVersion":"metrics.k8s.io/v1beta1","items":[` + item("a") + `,` + item("c") +
		`],"kind":"PodMetricsList","metadata":{}}`
	if string(text) != want {
		t.Errorf("%s, want %s", text, want)
	}
}
