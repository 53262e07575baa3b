package witness

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"github.com/spf13/pflag"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
)

// Main witnesses until TERM. It prints "ready" once everything that happens from
// then on will be in the log.
func Main(args []string) int {
	flags := pflag.NewFlagSet("witness", pflag.ContinueOnError)
	kubeconfig := flags.String("kubeconfig", os.Getenv("KUBECONFIG"), "kubeconfig (default: $KUBECONFIG)")
	out := flags.String("out", "", "file to append to")
	namespace := flags.String("namespace", "", "only this namespace (default: all)")
	rollouts := flags.Bool("rollouts", false, "Windlass' Rollouts, too; their CustomResourceDefinition must be there")
	updates := flags.Bool("replication-controllers", false, "ReplicationControllers and Windlass' updates of them, too; the CustomResourceDefinition must be there")
	if err := flags.Parse(args); err != nil {
		fmt.Fprintln(os.Stderr, "cluster witness:", err)
		return 2
	}
	if err := run(*kubeconfig, *out, *namespace, *rollouts, *updates); err != nil {
		fmt.Fprintln(os.Stderr, "cluster witness:", err)
		return 1
	}
	return 0
}

func run(kubeconfig, out, namespace string, rollouts, updates bool) error {
	if out == "" {
		return errors.New("--out FILE is needed")
	}
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return err
	}
	config.UserAgent = "witness"
	config.ContentType = "application/vnd.kubernetes.protobuf"
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	file, err := os.OpenFile(out, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return err
	}
	defer file.Close()
	if info, err := file.Stat(); err != nil {
		return err
	} else if info.Size() > 0 {
		return fmt.Errorf("%s is not empty: a log holds one run, or what happened between two would be missing unmarked", out)
	}

	ctx, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer cancel()
	log := &log{out: file}
	var listed, running sync.WaitGroup
	all := sources(client, namespace)
	customClient, err := dynamic.NewForConfig(config)
	if err != nil {
		return err
	}
	if rollouts {
		resource := customClient.Resource(rolloutResource).Namespace(namespace)
		all = append(all, &source{kind: Rollout, list: asObject(resource.List), watch: resource.Watch})
	}
	if updates {
		controllers := client.CoreV1().ReplicationControllers(namespace)
		resource := customClient.Resource(updateResource).Namespace(namespace)
		all = append(all,
			&source{kind: ReplicationController, list: asObject(controllers.List), watch: controllers.Watch},
			&source{kind: ReplicationControllerUpdate, list: asObject(resource.List), watch: resource.Watch})
	}
	for _, source := range all {
		source.log = log
		listed.Add(1)
		running.Go(func() { source.run(ctx, listed.Done) })
	}
	go func() {
		listed.Wait()
		fmt.Println("ready")
	}()
	running.Wait()
	return errors.Join(log.err, file.Sync())
}

var (
	rolloutResource = schema.GroupVersionResource{Group: "windlass.dev", Version: "v1alpha1", Resource: "rollouts"}
	updateResource  = schema.GroupVersionResource{Group: "windlass.dev", Version: "v1alpha1", Resource: "replicationcontrollerupdates"}
)

func sources(client kubernetes.Interface, namespace string) []*source {
	deployments := client.AppsV1().Deployments(namespace)
	replicaSets := client.AppsV1().ReplicaSets(namespace)
	pods := client.CoreV1().Pods(namespace)
	return []*source{
		{kind: Deployment, list: asObject(deployments.List), watch: deployments.Watch},
		{kind: ReplicaSet, list: asObject(replicaSets.List), watch: replicaSets.Watch},
		{kind: Pod, list: asObject(pods.List), watch: pods.Watch},
	}
}

// asObject forgets a list's type, so that one source fits all kinds.
func asObject[T runtime.Object](list func(context.Context, metav1.ListOptions) (T, error)) func(context.Context, metav1.ListOptions) (runtime.Object, error) {
	return func(ctx context.Context, options metav1.ListOptions) (runtime.Object, error) {
		return list(ctx, options)
	}
}
