package play

import (
	"context"
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/client-go/util/retry"

	"windlass.dev/test/cluster/internal/differential/script"
)

// apply creates the object of that name, or changes what is named.
func (p *Player) apply(ctx context.Context, name string, fields []script.Setting) error {
	return retry.OnError(retry.DefaultBackoff, apierrors.IsConflict, func() error {
		err := p.owners.edit(ctx, name, func(d *appsv1.Deployment) error {
			for _, field := range fields {
				if err := set(d, field); err != nil {
					return err
				}
			}
			return nil
		})
		if !apierrors.IsNotFound(err) {
			return err
		}
		d, err := newDeployment(name, fields)
		if err != nil {
			return err
		}
		return p.owners.create(ctx, d)
	})
}

func newDeployment(name string, fields []script.Setting) (*appsv1.Deployment, error) {
	selector := map[string]string{}
	for _, field := range fields {
		if key, found := strings.CutPrefix(field.Key, "selector."); found {
			selector[key] = field.Value
		}
	}
	if len(selector) == 0 {
		selector["app"] = name
	}
	d := &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Name: name}}
	replicas := int32(1)
	d.Spec.Replicas = &replicas
	d.Spec.Selector = &metav1.LabelSelector{MatchLabels: selector}
	d.Spec.Template.Labels = map[string]string{}
	for key, value := range selector {
		d.Spec.Template.Labels[key] = value
	}
	d.Spec.Template.Spec.Containers = []corev1.Container{{Name: "app", Image: "app:1"}}
	for _, field := range fields {
		if strings.HasPrefix(field.Key, "selector.") {
			continue
		}
		if err := set(d, field); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// set changes one field; an empty value removes it, and the API server's default comes back.
func set(d *appsv1.Deployment, field script.Setting) error {
	container := &d.Spec.Template.Spec.Containers[0]
	value := field.Value
	var err error
	switch field.Key {
	case "replicas":
		d.Spec.Replicas, err = integer(value)
	case "minReadySeconds":
		var seconds *int32
		if seconds, err = integer(value); seconds == nil {
			seconds = new(int32)
		}
		d.Spec.MinReadySeconds = *seconds
	case "revisionHistoryLimit":
		d.Spec.RevisionHistoryLimit, err = integer(value)
	case "progressDeadlineSeconds":
		d.Spec.ProgressDeadlineSeconds, err = integer(value)
	case "paused":
		d.Spec.Paused = value == "true"
	case "image":
		container.Image = value
	case "strategy":
		d.Spec.Strategy.Type = appsv1.DeploymentStrategyType(value)
		if d.Spec.Strategy.Type == appsv1.RecreateDeploymentStrategyType {
			d.Spec.Strategy.RollingUpdate = nil
		}
	case "maxSurge":
		rollingUpdate(d).MaxSurge = intOrString(value)
	case "maxUnavailable":
		rollingUpdate(d).MaxUnavailable = intOrString(value)
	default:
		return setKeyed(d, container, field)
	}
	return err
}

func setKeyed(d *appsv1.Deployment, container *corev1.Container, field script.Setting) error {
	template := &d.Spec.Template.ObjectMeta
	for prefix, target := range map[string]*map[string]string{
		"annotation.": &d.Annotations, "label.": &d.Labels,
		"template.annotation.": &template.Annotations, "template.label.": &template.Labels,
	} {
		if key, found := strings.CutPrefix(field.Key, prefix); found {
			setKey(target, key, field.Value)
			return nil
		}
	}
	if name, found := strings.CutPrefix(field.Key, "env."); found {
		container.Env = slices.DeleteFunc(container.Env, func(e corev1.EnvVar) bool { return e.Name == name })
		if field.Value != "" {
			container.Env = append(container.Env, corev1.EnvVar{Name: name, Value: field.Value})
		}
		return nil
	}
	return fmt.Errorf("%s cannot be changed", field.Key)
}

func setKey(target *map[string]string, key, value string) {
	if value == "" {
		delete(*target, key)
		return
	}
	if *target == nil {
		*target = map[string]string{}
	}
	(*target)[key] = value
}

func rollingUpdate(d *appsv1.Deployment) *appsv1.RollingUpdateDeployment {
	if d.Spec.Strategy.RollingUpdate == nil {
		d.Spec.Strategy.RollingUpdate = &appsv1.RollingUpdateDeployment{}
	}
	return d.Spec.Strategy.RollingUpdate
}

func integer(value string) (*int32, error) {
	if value == "" {
		return nil, nil
	}
	n, err := strconv.ParseInt(value, 10, 32)
	result := int32(n)
	return &result, err
}

func intOrString(value string) *intstr.IntOrString {
	if value == "" {
		return nil
	}
	parsed := intstr.Parse(value)
	return &parsed
}

// undo follows the rules of kubectl rollout undo.
func (p *Player) undo(ctx context.Context, c script.Command) error {
	d, err := p.owners.get(ctx, c.Name)
	if err != nil {
		return err
	}
	if d.Spec.Paused {
		return refuse("%s is paused", c.Name)
	}
	revision := int64(0)
	if len(c.Args) > 0 {
		revision = int64(count(c))
	}
	rs, err := p.revisionFor(ctx, d, revision)
	if err != nil {
		return err
	}
	if equality.Semantic.DeepEqual(templateOf(rs), &d.Spec.Template) {
		return nil
	}
	return p.owners.undo(ctx, d, rs)
}

// templateOf is a ReplicaSet's template as its owner has it.
func templateOf(rs *appsv1.ReplicaSet) *corev1.PodTemplateSpec {
	template := rs.Spec.Template.DeepCopy()
	delete(template.Labels, appsv1.DefaultDeploymentUniqueLabelKey)
	return template
}

// revisionFor finds the ReplicaSet of a revision; 0: of the second highest.
func (p *Player) revisionFor(ctx context.Context, d *appsv1.Deployment, revision int64) (*appsv1.ReplicaSet, error) {
	list, err := p.client.AppsV1().ReplicaSets(p.namespace).List(ctx,
		metav1.ListOptions{LabelSelector: labels.SelectorFromSet(d.Spec.Selector.MatchLabels).String()})
	if err != nil {
		return nil, err
	}
	byRevision := map[int64]*appsv1.ReplicaSet{}
	var revisions []int64
	for i := range list.Items {
		rs := &list.Items[i]
		number, err := strconv.ParseInt(rs.Annotations[revisionAnnotation], 10, 64)
		if err == nil && metav1.IsControlledBy(rs, d) {
			byRevision[number] = rs
			revisions = append(revisions, number)
		}
	}
	sort.Slice(revisions, func(i, j int) bool { return revisions[i] > revisions[j] })
	if revision == 0 && len(revisions) > 1 {
		revision = revisions[1]
	}
	if rs, found := byRevision[revision]; found {
		return rs, nil
	}
	return nil, refuse("no revision %d of %s", revision, d.Name)
}

// setCondition writes as a third party does.
func (p *Player) setCondition(ctx context.Context, c script.Command) error {
	return retry.OnError(retry.DefaultBackoff, apierrors.IsConflict, func() error {
		return p.owners.setCondition(ctx, c.Name, appsv1.DeploymentCondition{
			Type:   appsv1.DeploymentConditionType(c.Setting[0].Key),
			Status: corev1.ConditionStatus(c.Setting[0].Value), Reason: "Script",
			LastUpdateTime: metav1.Now(), LastTransitionTime: metav1.Now()})
	})
}
