// Command testserver is what Pods of real nodes run, so that traffic, data and limits can be watched
// from outside. README.md, "The test server", says what it answers.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	serve := run
	if len(os.Args) == 3 && os.Args[1] == "get" {
		serve = func() error { return get(os.Args[2]) }
	}
	if err := serve(); err != nil {
		fmt.Fprintln(os.Stderr, "testserver:", err)
		os.Exit(1)
	}
}

func run() error {
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGTERM, syscall.SIGINT)
	s, err := newServer(os.Getenv("VERSION"), environment("DATA", os.TempDir()))
	if err != nil {
		return err
	}
	var startFor, stopFor, exitAfter time.Duration
	for name, into := range map[string]*time.Duration{"START_FOR": &startFor, "STOP_FOR": &stopFor, "EXIT_AFTER": &exitAfter} {
		if text := os.Getenv(name); text != "" {
			if *into, err = time.ParseDuration(text); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
	}
	if exitAfter > 0 {
		time.AfterFunc(exitAfter, func() { os.Exit(1) })
	}
	select {
	case <-time.After(startFor):
	case <-ended:
		return nil
	}
	address := environment("ADDRESS", ":8080")
	server := http.Server{Addr: address, Handler: s.handler()}
	failed := make(chan error, 1)
	go func() { failed <- server.ListenAndServe() }()
	fmt.Printf("version %s: start %d, serving at %s\n", s.version, s.starts, address)
	select {
	case err := <-failed:
		return err
	case <-ended:
	}
	fmt.Printf("told to stop: takes %v\n", stopFor)
	s.stopping.Store(true)
	time.Sleep(stopFor) // and answers meanwhile
	if err := server.Shutdown(context.Background()); err != nil && !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// get prints the answer of another server: a Pod's view of the network.
func get(url string) error {
	client := http.Client{Timeout: 5 * time.Second}
	response, err := client.Get(url)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if _, err := io.Copy(os.Stdout, response.Body); err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return errors.New(response.Status)
	}
	return nil
}

func environment(name, otherwise string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return otherwise
}
