package node

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	cri "k8s.io/cri-api/pkg/apis"
	criv1 "k8s.io/cri-api/pkg/apis/runtime/v1"
	critesting "k8s.io/cri-api/pkg/apis/testing"
	utilexec "k8s.io/utils/exec"
)

// memoryRuntime is upstream's in-memory container runtime with time added:
// containers start, stop and crash as their image says. The kubelet calls it
// directly; a gRPC socket in between would only cost CPU.
type memoryRuntime struct {
	*critesting.FakeRuntimeService
	nodeIndex int
	sandboxes atomic.Uint32
}

var _ cri.RuntimeService = &memoryRuntime{}

func newMemoryRuntime(nodeIndex int) *memoryRuntime {
	fake := critesting.NewFakeRuntimeService()
	fake.FakeStatus = &criv1.RuntimeStatus{Conditions: []*criv1.RuntimeCondition{
		{Type: criv1.RuntimeReady, Status: true},
		{Type: criv1.NetworkReady, Status: true},
	}}
	return &memoryRuntime{FakeRuntimeService: fake, nodeIndex: nodeIndex}
}

// Status is called every few seconds, which makes it the place to forget the
// fake's record of calls: it would otherwise grow for as long as a node runs.
func (r *memoryRuntime) Status(ctx context.Context, verbose bool) (*criv1.StatusResponse, error) {
	r.Lock()
	r.Called = nil
	r.Unlock()
	return r.FakeRuntimeService.Status(ctx, verbose)
}

// RunPodSandbox gives every Pod its own address, outside the Service range:
// Endpoints would otherwise show one address for everything.
func (r *memoryRuntime) RunPodSandbox(ctx context.Context, config *criv1.PodSandboxConfig, handler string) (string, error) {
	id, err := r.FakeRuntimeService.RunPodSandbox(ctx, config, handler)
	if err != nil {
		return "", err
	}
	n := r.sandboxes.Add(1)
	r.Lock()
	defer r.Unlock()
	if sandbox, ok := r.Sandboxes[id]; ok {
		sandbox.Network.Ip = fmt.Sprintf("10.%d.%d.%d", 100+r.nodeIndex%100, n/250%250, n%250+1)
	}
	return id, nil
}

// CreateContainer does three things as real runtimes do:
//   - No id is ever used twice. The fake makes an id from the names of sandbox and container and a
//     count of restarts. A node that is killed and started again forgets its containers, and counts
//     from 0 again. So the fake is given a name of the sandbox with random text at its end.
//   - Images are known by their digest: a container of another tag of the same image has another id
//     and the same imageID.
//   - The status of a container says which CPU and memory it has.
func (r *memoryRuntime) CreateContainer(ctx context.Context, sandbox string, config *criv1.ContainerConfig, sandboxConfig *criv1.PodSandboxConfig) (string, error) {
	id, err := r.FakeRuntimeService.CreateContainer(ctx, sandbox+"_"+rand.Text(), config, sandboxConfig)
	if err != nil {
		return "", err
	}
	r.Lock()
	defer r.Unlock()
	if c, ok := r.Containers[id]; ok {
		c.SandboxID = sandbox
		c.ImageRef = imageRef(imageOf(c))
		c.Resources = &criv1.ContainerResources{Linux: config.GetLinux().GetResources()}
	}
	return id, nil
}

// UpdateContainerResources carries out a resize: the status says which CPU and memory the container
// has from now on.
func (r *memoryRuntime) UpdateContainerResources(ctx context.Context, id string, resources *criv1.ContainerResources) error {
	if err := r.FakeRuntimeService.UpdateContainerResources(ctx, id, resources); err != nil {
		return err
	}
	r.Lock()
	defer r.Unlock()
	if c, ok := r.Containers[id]; ok {
		c.Resources = resources
	}
	return nil
}

func (r *memoryRuntime) StartContainer(ctx context.Context, id string) error {
	b, _, _ := r.container(id)
	if err := wait(ctx, b.start); err != nil {
		return err
	}
	if err := r.FakeRuntimeService.StartContainer(ctx, id); err != nil {
		return err
	}
	if b.crashes {
		time.AfterFunc(b.crash, func() { r.exited(id, 1, "Error") })
	}
	if b.exits {
		time.AfterFunc(b.exit, func() { r.exited(id, 0, "Completed") })
	}
	return nil
}

// StopContainer returns when the container has exited: by itself within the
// grace period, or killed at its end, as with a real runtime.
func (r *memoryRuntime) StopContainer(ctx context.Context, id string, graceSeconds int64) error {
	b, state, _ := r.container(id)
	if state == criv1.ContainerState_CONTAINER_RUNNING {
		grace := time.Duration(graceSeconds) * time.Second
		if err := wait(ctx, min(b.stop, grace)); err != nil {
			return err
		}
		if b.stop > grace {
			r.exited(id, 137, "Error")
		} else {
			r.exited(id, 0, "Completed")
		}
		return nil
	}
	if state == criv1.ContainerState_CONTAINER_EXITED {
		return nil
	}
	return r.FakeRuntimeService.StopContainer(ctx, id, graceSeconds)
}

// ExecSync serves exec probes. Nothing is executed: the image decides, and the
// command `false` fails, which lets a manifest fail a single probe.
func (r *memoryRuntime) ExecSync(_ context.Context, id string, cmd []string, _ time.Duration) ([]byte, []byte, error) {
	b, state, startedAt := r.container(id)
	if state != criv1.ContainerState_CONTAINER_RUNNING {
		return nil, nil, fmt.Errorf("container %q is not running", id)
	}
	fails := len(cmd) > 0 && (cmd[0] == "false" || cmd[0] == "/bin/false")
	if b.neverReady || time.Since(startedAt) < b.ready || fails {
		return nil, []byte("not ready\n"), utilexec.CodeExitError{Err: errors.New("command exited with 1"), Code: 1}
	}
	return []byte("ok\n"), nil, nil
}

func (r *memoryRuntime) container(id string) (behaviour, criv1.ContainerState, time.Time) {
	r.Lock()
	defer r.Unlock()
	c, ok := r.Containers[id]
	if !ok {
		return behaviour{}, criv1.ContainerState_CONTAINER_UNKNOWN, time.Time{}
	}
	return behaviourOf(imageOf(c)), c.State, time.Unix(0, c.StartedAt)
}

// imageOf is the image as the manifest names it.
func imageOf(c *critesting.FakeContainer) string {
	if image := c.Image.GetUserSpecifiedImage(); image != "" {
		return image
	}
	return c.Image.GetImage()
}

// exited ends a running container; one that has ended already keeps its story.
func (r *memoryRuntime) exited(id string, code int32, reason string) {
	r.Lock()
	defer r.Unlock()
	c, ok := r.Containers[id]
	if !ok || c.State != criv1.ContainerState_CONTAINER_RUNNING {
		return
	}
	c.State = criv1.ContainerState_CONTAINER_EXITED
	c.FinishedAt = time.Now().UnixNano()
	c.ExitCode = code
	c.Reason = reason
}

func wait(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
