package traffic

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func slice(name string, port int32, endpoints ...discoveryv1.Endpoint) *discoveryv1.EndpointSlice {
	return &discoveryv1.EndpointSlice{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Ports:      []discoveryv1.EndpointPort{{Port: &port}},
		Endpoints:  endpoints,
	}
}

func endpoint(address string, ready ...bool) discoveryv1.Endpoint {
	e := discoveryv1.Endpoint{Addresses: []string{address}}
	if len(ready) > 0 {
		e.Conditions.Ready = &ready[0]
	}
	return e
}

func turns(a *addresses, count int) string {
	var taken []string
	for range count {
		taken = append(taken, a.take())
	}
	return strings.Join(taken, " ")
}

func TestReadyEndpointsOfAllSlicesTakeTurns(t *testing.T) {
	a := &addresses{slices: map[string][]string{}}
	if got := a.take(); got != "" {
		t.Errorf("without a slice: %q", got)
	}
	a.put(slice("one", 8080, endpoint("10.0.0.1", true), endpoint("10.0.0.2", false)))
	a.put(slice("two", 8081, endpoint("10.0.0.3")))
	if got := turns(a, 4); strings.Count(got, "10.0.0.1:8080") != 2 || strings.Count(got, "10.0.0.3:8081") != 2 {
		t.Errorf("two slices: %s", got)
	}
	a.put(slice("one", 8080, endpoint("10.0.0.1", false), endpoint("10.0.0.2", true)))
	a.remove("two")
	if got := turns(a, 2); got != "10.0.0.2:8080 10.0.0.2:8080" {
		t.Errorf("after a change: %s", got)
	}
}

// The servers: one says v1 and then v2, one answers 503, one cuts connections, one does not listen,
// one is silent.
func TestRequestsAreCountedByAddressVersionAndCause(t *testing.T) {
	count := 0
	changes := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		count++
		fmt.Fprintf(w, `{"version":"v%d"}`, 1+count/4)
	}))
	defer changes.Close()
	broken := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "", http.StatusServiceUnavailable)
	}))
	defer broken.Close()
	cuts := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		panic(http.ErrAbortHandler)
	}))
	defer cuts.Close()
	silent := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		<-r.Context().Done()
	}))
	defer silent.Close()
	gone := httptest.NewServer(nil)
	gone.Close()

	counted := newTally()
	client := &http.Client{Timeout: 100 * time.Millisecond, Transport: &http.Transport{DisableKeepAlives: true}}
	for range 5 {
		ask(&http.Client{}, address(changes), counted)
	}
	ask(client, address(broken), counted)
	ask(client, address(cuts), counted)
	ask(client, address(gone), counted)
	ask(client, address(silent), counted)
	var printed strings.Builder
	counted.print(&printed)
	want := "ADDRESS     v1   v2\n127.0.0.1   3    2\n" +
		"5 answers, 4 failed: 503 Service Unavailable 1, cut off 1, refused 1, timed out 1\n"
	if printed.String() != want {
		t.Errorf("got:\n%swant:\n%s", printed.String(), want)
	}
}

func TestRequestsBeginWithTheFirstEndpointAndGoOnWithoutOne(t *testing.T) {
	asked := make(chan struct{}, 1000)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked <- struct{}{}
		fmt.Fprint(w, `{"version":"v1"}`)
	}))
	defer server.Close()
	_, text, _ := strings.Cut(address(server), ":")
	port, _ := strconv.Atoi(text)

	a := &addresses{slices: map[string][]string{}}
	counted := newTally()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { send(ctx, a, 200, time.Second, counted); close(ended) }()
	a.put(slice("one", int32(port), endpoint("127.0.0.1")))
	<-asked
	a.remove("one")
	for counts := func() int { counted.mutex.Lock(); defer counted.mutex.Unlock(); return counted.failed["no endpoint"] }; counts() == 0; {
		time.Sleep(time.Millisecond)
	}
	cancel()
	<-ended
	if counted.answers["127.0.0.1"]["v1"] == 0 {
		t.Error("no answer was counted")
	}
}

func address(server *httptest.Server) string { return strings.TrimPrefix(server.URL, "http://") }
