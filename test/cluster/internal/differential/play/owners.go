package play

import (
	"context"

	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
)

// Kind is the kind of the objects that a script is about.
type Kind string

const (
	Deployments Kind = "Deployment"
	Rollouts    Kind = "Rollout"
)

// Cluster is where scripts are played.
type Cluster struct {
	Client  kubernetes.Interface
	Dynamic dynamic.Interface
	Kind    Kind
}

func (c Cluster) owners(namespace string) owners {
	if c.Kind == Rollouts {
		return newRollouts(c.Dynamic, namespace)
	}
	return newDeployments(c.Client, namespace)
}

// owners are the objects of a namespace that a script is about: Deployments, or Rollouts, which are
// read and written as Deployments.
type owners interface {
	// informer fills what find and cached return; the caller runs it.
	informer() cache.SharedIndexInformer
	find(name string) (*appsv1.Deployment, bool)
	cached() []appsv1.Deployment

	// These ask the API server.
	get(ctx context.Context, name string) (*appsv1.Deployment, error)
	list(ctx context.Context) ([]appsv1.Deployment, error)
	create(ctx context.Context, d *appsv1.Deployment) error
	// edit reads the object, and writes what change makes of it.
	edit(ctx context.Context, name string, change func(*appsv1.Deployment) error) error
	// patch sends a merge patch.
	patch(ctx context.Context, name, content string) (*appsv1.Deployment, error)
	scale(ctx context.Context, name string, replicas int32) error
	// setCondition writes as a third party does.
	setCondition(ctx context.Context, name string, condition appsv1.DeploymentCondition) error
	// undo goes back to the template of a ReplicaSet, as a user does.
	undo(ctx context.Context, d *appsv1.Deployment, rs *appsv1.ReplicaSet) error
	// rollBack asks the controller to go back; the revision need not be a number.
	rollBack(ctx context.Context, name, revision string) error
	remove(ctx context.Context, name string, policy metav1.DeletionPropagation) error
	removeAll(ctx context.Context, policy metav1.DeletionPropagation) error
}
