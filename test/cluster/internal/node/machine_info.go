//go:build !kubernetes_1_31 && !kubernetes_1_36

package node

import (
	"k8s.io/klog/v2"
	"k8s.io/kubernetes/pkg/kubelet/cadvisor"
	cadvisortest "k8s.io/kubernetes/pkg/kubelet/cadvisor/testing"
)

func newBigMachine(name string) cadvisor.Interface {
	fake := cadvisortest.Fake{NodeName: name}
	info, _ := fake.MachineInfo(klog.Background()) // never an error
	info.NumCores = cores
	info.MemoryCapacity = memory
	return machineOf(fake, info)
}

func (m *bigMachine[Info]) MachineInfo(klog.Logger) (*Info, error) { return m.info, nil }
