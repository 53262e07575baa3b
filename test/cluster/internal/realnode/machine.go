// Package realnode makes nodes with real containers out of the namespaces of one machine. A node has
// network, mounts, host name, IPC, processes and control groups of its own; containerd and a kubelet
// run in it. See README.md, "Real nodes".
package realnode

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// CNIFolder is where Debian's containernetworking-plugins has them.
const CNIFolder = "/usr/lib/cni"

// Machine is what this machine has of what nodes need.
type Machine struct {
	Missing     []string // each with its reason: without them there are no real nodes
	Hierarchies []Hierarchy
	OOMScores   bool // containers may have an OOM score below that of their parent
}

// Inspect looks at the machine. Nodes would keep their files below `folder`.
func Inspect(folder string) Machine {
	var m Machine
	miss := func(format string, args ...any) { m.Missing = append(m.Missing, fmt.Sprintf(format, args...)) }

	m.OOMScores = hasCapability(unix.CAP_SYS_RESOURCE)
	mayMount := hasCapability(unix.CAP_SYS_ADMIN)
	if !mayMount {
		miss("CAP_SYS_ADMIN: a node has namespaces of its own; run as root")
	}
	if !hasCapability(unix.CAP_NET_ADMIN) {
		miss("CAP_NET_ADMIN: nodes are joined by a bridge; run as root")
	}
	mountinfo, _ := os.ReadFile("/proc/self/mountinfo")
	m.Hierarchies = Hierarchies(string(mountinfo))
	if len(m.Hierarchies) == 0 {
		miss("cgroup v1 or v2: neither is mounted")
	} else if missing := missingControllers(m.Hierarchies); len(missing) > 0 {
		miss("cgroup controllers %s: %s does not offer them", strings.Join(missing, ", "), m.CgroupVersion())
	}
	if mayMount {
		if err := tryOverlay(folder); err != nil {
			miss("overlayfs: it cannot be used in %s: %v", folder, err)
		}
	}
	for _, plugin := range []string{"bridge", "host-local", "loopback"} {
		if _, err := os.Stat(filepath.Join(CNIFolder, plugin)); err != nil {
			miss("CNI plugin %s: Debian has it in containernetworking-plugins", plugin)
			break
		}
	}
	if _, err := exec.LookPath("ip"); err != nil {
		miss("ip: Debian has it in iproute2")
	}
	return m
}

// CgroupVersion names the version that has the controllers.
func (m Machine) CgroupVersion() string {
	switch {
	case len(m.Hierarchies) == 0:
		return "no cgroup"
	case m.Hierarchies[0].V2:
		return "cgroup v2"
	}
	return "cgroup v1"
}

func hasCapability(number int) bool {
	content, err := os.ReadFile("/proc/self/status")
	return err == nil && capabilityIn(string(content), number)
}

// capabilityIn reads the effective capabilities from the text of /proc/PID/status.
func capabilityIn(status string, number int) bool {
	for line := range strings.Lines(status) {
		if mask, found := strings.CutPrefix(line, "CapEff:"); found {
			value, err := strconv.ParseUint(strings.TrimSpace(mask), 16, 64)
			return err == nil && value&(1<<number) != 0
		}
	}
	return false
}

// tryOverlay mounts an overlay whose upper folder is in `folder`. It does so in a mount namespace of
// one thread, which ends with it: nothing can be left, however this process ends.
func tryOverlay(folder string) error {
	trial, err := os.MkdirTemp(folder, "overlay-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(trial)
	result := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with this function
		result <- func() error {
			if err := unix.Unshare(unix.CLONE_FS | unix.CLONE_NEWNS); err != nil {
				return fmt.Errorf("new mount namespace: %w", err)
			}
			if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
				return fmt.Errorf("private mounts: %w", err)
			}
			return mountOverlay("/etc", trial, filepath.Join(trial, "merged"))
		}()
	}()
	return <-result
}

// mountOverlay shows `lower` at `target`; what is changed there is kept below `store`.
func mountOverlay(lower, store, target string) error {
	upper, work := filepath.Join(store, "up"), filepath.Join(store, "work")
	for _, folder := range []string{upper, work, target} {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return err
		}
	}
	options := fmt.Sprintf("lowerdir=%s,upperdir=%s,workdir=%s", escape(lower), escape(upper), escape(work))
	if err := unix.Mount("overlay", target, "overlay", 0, options); err != nil {
		return fmt.Errorf("overlay on %s: %w", lower, err)
	}
	return nil
}

// escape protects the characters that separate the options of an overlay.
func escape(path string) string {
	return strings.NewReplacer(`\`, `\\`, ":", `\:`, ",", `\,`).Replace(path)
}
