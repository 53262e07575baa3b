package play

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/dynamic/dynamicinformer"
	"k8s.io/client-go/tools/cache"
	appsdefaults "k8s.io/kubernetes/pkg/apis/apps/v1"
)

var rolloutResource = schema.GroupVersionResource{Group: "windlass.dev", Version: "v1alpha1", Resource: "rollouts"}

// onlyOfRollouts are conditions, and reasons of Events, that Deployments do not have.
var onlyOfRollouts = []string{"Ready", "Reconciling", "Stalled", "RollbackRefused", "PodsStuck", "SelectorOverlap"}

// fieldsOfRollouts are fields of the spec that Deployments do not have.
var fieldsOfRollouts = []string{"rollbackTo", "abort"}

// rollouts reads and writes Rollouts as Deployments: what both have has the same name in both.
type rollouts struct {
	client    dynamic.ResourceInterface
	namespace string
	cache     cache.SharedIndexInformer
}

func newRollouts(client dynamic.Interface, namespace string) *rollouts {
	informer := dynamicinformer.NewFilteredDynamicInformer(client, rolloutResource, namespace, 0, cache.Indexers{}, nil)
	return &rollouts{client.Resource(rolloutResource).Namespace(namespace), namespace, informer.Informer()}
}

// asWritten returns the Deployment that has what a Rollout has in its own words, without defaults
// for its template, which the API server does not fill in. What the Rollout has in other places is
// where a Deployment has it: the revision and the wish to roll back are annotations.
func asWritten(object *unstructured.Unstructured) (*appsv1.Deployment, error) {
	content, err := object.MarshalJSON()
	if err != nil {
		return nil, err
	}
	d := &appsv1.Deployment{}
	if err := json.Unmarshal(content, d); err != nil {
		return nil, err
	}
	d.TypeMeta = metav1.TypeMeta{}
	d.Status.Conditions = slices.DeleteFunc(d.Status.Conditions, func(c appsv1.DeploymentCondition) bool {
		return slices.Contains(onlyOfRollouts, string(c.Type))
	})
	for i := range d.Status.Conditions {
		d.Status.Conditions[i].Reason = reasonOfDeployment(d.Status.Conditions[i].Reason)
	}
	setKey(&d.Annotations, revisionAnnotation, numberAt(object, "status", "currentRevision"))
	setKey(&d.Annotations, rollbackAnnotation, numberAt(object, "spec", "rollbackTo", "revision"))
	return d, nil
}

// asDeployment is asWritten with the defaults that a Deployment has, and ReplicaSets have.
func asDeployment(object *unstructured.Unstructured) (*appsv1.Deployment, error) {
	d, err := asWritten(object)
	if err == nil {
		appsdefaults.SetObjectDefaults_Deployment(d)
	}
	return d, err
}

// reasonOfDeployment: reasons of conditions and events have the name of the kind.
func reasonOfDeployment(reason string) string {
	if rest, found := strings.CutPrefix(reason, string(Rollouts)); found {
		return string(Deployments) + rest
	}
	return reason
}

// numberAt returns a number as text, empty where there is none.
func numberAt(object *unstructured.Unstructured, path ...string) string {
	number, found, err := unstructured.NestedInt64(object.Object, path...)
	if err != nil || !found {
		return ""
	}
	return strconv.FormatInt(number, 10)
}

// asRollout is the Rollout that a user writes who would write this Deployment.
func asRollout(d *appsv1.Deployment) (*unstructured.Unstructured, error) {
	d = d.DeepCopy()
	delete(d.Annotations, revisionAnnotation)
	delete(d.Annotations, rollbackAnnotation)
	content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(d)
	if err != nil {
		return nil, err
	}
	delete(content, "status")
	unstructured.RemoveNestedField(content, "metadata", "creationTimestamp")
	unstructured.RemoveNestedField(content, "spec", "template", "metadata", "creationTimestamp")
	object := &unstructured.Unstructured{Object: content}
	object.SetGroupVersionKind(rolloutResource.GroupVersion().WithKind(string(Rollouts)))
	return object, nil
}

// edited is the Rollout with what change makes of it.
func edited(object *unstructured.Unstructured, change func(*appsv1.Deployment) error) (*unstructured.Unstructured, error) {
	d, err := asWritten(object)
	if err != nil {
		return nil, err
	}
	if err := change(d); err != nil {
		return nil, err
	}
	result, err := asRollout(d)
	if err != nil {
		return nil, err
	}
	for _, field := range fieldsOfRollouts {
		if _, wished := d.Annotations[rollbackAnnotation]; field == "rollbackTo" && !wished {
			continue
		}
		if value, found, _ := unstructured.NestedFieldCopy(object.Object, "spec", field); found {
			if err := unstructured.SetNestedField(result.Object, value, "spec", field); err != nil {
				return nil, err
			}
		}
	}
	return result, nil
}

