package realnode

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// searchPath is where a node looks for programs.
const searchPath = ProgramFolder + ":/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// Environment is that of every process of a node.
func Environment() []string {
	return []string{"PATH=" + searchPath, "HOME=/root", "TMPDIR=/tmp", "LC_ALL=C"}
}

// The namespaces to enter. That of mounts comes last: until then the files of the others can be
// opened.
var namespaces = []struct {
	name string
	flag int
}{
	{"cgroup", unix.CLONE_NEWCGROUP}, {"ipc", unix.CLONE_NEWIPC}, {"uts", unix.CLONE_NEWUTS},
	{"net", unix.CLONE_NEWNET}, {"pid", unix.CLONE_NEWPID}, {"mnt", unix.CLONE_NEWNS},
}

// Enter runs a command in the node whose first process is pid, and returns its exit code. The
// calling process joins the node's control groups for good.
func (n Node) Enter(pid int, command []string, stdin io.Reader, stdout, stderr io.Writer) (int, error) {
	runtime.LockOSThread() // and never unlocked: this thread belongs to the node from here on
	for _, h := range n.Hierarchies {
		group := n.Group
		if h.V2 {
			group = filepath.Join(group, systemFolder)
		}
		if err := h.join(group); err != nil {
			return 0, err
		}
	}
	var files []*os.File
	for _, namespace := range namespaces {
		file, err := os.Open(filepath.Join("/proc", strconv.Itoa(pid), "ns", namespace.name))
		if err != nil {
			return 0, err
		}
		defer file.Close()
		files = append(files, file)
	}
	// A thread that shares its root with others may not change its mount namespace.
	if err := unix.Unshare(unix.CLONE_FS); err != nil {
		return 0, err
	}
	for i, namespace := range namespaces {
		if err := unix.Setns(int(files[i].Fd()), namespace.flag); err != nil {
			return 0, fmt.Errorf("%s namespace of process %d: %w", namespace.name, pid, err)
		}
	}
	if err := os.Chdir("/"); err != nil {
		return 0, err
	}
	if err := os.Setenv("PATH", searchPath); err != nil {
		return 0, err
	}
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Env = Environment()
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, stdout, stderr
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	cmd.Wait() //nolint:errcheck // the exit code says it
	if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal()), nil
	}
	return cmd.ProcessState.ExitCode(), nil
}

// Launch starts a service in the node that it is called in, and prints the service's process id as
// the node sees it. When the calling process ends, the node's first process becomes the parent of
// the service, and reaps it: on some machines no one else would.
func Launch(command []string, log *os.File, out io.Writer) error {
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Dir, cmd.Env = "/", Environment()
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return err
	}
	_, err := fmt.Fprintln(out, cmd.Process.Pid)
	return err
}

// HostPID finds the process that has the id `inside` in the node whose first process is pid.
func HostPID(pid, inside int) (int, error) {
	node, err := os.Readlink(fmt.Sprintf("/proc/%d/ns/pid", pid))
	if err != nil {
		return 0, err
	}
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return 0, err
	}
	for _, entry := range entries {
		candidate, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", candidate))
		if err != nil || innermostPID(string(status)) != inside {
			continue
		}
		if link, err := os.Readlink(fmt.Sprintf("/proc/%d/ns/pid", candidate)); err == nil && link == node {
			return candidate, nil
		}
	}
	return 0, fmt.Errorf("process %d of the node ended at once", inside)
}

// innermostPID is the last number of NSpid in the text of /proc/PID/status: the process id in the
// process' own namespace.
func innermostPID(status string) int {
	for line := range strings.Lines(status) {
		if ids, found := strings.CutPrefix(line, "NSpid:"); found {
			fields := strings.Fields(ids)
			if len(fields) > 0 {
				id, _ := strconv.Atoi(fields[len(fields)-1])
				return id
			}
		}
	}
	return 0
}
