package poddriver

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/pflag"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
)

// options are those of both commands.
type options struct {
	name       string
	kubeconfig string
	qps        float32
	workers    int
}

func (o *options) register(name string, qps float32) *pflag.FlagSet {
	o.name = name
	flags := pflag.NewFlagSet(name, pflag.ContinueOnError)
	flags.StringVar(&o.kubeconfig, "kubeconfig", os.Getenv("KUBECONFIG"), "kubeconfig (default: $KUBECONFIG)")
	flags.Float32Var(&o.qps, "qps", qps, "writes per second")
	flags.IntVar(&o.workers, "workers", 50, "writes in flight")
	return flags
}

func (o *options) client() (kubernetes.Interface, error) {
	if o.qps <= 0 || o.workers <= 0 {
		return nil, errors.New("--qps and --workers must be positive")
	}
	config, err := clientcmd.BuildConfigFromFlags("", o.kubeconfig)
	if err != nil {
		return nil, err
	}
	config.UserAgent = "pod-driver"
	config.ContentType = "application/vnd.kubernetes.protobuf"
	config.QPS, config.Burst = o.qps, max(1, int(o.qps))
	return kubernetes.NewForConfig(config)
}

// Main serves all Pods until TERM. It prints "ready" once it knows them.
func Main(args []string) int {
	var o options
	flags := o.register("pods", 2000)
	nodes := flags.Int("nodes", 20, "nodes that Pods are bound to")
	return o.command(flags, args, func(ctx context.Context) error {
		client, err := o.client()
		if err != nil {
			return err
		}
		if *nodes <= 0 {
			return errors.New("--nodes must be positive")
		}
		return drive(ctx, client, *nodes, o.workers, func() { fmt.Println("ready") })
	})
}

// FlapMain makes a storm of Pod status and prints how many writes that took.
func FlapMain(args []string) int {
	var o options
	flags := o.register("flap", 200)
	selector := flags.String("selector", "", "only Pods with these labels")
	lasting := flags.Duration("for", time.Minute, "how long")
	return o.command(flags, args, func(ctx context.Context) error {
		rate := o.qps
		o.qps *= 2 // the rate is kept elsewhere
		client, err := o.client()
		if err != nil {
			return err
		}
		writes, err := flap(ctx, client, *selector, rate, *lasting, o.workers)
		fmt.Println(writes)
		return err
	})
}

func (o *options) command(flags *pflag.FlagSet, args []string, run func(context.Context) error) int {
	if err := flags.Parse(args); err != nil {
		fmt.Fprintf(os.Stderr, "cluster %s: %v\n", o.name, err)
		return 2
	}
	ctx, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer cancel()
	if err := run(ctx); err != nil {
		fmt.Fprintf(os.Stderr, "cluster %s: %v\n", o.name, err)
		return 1
	}
	return 0
}
