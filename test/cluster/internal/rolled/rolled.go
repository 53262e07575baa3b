// Package rolled waits until many Deployments, or Rollouts, are rolled out. A kubectl
// that polls takes more of the machine than the controllers that are measured.
package rolled

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/pflag"
	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic/dynamicinformer"
	appsinformers "k8s.io/client-go/informers/apps/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"

	"windlass.dev/test/cluster/internal/custom"
)

// complete says whether a Deployment has all its Pods of this image, and no
// others. Any image will do if none is given.
func complete(d *appsv1.Deployment, image string) bool {
	if image != "" && d.Spec.Template.Spec.Containers[0].Image != image {
		return false
	}
	wanted := int32(1)
	if d.Spec.Replicas != nil {
		wanted = *d.Spec.Replicas
	}
	s := d.Status
	return s.ObservedGeneration >= d.Generation && s.Replicas == wanted && s.UpdatedReplicas == wanted && s.AvailableReplicas == wanted
}

// tally counts how many of the Deployments seen are complete.
type tally struct {
	image    string
	count    int
	complete map[string]bool
	done     chan time.Time
}

func (t *tally) see(d *appsv1.Deployment) {
	if !complete(d, t.image) {
		delete(t.complete, d.Name)
		return
	}
	t.complete[d.Name] = true
	if len(t.complete) >= t.count {
		select {
		case t.done <- time.Now():
		default: // said already
		}
	}
}

// Main prints "ready" once it knows all Deployments, and then when COUNT of them
// were rolled out, in RFC 3339.
func Main(args []string) int {
	flags := pflag.NewFlagSet("rolled", pflag.ContinueOnError)
	kubeconfig := flags.String("kubeconfig", os.Getenv("KUBECONFIG"), "kubeconfig (default: $KUBECONFIG)")
	selector := flags.String("selector", "", "only Deployments with these labels")
	resource := flags.String("resource", "", "such as rollouts.v1alpha1.windlass.dev (default: Deployments)")
	image := flags.String("image", "", "of the first container (default: any)")
	count := flags.Int("count", 1, "how many Deployments")
	timeout := flags.Duration("timeout", 15*time.Minute, "exit 1 after this time")
	if err := flags.Parse(args); err != nil {
		fmt.Fprintln(os.Stderr, "cluster rolled:", err)
		return 2
	}
	ctx, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer cancel()
	ctx, cancel = context.WithTimeout(ctx, *timeout)
	defer cancel()
	t := &tally{image: *image, count: *count, complete: map[string]bool{}, done: make(chan time.Time, 1)}
	at, err := wait(ctx, *kubeconfig, *resource, *selector, t)
	if err != nil {
		fmt.Fprintln(os.Stderr, "cluster rolled:", err)
		return 1
	}
	fmt.Println(at.UTC().Format(time.RFC3339Nano))
	return 0
}

func wait(ctx context.Context, kubeconfig, resource, selector string, t *tally) (time.Time, error) {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return time.Time{}, err
	}
	config.UserAgent = "rolled"
	informer, err := informerOf(config, resource, func(o *metav1.ListOptions) { o.LabelSelector = selector })
	if err != nil {
		return time.Time{}, err
	}
	see := func(object any) {
		switch object := object.(type) {
		case *appsv1.Deployment:
			t.see(object)
		case *unstructured.Unstructured:
			if d, err := custom.AsDeployment(object); err == nil {
				t.see(d)
			}
		}
	}
	if _, err := informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc: see, UpdateFunc: func(_, object any) { see(object) },
	}); err != nil {
		return time.Time{}, err
	}
	go informer.Run(ctx.Done())
	if cache.WaitForCacheSync(ctx.Done(), informer.HasSynced) {
		fmt.Println("ready")
	}
	select {
	case at := <-t.done:
		return at, nil
	case <-ctx.Done():
		return time.Time{}, errors.New("not within the time given")
	}
}

func informerOf(config *rest.Config, resource string, tweak func(*metav1.ListOptions)) (cache.SharedIndexInformer, error) {
	if resource == "" {
		config.ContentType = "application/vnd.kubernetes.protobuf"
		client, err := kubernetes.NewForConfig(config)
		if err != nil {
			return nil, err
		}
		return appsinformers.NewFilteredDeploymentInformer(client, metav1.NamespaceAll, 0, cache.Indexers{}, tweak), nil
	}
	client, kind, err := custom.Client(config, resource)
	if err != nil {
		return nil, err
	}
	return dynamicinformer.NewFilteredDynamicInformer(client, kind, metav1.NamespaceAll, 0, cache.Indexers{}, tweak).Informer(), nil
}
