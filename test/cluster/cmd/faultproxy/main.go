// Command faultproxy stands between a client and the API server, and kills the client right before
// or right after its n-th write of a kind is passed on:
//
//	faultproxy --kubeconfig admin.kubeconfig --out through.kubeconfig
//
// Whoever uses the kubeconfig it writes goes through it. It prints "ready", and then takes one
// fault after the other from standard input, a line each:
//
//	before|after N PID REGEXP [!! REGEXP]
//
// REGEXP is looked for in "METHOD PATH BODY" of requests that write; what follows !! must not be
// found. "before": the server never gets the request; "after": it has answered, and nobody hears
// the answer. It prints "killed PID before METHOD PATH" when it is done.
package main

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"regexp"
	"strings"
	"sync"
	"syscall"

	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/util/cert"
)

type fault struct {
	after    bool
	left     int // writes of the kind until it strikes
	pid      int
	is, isNo *regexp.Regexp
}

func parse(line string) (*fault, error) {
	var when, is string
	f := &fault{}
	if _, err := fmt.Sscanf(line, "%s %d %d %s", &when, &f.left, &f.pid, &is); err != nil {
		return nil, err
	}
	if when != "before" && when != "after" || f.left < 1 || f.pid < 2 {
		return nil, fmt.Errorf("%q is no fault", line)
	}
	f.after = when == "after"
	kind := strings.SplitN(line, " ", 4)[3]
	is, isNo, negated := strings.Cut(kind, " !! ")
	var err, errNo error
	f.is, err = regexp.Compile("(?s)" + is)
	if negated {
		f.isNo, errNo = regexp.Compile("(?s)" + isNo)
	}
	return f, errors.Join(err, errNo)
}

// transport passes requests on, and strikes.
type transport struct {
	next  http.RoundTripper
	mutex sync.Mutex
	armed *fault
}

func (t *transport) arm(f *fault) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.armed = f
}

// due: the fault that this request is to meet; each strikes once.
func (t *transport) due(text string) *fault {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	f := t.armed
	if f == nil || !f.is.MatchString(text) || f.isNo != nil && f.isNo.MatchString(text) {
		return nil
	}
	if f.left--; f.left > 0 {
		return nil
	}
	t.armed = nil
	return f
}

func (t *transport) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.Method == http.MethodGet {
		return t.next.RoundTrip(request)
	}
	body, err := io.ReadAll(request.Body)
	if err != nil {
		return nil, err
	}
	request.Body = io.NopCloser(bytes.NewReader(body))
	f := t.due(request.Method + " " + request.URL.Path + " " + string(body))
	if f == nil {
		return t.next.RoundTrip(request)
	}
	if f.after {
		response, err := t.next.RoundTrip(request)
		if err != nil {
			return nil, err
		}
		f.strike("after", request)
		return response, nil
	}
	f.strike("before", request)
	return nil, errors.New("the client was killed")
}

func (f *fault) strike(when string, request *http.Request) {
	if err := syscall.Kill(f.pid, syscall.SIGKILL); err != nil {
		log.Printf("faultproxy: pid %d: %v", f.pid, err)
	}
	fmt.Println("killed", f.pid, when, request.Method, request.URL.Path)
}

// proxyFor answers with the server, and writes the kubeconfig that leads to it.
func proxyFor(kubeconfig, out string, t *transport) (func() error, error) {
	config, err := clientcmd.LoadFromFile(kubeconfig)
	if err != nil {
		return nil, err
	}
	cluster := config.Clusters[config.Contexts[config.CurrentContext].Cluster]
	to, err := url.Parse(cluster.Server)
	if err != nil {
		return nil, err
	}
	authority := cluster.CertificateAuthorityData
	if len(authority) == 0 {
		if authority, err = os.ReadFile(cluster.CertificateAuthority); err != nil {
			return nil, err
		}
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(authority)
	t.next = &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, MaxIdleConnsPerHost: 100}

	certificate, key, err := cert.GenerateSelfSignedCertKey("127.0.0.1", []net.IP{net.IPv4(127, 0, 0, 1)}, nil)
	if err != nil {
		return nil, err
	}
	pair, err := tls.X509KeyPair(certificate, key)
	if err != nil {
		return nil, err
	}
	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{pair}})
	if err != nil {
		return nil, err
	}
	cluster.Server = "https://" + listener.Addr().String()
	cluster.CertificateAuthority, cluster.CertificateAuthorityData = "", certificate
	if err := clientcmd.WriteToFile(*config, out); err != nil {
		return nil, err
	}
	quiet := log.New(io.Discard, "", 0) // a client that is killed takes its connections along
	proxy := &httputil.ReverseProxy{
		Rewrite:       func(r *httputil.ProxyRequest) { r.SetURL(to) },
		Transport:     t,
		FlushInterval: -1, // watches
		ErrorLog:      quiet,
	}
	return func() error { return (&http.Server{Handler: proxy, ErrorLog: quiet}).Serve(listener) }, nil
}

func main() {
	kubeconfig := flag.String("kubeconfig", "", "kubeconfig of the client")
	out := flag.String("out", "", "where to write the kubeconfig that leads through here")
	flag.Parse()
	t := &transport{}
	serve, err := proxyFor(*kubeconfig, *out, t)
	if err != nil {
		log.Fatalf("faultproxy: %v", err)
	}
	go func() {
		lines := bufio.NewScanner(os.Stdin)
		for lines.Scan() {
			f, err := parse(lines.Text())
			if err != nil {
				log.Fatalf("faultproxy: %v", err)
			}
			t.arm(f)
			fmt.Println("armed", lines.Text())
		}
	}()
	fmt.Println("ready")
	log.Fatalf("faultproxy: %v", serve())
}
