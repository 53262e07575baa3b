package control

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"text/tabwriter"

	"github.com/spf13/pflag"
)

// Down stops every process of a cluster, and with --remove its folder.
func Down(args []string) int {
	flags, data := newFlags("down")
	remove := flags.Bool("remove", false, "remove the data folder too")
	if code, done := parse(flags, args); done {
		return code
	}
	c, err := load(*data)
	if err != nil {
		return fail(err)
	}
	c.stopAll()
	for _, name := range c.names() {
		if p, ok := c.processOf(name); ok && p.running() {
			return fail(fmt.Errorf("%s (pid %d) does not die", name, p.PID))
		}
	}
	if err := c.removeReal(); err != nil {
		return fail(err)
	}
	if *remove {
		// Only a folder with a cluster.json gets here.
		if err := os.RemoveAll(c.Dir); err != nil {
			return fail(err)
		}
	}
	return 0
}

// Status prints a table, and exits 1 if a component is not running.
func Status(args []string) int {
	flags, data := newFlags("status")
	if code, done := parse(flags, args); done {
		return code
	}
	c, err := load(*data)
	if err != nil {
		return fail(err)
	}
	code := 0
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "COMPONENT\tPID\tSTATE\tPORT\tLOG")
	for _, component := range c.Components {
		pid, state := "-", "down"
		if p, ok := c.processOf(component.Name); ok {
			switch p.state() {
			case 0:
			case 'T', 't':
				pid, state = fmt.Sprint(p.PID), "frozen"
			default:
				pid, state = fmt.Sprint(p.PID), "running"
			}
		}
		if state != "running" {
			code = 1
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", component.Name, pid, state,
			portList(component.Ports), c.logFile(component.Name))
	}
	table.Flush()
	return code
}

func portList(ports []int) string {
	if len(ports) == 0 {
		return "-"
	}
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(ports), " ", ","), "[]")
}

// Start starts components with the arguments `up` gave them and waits until they serve.
func Start(args []string) int {
	return onComponents("start", args, func(c *cluster, component component) error { return c.startAndWait(component) })
}

// Stop ends components with TERM, and after five seconds with KILL.
func Stop(args []string) int {
	return onComponents("stop", args, func(c *cluster, component component) error {
		c.stop(component.Name)
		return nil
	})
}

// Restart is Stop and Start.
func Restart(args []string) int {
	return onComponents("restart", args, func(c *cluster, component component) error {
		c.stop(component.Name)
		return c.startAndWait(component)
	})
}

var signals = map[string]syscall.Signal{
	"KILL": syscall.SIGKILL, "STOP": syscall.SIGSTOP, "CONT": syscall.SIGCONT, "TERM": syscall.SIGTERM,
}

// Kill sends a signal. After KILL it returns when the process is gone.
func Kill(args []string) int {
	flags, data := newFlags("kill COMPONENT…")
	name := flags.String("signal", "KILL", "KILL, STOP, CONT or TERM")
	if code, done := parse(flags, args); done {
		return code
	}
	signal, ok := signals[strings.TrimPrefix(strings.ToUpper(*name), "SIG")]
	if !ok {
		return fail(fmt.Errorf("--signal %s: want KILL, STOP, CONT or TERM", *name))
	}
	return forEach(*data, flags.Args(), func(c *cluster, component component) error {
		p, ok := c.processOf(component.Name)
		if !ok {
			return fmt.Errorf("%s was never started", component.Name)
		}
		if err := p.signal(signal); err != nil {
			return fmt.Errorf("%s: %w", component.Name, err)
		}
		if signal == syscall.SIGKILL && !allGone([]process{p}, killWithin) {
			return fmt.Errorf("%s (pid %d) survived KILL", component.Name, p.PID)
		}
		return nil
	})
}

func (c *cluster) startAndWait(component component) error {
	ctx, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer cancel()
	if err := c.startServing(ctx, component); err != nil || !component.Boots {
		return err
	}
	// A node that boots starts what it had.
	for _, other := range c.Components {
		if other.Node == component.Name {
			if err := c.startServing(ctx, other); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *cluster) startServing(ctx context.Context, component component) error {
	if err := c.start(component); err != nil {
		return err
	}
	if err := c.awaitServing(ctx, component); err != nil {
		return err
	}
	if component.isContainerd() {
		return c.importImages(component.Node)
	}
	return nil
}

func onComponents(name string, args []string, do func(*cluster, component) error) int {
	flags, data := newFlags(name + " COMPONENT…")
	if code, done := parse(flags, args); done {
		return code
	}
	return forEach(*data, flags.Args(), do)
}

func forEach(data string, names []string, do func(*cluster, component) error) int {
	c, err := load(data)
	if err != nil {
		return fail(err)
	}
	if len(names) == 0 {
		return fail(fmt.Errorf("which component? one of %v", c.names()))
	}
	for _, name := range names {
		component, err := c.find(name)
		if err != nil {
			return fail(err)
		}
		if err := do(c, component); err != nil {
			return fail(err)
		}
	}
	return 0
}

func newFlags(name string) (*pflag.FlagSet, *string) {
	flags := pflag.NewFlagSet(name, pflag.ContinueOnError)
	return flags, flags.String("data", os.Getenv("CLUSTER_DATA"), "data folder of the cluster (default: $CLUSTER_DATA)")
}

func parse(flags *pflag.FlagSet, args []string) (code int, done bool) {
	err := flags.Parse(args)
	switch {
	case errors.Is(err, pflag.ErrHelp):
		return 0, true
	case err != nil:
		fmt.Fprintln(os.Stderr, "cluster:", err)
		return 2, true
	}
	return 0, false
}

func fail(err error) int {
	fmt.Fprintln(os.Stderr, "cluster:", err)
	return 1
}
