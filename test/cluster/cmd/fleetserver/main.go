// Command fleetserver serves the API objects of a large cluster that does not
// exist: Deployments with templates of any size, their ReplicaSets, Pods and
// Nodes. Each is listed, watched and watch-listed as the API server does it. All
// rollouts are complete, and somebody else holds every Lease, so whoever reads
// them has nothing to write. Every other write is refused.
//
//	POST /control/first?strategy=S&inPlace=W   changes Deployment 0, and tells watches
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/spf13/pflag"
)

// collection is all objects of one resource.
type collection struct {
	apiVersion, kind string
	count            func(f *fleet) int
	// write appends object i, or its metadata alone.
	write func(f *fleet, out []byte, i int, metadataOnly bool) []byte
}

var collections = map[string]collection{
	"/apis/apps/v1/deployments": {"apps/v1", "Deployment",
		func(f *fleet) int { return f.deployments }, (*fleet).deployment},
	"/apis/apps/v1/replicasets": {"apps/v1", "ReplicaSet",
		func(f *fleet) int { return f.deployments * f.revisions }, (*fleet).replicaSet},
	"/api/v1/pods":  {"v1", "Pod", func(f *fleet) int { return f.pods }, (*fleet).pod},
	"/api/v1/nodes": {"v1", "Node", func(f *fleet) int { return f.nodes }, (*fleet).node},
	"/apis/policy/v1/poddisruptionbudgets": {"policy/v1", "PodDisruptionBudget",
		func(*fleet) int { return 0 }, nil},
}

func main() {
	f := &fleet{strategy: "RollingUpdate", version: firstVersion * 20, changed: make(chan struct{})}
	pflag.IntVar(&f.deployments, "deployments", 20000, "Deployments")
	pflag.IntVar(&f.revisions, "revisions", 2, "ReplicaSets of each")
	pflag.IntVar(&f.templateBytes, "template-bytes", 64<<10, "bytes of each template, as JSON")
	pflag.IntVar(&f.annotationBytes, "annotation-bytes", 0,
		"bytes of an annotation of each Deployment, copied to its ReplicaSets")
	pflag.IntVar(&f.pods, "pods", 100000, "Pods")
	pflag.IntVar(&f.nodes, "nodes", 1000, "Nodes")
	pflag.StringVar(&f.strategy, "strategy", f.strategy, "of Deployment 0")
	pflag.StringVar(&f.inPlace, "in-place", "", "annotation windlass.dev/in-place of Deployment 0")
	pflag.BoolVar(&f.all, "all", false, "strategy and in-place hold for all Deployments")
	pflag.Parse()

	mux := http.NewServeMux()
	for path, c := range collections {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) { f.serve(c, w, r) })
	}
	mux.HandleFunc("GET /api/v1/namespaces/kube-system", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, `{"kind":"Namespace","apiVersion":"v1","metadata":`+
			`{"name":"kube-system","uid":"00000000-0000-4000-8000-000000000000"}}`)
	})
	mux.HandleFunc("GET /apis/coordination.k8s.io/v1/namespaces/", lease)
	mux.HandleFunc("GET /version", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, `{"major":"1","minor":"36","gitVersion":"v1.36.0"}`)
	})
	mux.HandleFunc("POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
		func(w http.ResponseWriter, _ *http.Request) {
			answer(w, http.StatusCreated, `{"kind":"SelfSubjectAccessReview",`+
				`"apiVersion":"authorization.k8s.io/v1","status":{"allowed":true}}`)
		})
	mux.HandleFunc("POST /control/first", f.first)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(os.Stderr, "fleetserver: refused:", r.Method, r.URL)
		answer(w, http.StatusNotFound, `{"kind":"Status","apiVersion":"v1","status":"Failure",`+
			`"reason":"NotFound","code":404,"message":"not served"}`)
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, "fleetserver:", err)
		os.Exit(1)
	}
	fmt.Printf("http://%s\n", listener.Addr())
	fmt.Fprintln(os.Stderr, "fleetserver:", http.Serve(listener, mux))
	os.Exit(1)
}

func answer(w http.ResponseWriter, code int, body string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	fmt.Fprint(w, body)
}

