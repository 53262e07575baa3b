package node

import cadvisortest "k8s.io/kubernetes/pkg/kubelet/cadvisor/testing"

const (
	cores  = 64
	memory = 256 << 30
)

// bigMachine has room for any demo: kubemark's has one core and 3.75 GiB. Info is cadvisor's
// MachineInfo, which is in another module before Kubernetes 1.37. Not to name it keeps the module of
// one release out of the other releases' go.mod.
type bigMachine[Info any] struct {
	cadvisortest.Fake
	info *Info
}

func machineOf[Info any](fake cadvisortest.Fake, info *Info) *bigMachine[Info] {
	return &bigMachine[Info]{Fake: fake, info: info}
}
