// Command faultproxy stands between a client and the API server. It kills the client right before
// or right after its n-th write of a kind is passed on, or asks it to end and holds the write:
//
//	faultproxy --kubeconfig admin.kubeconfig --out through.kubeconfig
//
// Whoever uses the kubeconfig it writes goes through it. It prints "ready", and then takes one
// fault after the other from standard input, a line each:
//
//	before|after|hold N PID REGEXP [!! REGEXP]
//	pass
//
// REGEXP is looked for in "METHOD PATH BODY" of requests that write; what follows !! must not be
// found. "before": the server never gets the request; "after": it has answered, and nobody hears
// the answer. It prints "killed PID before METHOD PATH" when it is done.
//
// "hold" sends SIGTERM and prints "held PID METHOD PATH". The server gets the request when the line
// "pass" comes, although the client may have ended by then. It prints "passed METHOD PATH STATUS".
package main

import (
	"bufio"
	"bytes"
	"context"
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
	"slices"
	"strings"
	"sync"
	"syscall"

	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/util/cert"
)

type fault struct {
	when     string
	left     int // writes of the kind until it strikes
	pid      int
	is, isNo *regexp.Regexp
}

func parse(line string) (*fault, error) {
	var is string
	f := &fault{}
	if _, err := fmt.Sscanf(line, "%s %d %d %s", &f.when, &f.left, &f.pid, &is); err != nil {
		return nil, err
	}
	if !slices.Contains([]string{"before", "after", "hold"}, f.when) || f.left < 1 || f.pid < 2 {
		return nil, fmt.Errorf("%q is no fault", line)
	}
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
	pass  chan struct{} // what is held waits for it
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
	switch f.when {
	case "hold":
		return t.hold(f, request)
	case "after":
		response, err := t.next.RoundTrip(request)
		if err != nil {
			return nil, err
		}
		f.kill(request)
		return response, nil
	}
	f.kill(request)
	return nil, errors.New("the client was killed")
}

func (t *transport) hold(f *fault, request *http.Request) (*http.Response, error) {
	f.signal(syscall.SIGTERM)
	fmt.Println("held", f.pid, request.Method, request.URL.Path)
	<-t.pass
	// As on a network that was slow: the request has left, whoever has gone meanwhile.
	late := request.WithContext(context.WithoutCancel(request.Context()))
	response, err := t.next.RoundTrip(late)
	if err != nil {
		return nil, err
	}
	fmt.Println("passed", request.Method, request.URL.Path, response.StatusCode)
	return response, nil
}

func (f *fault) kill(request *http.Request) {
	f.signal(syscall.SIGKILL)
	fmt.Println("killed", f.pid, f.when, request.Method, request.URL.Path)
}

func (f *fault) signal(signal syscall.Signal) {
	if err := syscall.Kill(f.pid, signal); err != nil {
		log.Printf("faultproxy: pid %d: %v", f.pid, err)
	}
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
	t := &transport{pass: make(chan struct{})}
	serve, err := proxyFor(*kubeconfig, *out, t)
	if err != nil {
		log.Fatalf("faultproxy: %v", err)
	}
	go func() {
		lines := bufio.NewScanner(os.Stdin)
		for lines.Scan() {
			if lines.Text() == "pass" {
				t.pass <- struct{}{}
				continue
			}
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
