package control

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	stopWithin = 5 * time.Second // after TERM
	killWithin = 5 * time.Second // after KILL; only a process stuck in the kernel takes as long
)

// process identifies a process for good: a pid alone may by now be someone
// else's, but never with the same start time.
type process struct {
	PID   int    `json:"pid"`
	Start uint64 `json:"start"` // clock ticks after boot, from /proc/PID/stat
}

// state is the letter of /proc/PID/stat, or 0 once the process is gone. A zombie is gone: it is
// only waiting for a parent that may never ask. A zombie with several threads is not: the letter
// is that of its first thread, and the others still hold its sockets.
func (p process) state() byte {
	stat, err := procStat(p.PID)
	if err != nil || stat.start != p.Start || stat.state == 'X' {
		return 0
	}
	if stat.state == 'Z' && stat.threads <= 1 {
		return 0
	}
	return stat.state
}

func (p process) running() bool { return p.state() != 0 }

func (p process) signal(s syscall.Signal) error {
	if !p.running() {
		return errors.New("is not running")
	}
	return syscall.Kill(p.PID, s)
}

type stat struct {
	state   byte
	threads int
	start   uint64 // clock ticks after boot
}

// procStat reads /proc/PID/stat. The name in between may hold spaces and parentheses, so fields
// are counted from its last parenthesis.
func procStat(pid int) (stat, error) {
	content, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return stat{}, err
	}
	fields := strings.Fields(string(content[strings.LastIndexByte(string(content), ')')+1:]))
	if len(fields) < 20 {
		return stat{}, fmt.Errorf("/proc/%d/stat is short", pid)
	}
	threads, err := strconv.Atoi(fields[17])
	if err != nil {
		return stat{}, err
	}
	start, err := strconv.ParseUint(fields[19], 10, 64)
	return stat{fields[0][0], threads, start}, err
}

// runRecord is DIR/run/NAME.json. It names its folder, so that a copy of a data
// folder does not take the original's processes for its own.
type runRecord struct {
	process
	Dir string `json:"dir"`
}

func (c *cluster) processOf(name string) (process, bool) {
	var r runRecord
	content, err := os.ReadFile(c.path("run", name+".json"))
	if err != nil || json.Unmarshal(content, &r) != nil || r.Dir != c.Dir {
		return process{}, false
	}
	return r.process, true
}

// start runs a component in a session of its own, so that it outlives this
// process and the terminal, and a ^C meant for a test does not reach it.
func (c *cluster) start(component component) error {
	if p, ok := c.processOf(component.Name); ok && p.running() {
		return fmt.Errorf("%s is running already (pid %d)", component.Name, p.PID)
	}
	log, err := os.OpenFile(c.logFile(component.Name), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()

	if component.Node != "" {
		pid, err := c.launch(component, log)
		if err != nil {
			return fmt.Errorf("%s: %w", component.Name, err)
		}
		return c.record(component, pid)
	}
	if component.Boots {
		pid, finish, err := c.boot(component, log)
		if err != nil {
			return fmt.Errorf("%s: %w", component.Name, err)
		}
		if err := c.record(component, pid); err != nil {
			return err
		}
		return finish()
	}
	cmd := exec.Command(c.Bin, component.Args...)
	cmd.Dir = c.Dir
	cmd.Stdout, cmd.Stderr = log, log
	cmd.Env = append(os.Environ(), "TMPDIR="+c.path("tmp"), "KUBECONFIG=")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("%s: %w", component.Name, err)
	}
	err = c.record(component, cmd.Process.Pid)
	go cmd.Wait() //nolint:errcheck // reaped here, judged by /proc and its log
	return err
}

// record keeps which process a component is. Call it at once: while nobody else can reap the process,
// its entry in /proc is certainly its own.
func (c *cluster) record(component component, pid int) error {
	started, err := procStat(pid)
	if err != nil {
		return err
	}
	return writeJSON(c.path("run", component.Name+".json"), runRecord{process{pid, started.start}, c.Dir})
}

// stop asks politely and insists after five seconds. A process frozen by
// `kill --signal STOP` hears TERM only once it continues.
func (c *cluster) stop(names ...string) {
	var left []process
	for _, name := range names {
		if p, ok := c.processOf(name); ok && p.running() {
			p.signal(syscall.SIGTERM) //nolint:errcheck // gone in between is what was wanted
			p.signal(syscall.SIGCONT) //nolint:errcheck
			left = append(left, p)
		}
	}
	if allGone(left, stopWithin) {
		return
	}
	for _, p := range left {
		p.signal(syscall.SIGKILL) //nolint:errcheck
	}
	allGone(left, killWithin)
}

// stopAll leaves etcd to the last: without it the apiserver waits in vain.
func (c *cluster) stopAll() {
	var others []string
	for _, name := range c.names() {
		if name != "etcd" {
			others = append(others, name)
		}
	}
	c.stop(others...)
	c.stop("etcd")
}

func allGone(processes []process, within time.Duration) bool {
	return poll(within, func() bool {
		for _, p := range processes {
			if p.running() {
				return false
			}
		}
		return true
	})
}
