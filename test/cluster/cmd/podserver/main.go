// Command podserver serves Pods that do not exist: the collection
// /api/v1/pods, listed, watched and watch-listed as the API server does it,
// with as many realistic objects as asked for. Objects are copies of a template
// with a few bytes changed, so that it costs little next to whoever reads them.
//
//	POST /control/events?count=N&rate=R   N changes, R a second (0: at once)
//	POST /control/expire                  410 Gone for everybody who watches
//	GET  /control/status                  what was asked for so far, as JSON
package main

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"
	"time"

	"github.com/spf13/pflag"
)

func main() {
	count := pflag.Int("count", 100000, "Pods")
	protobuf := pflag.Bool("protobuf", false, "answer in protobuf to whoever accepts it")
	lists := pflag.Bool("lists-only", false, "refuse watch lists, as servers before 1.32 do")
	sample := pflag.Bool("sample", false, "print one Pod and end")
	pflag.Parse()
	if *sample {
		fmt.Println(string(podJSON.at(0, firstVersion)))
		return
	}

	s := newState(*count)
	handler := &handler{state: s, protobuf: *protobuf, listsOnly: *lists}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v1/pods", handler.pods)
	mux.HandleFunc("POST /control/events", handler.events)
	mux.HandleFunc("POST /control/expire", func(http.ResponseWriter, *http.Request) { s.expire() })
	mux.HandleFunc("GET /control/status", handler.status)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, "podserver:", err)
		os.Exit(1)
	}
	fmt.Printf("http://%s\n", listener.Addr())
	fmt.Fprintln(os.Stderr, "podserver:", http.Serve(listener, mux))
	os.Exit(1)
}

type handler struct {
	state     *state
	protobuf  bool
	listsOnly bool
}

func number(r *http.Request, key string) int {
	value, _ := strconv.Atoi(r.FormValue(key))
	return value
}

// events makes changes, and answers when all were made.
func (h *handler) events(_ http.ResponseWriter, r *http.Request) {
	count, rate := number(r, "count"), number(r, "rate")
	began := time.Now()
	for made := 0; made < count; {
		due := count
		if rate > 0 {
			due = min(count, int(time.Since(began).Seconds()*float64(rate)))
		}
		h.state.change(due - made)
		if made = due; made < count {
			time.Sleep(time.Millisecond)
		}
	}
}

func (h *handler) status(w http.ResponseWriter, _ *http.Request) {
	_ = json.NewEncoder(w).Encode(h.state.counted())
}
