package play

import (
	"context"
	"encoding/json"
	"fmt"
	"sort"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"windlass.dev/test/cluster/internal/differential/script"
	"windlass.dev/test/cluster/internal/differential/state"
)

func (p *Player) sendReplicaSet(ctx context.Context, c script.Command) error {
	if c.Verb == "create-replicaset" {
		return p.createReplicaSet(ctx, c)
	}
	revision, _ := c.Get("revision")
	name, err := p.replicaSetOf(ctx, c.Name, revision)
	if err != nil {
		return err
	}
	replicaSets := p.client.AppsV1().ReplicaSets(p.namespace)
	patch := func(content any) error {
		patch, err := json.Marshal(content)
		if err == nil {
			_, err = replicaSets.Patch(ctx, name, types.MergePatchType, patch, metav1.PatchOptions{})
		}
		return err
	}
	metadata := func(field string) error {
		return patch(map[string]any{"metadata": map[string]any{field: other(c)}})
	}
	switch c.Verb {
	case "scale-replicaset":
		return patch(map[string]any{"spec": map[string]any{"replicas": count(c)}})
	case "delete-replicaset":
		policy := metav1.DeletePropagationBackground
		return replicaSets.Delete(ctx, name, metav1.DeleteOptions{PropagationPolicy: &policy})
	case "label-replicaset":
		return metadata("labels")
	case "annotate-replicaset":
		return metadata("annotations")
	default: // orphan
		return patch(map[string]any{"metadata": map[string]any{"ownerReferences": nil}})
	}
}

// other is the setting of a command that is not the revision, as a merge patch has it.
func other(c script.Command) map[string]any {
	for _, setting := range c.Setting {
		if setting.Key == "revision" {
			continue
		}
		if setting.Value == "" {
			return map[string]any{setting.Key: nil}
		}
		return map[string]any{setting.Key: setting.Value}
	}
	return nil
}

// replicaSetOf finds the ReplicaSet of a revision that a Deployment controls, or controlled last.
func (p *Player) replicaSetOf(ctx context.Context, deployment, revision string) (string, error) {
	list, err := p.client.AppsV1().ReplicaSets(p.namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return "", err
	}
	var found string
	for i := range list.Items {
		p.memory.See(&list.Items[i])
		identity, _ := p.memory.Of(list.Items[i].Name)
		if identity.Owner == deployment && identity.Revision == revision && (found == "" || identity.Owned) {
			found = list.Items[i].Name
		}
	}
	if found == "" {
		return "", refuse("no ReplicaSet of revision %s of %s", revision, deployment)
	}
	return found, nil
}

func (p *Player) createReplicaSet(ctx context.Context, c script.Command) error {
	p.made[c.Name]++
	number := p.made[c.Name]
	hash := fmt.Sprintf("made%d", number)
	if value, found := c.Get("hash"); found {
		hash = value
	}
	labels := map[string]string{"app": c.Name, appsv1.DefaultDeploymentUniqueLabelKey: hash}
	replicas := int32(count(c))
	rs := &appsv1.ReplicaSet{
		ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("%s-made-%d", c.Name, number), Labels: map[string]string{}},
		Spec: appsv1.ReplicaSetSpec{
			Replicas: &replicas,
			Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: labels},
				Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "app", Image: "app:1"}}},
			},
		},
	}
	for key, value := range labels {
		rs.Labels[key] = value
	}
	for _, field := range c.Setting {
		switch {
		case field.Key == "image":
			rs.Spec.Template.Spec.Containers[0].Image = field.Value
		case strings.HasPrefix(field.Key, "annotation."):
			setKey(&rs.Annotations, strings.TrimPrefix(field.Key, "annotation."), field.Value)
		case strings.HasPrefix(field.Key, "label."):
			setKey(&rs.Labels, strings.TrimPrefix(field.Key, "label."), field.Value)
		}
	}
	_, err := p.client.AppsV1().ReplicaSets(p.namespace).Create(ctx, rs, metav1.CreateOptions{})
	return err
}

// sendPods makes Pods ready, unready, failed, or deletes them.
func (p *Player) sendPods(ctx context.Context, c script.Command) error {
	if c.Verb == "ready" && len(c.Args) == 0 {
		p.mutex.Lock()
		defer p.mutex.Unlock()
		p.ready[c.Name] = true
		return nil
	}
	revision, _ := c.Get("revision")
	pods, err := p.podsOf(ctx, c.Name, revision)
	if err != nil {
		return err
	}
	wanted := count(c)
	sort.SliceStable(pods, func(i, j int) bool { return isReady(&pods[i]) && !isReady(&pods[j]) })
	for i := range pods {
		pod := &pods[i]
		if wanted == 0 {
			break
		}
		switch c.Verb {
		case "ready", "unready":
			if isReady(pod) == (c.Verb == "ready") {
				continue
			}
			err = p.setReady(ctx, pod, c.Verb == "ready")
		case "fail":
			err = p.patchStatus(ctx, pod, corev1.PodFailed, corev1.ConditionFalse)
		case "delete-pod":
			err = p.client.CoreV1().Pods(p.namespace).Delete(ctx, pod.Name, metav1.DeleteOptions{})
		}
		if err != nil {
			return err
		}
		wanted--
	}
	if wanted > 0 {
		return refuse("%d Pods of %s too few", wanted, c.Name)
	}
	return nil
}

// podsOf lists the Pods of a Deployment that are neither terminating nor
// finished, those of the highest revision first.
func (p *Player) podsOf(ctx context.Context, deployment, revision string) ([]corev1.Pod, error) {
	list, err := p.client.CoreV1().Pods(p.namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	var pods []corev1.Pod
	identities := map[string]state.Identity{}
	for _, pod := range list.Items {
		owner := metav1.GetControllerOf(&pod)
		if owner == nil || pod.DeletionTimestamp != nil || finished(&pod) {
			continue
		}
		identity, found := p.memory.Of(owner.Name)
		if !found || identity.Owner != deployment || revision != "" && identity.Revision != revision {
			continue
		}
		identities[pod.Name] = identity
		pods = append(pods, pod)
	}
	sort.Slice(pods, func(i, j int) bool {
		a, b := identities[pods[i].Name].Number(), identities[pods[j].Name].Number()
		if a != b {
			return a > b
		}
		return pods[i].Name < pods[j].Name
	})
	return pods, nil
}
