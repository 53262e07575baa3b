// Command deployment-controller is upstream's Deployment controller and nothing
// else, wired as kube-controller-manager wires it: what Windlass is measured
// against. Inside kube-controller-manager thirty other controllers share its
// memory and its informers.
package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/pflag"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/component-base/logs"
	"k8s.io/kubernetes/pkg/controller/deployment"
)

func main() {
	kubeconfig := pflag.String("kubeconfig", "", "kubeconfig (default: in-cluster)")
	qps := pflag.Float32("kube-api-qps", 20, "requests per second to the apiserver")
	burst := pflag.Int("kube-api-burst", 30, "burst of requests to the apiserver")
	workers := pflag.Int("concurrent-deployment-syncs", 5, "Deployments synced at the same time")
	namespace := pflag.String("namespace", "", "the only namespace to look at (default: all)")
	logs.AddFlags(pflag.CommandLine)
	pflag.Parse()
	logs.InitLogs()
	defer logs.FlushLogs()

	ctx, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer cancel()
	config, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	if err == nil {
		config.UserAgent = "deployment-controller"
		config.ContentType = "application/vnd.kubernetes.protobuf"
		config.QPS, config.Burst = *qps, *burst
		err = run(ctx, config, *workers, *namespace)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "deployment-controller:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, config *rest.Config, workers int, namespace string) error {
	// Informers and controller have a client each there, and so a rate limit each.
	watching, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	writing, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}

	resync := time.Duration(float64(12*time.Hour) * (1 + rand.Float64()))
	factory := informers.NewSharedInformerFactoryWithOptions(watching, resync,
		informers.WithTransform(trimManagedFields), informers.WithNamespace(namespace))
	controller, err := deployment.NewDeploymentController(ctx,
		factory.Apps().V1().Deployments(), factory.Apps().V1().ReplicaSets(), factory.Core().V1().Pods(), writing)
	if err != nil {
		return err
	}
	factory.Start(ctx.Done())
	controller.Run(ctx, workers)
	return nil
}

func trimManagedFields(object any) (any, error) {
	if accessor, err := meta.Accessor(object); err == nil {
		accessor.SetManagedFields(nil)
	}
	return object, nil
}
