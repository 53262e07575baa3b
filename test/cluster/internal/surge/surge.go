// Package surge counts the Deployments, or Rollouts, that have more live Pods than their spec
// allows, from one watch of Pods in its order: the sum of spec.replicas does not
// tell, because a Pod lives on for a while after a size was written.
package surge

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/pflag"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
	watchtools "k8s.io/client-go/tools/watch"

	"windlass.dev/test/cluster/internal/custom"
)

// most is how many live Pods a Deployment may have: replicas + maxSurge.
func most(d *appsv1.Deployment) int {
	replicas := 1
	if d.Spec.Replicas != nil {
		replicas = int(*d.Spec.Replicas)
	}
	rolling := d.Spec.Strategy.RollingUpdate
	if d.Spec.Strategy.Type == appsv1.RecreateDeploymentStrategyType || rolling == nil || rolling.MaxSurge == nil {
		return replicas
	}
	surge, err := intstr.GetScaledValueFromIntOrPercent(rolling.MaxSurge, replicas, true)
	if err != nil {
		return replicas // the apiserver does not let such a value in
	}
	return replicas + surge
}

// argoHash is the label for which Argo Rollouts has a name of its own.
const argoHash = "rollouts-pod-template-hash"

// deploymentOf is "" for a Pod of no Deployment. The ReplicaSet's name is the
// Deployment's and the hash of the template, which is a label of the Pod, too.
func deploymentOf(pod *corev1.Pod) string {
	owner := metav1.GetControllerOfNoCopy(pod)
	if owner == nil || owner.Kind != "ReplicaSet" {
		return ""
	}
	hash := pod.Labels[appsv1.DefaultDeploymentUniqueLabelKey]
	if hash == "" {
		hash = pod.Labels[argoHash]
	}
	name, found := strings.CutSuffix(owner.Name, "-"+hash)
	if !found {
		return ""
	}
	return pod.Namespace + "/" + name
}

func live(pod *corev1.Pod) bool {
	return pod.DeletionTimestamp == nil && pod.Status.Phase != corev1.PodFailed && pod.Status.Phase != corev1.PodSucceeded
}

// census counts live Pods by Deployment.
type census struct {
	allowed map[string]int       // of the Deployments that are looked at
	owner   map[types.UID]string // of the Pods that live
	count   map[string]int
	above   map[string]bool // had more than allowed at some moment
	most    int             // live Pods of one Deployment
}

func newCensus(deployments []appsv1.Deployment) *census {
	c := &census{allowed: map[string]int{}, owner: map[types.UID]string{}, count: map[string]int{}, above: map[string]bool{}}
	for i := range deployments {
		d := &deployments[i]
		c.allowed[d.Namespace+"/"+d.Name] = most(d)
	}
	return c
}

// see takes one event of the watch.
func (c *census) see(kind watch.EventType, pod *corev1.Pod) {
	name := deploymentOf(pod)
	if kind == watch.Deleted || !live(pod) {
		name = ""
	}
	before := c.owner[pod.UID]
	if before == name {
		return
	}
	if before != "" {
		c.count[before]--
		delete(c.owner, pod.UID)
	}
	if name == "" {
		return
	}
	c.owner[pod.UID] = name
	c.count[name]++
	allowed, lookedAt := c.allowed[name]
	if !lookedAt {
		return
	}
	c.most = max(c.most, c.count[name])
	if c.count[name] > allowed {
		c.above[name] = true
	}
}

// Main prints "ready" once it knows all Pods. At TERM it prints how many
// Deployments had more live Pods than allowed at some moment since, and the most
// live Pods of one.
func Main(args []string) int {
	flags := pflag.NewFlagSet("surge", pflag.ContinueOnError)
	kubeconfig := flags.String("kubeconfig", os.Getenv("KUBECONFIG"), "kubeconfig (default: $KUBECONFIG)")
	selector := flags.String("selector", "", "only Deployments with these labels, whose size and maxSurge stay what they are")
	resource := flags.String("resource", "", "such as rollouts.v1alpha1.windlass.dev (default: Deployments)")
	if err := flags.Parse(args); err != nil {
		fmt.Fprintln(os.Stderr, "cluster surge:", err)
		return 2
	}
	ctx, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer cancel()
	c, err := count(ctx, *kubeconfig, *resource, *selector)
	if err != nil {
		fmt.Fprintln(os.Stderr, "cluster surge:", err)
		return 1
	}
	fmt.Println(len(c.above), c.most)
	return 0
}

// count watches until the context ends. A watch that ends is resumed where it
// was; if the apiserver has forgotten that point, Pods were missed: an error.
func count(ctx context.Context, kubeconfig, resource, selector string) (*census, error) {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return nil, err
	}
	config.UserAgent = "surge"
	config.ContentType = "application/vnd.kubernetes.protobuf"
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	deployments, err := list(ctx, config, resource, selector)
	if err != nil {
		return nil, err
	}
	pods, err := client.CoreV1().Pods("").List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	c := newCensus(deployments)
	for i := range pods.Items {
		c.see(watch.Added, &pods.Items[i])
	}
	// The variant that takes a context is missing from client-go 0.31.
	events, err := watchtools.NewRetryWatcher(pods.ResourceVersion, &cache.ListWatch{
		WatchFunc: func(options metav1.ListOptions) (watch.Interface, error) {
			return client.CoreV1().Pods("").Watch(ctx, options)
		},
	})
	if err != nil {
		return nil, err
	}
	context.AfterFunc(ctx, events.Stop)
	fmt.Println("ready")
	for event := range events.ResultChan() {
		switch object := event.Object.(type) {
		case *corev1.Pod:
			c.see(event.Type, object)
		case *metav1.Status:
			return nil, errors.New("Pods were missed: " + object.Message)
		}
	}
	return c, nil
}

// list returns the Deployments, or the custom resources as such.
func list(ctx context.Context, config *rest.Config, resource, selector string) ([]appsv1.Deployment, error) {
	options := metav1.ListOptions{LabelSelector: selector}
	if resource == "" {
		client, err := kubernetes.NewForConfig(config)
		if err != nil {
			return nil, err
		}
		deployments, err := client.AppsV1().Deployments("").List(ctx, options)
		if err != nil {
			return nil, err
		}
		return deployments.Items, nil
	}
	client, kind, err := custom.Client(config, resource)
	if err != nil {
		return nil, err
	}
	objects, err := client.Resource(kind).List(ctx, options)
	if err != nil {
		return nil, err
	}
	var deployments []appsv1.Deployment
	for i := range objects.Items {
		d, err := custom.AsDeployment(&objects.Items[i])
		if err != nil {
			return nil, err
		}
		deployments = append(deployments, *d)
	}
	return deployments, nil
}
