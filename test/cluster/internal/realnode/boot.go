package realnode

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// Where a node has what `build --runtime` made, the cluster's program, its own configuration, and
// containerd's socket.
const (
	ProgramFolder  = "/opt/windlass/runtime"
	ClusterProgram = "/opt/windlass/cluster"
	ConfigFolder   = "/etc/windlass-node"
	Socket         = "/run/containerd/containerd.sock"
)

// Node is what the first process of a node, and whoever enters the node, must know. It is kept in
// the node's folder.
type Node struct {
	Name        string      `json:"name"`
	Folder      string      `json:"folder"`  // of the machine: all that the node writes
	Group       string      `json:"group"`   // its control group in each hierarchy
	Runtime     string      `json:"runtime"` // the folder of the machine that is its ProgramFolder
	Cluster     string      `json:"cluster"` // the file of the machine that is its ClusterProgram
	Hierarchies []Hierarchy `json:"hierarchies"`
}

// Path is a file in the node's folder.
func (n Node) Path(parts ...string) string {
	return filepath.Join(append([]string{n.Folder}, parts...)...)
}

// Record is the file that holds this node.
func Record(folder string) string { return filepath.Join(folder, "node.json") }

// Load reads a node from its folder.
func Load(folder string) (Node, error) {
	var n Node
	content, err := os.ReadFile(Record(folder))
	if err != nil {
		return n, err
	}
	if err := json.Unmarshal(content, &n); err != nil {
		return n, fmt.Errorf("%s: %w", Record(folder), err)
	}
	return n, nil
}

// MakeGroups makes the node's control groups.
func (n Node) MakeGroups() error {
	for _, h := range n.Hierarchies {
		if err := h.makeGroup(n.Group); err != nil {
			return err
		}
	}
	return nil
}

// Boot turns the calling process into the first one of a node. It was started with new namespaces
// for mounts, network, host name, IPC and processes, and its goroutine is locked to the thread that
// the process began with.
func (n Node) Boot() error {
	for _, h := range n.Hierarchies {
		if err := h.join(n.Group); err != nil {
			return err
		}
	}
	// From here on the node's control groups are the roots of what it sees.
	if err := unix.Unshare(unix.CLONE_NEWCGROUP); err != nil {
		return fmt.Errorf("new cgroup namespace: %w", err)
	}
	if err := unix.Sethostname([]byte(n.Name)); err != nil {
		return err
	}
	if err := n.mountRoot(); err != nil {
		return err
	}
	if err := n.mountKernel(); err != nil {
		return err
	}
	if err := os.WriteFile("/proc/sys/net/ipv4/ip_forward", []byte("1"), 0o644); err != nil {
		return err
	}
	// Mounts that the kubelet makes for a Pod must reach the Pod's own mount namespace.
	return unix.Mount("", "/", "", unix.MS_REC|unix.MS_SHARED, "")
}

// mountRoot makes the node's root and enters it. /usr and /etc are the machine's, and what the node
// changes in them is kept in its folder. /var is a plain folder of the machine's disk: containerd's
// overlays cannot be put on an overlay. Nothing else of the machine's files is there.
func (n Node) mountRoot() error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("private mounts: %w", err)
	}
	root := n.Path("root")
	in := func(path string) string { return filepath.Join(root, path) }
	if err := os.MkdirAll(root, 0o755); err != nil {
		return err
	}
	if err := unix.Mount("tmpfs", root, "tmpfs", 0, "mode=755"); err != nil {
		return fmt.Errorf("tmpfs on %s: %w", root, err)
	}
	for _, folder := range []string{"proc", "sys", "dev", "run", "tmp", "var", "opt", "root", "home", "mnt", "srv"} {
		if err := os.Mkdir(in(folder), 0o755); err != nil {
			return err
		}
	}
	for _, folder := range []string{"usr", "etc"} {
		if err := mountOverlay("/"+folder, n.Path(folder), in(folder)); err != nil {
			return err
		}
	}
	for _, name := range []string{"bin", "sbin", "lib", "lib32", "lib64", "libx32"} {
		if err := mirror("/"+name, in(name)); err != nil {
			return err
		}
	}
	for _, mount := range []struct{ from, to string }{
		{"/dev", in("dev")}, {n.Path("var"), in("var")}, {n.Path("config"), in(ConfigFolder)},
		// A folder as a whole: runc mounts an overlay over the one it is in, and would not see files
		// that are mounted there one by one.
		{n.Runtime, in(ProgramFolder)},
		{n.Cluster, in(ClusterProgram)},
	} {
		if err := bind(mount.from, mount.to); err != nil {
			return err
		}
	}
	for _, path := range []string{ProgramFolder, ClusterProgram} {
		// They are in a cache that others use, too.
		if err := unix.Mount("", in(path), "", unix.MS_REMOUNT|unix.MS_BIND|unix.MS_RDONLY, ""); err != nil {
			return fmt.Errorf("read-only %s: %w", path, err)
		}
	}
	for folder, mode := range map[string]string{"run": "mode=755", "tmp": "mode=1777"} {
		if err := unix.Mount("tmpfs", in(folder), "tmpfs", 0, mode); err != nil {
			return fmt.Errorf("tmpfs on /%s: %w", folder, err)
		}
	}
	// The old root is put on top of the new one, and taken away with all mounts of the machine.
	if err := os.Chdir(root); err != nil {
		return err
	}
	if err := unix.PivotRoot(".", "."); err != nil {
		return fmt.Errorf("pivot_root to %s: %w", root, err)
	}
	if err := unix.Unmount(".", unix.MNT_DETACH); err != nil {
		return err
	}
	if err := os.Chdir("/"); err != nil {
		return err
	}
	if err := os.Symlink("/run", "/var/run"); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

