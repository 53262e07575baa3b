// Package traffic is a client of a Service: it sends requests to the endpoints that are ready, one
// after another, and counts who answered. Where no kube-proxy runs, it takes kube-proxy's place.
package traffic

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/pflag"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	discoveryinformers "k8s.io/client-go/informers/discovery/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
)

// Main prints "ready" once an endpoint is ready, and sends requests from then on. At TERM it prints
// what tally.print says. It exits with 0 also if requests failed: the caller reads how many.
func Main(args []string) int {
	flags := pflag.NewFlagSet("traffic", pflag.ContinueOnError)
	kubeconfig := flags.String("kubeconfig", os.Getenv("KUBECONFIG"), "kubeconfig (default: $KUBECONFIG)")
	namespace := flags.String("namespace", metav1.NamespaceDefault, "of the Service")
	service := flags.String("service", "", "whose endpoints are asked, at its first port")
	qps := flags.Float64("qps", 20, "requests a second")
	timeout := flags.Duration("timeout", 5*time.Second, "a request without an answer after this time failed")
	err := flags.Parse(args)
	if err == nil && (*service == "" || *qps <= 0) {
		err = errors.New("want --service NAME, and a --qps above 0")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "cluster traffic:", err)
		return 2
	}
	ctx, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer cancel()
	endpoints := &addresses{slices: map[string][]string{}}
	if err := follow(ctx, *kubeconfig, *namespace, *service, endpoints); err != nil {
		fmt.Fprintln(os.Stderr, "cluster traffic:", err)
		return 1
	}
	counted := newTally()
	send(ctx, endpoints, *qps, *timeout, counted)
	counted.print(os.Stdout)
	return 0
}

// follow keeps the list of endpoints until the context ends. It returns once the list was read.
func follow(ctx context.Context, kubeconfig, namespace, service string, endpoints *addresses) error {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return err
	}
	config.UserAgent = "traffic"
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	informer := discoveryinformers.NewFilteredEndpointSliceInformer(client, namespace, 0, cache.Indexers{},
		func(o *metav1.ListOptions) { o.LabelSelector = discoveryv1.LabelServiceName + "=" + service })
	put := func(object any) { endpoints.put(object.(*discoveryv1.EndpointSlice)) }
	if _, err := informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    put,
		UpdateFunc: func(_, object any) { put(object) },
		DeleteFunc: func(object any) {
			if key, err := cache.DeletionHandlingMetaNamespaceKeyFunc(object); err == nil {
				_, name, _ := cache.SplitMetaNamespaceKey(key)
				endpoints.remove(name)
			}
		},
	}); err != nil {
		return err
	}
	go informer.Run(ctx.Done())
	if !cache.WaitForCacheSync(ctx.Done(), informer.HasSynced) {
		return errors.New("ended before the EndpointSlices were read")
	}
	return nil
}

// send sends requests until the context ends, and then waits for those under way. A request that is
// slow delays no other. Before the first endpoint is ready it sends none.
func send(ctx context.Context, endpoints *addresses, qps float64, timeout time.Duration, counted *tally) {
	// Each request has a connection of its own, as the requests of many clients have.
	client := &http.Client{Timeout: timeout, Transport: &http.Transport{DisableKeepAlives: true}}
	ticks := time.NewTicker(time.Duration(float64(time.Second) / qps))
	defer ticks.Stop()
	var underWay sync.WaitGroup
	defer underWay.Wait()
	ready := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
		}
		address := endpoints.take()
		switch {
		case address == "" && !ready:
			continue
		case address == "":
			counted.fail("no endpoint")
			continue
		case !ready:
			ready = true
			fmt.Println("ready")
		}
		underWay.Go(func() { ask(client, address, counted) })
	}
}

// ask sends one request to a test server.
func ask(client *http.Client, address string, counted *tally) {
	response, err := client.Get("http://" + address + "/")
	if err != nil {
		counted.fail(causeOf(err))
		return
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		counted.fail(response.Status)
		return
	}
	var said struct {
		Version string `json:"version"`
	}
	if err := json.NewDecoder(response.Body).Decode(&said); err != nil {
		counted.fail(causeOf(err))
		return
	}
	host, _, _ := net.SplitHostPort(address)
	counted.answered(host, said.Version)
}
