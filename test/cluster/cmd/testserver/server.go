package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
)

// server answers requests. Its two counters are files in the folder `data`: a volume keeps them when
// the container is started anew.
type server struct {
	version, hostname, data string
	starts                  int
	stopping                atomic.Bool
	exit                    func(code int)

	mutex  sync.Mutex // of what is below, and of the file with the count
	leaked [][]byte
}

// answer is what GET / and POST /count say.
type answer struct {
	Version  string `json:"version"`
	Hostname string `json:"hostname"`
	Starts   int    `json:"starts"` // of containers over this data
	Count    int    `json:"count"`  // of POST /count over this data
	Stopping bool   `json:"stopping,omitempty"`
}

// newServer counts one start more.
func newServer(version, data string) (*server, error) {
	hostname, err := os.Hostname()
	if err != nil {
		return nil, err
	}
	s := &server{version: version, hostname: hostname, data: data, exit: os.Exit}
	s.starts, err = s.add("starts", 1)
	return s, err
}

func (s *server) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { s.say(w, 0) })
	mux.HandleFunc("POST /count", func(w http.ResponseWriter, _ *http.Request) { s.say(w, 1) })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("POST /exit", s.leave)
	mux.HandleFunc("POST /leak", s.leak)
	return mux
}

// say answers with everything, after it has added to the count.
func (s *server) say(w http.ResponseWriter, more int) {
	count, err := s.add("count", more)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(answer{s.version, s.hostname, s.starts, count, s.stopping.Load()}) //nolint:errcheck // the client is gone
}

// leave ends the process: POST /exit?code=3.
func (s *server) leave(w http.ResponseWriter, r *http.Request) {
	code, err := strconv.Atoi(r.FormValue("code"))
	if err != nil && r.FormValue("code") != "" {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.exit(code)
}

// leak takes memory and keeps it: POST /leak?mib=64.
func (s *server) leak(w http.ResponseWriter, r *http.Request) {
	mib, err := strconv.Atoi(r.FormValue("mib"))
	if err != nil || mib < 0 || mib > 1<<20 {
		http.Error(w, "mib: want a number of MiB", http.StatusBadRequest)
		return
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for range mib {
		block := make([]byte, 1<<20)
		for at := 0; at < len(block); at += 4096 {
			block[at] = 1 // memory that was never written to takes no room
		}
		s.leaked = append(s.leaked, block)
	}
	fmt.Fprintln(w, len(s.leaked), "MiB")
}

// add adds to a counter and returns its new value.
func (s *server) add(name string, more int) (int, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	path := filepath.Join(s.data, name)
	content, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return 0, err
	}
	value, _ := strconv.Atoi(strings.TrimSpace(string(content)))
	if more == 0 {
		return value, nil
	}
	value += more
	// By rename: a process that is killed leaves the old value or the new one.
	if err := os.WriteFile(path+".new", []byte(strconv.Itoa(value)+"\n"), 0o644); err != nil {
		return 0, err
	}
	return value, os.Rename(path+".new", path)
}