func (o *rollouts) informer() cache.SharedIndexInformer { return o.cache }

func (o *rollouts) find(name string) (*appsv1.Deployment, bool) {
	object, found, err := o.cache.GetStore().GetByKey(o.namespace + "/" + name)
	if err != nil || !found {
		return nil, false
	}
	d, err := asDeployment(object.(*unstructured.Unstructured))
	return d, err == nil
}

func (o *rollouts) cached() []appsv1.Deployment {
	var all []appsv1.Deployment
	for _, object := range o.cache.GetStore().List() {
		if d, err := asDeployment(object.(*unstructured.Unstructured)); err == nil {
			all = append(all, *d)
		}
	}
	return all
}

func (o *rollouts) get(ctx context.Context, name string) (*appsv1.Deployment, error) {
	object, err := o.client.Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return nil, err
	}
	return asDeployment(object)
}

func (o *rollouts) list(ctx context.Context) ([]appsv1.Deployment, error) {
	list, err := o.client.List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	var all []appsv1.Deployment
	for i := range list.Items {
		d, err := asDeployment(&list.Items[i])
		if err != nil {
			return nil, err
		}
		all = append(all, *d)
	}
	return all, nil
}

func (o *rollouts) create(ctx context.Context, d *appsv1.Deployment) error {
	object, err := asRollout(d)
	if err == nil {
		_, err = o.client.Create(ctx, object, metav1.CreateOptions{})
	}
	return err
}

func (o *rollouts) edit(ctx context.Context, name string, change func(*appsv1.Deployment) error) error {
	object, err := o.client.Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return err
	}
	result, err := edited(object, change)
	if err == nil {
		_, err = o.client.Update(ctx, result, metav1.UpdateOptions{})
	}
	return err
}

func (o *rollouts) patch(ctx context.Context, name, content string) (*appsv1.Deployment, error) {
	object, err := o.client.Patch(ctx, name, types.MergePatchType, []byte(content), metav1.PatchOptions{})
	if err != nil {
		return nil, err
	}
	return asDeployment(object)
}

func (o *rollouts) scale(ctx context.Context, name string, replicas int32) error {
	patch := fmt.Sprintf(`{"spec":{"replicas":%d}}`, replicas)
	_, err := o.client.Patch(ctx, name, types.MergePatchType, []byte(patch), metav1.PatchOptions{}, "scale")
	return err
}

func (o *rollouts) setCondition(ctx context.Context, name string, condition appsv1.DeploymentCondition) error {
	object, err := o.client.Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return err
	}
	added, err := runtime.DefaultUnstructuredConverter.ToUnstructured(&condition)
	if err != nil {
		return err
	}
	conditions, _, err := unstructured.NestedSlice(object.Object, "status", "conditions")
	if err != nil {
		return err
	}
	conditions = append(slices.DeleteFunc(conditions, func(other any) bool {
		fields, _ := other.(map[string]any)
		return fields["type"] == added["type"]
	}), added)
	if err := unstructured.SetNestedSlice(object.Object, conditions, "status", "conditions"); err != nil {
		return err
	}
	_, err = o.client.UpdateStatus(ctx, object, metav1.UpdateOptions{})
	return err
}

// undo sends what docs/rollouts-kubectl.md says to type instead of kubectl rollout undo.
func (o *rollouts) undo(ctx context.Context, d *appsv1.Deployment, rs *appsv1.ReplicaSet) error {
	return o.rollBack(ctx, d.Name, rs.Annotations[revisionAnnotation])
}

func (o *rollouts) rollBack(ctx context.Context, name, revision string) error {
	var value any = revision // what is no number is for the API server to refuse
	if number, err := strconv.ParseInt(revision, 10, 64); err == nil {
		value = number
	}
	patch, err := json.Marshal(map[string]any{"spec": map[string]any{"rollbackTo": map[string]any{"revision": value}}})
	if err == nil {
		_, err = o.patch(ctx, name, string(patch))
	}
	return err
}

func (o *rollouts) remove(ctx context.Context, name string, policy metav1.DeletionPropagation) error {
	return o.client.Delete(ctx, name, metav1.DeleteOptions{PropagationPolicy: &policy})
}

func (o *rollouts) removeAll(ctx context.Context, policy metav1.DeletionPropagation) error {
	return o.client.DeleteCollection(ctx, metav1.DeleteOptions{PropagationPolicy: &policy}, metav1.ListOptions{})
}
