// Command nodeinit is the first process of a real node, and the way into a node:
//
//	nodeinit boot FOLDER                     # turns into the first process; says "ready" on descriptor 3
//	nodeinit enter FOLDER PID COMMAND…       # runs a command in the node whose first process is PID
//	nodeinit launch COMMAND…                 # within a node: starts a service, prints its process id
//
// It is a program of its own so that a node costs a few megabytes: the cluster's program has all of
// Kubernetes in it.
package main

import (
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"strconv"
	"syscall"

	"windlass.dev/test/cluster/internal/realnode"
)

func init() {
	// What another process sees of this one's namespaces are those of the first thread.
	runtime.LockOSThread()
}

func main() {
	code, err := run(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "nodeinit:", err)
		code = 1
	}
	os.Exit(code)
}

func run(args []string) (int, error) {
	switch {
	case len(args) == 2 && args[0] == "boot":
		return 0, boot(args[1])
	case len(args) >= 4 && args[0] == "enter":
		node, err := realnode.Load(args[1])
		if err != nil {
			return 0, err
		}
		pid, err := strconv.Atoi(args[2])
		if err != nil {
			return 0, err
		}
		return node.Enter(pid, args[3:], os.Stdin, os.Stdout, os.Stderr)
	case len(args) >= 2 && args[0] == "launch":
		// Standard error is the service's log, standard output the caller's pipe.
		return 0, realnode.Launch(args[1:], os.Stderr, os.Stdout)
	}
	return 0, fmt.Errorf("usage: nodeinit boot FOLDER | enter FOLDER PID COMMAND… | launch COMMAND…")
}

func boot(folder string) error {
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGTERM, syscall.SIGINT)
	children := make(chan os.Signal, 1)
	signal.Notify(children, syscall.SIGCHLD)

	node, err := realnode.Load(folder)
	if err != nil {
		return err
	}
	if err := node.Boot(); err != nil {
		return err
	}
	ready := os.NewFile(3, "ready")
	if _, err := fmt.Fprintln(ready, "ready"); err != nil {
		return err
	}
	ready.Close()
	for {
		select {
		case <-ended:
			return nil // the kernel ends all other processes of the node
		case <-children:
			reap()
		}
	}
}

// reap takes note of every child that has ended: processes whose parent ended are children of this
// one.
func reap() {
	for {
		pid, err := syscall.Wait4(-1, nil, syscall.WNOHANG, nil)
		if err == syscall.EINTR {
			continue
		}
		if pid <= 0 || err != nil {
			return
		}
	}
}
