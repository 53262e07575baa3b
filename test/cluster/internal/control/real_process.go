package control

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"windlass.dev/test/cluster/internal/realnode"
)

// boot starts the first process of a real node, with new namespaces. `finish` returns when the node
// is ready for others; until then it must not be entered.
func (c *cluster) boot(component component, log *os.File) (pid int, finish func() error, err error) {
	node, err := realnode.Load(c.nodeFolder(component.Name))
	if err != nil {
		return 0, nil, err
	}
	// One of an earlier life, if it was killed.
	if err := realnode.RemoveGroup(node.Hierarchies, node.Group, killWithin); err != nil {
		return 0, nil, err
	}
	if err := node.MakeGroups(); err != nil {
		return 0, nil, err
	}
	read, write, err := os.Pipe()
	if err != nil {
		return 0, nil, err
	}
	cmd := exec.Command(component.Args[0], component.Args[1:]...)
	cmd.Dir, cmd.Env = "/", realnode.Environment()
	cmd.Stdout, cmd.Stderr = log, log
	cmd.ExtraFiles = []*os.File{write}
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Setsid: true,
		Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWNET | syscall.CLONE_NEWUTS | syscall.CLONE_NEWIPC |
			syscall.CLONE_NEWPID,
	}
	err = cmd.Start()
	write.Close()
	if err != nil {
		read.Close()
		return 0, nil, err
	}
	go cmd.Wait() //nolint:errcheck // reaped here, judged by /proc and its log
	return cmd.Process.Pid, func() error {
		defer read.Close()
		said := make([]byte, len("ready"))
		if n, _ := read.Read(said); string(said[:n]) != "ready" {
			return fmt.Errorf("%s did not boot%s; log: %s", component.Name, c.lastWords(component.Name), c.logFile(component.Name))
		}
		if err := c.Real.Network.Attach(component.Index, cmd.Process.Pid); err != nil {
			return err
		}
		inside := c.inNode(component.Name, "ip", "-batch", "-")
		inside.Stdin = strings.NewReader(c.Real.Network.Inside(component.Index, c.Real.Count))
		if output, err := inside.CombinedOutput(); err != nil {
			return fmt.Errorf("addresses of %s: %w: %s", component.Name, err, strings.TrimSpace(string(output)))
		}
		return nil
	}, nil
}

// launch starts a component within its node.
func (c *cluster) launch(component component, log *os.File) (int, error) {
	node, ok := c.processOf(component.Node)
	if !ok || !node.running() {
		return 0, fmt.Errorf("%s is not running", component.Node)
	}
	command := append([]string{filepath.Join(realnode.ProgramFolder, "nodeinit"), "launch"}, component.Args...)
	cmd := c.inNode(component.Node, command...)
	var inside bytes.Buffer
	cmd.Stdout, cmd.Stderr = &inside, log
	if err := cmd.Run(); err != nil {
		return 0, fmt.Errorf("%w; log: %s", err, log.Name())
	}
	id, err := strconv.Atoi(strings.TrimSpace(inside.String()))
	if err != nil {
		return 0, err
	}
	return realnode.HostPID(node.PID, id)
}

// inNode is a command to be run in a real node.
func (c *cluster) inNode(node string, command ...string) *exec.Cmd {
	p, _ := c.processOf(node) // if it is not running, the command fails and says so
	return exec.Command(c.nodeinit(), append([]string{"enter", c.nodeFolder(node), strconv.Itoa(p.PID)}, command...)...)
}

// socketAnswers says whether containerd of a real node listens.
func (c *cluster) socketAnswers(node string) bool {
	p, ok := c.processOf(node)
	if !ok {
		return false
	}
	conn, err := net.Dial("unix", filepath.Join("/proc", strconv.Itoa(p.PID), "root", realnode.Socket))
	if err != nil {
		return false
	}
	conn.Close()
	return true
}

// Enter runs a command in a real node, and exits with its code.
func Enter(args []string) int {
	flags, data := newFlags("enter NODE COMMAND…")
	flags.SetInterspersed(false) // options after the node are the command's
	if code, done := parse(flags, args); done {
		return code
	}
	c, err := load(*data)
	if err != nil {
		return fail(err)
	}
	if flags.NArg() < 2 {
		return fail(errors.New("enter: want a node and a command"))
	}
	node, err := c.find(flags.Arg(0))
	if err != nil {
		return fail(err)
	}
	if p, ok := c.processOf(node.Name); !node.Boots || !ok || !p.running() {
		return fail(fmt.Errorf("%s is not a real node that runs", node.Name))
	}
	cmd := c.inNode(node.Name, flags.Args()[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		return fail(err)
	}
	return cmd.ProcessState.ExitCode()
}