// lease is held by another process, which has renewed it just now.
func lease(w http.ResponseWriter, r *http.Request) {
	parts := strings.Split(r.URL.Path, "/") // /apis/GROUP/v1/namespaces/NS/leases/NAME
	if len(parts) < 8 {
		name := strings.TrimPrefix(r.FormValue("fieldSelector"), "metadata.name=")
		if r.FormValue("watch") == "" {
			answer(w, http.StatusOK, `{"kind":"LeaseList","apiVersion":"coordination.k8s.io/v1",`+
				`"metadata":{"resourceVersion":"1"},"items":[`+leaseText(parts[5], name)+`]}`)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
		return
	}
	answer(w, http.StatusOK, leaseText(parts[5], parts[7]))
}

func leaseText(namespace, name string) string {
	now := time.Now().UTC()
	return fmt.Sprintf(`{"kind":"Lease","apiVersion":"coordination.k8s.io/v1","metadata":{"name":%q,`+
		`"namespace":%q,"uid":"00000000-0000-4000-8000-000000000001","resourceVersion":"%d"},`+
		`"spec":{"holderIdentity":"another","leaseDurationSeconds":3600,"acquireTime":%q,`+
		`"renewTime":%q,"leaseTransitions":0}}`, name, namespace, now.Unix(),
		now.Format("2006-01-02T15:04:05.000000Z"), now.Format("2006-01-02T15:04:05.000000Z"))
}

// first changes Deployment 0.
func (f *fleet) first(_ http.ResponseWriter, r *http.Request) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.strategy, f.inPlace = r.FormValue("strategy"), r.FormValue("inPlace")
	f.version++
	close(f.changed)
	f.changed = make(chan struct{})
}

func (f *fleet) now() (version int, changed chan struct{}) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	return f.version, f.changed
}

func (f *fleet) serve(c collection, w http.ResponseWriter, r *http.Request) {
	metadataOnly := strings.Contains(r.Header.Get("Accept"), "as=PartialObjectMetadata")
	if metadataOnly {
		c.apiVersion, c.kind = "meta.k8s.io/v1", "PartialObjectMetadata"
	}
	w.Header().Set("Content-Type", "application/json")
	out := bufio.NewWriterSize(w, 1<<16)
	if r.FormValue("watch") == "" {
		f.list(c, out, r, metadataOnly)
		_ = out.Flush()
		return
	}
	f.watch(c, out, w.(http.Flusher), r, metadataOnly)
}

func (f *fleet) list(c collection, out *bufio.Writer, r *http.Request, metadataOnly bool) {
	from, _ := strconv.Atoi(r.FormValue("continue"))
	limit, _ := strconv.Atoi(r.FormValue("limit"))
	until, next := c.count(f), ""
	if limit > 0 && from+limit < until {
		until = from + limit
		next = strconv.Itoa(until)
	}
	version, _ := f.now()
	fmt.Fprintf(out, `{"kind":"%sList","apiVersion":%q,"metadata":{"resourceVersion":"%d",`+
		`"continue":%q},"items":[`, c.kind, c.apiVersion, version, next)
	var object []byte
	for i := from; i < until; i++ {
		if i > from {
			_ = out.WriteByte(',')
		}
		object = c.write(f, object[:0], i, metadataOnly)
		_, _ = out.Write(object)
	}
	_, _ = out.WriteString("]}")
}

// watch sends all objects first if asked to, and then Deployment 0 whenever it changes.
func (f *fleet) watch(c collection, out *bufio.Writer, flusher http.Flusher, r *http.Request,
	metadataOnly bool) {
	version, changed := f.now()
	var object []byte
	event := func(kind string, i int) bool {
		_, _ = fmt.Fprintf(out, `{"type":%q,"object":`, kind)
		object = c.write(f, object[:0], i, metadataOnly)
		_, _ = out.Write(object)
		_, err := out.WriteString("}\n")
		return err == nil
	}
	bookmark := func(annotations string) {
		version, _ := f.now()
		fmt.Fprintf(out, `{"type":"BOOKMARK","object":{"kind":%q,"apiVersion":%q,"metadata":`+
			`{"resourceVersion":"%d"%s}}}`+"\n", c.kind, c.apiVersion, version, annotations)
	}
	if r.FormValue("sendInitialEvents") == "true" {
		for i := range c.count(f) {
			if !event("ADDED", i) {
				return
			}
		}
		bookmark(`,"annotations":{"k8s.io/initial-events-end":"true"}`)
	} else if was, _ := strconv.Atoi(r.FormValue("resourceVersion")); was < version &&
		c.kind == "Deployment" {
		event("MODIFIED", 0)
	}
	_ = out.Flush()
	flusher.Flush()
	seconds, _ := strconv.Atoi(r.FormValue("timeoutSeconds"))
	end := time.After(time.Duration(max(1, seconds)) * time.Second)
	bookmarks := time.NewTicker(time.Minute)
	defer bookmarks.Stop()
	for {
		select {
		case <-changed:
			_, changed = f.now()
			if c.kind == "Deployment" {
				event("MODIFIED", 0)
			}
		case <-bookmarks.C:
			bookmark("")
		case <-end:
			return
		case <-r.Context().Done():
			return
		}
		_ = out.Flush()
		flusher.Flush()
	}
}

// quoted is text as JSON.
func quoted(text string) string {
	encoded, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	return string(encoded)
}

type fleet struct {
	deployments, revisions, templateBytes, annotationBytes, pods, nodes int
	all                                                                 bool

	mutex             sync.Mutex
	strategy, inPlace string        // of Deployment 0
	version           int           // rises with each change of Deployment 0
	changed           chan struct{} // closed by the next change
}