// mirror makes `target` what `path` is on the machine: a link, or the same folder. On a merged /usr
// these are links.
func mirror(path, target string) error {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if info.Mode()&fs.ModeSymlink != 0 {
		link, err := os.Readlink(path)
		if err != nil {
			return err
		}
		return os.Symlink(link, target)
	}
	return bind(path, target)
}

// bind shows a file or a folder of the machine, with all that is mounted below it.
func bind(from, to string) error {
	info, err := os.Stat(from)
	if err != nil {
		return err
	}
	if info.IsDir() {
		err = os.MkdirAll(to, 0o755)
	} else if _, missing := os.Stat(to); missing != nil {
		err = os.WriteFile(to, nil, 0o644)
	}
	if err != nil {
		return err
	}
	if err := unix.Mount(from, to, "", unix.MS_BIND|unix.MS_REC, ""); err != nil {
		return fmt.Errorf("bind %s to %s: %w", from, to, err)
	}
	return nil
}

// The kubelet sets these for the whole machine, if they are not so already. A node shows it files
// that have the values it wants, so the machine keeps its own.
var kubeletTunables = map[string]string{
	"vm/overcommit_memory":      "1",
	"vm/panic_on_oom":           "0",
	"kernel/panic":              "10",
	"kernel/panic_on_oops":      "1",
	"kernel/keys/root_maxkeys":  "1000000",
	"kernel/keys/root_maxbytes": "25000000",
}

// mountKernel mounts what the kernel shows of this node's namespaces.
func (n Node) mountKernel() error {
	if err := unix.Mount("proc", "/proc", "proc", 0, ""); err != nil {
		return fmt.Errorf("/proc: %w", err)
	}
	if err := os.Mkdir("/run/tunables", 0o755); err != nil {
		return err
	}
	for name, value := range kubeletTunables {
		file := filepath.Join("/run/tunables", strings.ReplaceAll(name, "/", "."))
		if err := os.WriteFile(file, []byte(value+"\n"), 0o644); err != nil {
			return err
		}
		if err := bind(file, filepath.Join("/proc/sys", name)); err != nil {
			return err
		}
	}
	if err := unix.Mount("sysfs", "/sys", "sysfs", 0, ""); err != nil {
		return fmt.Errorf("/sys: %w", err)
	}
	const root = "/sys/fs/cgroup"
	if len(n.Hierarchies) == 1 && n.Hierarchies[0].V2 {
		if err := unix.Mount("cgroup2", root, "cgroup2", 0, ""); err != nil {
			return fmt.Errorf("cgroup v2: %w", err)
		}
		if err := os.Mkdir(filepath.Join(root, systemFolder), 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
		return Hierarchy{Mount: root, V2: true}.join(systemFolder)
	}
	if err := unix.Mount("tmpfs", root, "tmpfs", 0, "mode=755"); err != nil {
		return fmt.Errorf("tmpfs on %s: %w", root, err)
	}
	for _, h := range n.Hierarchies {
		name := strings.TrimPrefix(strings.Join(h.Options, ","), "name=")
		options := strings.Join(h.Options, ",")
		if strings.HasPrefix(options, "name=") {
			options = "none," + options
		}
		target := filepath.Join(root, name)
		if err := os.Mkdir(target, 0o755); err != nil {
			return err
		}
		if err := unix.Mount("cgroup", target, "cgroup", 0, options); err != nil {
			return fmt.Errorf("cgroup v1, %s: %w", options, err)
		}
		for _, option := range h.Options { // /sys/fs/cgroup/cpu is where all look for it
			if option != name && len(h.Options) > 1 {
				if err := os.Symlink(name, filepath.Join(root, option)); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
