package realnode

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Settings are what the configuration of a node depends on.
type Settings struct {
	Name, Address string // of the node
	Pods          string // its range of addresses
	Sandbox       string // image that holds a Pod's namespaces
	OOMScores     bool   // whether the machine allows OOM scores below that of the parent
}

// KubeletPort is the same on every node: each has addresses of its own.
const KubeletPort = 10250

// Files that whoever makes a node puts into its configuration, besides those of WriteConfig.
const (
	KubeconfigFile  = "kubeconfig"
	ClientCAFile    = "client-ca.crt" // whose certificates the kubelet takes for users
	CertificateFile = "kubelet.crt"
	KeyFile         = "kubelet.key"
)

// WriteConfig writes the files of ConfigFolder to a folder of the machine.
func WriteConfig(folder string, s Settings) error {
	for name, content := range map[string]string{
		"containerd.toml":          s.containerd(),
		"kubelet.yaml":             s.kubelet(),
		"cni/10-windlass.conflist": s.cni(),
		"resolv.conf":              "# Nothing here answers questions about names.\n",
	} {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// Containerd is the command of containerd, in a node.
func Containerd() []string {
	return []string{filepath.Join(ProgramFolder, "containerd"), "--config", filepath.Join(ConfigFolder, "containerd.toml")}
}

// Kubelet is the command of the kubelet, in a node.
func Kubelet(name, address string) []string {
	return []string{
		ClusterProgram, "kubelet",
		"--kubeconfig=" + filepath.Join(ConfigFolder, KubeconfigFile),
		"--config=" + filepath.Join(ConfigFolder, "kubelet.yaml"),
		"--hostname-override=" + name,
		"--node-ip=" + address,
	}
}

// Import is the command that gives a node the images of an archive.
func Import() []string {
	return []string{filepath.Join(ProgramFolder, "ctr"), "--address", Socket, "--namespace", "k8s.io",
		"images", "import", "--digests", filepath.Join(ProgramFolder, "images.tar")}
}

// Without CAP_SYS_RESOURCE runc cannot give a container a lower OOM score than its parent's, and
// would not start it.
func (s Settings) containerd() string {
	return fmt.Sprintf(`version = 3
root = "/var/lib/containerd"
state = "/run/containerd"
[grpc]
  address = "%s"
[plugins."io.containerd.cri.v1.images"]
  snapshotter = "overlayfs"
[plugins."io.containerd.cri.v1.images".pinned_images]
  sandbox = "%s"
[plugins."io.containerd.cri.v1.runtime"]
  restrict_oom_score_adj = %t
[plugins."io.containerd.cri.v1.runtime".cni]
  bin_dirs = ["%s"]
  conf_dir = "%s"
[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"
  [plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc.options]
    BinaryName = "%s"
    SystemdCgroup = false
`, Socket, s.Sandbox, !s.OOMScores, CNIFolder, filepath.Join(ConfigFolder, "cni"), filepath.Join(ProgramFolder, "runc"))
}

// The machine is shared: a node reserves nothing of it, and removes Pods only when it is all but full.
// The images cannot be pulled again, so none is ever removed.
func (s Settings) kubelet() string {
	in := func(name string) string { return filepath.Join(ConfigFolder, name) }
	return fmt.Sprintf(`apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
address: %s
port: %d
tlsCertFile: %s
tlsPrivateKeyFile: %s
authentication: {anonymous: {enabled: false}, webhook: {enabled: true}, x509: {clientCAFile: %s}}
authorization: {mode: Webhook}
containerRuntimeEndpoint: unix://%s
cgroupDriver: cgroupfs
failCgroupV1: false
failSwapOn: false
enforceNodeAllocatable: []
evictionHard: {memory.available: 50Mi, nodefs.available: 1%%, nodefs.inodesFree: 1%%, imagefs.available: 1%%}
imageGCHighThresholdPercent: 100
imageGCLowThresholdPercent: 99
resolvConf: %s
registryPullQPS: 0
serializeImagePulls: false
`, s.Address, KubeletPort, in(CertificateFile), in(KeyFile), in(ClientCAFile), Socket, in("resolv.conf"))
}

// No address is translated: all nodes and the machine have a route to every Pod.
func (s Settings) cni() string {
	return strings.ReplaceAll(`{"cniVersion": "1.0.0", "name": "windlass", "plugins": [
  {"type": "bridge", "bridge": "cni0", "isGateway": true, "ipMasq": false,
   "ipam": {"type": "host-local", "dataDir": "/run/cni", "ranges": [[{"subnet": "PODS"}]], "routes": [{"dst": "0.0.0.0/0"}]}}]}
`, "PODS", s.Pods)
}
