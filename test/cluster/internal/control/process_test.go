package control

import (
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"
)

// sleeper stands in for a component.
func sleeper(t *testing.T) (process, *exec.Cmd) {
	t.Helper()
	cmd := exec.Command("sleep", "60")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() }) //nolint:errcheck
	start, _, err := procStat(cmd.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	return process{cmd.Process.Pid, start}, cmd
}

func TestReusedPidIsNeverSignalled(t *testing.T) {
	p, _ := sleeper(t)
	other := process{p.PID, p.Start + 1} // same pid, another time
	if other.running() {
		t.Error("another process with this pid counts as running")
	}
	if err := other.signal(syscall.SIGKILL); err == nil {
		t.Error("another process with this pid was signalled")
	}
	if !p.running() {
		t.Error("the process is gone")
	}
}

func TestCopiedFolderDoesNotOwnProcesses(t *testing.T) {
	p, _ := sleeper(t)
	original := &cluster{Dir: t.TempDir()}
	if err := os.Mkdir(original.path("run"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := writeJSON(original.path("run", "etcd.json"), runRecord{p, original.Dir}); err != nil {
		t.Fatal(err)
	}
	if got, ok := original.processOf("etcd"); !ok || got != p {
		t.Errorf("got %v, %v; want %v", got, ok, p)
	}
	duplicate := &cluster{Dir: t.TempDir()}
	if err := os.CopyFS(duplicate.path("run"), os.DirFS(original.path("run"))); err != nil {
		t.Fatal(err)
	}
	if got, ok := duplicate.processOf("etcd"); ok {
		t.Errorf("the copy owns %v", got)
	}
}

func TestZombieIsGone(t *testing.T) {
	p, _ := sleeper(t) // not waited for: its entry stays in /proc
	if err := p.signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if !allGone([]process{p}, 10*time.Second) {
		t.Errorf("a killed process counts as running in state %c", p.state())
	}
}

func TestFrozenIsRunning(t *testing.T) {
	p, _ := sleeper(t)
	if err := p.signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	if !poll(10*time.Second, func() bool { return p.state() == 'T' }) {
		t.Errorf("state %c, want T", p.state())
	}
}
