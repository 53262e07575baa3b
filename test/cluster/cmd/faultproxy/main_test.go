package main

import (
	"context"
	"fmt"
	"net/http"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// server counts what reaches it.
type server struct{ requests int }

func (s *server) RoundTrip(*http.Request) (*http.Response, error) {
	s.requests++
	return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody}, nil
}

func TestFaults(t *testing.T) {
	for _, test := range []struct {
		fault  string // with the pid for %d
		writes []string
		killed int // by which of them, from 1; 0: none
		passed int // how many reach the server
	}{
		{"before 1 %d PATCH .*/pods/", []string{"a", "b"}, 1, 1},
		{"after 1 %d PATCH .*/pods/", []string{"a", "b"}, 1, 2},
		{"after 2 %d PATCH .*/pods/", []string{"a", "b", "c"}, 2, 3},
		{"before 1 %d PATCH .*/pods/.*image", []string{"a", "an image"}, 2, 1},
		{"before 1 %d PATCH .*/pods/ !! image", []string{"an image", "a"}, 2, 1},
		{"before 1 %d POST .*/pods", []string{"a"}, 0, 1},
	} {
		client := exec.Command("sleep", "60")
		if err := client.Start(); err != nil {
			t.Fatal(err)
		}
		f, err := parse(fmt.Sprintf(test.fault, client.Process.Pid))
		if err != nil {
			t.Fatal(err)
		}
		s := &server{}
		tr := &transport{next: s, armed: f}
		killed := 0
		for n, body := range test.writes {
			request, _ := http.NewRequest(http.MethodPatch, "https://server/api/v1/pods/p", strings.NewReader(body))
			tr.RoundTrip(request) //nolint:errcheck // its error is for the dead
			if tr.armed == nil && killed == 0 {
				killed = n + 1
				if err := client.Wait(); err == nil {
					t.Errorf("%s: the client ended by itself", test.fault)
				}
			}
		}
		if killed == 0 {
			client.Process.Kill() //nolint:errcheck
			client.Wait()         //nolint:errcheck
		}
		if killed != test.killed || s.requests != test.passed {
			t.Errorf("%s: killed at %d, passed on %d; want %d and %d", test.fault, killed, s.requests, test.killed, test.passed)
		}
	}
}

// gate is a server that cannot be reached by a request whose client has gone.
type gate struct{ reached chan struct{} }

func (g *gate) RoundTrip(request *http.Request) (*http.Response, error) {
	if err := request.Context().Err(); err != nil {
		return nil, err
	}
	g.reached <- struct{}{}
	return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody}, nil
}

func TestHold(t *testing.T) {
	client := exec.Command("sleep", "60")
	if err := client.Start(); err != nil {
		t.Fatal(err)
	}
	f, err := parse(fmt.Sprintf("hold 1 %d PATCH .*/pods/", client.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	server := &gate{reached: make(chan struct{}, 1)}
	tr := &transport{next: server, armed: f, pass: make(chan struct{})}
	ctx, gone := context.WithCancel(context.Background())
	answered := make(chan error)
	go func() {
		request, _ := http.NewRequestWithContext(ctx, http.MethodPatch, "https://server/api/v1/pods/p", strings.NewReader("a"))
		_, err := tr.RoundTrip(request)
		answered <- err
	}()
	client.Wait() //nolint:errcheck // ended by the signal, as looked at below
	if status := client.ProcessState.Sys().(syscall.WaitStatus); status.Signal() != syscall.SIGTERM {
		t.Errorf("the client ended by %v, not by SIGTERM", status.Signal())
	}
	gone()
	if len(server.reached) != 0 {
		t.Error("the server got the request before it was passed on")
	}
	tr.pass <- struct{}{}
	if err := <-answered; err != nil || len(server.reached) != 1 {
		t.Errorf("passed on: %v, and the server got %d requests", err, len(server.reached))
	}
}

func TestNoFault(t *testing.T) {
	for _, line := range []string{"", "before", "sometimes 1 99 PATCH", "before 0 99 PATCH", "before 1 1 PATCH", "before 1 99 ("} {
		if _, err := parse(line); err == nil {
			t.Errorf("%q was taken for a fault", line)
		}
	}
}
