package control

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
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
	caKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	ca := certificate("test-cluster-ca")
	ca.IsCA, ca.KeyUsage = true, x509.KeyUsageCertSign|x509.KeyUsageDigitalSignature
	caDER, err := x509.CreateCertificate(rand.Reader, ca, ca, caKey.Public(), caKey)
	if err != nil {
		return err
	}

	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	serving := certificate("kube-apiserver")
	serving.KeyUsage = x509.KeyUsageDigitalSignature
	serving.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	serving.DNSNames = []string{"localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc"}
	serving.IPAddresses = append(realnode.MachineAddresses(), net.IPv4(127, 0, 0, 1), net.IPv4(10, 0, 0, 1))
	der, err := x509.CreateCertificate(rand.Reader, serving, ca, key.Public(), caKey)
	if err != nil {
		return err
	}

	signer, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	public, err := x509.MarshalPKIXPublicKey(signer.Public())
	if err != nil {
		return err
	}
	return errors.Join(
		c.writeKey("apiserver.key", key),
		c.writePEM("apiserver.crt", "CERTIFICATE", der),
		c.writeKey("sa.key", signer),
		c.writePEM("sa.pub", "PUBLIC KEY", public),
		c.writePEM("ca.crt", "CERTIFICATE", caDER), // last: it says that all are there
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

func (c *cluster) writeKey(name string, key *ecdsa.PrivateKey) error {
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return err
	}
	return c.writePEM(name, "EC PRIVATE KEY", der)
}

func (c *cluster) writePEM(name, kind string, der []byte) error {
	return os.WriteFile(c.path("pki", name), pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600)
}
