package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func ask(t *testing.T, s *server, method, path string) (int, answer) {
	t.Helper()
	recorder := httptest.NewRecorder()
	s.handler().ServeHTTP(recorder, httptest.NewRequest(method, path, nil))
	var a answer
	if strings.HasPrefix(recorder.Header().Get("Content-Type"), "application/json") {
		if err := json.Unmarshal(recorder.Body.Bytes(), &a); err != nil {
			t.Fatal(err)
		}
	}
	return recorder.Code, a
}

func TestCountersOutliveTheProcess(t *testing.T) {
	data := t.TempDir()
	for start := 1; start <= 3; start++ {
		s, err := newServer("v1", data)
		if err != nil {
			t.Fatal(err)
		}
		if _, a := ask(t, s, http.MethodPost, "/count"); a.Count != start || a.Starts != start {
			t.Errorf("start %d: %+v", start, a)
		}
		if _, a := ask(t, s, http.MethodGet, "/"); a.Count != start || a.Version != "v1" || a.Hostname == "" {
			t.Errorf("start %d: %+v", start, a)
		}
	}
}

func TestExit(t *testing.T) {
	s, err := newServer("v1", t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	code := -1
	s.exit = func(c int) { code = c }
	if ask(t, s, http.MethodPost, "/exit?code=3"); code != 3 {
		t.Errorf("exit code %d", code)
	}
	if status, _ := ask(t, s, http.MethodPost, "/exit?code=x"); status != http.StatusBadRequest {
		t.Errorf("status %d for a code that is no number", status)
	}
}

func TestLeak(t *testing.T) {
	s, err := newServer("v1", t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	ask(t, s, http.MethodPost, "/leak?mib=2")
	ask(t, s, http.MethodPost, "/leak?mib=1")
	if len(s.leaked) != 3 {
		t.Errorf("%d MiB are kept, want 3", len(s.leaked))
	}
	if status, _ := ask(t, s, http.MethodPost, "/leak?mib=-1"); status != http.StatusBadRequest {
		t.Errorf("status %d for -1 MiB", status)
	}
}
