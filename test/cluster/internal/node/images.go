package node

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strings"

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

// imageRef is what a runtime answers for status.imageID: the repository and the digest, never the
// tag. Two tags are of one digest if they say so by the word digest-; otherwise each has its own.
func imageRef(image string) string {
	name, digest, found := strings.Cut(image, "@")
	repository := name
	if tag := strings.LastIndex(name, ":"); tag > strings.LastIndex(name, "/") {
		repository = name[:tag]
	}
	if found {
		return repository + "@" + digest
	}
	content := name
	if b := behaviourOf(image); b.content != "" {
		content = b.content
	}
	return fmt.Sprintf("%s@sha256:%x", repository, sha256.Sum256([]byte(content)))
}
