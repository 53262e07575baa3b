package realnode

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func TestCapabilityIn(t *testing.T) {
	status := "Name:\tsh\nCapPrm:\t0000000000000000\nCapEff:\t000001fffeffffff\n"
	if !capabilityIn(status, unix.CAP_SYS_ADMIN) || !capabilityIn(status, unix.CAP_NET_ADMIN) {
		t.Error("a capability is not seen")
	}
	if capabilityIn(status, unix.CAP_SYS_RESOURCE) || capabilityIn("", unix.CAP_SYS_ADMIN) {
		t.Error("a capability is seen that is not there")
	}
}

func TestInnermostPID(t *testing.T) {
	for status, want := range map[string]int{
		"Name:\tpause\nNSpid:\t12345\t17\t1\nPid:\t12345\n": 1,
		"NSpid:\t12345\n": 12345,
		"Name:\tx\n":      0,
	} {
		if got := innermostPID(status); got != want {
			t.Errorf("innermostPID(%q) = %d, want %d", status, got, want)
		}
	}
}

func TestHostPIDFindsThisProcess(t *testing.T) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	if pid, err := HostPID(os.Getpid(), innermostPID(string(status))); err != nil || pid != os.Getpid() {
		t.Errorf("%d, %v, want %d", pid, err, os.Getpid())
	}
}

func TestEscape(t *testing.T) {
	if got, want := escape(`/a:b,c\d`), `/a\:b\,c\\d`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestConfigSaysWhatTheMachineAllows(t *testing.T) {
	for scores, want := range map[bool]string{false: "restrict_oom_score_adj = true", true: "restrict_oom_score_adj = false"} {
		folder := t.TempDir()
		settings := Settings{Name: "node-1", Address: "10.210.0.11", Pods: "10.210.11.0/24", Sandbox: "example.test/pause:v1", OOMScores: scores}
		if err := WriteConfig(folder, settings); err != nil {
			t.Fatal(err)
		}
		for file, text := range map[string]string{
			"containerd.toml":          want,
			"kubelet.yaml":             "address: 10.210.0.11",
			"cni/10-windlass.conflist": `"subnet": "10.210.11.0/24"`,
		} {
			content, err := os.ReadFile(filepath.Join(folder, file))
			if err != nil || !strings.Contains(string(content), text) {
				t.Errorf("%s lacks %q: %v\n%s", file, text, err, content)
			}
		}
	}
}
