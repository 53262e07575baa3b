// Package custom reads custom resources that have a Deployment's fields: Rollouts of
// Windlass, and those of Argo Rollouts.
package custom

import (
	"fmt"
	"strconv"

	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
)

// Parse takes RESOURCE.VERSION.GROUP, such as "rollouts.v1alpha1.windlass.dev".
func Parse(resource string) (schema.GroupVersionResource, error) {
	parsed, _ := schema.ParseResourceArg(resource)
	if parsed == nil {
		return schema.GroupVersionResource{}, fmt.Errorf("%q is not RESOURCE.VERSION.GROUP", resource)
	}
	return *parsed, nil
}

// Client returns a client, and the resource that it is to be asked for: the value of an
// option --resource.
func Client(config *rest.Config, resource string) (dynamic.Interface, schema.GroupVersionResource, error) {
	parsed, err := Parse(resource)
	if err != nil {
		return nil, parsed, fmt.Errorf("--resource: %w", err)
	}
	client, err := dynamic.NewForConfig(config)
	return client, parsed, err
}

// limits are what Argo Rollouts takes where the strategy names none; so does a Deployment.
const limits = "25%"

// AsDeployment returns the resource as a Deployment. Conditions are left out, and so are
// the strategies that a Deployment does not have: it is RollingUpdate with the limits in
// force, unless it is Recreate.
func AsDeployment(object *unstructured.Unstructured) (*appsv1.Deployment, error) {
	object = object.DeepCopy()
	content := object.Object
	// Argo Rollouts has the observed generation as text.
	if text, found, _ := unstructured.NestedString(content, "status", "observedGeneration"); found {
		number, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, err
		}
		if err := unstructured.SetNestedField(content, number, "status", "observedGeneration"); err != nil {
			return nil, err
		}
	}
	strategy := map[string]any{"type": string(appsv1.RollingUpdateDeploymentStrategyType)}
	if kind, _, _ := unstructured.NestedString(content, "spec", "strategy", "type"); kind == string(appsv1.RecreateDeploymentStrategyType) {
		strategy["type"] = kind
	} else {
		rolling, _, _ := unstructured.NestedMap(content, "spec", "strategy", "rollingUpdate")
		if canary, found, _ := unstructured.NestedMap(content, "spec", "strategy", "canary"); found {
			rolling = canary
		}
		chosen := map[string]any{"maxSurge": limits, "maxUnavailable": limits}
		for name := range chosen {
			if value, found := rolling[name]; found {
				chosen[name] = value
			}
		}
		strategy["rollingUpdate"] = chosen
	}
	unstructured.RemoveNestedField(content, "status", "conditions") // not alike
	unstructured.RemoveNestedField(content, "status", "selector")   // text, for autoscalers
	if err := unstructured.SetNestedMap(content, strategy, "spec", "strategy"); err != nil {
		return nil, err
	}
	d := &appsv1.Deployment{}
	return d, runtime.DefaultUnstructuredConverter.FromUnstructured(content, d)
}
