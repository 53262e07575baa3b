package realnode

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"
)

func TestHierarchies(t *testing.T) {
	for name, test := range map[string]struct {
		mountinfo string
		want      []Hierarchy
	}{
		"version 2": {
			"30 24 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot\n",
			[]Hierarchy{{Mount: "/sys/fs/cgroup", V2: true}},
		},
		"version 1, two controllers in one, and one mounted twice": {
			"35 25 0:30 / /sys/fs/cgroup/cpu,cpuacct rw shared:9 - cgroup cgroup rw,cpu,cpuacct\n" +
				"36 25 0:31 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n" +
				"37 25 0:31 / /elsewhere rw - cgroup cgroup rw,memory\n" +
				"38 25 0:32 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd\n",
			[]Hierarchy{
				{Mount: "/sys/fs/cgroup/cpu,cpuacct", Options: []string{"cpu", "cpuacct"}},
				{Mount: "/sys/fs/cgroup/memory", Options: []string{"memory"}},
				{Mount: "/sys/fs/cgroup/systemd", Options: []string{"name=systemd"}},
			},
		},
		"both, the controllers in version 1": {
			"36 25 0:31 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n" +
				"39 25 0:33 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n",
			[]Hierarchy{{Mount: "/sys/fs/cgroup/memory", Options: []string{"memory"}}},
		},
		"both, the controllers in version 2": {
			"38 25 0:32 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,name=systemd\n" +
				"39 25 0:33 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n",
			[]Hierarchy{{Mount: "/sys/fs/cgroup", V2: true}},
		},
		"neither": {"22 1 254:0 / / rw - ext4 /dev/vda rw\n", nil},
	} {
		if got := Hierarchies(test.mountinfo); !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: %+v, want %+v", name, got, test.want)
		}
	}
}

func TestMissingControllersAreNamed(t *testing.T) {
	got := missingControllers([]Hierarchy{{Options: []string{"cpu", "cpuacct"}}, {Options: []string{"memory"}}})
	if want := []string{"cpuset", "pids", "devices", "freezer", "blkio"}; !reflect.DeepEqual(got, want) {
		t.Errorf("version 1: %v, want %v", got, want)
	}
	root := t.TempDir()
	if err := os.WriteFile(filepath.Join(root, "cgroup.controllers"), []byte("cpu memory hugetlb\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	got = missingControllers([]Hierarchy{{Mount: root, V2: true}})
	if want := []string{"cpuset", "pids"}; !reflect.DeepEqual(got, want) {
		t.Errorf("version 2: %v, want %v", got, want)
	}
}

// The files of a folder stand in for those of a control group.
func TestGroupsOfVersion2HandControllersOn(t *testing.T) {
	root := t.TempDir()
	for _, folder := range []string{"", "cluster", "cluster/node"} {
		if err := os.MkdirAll(filepath.Join(root, folder), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, folder, "cgroup.controllers"), []byte("memory"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := (Hierarchy{Mount: root, V2: true}).makeGroup("cluster/node"); err != nil {
		t.Fatal(err)
	}
	for folder, want := range map[string]string{"": "+memory", "cluster": "+memory", "cluster/node": ""} {
		// The last one hands nothing on: that is up to the kubelet.
		got, _ := os.ReadFile(filepath.Join(root, folder, "cgroup.subtree_control"))
		if string(got) != want {
			t.Errorf("%q hands on %q, want %q", folder, got, want)
		}
	}
}

func TestRemoveGroupRemovesAllBelowIt(t *testing.T) {
	first, second := t.TempDir(), t.TempDir()
	hierarchies := []Hierarchy{{Mount: first}, {Mount: second}}
	if err := os.MkdirAll(filepath.Join(first, "cluster/node/kubepods/pod"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := RemoveGroup(hierarchies, "cluster", time.Second); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(first, "cluster")); !os.IsNotExist(err) {
		t.Error("the group is there")
	}
}
