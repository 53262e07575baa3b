package control

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io/fs"
	"math/big"
	"net"
	"os"
	"time"

	"windlass.dev/test/cluster/internal/realnode"
)

// writePKI makes a certificate authority, the apiserver's certificate and the
// key that signs ServiceAccount tokens. Existing files stay: tokens of a data
// folder that comes up again, or of its copy, remain valid.
func (c *cluster) writePKI() error {
	if _, err := os.Stat(c.path("pki", "ca.crt")); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	ca, err := newAuthority("test-cluster-ca")
	if err != nil {
		return err
	}
	serving := certificate("kube-apiserver")
	serving.DNSNames = []string{"localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc"}
	serving.IPAddresses = append(realnode.MachineAddresses(), net.IPv4(127, 0, 0, 1), net.IPv4(10, 0, 0, 1))

	signer, err := newKey()
	if err != nil {
		return err
	}
	public, err := x509.MarshalPKIXPublicKey(signer.Public())
	if err != nil {
		return err
	}
	return errors.Join(
		ca.issue(serving, c.path("pki", "apiserver.crt"), c.path("pki", "apiserver.key"), x509.ExtKeyUsageServerAuth),
		writeKey(c.path("pki", "sa.key"), signer),
		writePEM(c.path("pki", "sa.pub"), "PUBLIC KEY", public),
		os.WriteFile(c.path("pki", "ca.crt"), ca.pem, 0o600), // last: it says that all are there
	)
}

func certificate(name string) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber:          big.NewInt(time.Now().UnixNano()),
		Subject:               pkix.Name{CommonName: name},
		NotBefore:             time.Now().Add(-time.Hour),
		NotAfter:              time.Now().AddDate(10, 0, 0),
		BasicConstraintsValid: true,
	}
}
