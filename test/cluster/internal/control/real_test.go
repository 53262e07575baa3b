package control

import (
	"crypto/tls"
	"crypto/x509"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"windlass.dev/test/cluster/internal/realnode"
)

func realCluster(t *testing.T, nodes int) *cluster {
	t.Helper()
	c := &cluster{Dir: t.TempDir(), Bin: "/cache/cluster", Real: &realNodes{
		Count:   nodes,
		Network: realnode.Network{Bridge: "wl12345678", Second: 210},
		Group:   "windlass-12345678",
		Runtime: "/cache/runtime",
	}}
	for _, folder := range []string{"kubeconfigs", "pki", "run"} {
		if err := os.Mkdir(c.path(folder), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

func TestRealNodesAreThreeComponentsEach(t *testing.T) {
	c := realCluster(t, 2)
	ports := newPorts(0, filepath.Join(t.TempDir(), "ports.json"))
	defer ports.releaseAll()
	if err := c.compose(upOptions{realNodes: 2}, ports); err != nil {
		t.Fatal(err)
	}
	want := []string{"etcd", "apiserver", "kcm", "scheduler",
		"node-0", "containerd-0", "kubelet-0", "node-1", "containerd-1", "kubelet-1"}
	if got := c.names(); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	apiserver, _ := c.find("apiserver")
	if !strings.HasPrefix(apiserver.address(), "10.210.0.1:") || !slices.Contains(apiserver.Args, "--bind-address=10.210.0.1") {
		t.Errorf("the API server is not where nodes reach it: %+v", apiserver)
	}
	kubelet, _ := c.find("kubelet-1")
	if kubelet.Node != "node-1" || kubelet.address() != "10.210.0.11:10250" {
		t.Errorf("%+v", kubelet)
	}
}

func TestSimulatedNodesLeaveTheAPIServerAlone(t *testing.T) {
	c := realCluster(t, 0)
	c.Real = nil
	ports := newPorts(0, filepath.Join(t.TempDir(), "ports.json"))
	defer ports.releaseAll()
	if err := c.compose(upOptions{nodes: 1}, ports); err != nil {
		t.Fatal(err)
	}
	apiserver, _ := c.find("apiserver")
	if !strings.HasPrefix(apiserver.address(), "127.0.0.1:") || strings.Contains(strings.Join(apiserver.Args, " "), "kubelet") {
		t.Errorf("%+v", apiserver)
	}
}

func TestKubeletsCertificateIsGoodForItsNameAndAddress(t *testing.T) {
	c := realCluster(t, 1)
	if err := os.WriteFile(c.path("kubeconfigs", "node-0.kubeconfig"), []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := c.writeNodes(); err != nil {
		t.Fatal(err)
	}
	authority, err := os.ReadFile(c.path("pki", kubeletCA))
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(authority)
	config := filepath.Join(c.nodeFolder("node-0"), "config")
	for _, test := range []struct {
		cert, key, name string
		usage           x509.ExtKeyUsage
	}{
		{filepath.Join(config, realnode.CertificateFile), filepath.Join(config, realnode.KeyFile), "10.210.0.10", x509.ExtKeyUsageServerAuth},
		{filepath.Join(config, realnode.CertificateFile), filepath.Join(config, realnode.KeyFile), "node-0", x509.ExtKeyUsageServerAuth},
		{c.path("pki", kubeletClientCert), c.path("pki", kubeletClientKey), "", x509.ExtKeyUsageClientAuth},
	} {
		pair, err := tls.LoadX509KeyPair(test.cert, test.key)
		if err != nil {
			t.Fatal(err)
		}
		_, err = pair.Leaf.Verify(x509.VerifyOptions{Roots: roots, DNSName: test.name, KeyUsages: []x509.ExtKeyUsage{test.usage}})
		if err != nil {
			t.Errorf("%s for %q: %v", filepath.Base(test.cert), test.name, err)
		}
	}
	if node, err := realnode.Load(c.nodeFolder("node-0")); err != nil || node.Group != "windlass-12345678/node-0" {
		t.Errorf("%+v, %v", node, err)
	}
}

func TestWhatIsMissingIsSaidInLinesOfItsOwn(t *testing.T) {
	text := errMissing{[]string{"overlayfs: a", "ip: b"}}.Error()
	if text != "not run: overlayfs: a\nnot run: ip: b" {
		t.Errorf("%q", text)
	}
}
