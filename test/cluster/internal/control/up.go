package control

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/spf13/pflag"
)

type upOptions struct {
	data        string
	nodes       int
	realNodes   int
	controllers string
	workers     int
	ports       int
	noScheduler bool
	rbac        string
}

// Up starts a cluster and returns when a Deployment could be created in it.
func Up(args []string) int {
	var options upOptions
	flags := pflag.NewFlagSet("up", pflag.ContinueOnError)
	flags.StringVar(&options.data, "data", "", "data folder (default: a new temporary one)")
	flags.IntVar(&options.nodes, "nodes", 1, "number of simulated nodes")
	flags.IntVar(&options.realNodes, "real-nodes", 0, "number of nodes with real containers, in place of simulated ones")
	flags.StringVar(&options.controllers, "controllers", "*,-deployment-controller", "controllers of kube-controller-manager")
	flags.IntVar(&options.workers, "concurrent-replicaset-syncs", 5, "ReplicaSets synced at the same time")
	flags.IntVar(&options.ports, "ports", 0, "first of consecutive ports (default: free ones)")
	flags.BoolVar(&options.noScheduler, "no-scheduler", false, "leave the scheduler out")
	flags.StringVar(&options.rbac, "rbac", "", "manifest to apply, holding ServiceAccount windlass-system/windlass; empty: none")
	if code, done := parse(flags, args); done {
		return code
	}
	if options.nodes < 0 || options.nodes > 99 {
		return fail(errors.New("--nodes must be between 0 and 99"))
	}
	if options.realNodes < 0 || options.realNodes > 99 {
		return fail(errors.New("--real-nodes must be between 0 and 99"))
	}
	if options.realNodes > 0 {
		if flags.Changed("nodes") && options.nodes > 0 {
			return fail(errors.New("--nodes and --real-nodes exclude each other"))
		}
		options.nodes = 0
	}
	if options.ports < 0 || options.ports+5+options.nodes > 65535 {
		return fail(fmt.Errorf("--ports %d is not a usable port", options.ports))
	}

	ctx, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer cancel()
	c, err := prepare(options.data)
	if err != nil {
		return fail(err)
	}
	if err := c.up(ctx, options); err != nil {
		c.stopAll()
		err = errors.Join(err, c.removeReal())
		if missing := (errMissing{}); errors.As(err, &missing) {
			fmt.Println(missing)
			return notRun
		}
		return fail(fmt.Errorf("%w (stopped; data left in %s)", err, c.Dir))
	}
	return 0
}

// prepare makes the data folder. A folder whose cluster is down comes up again
// with the objects it had.
func prepare(dir string) (*cluster, error) {
	if dir == "" {
		made, err := os.MkdirTemp("", "windlass-cluster-")
		if err != nil {
			return nil, err
		}
		dir = made
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if old, err := load(dir); err == nil {
		for _, name := range old.names() {
			if p, ok := old.processOf(name); ok && p.running() {
				return nil, fmt.Errorf("a cluster is up in %s already (%s runs as pid %d)", dir, name, p.PID)
			}
		}
		if err := old.removeReal(); err != nil { // there if it was killed
			return nil, err
		}
	}
	// `down --remove` takes the whole folder: it must be nobody else's.
	if _, err := os.Stat(filepath.Join(dir, "cluster.json")); errors.Is(err, fs.ErrNotExist) {
		if entries, _ := os.ReadDir(dir); len(entries) > 0 {
			return nil, fmt.Errorf("%s is neither empty nor a cluster's data folder", dir)
		}
	}
	bin, err := os.Executable()
	if err != nil {
		return nil, err
	}
	c := &cluster{Dir: dir, Bin: bin}
	for _, folder := range []string{"bin", "etcd", "kubeconfigs", "log", "pki", "run", "tmp"} {
		if err := os.MkdirAll(c.path(folder), 0o700); err != nil {
			return nil, err
		}
	}
	return c, nil
}

func (c *cluster) names() []string {
	var names []string
	for _, component := range c.Components {
		names = append(names, component.Name)
	}
	return names
}

func (c *cluster) up(ctx context.Context, options upOptions) error {
	began := time.Now()
	ports := newPorts(options.ports, c.portsFile())
	defer ports.releaseAll()
	if options.realNodes > 0 {
		if err := c.planReal(options.realNodes); err != nil {
			return err
		}
	}
	if err := c.compose(options, ports); err != nil {
		return err
	}
	apiserver, err := c.find("apiserver")
	if err != nil {
		return err
	}
	if err := errors.Join(c.writePKI(), c.save(), c.linkTools()); err != nil {
		return err
	}
	if err := c.writeUsers(options.nodes+options.realNodes, apiserver.address()); err != nil {
		return err
	}
	if c.Real != nil {
		if err := c.writeNodes(); err != nil {
			return err
		}
	}
	fmt.Printf("starting a cluster in %s\n", c.Dir)
	for _, component := range c.Components {
		ports.release(component.Ports...)
		// Everything after the apiserver needs only the apiserver, and may start at once; but a
		// kubelet needs its containerd.
		var err error
		if component.Name == "etcd" || component.Name == "apiserver" || component.isContainerd() {
			err = c.startServing(ctx, component)
		} else {
			err = c.start(component)
		}
		if err != nil {
			return err
		}
	}
	if err := c.settle(ctx, options, apiserver.address()); err != nil {
		return err
	}
	if err := c.writeEnv(); err != nil {
		return err
	}
	fmt.Printf("up after %.1f s; next: . %s\n", time.Since(began).Seconds(), c.path("env"))
	return nil
}

// linkTools puts the programs that are used beside a cluster into its bin folder. CLUSTER_KUBECTL
// names a kubectl that starts faster than this program's own.
func (c *cluster) linkTools() error {
	kubectl := os.Getenv("CLUSTER_KUBECTL")
	if kubectl == "" {
		kubectl = c.Bin
	}
	for name, program := range map[string]string{"cluster": c.Bin, "kubectl": kubectl} {
		link := c.path("bin", name)
		if err := os.Remove(link); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if err := os.Symlink(program, link); err != nil {
			return err
		}
	}
	return nil
}
