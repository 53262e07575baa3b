package node

import (
	"os"
	"path/filepath"

	kubeletconfig "k8s.io/kubernetes/pkg/kubelet/apis/config"

	"k8s.io/kubernetes/cmd/kubelet/app/options"
)

// moveRoot puts the kubelet's files under TMPDIR, which is in the cluster's data folder. kubemark
// makes them in /tmp whatever TMPDIR says, where a node that is killed would leave them for good.
func moveRoot(flags *options.KubeletFlags, config *kubeletconfig.KubeletConfiguration) error {
	made := flags.RootDirectory
	root, err := os.MkdirTemp("", "kubelet-")
	if err != nil {
		return err
	}
	flags.RootDirectory = root
	config.StaticPodPath = filepath.Join(root, "static-pods")
	config.PodLogsDir = filepath.Join(root, "pod-logs")
	for _, dir := range []string{config.StaticPodPath, config.PodLogsDir} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			return err
		}
	}
	return os.RemoveAll(made)
}
