package control

import (
	"crypto/rand"
	"encoding/csv"
	"encoding/hex"
	"fmt"
	"os"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// user is someone who comes with a static token. Each component is the user it
// is in a kubeadm cluster, with the rights Kubernetes itself gives that user, so
// that the audit log tells them apart.
type user struct{ file, name, group string }

func nodeName(index int) string { return fmt.Sprintf("node-%d", index) }

func users(nodes int) []user {
	all := []user{
		{"admin", "admin", "system:masters"},
		{"kcm", "system:kube-controller-manager", "system:authenticated"},
		{"scheduler", "system:kube-scheduler", "system:authenticated"},
	}
	for i := range nodes {
		name := nodeName(i)
		all = append(all, user{name, "system:node:" + name, "system:nodes"})
	}
	return all
}

// writeUsers writes the apiserver's token file and a kubeconfig for everyone in
// it. Tokens are drawn anew: nothing but these kubeconfigs knows them.
func (c *cluster) writeUsers(nodes int, server string) error {
	file, err := os.OpenFile(c.path("pki", "tokens.csv"), os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer file.Close()
	tokens := csv.NewWriter(file)
	for _, user := range users(nodes) {
		secret := make([]byte, 16)
		rand.Read(secret) //nolint:errcheck // never fails
		token := hex.EncodeToString(secret)
		if err := tokens.Write([]string{token, user.name, user.name, user.group}); err != nil {
			return err
		}
		path := c.path("kubeconfigs", user.file+".kubeconfig")
		if user.file == "admin" {
			path = c.adminKubeconfig()
		}
		if err := c.writeKubeconfig(path, user.name, token, server); err != nil {
			return err
		}
	}
	tokens.Flush()
	return tokens.Error()
}

func (c *cluster) adminKubeconfig() string { return c.path("admin.kubeconfig") }

// writeKubeconfig embeds the authority, so that the file can be copied away.
func (c *cluster) writeKubeconfig(path, user, token, server string) error {
	authority, err := os.ReadFile(c.path("pki", "ca.crt"))
	if err != nil {
		return err
	}
	return clientcmd.WriteToFile(clientcmdapi.Config{
		Clusters: map[string]*clientcmdapi.Cluster{"cluster": {
			Server:                   "https://" + server,
			CertificateAuthorityData: authority,
		}},
		AuthInfos:      map[string]*clientcmdapi.AuthInfo{user: {Token: token}},
		Contexts:       map[string]*clientcmdapi.Context{"cluster": {Cluster: "cluster", AuthInfo: user, Namespace: "default"}},
		CurrentContext: "cluster",
	}, path)
}

func (c *cluster) adminClient() (*kubernetes.Clientset, error) {
	config, err := clientcmd.BuildConfigFromFlags("", c.adminKubeconfig())
	if err != nil {
		return nil, err
	}
	return kubernetes.NewForConfig(config)
}
