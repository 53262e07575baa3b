package node

import (
	"context"
	"fmt"

	cri "k8s.io/cri-api/pkg/apis"
	criv1 "k8s.io/cri-api/pkg/apis/runtime/v1"
	critesting "k8s.io/cri-api/pkg/apis/testing"
)

// memoryImages is upstream's in-memory image store in which pulls can take time
// and fail. An image once pulled stays on its node, so a slow pull is slow once
// per node unless the Pod says imagePullPolicy: Always.
type memoryImages struct {
	*critesting.FakeImageService
}

var _ cri.ImageManagerService = &memoryImages{}

func (m *memoryImages) PullImage(ctx context.Context, image *criv1.ImageSpec, auth *criv1.AuthConfig, sandbox *criv1.PodSandboxConfig) (string, error) {
	b := behaviourOf(image.GetImage())
	if err := wait(ctx, b.pull); err != nil {
		return "", err
	}
	if b.missing {
		return "", fmt.Errorf("rpc error: code = NotFound desc = failed to pull and unpack image %q: not found", image.GetImage())
	}
	return m.FakeImageService.PullImage(ctx, image, auth, sandbox)
}

// ListImages runs periodically; see memoryRuntime.Status for why it forgets.
func (m *memoryImages) ListImages(ctx context.Context, filter *criv1.ImageFilter) ([]*criv1.Image, error) {
	m.Lock()
	m.Called = nil
	m.Unlock()
	return m.FakeImageService.ListImages(ctx, filter)
}
