package control

import (
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"
)

// With this variable set, the test program ends its first thread and does nothing else. Its other
// threads live on.
const endFirstThread = "END_FIRST_THREAD"

func init() {
	if os.Getenv(endFirstThread) != "" { // the first thread runs each init
		syscall.RawSyscall(syscall.SYS_EXIT, 0, 0, 0)
	}
}

// sleeper stands in for a component.
func sleeper(t *testing.T) (process, *exec.Cmd) {
	t.Helper()
	cmd := exec.Command("sleep", "60")
	return started(t, cmd), cmd
}

// started starts cmd, which ends with the test.
func started(t *testing.T, cmd *exec.Cmd) process {
	t.Helper()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() }) //nolint:errcheck
	stat, err := procStat(cmd.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	return process{cmd.Process.Pid, stat.start}
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

// A killed API server whose first thread is a zombie still listens on its port until the last of
// its threads has ended.
func TestZombieWithThreadsIsRunning(t *testing.T) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), endFirstThread+"=1")
	p := started(t, cmd)
	var last stat
	var err error
	if !poll(10*time.Second, func() bool {
		last, err = procStat(p.PID)
		return err == nil && last.state == 'Z'
	}) {
		t.Fatalf("state %c, want Z: %v", last.state, err)
	}
	if !p.running() {
		t.Errorf("a process with %d threads counts as gone", last.threads)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if !allGone([]process{p}, 10*time.Second) {
		t.Error("it is running after KILL")
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
