// Command podinformer keeps all Pods in a client-go informer: what ours is
// measured against. It does what its standard input says and tells how far it
// is; whoever started it looks at its memory and CPU time meanwhile.
//
//	go       start the informer; "synced SECONDS" when it has synced
//	collect  collect garbage and give free memory back; "collected BYTES" live
//
// "changes N" is printed from the EVENTS-th change on. A change is an update
// with another resourceVersion.
package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/spf13/pflag"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/metadata/metadatainformer"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
)

func main() {
	server := pflag.String("server", "", "http://HOST:PORT")
	onlyMetadata := pflag.Bool("metadata", false, "the metadata informer instead of the typed one")
	protobuf := pflag.Bool("protobuf", false, "ask for protobuf (the metadata informer always does)")
	trim := pflag.Bool("trim", false, "drop managedFields, as kube-controller-manager does")
	events := pflag.Int64("events", 0, "changes before the first that is told")
	pflag.Parse()

	config := &rest.Config{Host: *server, UserAgent: "podinformer"}
	config.ContentType = "application/json"
	if *protobuf {
		config.AcceptContentTypes = "application/vnd.kubernetes.protobuf,application/json"
		config.ContentType = "application/vnd.kubernetes.protobuf"
	}
	informer, err := newInformer(config, *onlyMetadata)
	if err == nil && *trim {
		err = informer.SetTransform(withoutManagedFields)
	}
	if err == nil {
		err = run(informer, *events)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "podinformer:", err)
		os.Exit(1)
	}
}

func newInformer(config *rest.Config, onlyMetadata bool) (cache.SharedIndexInformer, error) {
	if onlyMetadata {
		client, err := metadata.NewForConfig(config)
		if err != nil {
			return nil, err
		}
		pods := schema.GroupVersionResource{Version: "v1", Resource: "pods"}
		return metadatainformer.NewSharedInformerFactory(client, 0).ForResource(pods).Informer(), nil
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	return informers.NewSharedInformerFactory(client, 0).Core().V1().Pods().Informer(), nil
}

func withoutManagedFields(object any) (any, error) {
	if accessor, err := meta.Accessor(object); err == nil {
		accessor.SetManagedFields(nil)
	}
	return object, nil
}

func run(informer cache.SharedIndexInformer, events int64) error {
	var changes atomic.Int64
	registration, err := informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
		UpdateFunc: func(before, after any) {
			if before.(metav1.Object).GetResourceVersion() == after.(metav1.Object).GetResourceVersion() {
				return
			}
			if n := changes.Add(1); n >= events {
				fmt.Println("changes", n)
			}
		},
	})
	if err != nil {
		return err
	}
	fmt.Println("ready")
	input := bufio.NewScanner(os.Stdin)
	for input.Scan() {
		switch input.Text() {
		case "go":
			began := time.Now()
			go informer.Run(nil)
			for !registration.HasSynced() {
				time.Sleep(10 * time.Millisecond)
			}
			fmt.Printf("synced %.2f\n", time.Since(began).Seconds())
		case "collect":
			debug.FreeOSMemory()
			var memory runtime.MemStats
			runtime.ReadMemStats(&memory)
			fmt.Println("collected", memory.HeapAlloc)
		}
	}
	return input.Err()
}
