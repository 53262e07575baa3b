package node

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/pflag"
	clientset "k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/component-base/logs"
	critesting "k8s.io/cri-api/pkg/apis/testing"
	"k8s.io/kubernetes/pkg/kubemark"
)

// maxPods is far above a real node's 110: how Pods spread is not under test.
const maxPods = 5000

// Main runs one kubelet. Several cannot share a process: each registers its
// metrics collectors in a registry that is the process's own, and panics if
// they are there already. A node can be killed alone this way, too.
func Main(args []string) int {
	flags := pflag.NewFlagSet("node", pflag.ContinueOnError)
	name := flags.String("name", "node-0", "name of the node")
	index := flags.Int("index", 0, "number of the node: Pod addresses are 10.(100+index).x.y")
	port := flags.Int("port", 0, "port of the kubelet")
	kubeconfig := flags.String("kubeconfig", "", "kubeconfig of the node's own user")
	if err := flags.Parse(args); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	logs.InitLogs()
	defer logs.FlushLogs()

	ctx, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer cancel()
	kubelet, err := newKubelet(*name, *index, *port, *kubeconfig)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	go kubelet.Run(ctx)
	<-ctx.Done()
	return 0
}

func newKubelet(name string, index, port int, kubeconfig string) (*kubemark.HollowKubelet, error) {
	flags, config := kubemark.GetHollowKubeletConfig(&kubemark.HollowKubeletOptions{
		NodeName:    name,
		KubeletPort: port,
		MaxPods:     maxPods,
	})
	if err := moveRoot(flags, config); err != nil {
		return nil, err
	}
	config.Address = "127.0.0.1"
	config.HealthzPort = 0 // its default is one port for all kubelets of a machine
	config.SerializeImagePulls = false
	config.RegistryPullQPS = 0

	rest, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return nil, err
	}
	rest.ContentType = "application/vnd.kubernetes.protobuf"
	rest.UserAgent = "hollow-kubelet/" + name
	rest.QPS, rest.Burst = 500, 1000
	client, err := clientset.NewForConfig(rest)
	if err != nil {
		return nil, err
	}
	// The heartbeat must not queue behind Pod status writes, nor outlive its lease.
	rest.QPS = -1
	rest.Timeout = min(config.NodeStatusUpdateFrequency.Duration, time.Duration(config.NodeLeaseDurationSeconds)*time.Second)
	heartbeat, err := clientset.NewForConfig(rest)
	if err != nil {
		return nil, err
	}

	hollow := kubemark.NewHollowKubelet(flags, config, client, heartbeat,
		newBigMachine(name),
		&memoryImages{critesting.NewFakeImageService()},
		newMemoryRuntime(index),
		newContainerManager())
	// With kubemark's fake prober every container counts as ready, even one
	// that never started. Left nil, the kubelet builds its real one.
	hollow.KubeletDeps.ProbeManager = nil
	return hollow, nil
}
