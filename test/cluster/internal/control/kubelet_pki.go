package control

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"os"
)

// Files of the authority for kubelets, and of the certificate with which the API server calls kubelets.
const (
	kubeletCA          = "kubelet-ca.crt"
	kubeletClientCert  = "apiserver-kubelet-client.crt"
	kubeletClientKey   = "apiserver-kubelet-client.key"
	kubeletClientGroup = "system:masters" // may ask kubelets for all
)

// writeKubeletPKI makes the authority that signs the certificates between the API server and real
// kubelets, in both directions. Its key is forgotten when `up` ends: the next one makes another.
func (c *cluster) writeKubeletPKI() (*authority, error) {
	ca, err := newAuthority("test-cluster-kubelet-ca")
	if err != nil {
		return nil, err
	}
	client := certificate("kube-apiserver-kubelet-client")
	client.Subject = pkix.Name{CommonName: client.Subject.CommonName, Organization: []string{kubeletClientGroup}}
	err = ca.issueForKubelets(client, c.path("pki", kubeletClientCert), c.path("pki", kubeletClientKey))
	if err != nil {
		return nil, err
	}
	return ca, os.WriteFile(c.path("pki", kubeletCA), ca.pem, 0o600)
}

// issueForKubelets makes a certificate that is good for servers and clients.
func (a *authority) issueForKubelets(template *x509.Certificate, certFile, keyFile string) error {
	return a.issue(template, certFile, keyFile, x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth)
}
