package realnode

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Hierarchy is one tree of control groups of the machine. Version 1 has one for each controller or
// two; version 2 has one for all.
type Hierarchy struct {
	Mount   string   `json:"mount"`   // where the machine has it
	Options []string `json:"options"` // version 1: its controllers, or a name without one
	V2      bool     `json:"v2,omitempty"`
}

// Controllers without which a kubelet does not start.
var neededControllers = []string{"cpu", "cpuset", "memory", "pids"}

// On version 1, runc and the kubelet need these besides.
var neededOnV1 = []string{"cpuacct", "devices", "freezer", "blkio"}

// systemFolder holds the processes of a node on version 2, which allows none in the root of a tree
// that has controllers.
const systemFolder = "system"

// Hierarchies finds those of this machine, from the text of /proc/self/mountinfo. If both versions
// are there, version 1 has the controllers.
func Hierarchies(mountinfo string) []Hierarchy {
	var v1, v2 []Hierarchy
	for line := range strings.Lines(mountinfo) {
		// "35 25 0:30 / /sys/fs/cgroup/cpu rw shared:9 - cgroup cgroup rw,cpu"
		before, after, found := strings.Cut(line, " - ")
		place, kind := strings.Fields(before), strings.Fields(after)
		if !found || len(place) < 5 || len(kind) < 3 {
			continue
		}
		switch kind[0] {
		case "cgroup2":
			v2 = append(v2, Hierarchy{Mount: place[4], V2: true})
		case "cgroup":
			var options []string
			for _, option := range strings.Split(kind[2], ",") {
				if isController(option) || strings.HasPrefix(option, "name=") {
					options = append(options, option)
				}
			}
			same := func(h Hierarchy) bool { return slices.Equal(h.Options, options) }
			if len(options) > 0 && !slices.ContainsFunc(v1, same) { // some machines mount one twice
				v1 = append(v1, Hierarchy{Mount: place[4], Options: options})
			}
		}
	}
	if slices.ContainsFunc(v1, func(h Hierarchy) bool { return slices.Contains(h.Options, "memory") }) || len(v2) == 0 {
		return v1
	}
	return v2[:1]
}

func isController(option string) bool {
	return slices.Contains(neededControllers, option) || slices.Contains(neededOnV1, option) ||
		slices.Contains([]string{"hugetlb", "net_cls", "net_prio", "perf_event", "rdma", "misc"}, option)
}

// missingControllers names those that the machine does not offer.
func missingControllers(hierarchies []Hierarchy) []string {
	needed := neededControllers
	var offered []string
	for _, h := range hierarchies {
		if h.V2 {
			content, _ := os.ReadFile(filepath.Join(h.Mount, "cgroup.controllers"))
			offered = append(offered, strings.Fields(string(content))...)
		} else {
			offered = append(offered, h.Options...)
			needed = append(slices.Clone(neededControllers), neededOnV1...)
		}
	}
	var missing []string
	for _, controller := range needed {
		if !slices.Contains(offered, controller) {
			missing = append(missing, controller)
		}
	}
	return missing
}

// makeGroup makes the control group of a node, with its parent, in one hierarchy.
func (h Hierarchy) makeGroup(group string) error {
	path := h.Mount
	for _, part := range strings.Split(group, "/") {
		if h.V2 {
			if err := enable(path); err != nil {
				return err
			}
		}
		parent := path
		path = filepath.Join(path, part)
		if err := os.Mkdir(path, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
		if slices.Contains(h.Options, "cpuset") {
			// A new group has no CPU and no memory, and takes no process.
			for _, file := range []string{"cpuset.cpus", "cpuset.mems"} {
				content, err := os.ReadFile(filepath.Join(parent, file))
				if err != nil {
					return err
				}
				if err := os.WriteFile(filepath.Join(path, file), content, 0o644); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// enable hands all controllers that a group has on to the groups below it.
func enable(path string) error {
	content, err := os.ReadFile(filepath.Join(path, "cgroup.controllers"))
	if err != nil {
		return err
	}
	for _, controller := range strings.Fields(string(content)) {
		err := os.WriteFile(filepath.Join(path, "cgroup.subtree_control"), []byte("+"+controller), 0o644)
		if err != nil && slices.Contains(neededControllers, controller) {
			return fmt.Errorf("controller %s below %s: %w", controller, path, err)
		}
	}
	return nil
}

// join puts the calling process into a control group.
func (h Hierarchy) join(group string) error {
	return os.WriteFile(filepath.Join(h.Mount, group, "cgroup.procs"), []byte("0"), 0o644)
}

// RemoveGroup ends what still runs in a control group or below it and removes all of them. It tries
// again until `within` is over: a process that was killed stays in its group for a moment.
func RemoveGroup(hierarchies []Hierarchy, group string, within time.Duration) error {
	deadline := time.Now().Add(within)
	for {
		var left []error
		for _, h := range hierarchies {
			left = append(left, removeTree(filepath.Join(h.Mount, group)))
		}
		err := errors.Join(left...)
		if err == nil || time.Now().After(deadline) {
			return err
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func removeTree(path string) error {
	entries, err := os.ReadDir(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if entry.IsDir() {
			if err := removeTree(filepath.Join(path, entry.Name())); err != nil {
				return err
			}
		}
	}
	content, _ := os.ReadFile(filepath.Join(path, "cgroup.procs"))
	for _, line := range strings.Fields(string(content)) {
		if pid, err := strconv.Atoi(line); err == nil && pid > 0 {
			syscall.Kill(pid, syscall.SIGKILL) //nolint:errcheck // whether it is gone shows below
		}
	}
	if err := syscall.Rmdir(path); err != nil && !errors.Is(err, syscall.ENOENT) {
		return fmt.Errorf("control group %s: %w", path, err)
	}
	return nil
}
