package node

import (
	"testing"

	criv1 "k8s.io/cri-api/pkg/apis/runtime/v1"
)

// A node that is killed and started again has a runtime that knows no container. The kubelet then
// asks for the same Pods again, and counts their restarts from 0.
func TestContainerIDsAreNewAfterRestart(t *testing.T) {
	config := &criv1.PodSandboxConfig{
		Metadata: &criv1.PodSandboxMetadata{Name: "web", Namespace: "shop", Uid: "u"}}
	container := &criv1.ContainerConfig{
		Metadata: &criv1.ContainerMetadata{Name: "app"}, Image: &criv1.ImageSpec{Image: "app:v1"}}
	seen := map[string]bool{}
	for range 2 {
		node := newMemoryRuntime(0)
		sandbox, err := node.RunPodSandbox(t.Context(), config, "")
		if err != nil {
			t.Fatal(err)
		}
		id, err := node.CreateContainer(t.Context(), sandbox, container, config)
		if err != nil {
			t.Fatal(err)
		}
		if seen[id] {
			t.Errorf("container %s of the killed node is there again", id)
		}
		seen[id] = true

		found, err := node.ListContainers(t.Context(), &criv1.ContainerFilter{PodSandboxId: sandbox})
		if err != nil || len(found) != 1 || found[0].Id != id {
			t.Errorf("sandbox %s has containers %v (%v), want %s", sandbox, found, err, id)
		}
	}
}
