//go:build !kubernetes_1_31

package node

import (
	"context"

	"k8s.io/component-base/cli"
	"k8s.io/kubernetes/cmd/kubelet/app"
)

// KubeletMain is upstream's kubelet as it is, for a node with real containers.
func KubeletMain([]string) int { return cli.Run(app.NewKubeletCommand(context.Background())) }
