//go:build kubernetes_1_31

package node

import (
	"k8s.io/component-base/cli"
	"k8s.io/kubernetes/cmd/kubelet/app"
	"k8s.io/kubernetes/pkg/kubelet/cm"
)

// newContainerManager returns upstream's stub. In that release resizes are off.
func newContainerManager() cm.ContainerManager { return cm.NewStubContainerManager() }

// KubeletMain is upstream's kubelet as it is, for a node with real containers.
func KubeletMain([]string) int { return cli.Run(app.NewKubeletCommand()) }
