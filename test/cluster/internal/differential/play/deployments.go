package play

import (
	"context"
	"encoding/json"
	"slices"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	appsinformers "k8s.io/client-go/informers/apps/v1"
	"k8s.io/client-go/kubernetes"
	appsclient "k8s.io/client-go/kubernetes/typed/apps/v1"
	"k8s.io/client-go/tools/cache"

	"windlass.dev/test/cluster/internal/differential/script"
)

// rollbackAnnotation asks for a rollback.
const rollbackAnnotation = "deprecated.deployment.rollback.to"

// revisionAnnotation is the Deployment's revision.
const revisionAnnotation = "deployment.kubernetes.io/revision"

// neverCopied are the annotations of a Deployment that are its own.
var neverCopied = []string{
	"kubectl.kubernetes.io/last-applied-configuration",
	revisionAnnotation,
	"deployment.kubernetes.io/revision-history",
	"deployment.kubernetes.io/desired-replicas",
	"deployment.kubernetes.io/max-replicas",
	rollbackAnnotation,
}

type deployments struct {
	client    appsclient.DeploymentInterface
	namespace string
	cache     cache.SharedIndexInformer
}

func newDeployments(client kubernetes.Interface, namespace string) *deployments {
	return &deployments{client.AppsV1().Deployments(namespace), namespace,
		appsinformers.NewDeploymentInformer(client, namespace, 0, cache.Indexers{})}
}

func (o *deployments) informer() cache.SharedIndexInformer { return o.cache }

func (o *deployments) find(name string) (*appsv1.Deployment, bool) {
	object, found, err := o.cache.GetStore().GetByKey(o.namespace + "/" + name)
	if err != nil || !found {
		return nil, false
	}
	return object.(*appsv1.Deployment), true
}

func (o *deployments) cached() []appsv1.Deployment {
	var all []appsv1.Deployment
	for _, object := range o.cache.GetStore().List() {
		all = append(all, *object.(*appsv1.Deployment))
	}
	return all
}

func (o *deployments) get(ctx context.Context, name string) (*appsv1.Deployment, error) {
	return o.client.Get(ctx, name, metav1.GetOptions{})
}

func (o *deployments) list(ctx context.Context) ([]appsv1.Deployment, error) {
	list, err := o.client.List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	return list.Items, nil
}

func (o *deployments) create(ctx context.Context, d *appsv1.Deployment) error {
	_, err := o.client.Create(ctx, d, metav1.CreateOptions{})
	return err
}

func (o *deployments) edit(ctx context.Context, name string, change func(*appsv1.Deployment) error) error {
	d, err := o.get(ctx, name)
	if err != nil {
		return err
	}
	if err := change(d); err != nil {
		return err
	}
	_, err = o.client.Update(ctx, d, metav1.UpdateOptions{})
	return err
}

func (o *deployments) patch(ctx context.Context, name, content string) (*appsv1.Deployment, error) {
	return o.client.Patch(ctx, name, types.MergePatchType, []byte(content), metav1.PatchOptions{})
}

func (o *deployments) scale(ctx context.Context, name string, replicas int32) error {
	scale := &autoscalingv1.Scale{
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: o.namespace},
		Spec:       autoscalingv1.ScaleSpec{Replicas: replicas}}
	_, err := o.client.UpdateScale(ctx, name, scale, metav1.UpdateOptions{})
	return err
}

func (o *deployments) setCondition(ctx context.Context, name string, condition appsv1.DeploymentCondition) error {
	d, err := o.get(ctx, name)
	if err != nil {
		return err
	}
	d.Status.Conditions = append(slices.DeleteFunc(d.Status.Conditions,
		func(other appsv1.DeploymentCondition) bool { return other.Type == condition.Type }), condition)
	_, err = o.client.UpdateStatus(ctx, d, metav1.UpdateOptions{})
	return err
}

// undo sends what kubectl rollout undo does.
func (o *deployments) undo(ctx context.Context, d *appsv1.Deployment, rs *appsv1.ReplicaSet) error {
	annotations := map[string]string{}
	for _, key := range neverCopied {
		if value, found := d.Annotations[key]; found {
			annotations[key] = value
		}
	}
	for key, value := range rs.Annotations {
		if !slices.Contains(neverCopied, key) {
			annotations[key] = value
		}
	}
	patch, err := json.Marshal([]map[string]any{
		{"op": "replace", "path": "/spec/template", "value": templateOf(rs)},
		{"op": "replace", "path": "/metadata/annotations", "value": annotations}})
	if err != nil {
		return err
	}
	_, err = o.client.Patch(ctx, d.Name, types.JSONPatchType, patch, metav1.PatchOptions{})
	return err
}

func (o *deployments) rollBack(ctx context.Context, name, revision string) error {
	return o.edit(ctx, name, func(d *appsv1.Deployment) error {
		return set(d, script.Setting{Key: "annotation." + rollbackAnnotation, Value: revision})
	})
}

func (o *deployments) remove(ctx context.Context, name string, policy metav1.DeletionPropagation) error {
	return o.client.Delete(ctx, name, metav1.DeleteOptions{PropagationPolicy: &policy})
}

func (o *deployments) removeAll(ctx context.Context, policy metav1.DeletionPropagation) error {
	return o.client.DeleteCollection(ctx, metav1.DeleteOptions{PropagationPolicy: &policy}, metav1.ListOptions{})
}
