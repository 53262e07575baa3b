//go:build !kubernetes_1_31

package node

import (
	v1 "k8s.io/api/core/v1"
	"k8s.io/klog/v2"
	"k8s.io/kubernetes/pkg/kubelet/cm"
)

// newContainerManager returns upstream's stub, which knows no control groups, with what a resize
// needs: that those of a Pod can be read and written.
func newContainerManager() cm.ContainerManager {
	return resizable{cm.NewStubContainerManager()}
}

type resizable struct {
	cm.ContainerManager
}

func (r resizable) NewPodContainerManager() cm.PodContainerManager {
	return podCgroups{r.ContainerManager.NewPodContainerManager()}
}

type podCgroups struct {
	cm.PodContainerManager
}

// GetPodCgroupConfig returns the smallest sizes, so that a resize always makes the group of the Pod
// larger before its containers.
func (podCgroups) GetPodCgroupConfig(*v1.Pod, v1.ResourceName) (*cm.ResourceConfig, error) {
	memory, shares, quota, period := int64(1), uint64(2), int64(1000), uint64(100000)
	return &cm.ResourceConfig{Memory: &memory, CPUShares: &shares, CPUQuota: &quota, CPUPeriod: &period}, nil
}

func (podCgroups) SetPodCgroupConfig(klog.Logger, *v1.Pod, *cm.ResourceConfig) error { return nil }
