// Command podmetrics is a source of metrics for autoscalers, as far as they ask: it serves
// metrics.k8s.io/v1beta1, the CPU of the Pods that a selector names. The Pods that are ready share a
// load, whose thousandths of a CPU are read from a file each time:
//
//	podmetrics --kubeconfig admin.kubeconfig --load load
//
// It prints "ready PORT". Test code makes a Service of type ExternalName and an APIService for it.
package main

import (
	"crypto/tls"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/util/cert"
)

const groupVersion = "metrics.k8s.io/v1beta1"

type server struct {
	client kubernetes.Interface
	load   string // a file
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var answer any
	err := error(nil)
	path := strings.Split(strings.Trim(strings.TrimPrefix(r.URL.Path, "/apis/"+groupVersion), "/"), "/")
	switch {
	case r.URL.Path == "/apis/"+groupVersion:
		answer = metav1.APIResourceList{
			TypeMeta:     metav1.TypeMeta{Kind: "APIResourceList", APIVersion: "v1"},
			GroupVersion: groupVersion,
			APIResources: []metav1.APIResource{{Name: "pods", Namespaced: true, Kind: "PodMetrics",
				Verbs: metav1.Verbs{"list"}}},
		}
	case len(path) == 3 && path[0] == "namespaces" && path[2] == "pods":
		answer, err = s.metrics(r, path[1])
	default:
		http.NotFound(w, r)
		return
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(answer); err != nil {
		log.Printf("podmetrics: %v", err)
	}
}

func (s *server) metrics(r *http.Request, namespace string) (any, error) {
	text, err := os.ReadFile(s.load)
	if err != nil {
		return nil, err
	}
	load, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return nil, err
	}
	pods, err := s.client.CoreV1().Pods(namespace).List(r.Context(),
		metav1.ListOptions{LabelSelector: r.URL.Query().Get("labelSelector")})
	if err != nil {
		return nil, err
	}
	return metricsOf(pods.Items, load, time.Now()), nil
}

// metricsOf is a PodMetricsList. Example: a load of 600 and 4 ready Pods: each has 150m.
func metricsOf(pods []corev1.Pod, load int, now time.Time) any {
	var names []string
	for i := range pods {
		if isReady(&pods[i]) {
			names = append(names, pods[i].Name)
		}
	}
	items := []any{}
	for _, name := range names {
		items = append(items, map[string]any{
			"metadata":  map[string]any{"name": name},
			"timestamp": now.UTC().Format(time.RFC3339), "window": "1s",
			"containers": []any{map[string]any{"name": "app",
				"usage": map[string]any{"cpu": fmt.Sprintf("%dm", load/len(names)), "memory": "10Mi"}}},
		})
	}
	return map[string]any{"kind": "PodMetricsList", "apiVersion": groupVersion, "metadata": map[string]any{},
		"items": items}
}

func isReady(pod *corev1.Pod) bool {
	if pod.DeletionTimestamp != nil {
		return false
	}
	for _, condition := range pod.Status.Conditions {
		if condition.Type == corev1.PodReady {
			return condition.Status == corev1.ConditionTrue
		}
	}
	return false
}

func main() {
	kubeconfig := flag.String("kubeconfig", "", "kubeconfig of somebody who may list Pods")
	load := flag.String("load", "", "file with the load in thousandths of a CPU")
	flag.Parse()
	log.Fatalf("podmetrics: %v", run(*kubeconfig, *load))
}

func run(kubeconfig, load string) error {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	certificate, key, err := cert.GenerateSelfSignedCertKey("127.0.0.1", []net.IP{net.IPv4(127, 0, 0, 1)}, nil)
	if err != nil {
		return err
	}
	pair, err := tls.X509KeyPair(certificate, key)
	if err != nil {
		return err
	}
	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{pair}})
	if err != nil {
		return err
	}
	fmt.Println("ready", listener.Addr().(*net.TCPAddr).Port)
	return http.Serve(listener, &server{client, load})
}
