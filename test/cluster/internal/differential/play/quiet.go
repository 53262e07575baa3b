package play

import (
	"context"
	"errors"
	"slices"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"

	"windlass.dev/test/cluster/internal/differential/state"
)

// settle is how long nothing changes at least: a controller that had an error
// tries again after milliseconds, and events follow what they tell of.
const settle = 300 * time.Millisecond

// untilQuiet returns the objects of a quiet namespace, or of one that did not
// become quiet in time. It looks at a cache until that seems quiet, and asks the
// API server then.
func (p *Player) untilQuiet(ctx context.Context) (state.Objects, bool, error) {
	deadline := time.Now().Add(p.limit)
	for {
		next := p.next()
		changes := p.changesSeen()
		objects, pods := p.cached()
		late := time.Now().After(deadline)
		if !late && !p.consistent(objects, pods) {
			select {
			case <-next:
			case <-time.After(200 * time.Millisecond): // a Pod may stop slowly no longer
			case <-ctx.Done():
				return objects, false, ctx.Err()
			}
			continue
		}
		if err := p.sentinelAndSettle(ctx); err != nil {
			return objects, false, err
		}
		after, podsAfter, err := p.list(ctx)
		if err != nil {
			return objects, false, err
		}
		same := p.changesSeen() == changes && sameVersions(objects, pods, after, podsAfter)
		quiet := same && p.consistent(after, podsAfter)
		if quiet || late {
			return after, quiet, p.keeperError()
		}
	}
}

// cached is what was seen so far.
func (p *Player) cached() (state.Objects, []corev1.Pod) {
	var objects state.Objects
	var pods []corev1.Pod
	// Of a cache: never fails.
	replicaSets, _ := p.replicaSets.List(labels.Everything())
	cachedPods, _ := p.pods.List(labels.Everything())
	objects.Deployments = p.owners.cached()
	for _, rs := range replicaSets {
		objects.ReplicaSets = append(objects.ReplicaSets, *rs)
	}
	for _, pod := range cachedPods {
		pods = append(pods, *pod)
	}
	return objects, pods
}

func (p *Player) sentinelAndSettle(ctx context.Context) error {
	for range 2 {
		if err := p.sentinel.Round(ctx, p.limit); err != nil {
			return err
		}
	}
	p.mutex.Lock()
	rest := settle - time.Since(p.last)
	p.mutex.Unlock()
	select {
	case <-time.After(rest):
	case <-ctx.Done():
	}
	return ctx.Err()
}

func (p *Player) changesSeen() int {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return p.changes
}

func (p *Player) keeperError() error {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return p.keeperErr
}

// list asks the API server, not a cache.
func (p *Player) list(ctx context.Context) (state.Objects, []corev1.Pod, error) {
	deployments, err1 := p.owners.list(ctx)
	replicaSets, err2 := p.client.AppsV1().ReplicaSets(p.namespace).List(ctx, metav1.ListOptions{})
	pods, err3 := p.client.CoreV1().Pods(p.namespace).List(ctx, metav1.ListOptions{})
	if err := errors.Join(err1, err2, err3); err != nil {
		return state.Objects{}, nil, err
	}
	return state.Objects{Deployments: deployments, ReplicaSets: replicaSets.Items}, pods.Items, nil
}

func sameVersions(a state.Objects, podsA []corev1.Pod, b state.Objects, podsB []corev1.Pod) bool {
	versions := map[types.UID]string{}
	count := 0
	visit(a, podsA, func(object metav1.Object) { versions[object.GetUID()] = object.GetResourceVersion() })
	same := true
	visit(b, podsB, func(object metav1.Object) {
		count++
		same = same && versions[object.GetUID()] == object.GetResourceVersion()
	})
	return same && count == len(versions)
}

func visit(objects state.Objects, pods []corev1.Pod, look func(metav1.Object)) {
	for i := range objects.Deployments {
		look(&objects.Deployments[i])
	}
	for i := range objects.ReplicaSets {
		look(&objects.ReplicaSets[i])
	}
	for i := range pods {
		look(&pods[i])
	}
}

// consistent says whether nobody has anything left to do, as far as the objects show.
func (p *Player) consistent(objects state.Objects, pods []corev1.Pod) bool {
	present := map[types.UID]bool{}
	visit(objects, pods, func(object metav1.Object) { present[object.GetUID()] = true })
	lingering := false // Pods of any Deployment, stopping slowly
	for i := range pods {
		pod := &pods[i]
		if p.need(pod) != "" {
			return false
		}
		lingering = lingering || pod.DeletionTimestamp != nil
	}
	ok := true
	visit(objects, pods, func(object metav1.Object) {
		owner := metav1.GetControllerOf(object)
		if owner != nil && !present[owner.UID] && object.GetDeletionTimestamp() == nil {
			ok = false // the garbage collector's
		}
		if object.GetDeletionTimestamp() != nil && !lingering {
			ok = false
		}
	})
	for i := range objects.ReplicaSets {
		ok = ok && counted(&objects.ReplicaSets[i], pods)
	}
	for i := range objects.Deployments {
		d := &objects.Deployments[i]
		if createRefused(d) {
			// What is not created is not counted either.
			ok = ok && p.sawCreateError(d.Name)
			continue
		}
		ok = ok && summed(d, objects.ReplicaSets)
	}
	return ok
}

// counted says whether a ReplicaSet's status tells of the Pods there are.
func counted(rs *appsv1.ReplicaSet, pods []corev1.Pod) bool {
	var active, ready, terminating int32
	for i := range pods {
		pod := &pods[i]
		if owner := metav1.GetControllerOf(pod); owner == nil || owner.UID != rs.UID || finished(pod) {
			continue
		}
		if pod.DeletionTimestamp != nil {
			terminating++
			continue
		}
		active++
		if isReady(pod) {
			ready++
		}
	}
	available := ready
	if rs.Spec.MinReadySeconds > 0 {
		available = 0 // scripts have none that could pass meanwhile
	}
	s := rs.Status
	if s.ObservedGeneration < rs.Generation || s.Replicas != active || s.ReadyReplicas != ready ||
		s.AvailableReplicas != available || s.TerminatingReplicas == nil || *s.TerminatingReplicas != terminating {
		return false
	}
	return rs.DeletionTimestamp != nil || active == *rs.Spec.Replicas
}

// createRefused says whether a Deployment's next ReplicaSet could not be created.
func createRefused(d *appsv1.Deployment) bool {
	return slices.ContainsFunc(d.Status.Conditions, func(c appsv1.DeploymentCondition) bool {
		return c.Type == appsv1.DeploymentProgressing && c.Reason == createError
	})
}

// sawCreateError says whether the event came that tells of it. Events are sent beside
// everything else, and may come last.
func (p *Player) sawCreateError(name string) bool {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	_, found := p.createErrors[name]
	return found
}

// summed says whether a Deployment has observed its spec and its ReplicaSets.
// Windlass may publish counters up to a second late while nothing else changes.
func summed(d *appsv1.Deployment, replicaSets []appsv1.ReplicaSet) bool {
	var sum appsv1.DeploymentStatus
	var terminating int32
	var newest *appsv1.ReplicaSet
	for i := range replicaSets {
		rs := &replicaSets[i]
		if !metav1.IsControlledBy(rs, d) {
			continue
		}
		sum.Replicas += rs.Status.Replicas
		sum.ReadyReplicas += rs.Status.ReadyReplicas
		sum.AvailableReplicas += rs.Status.AvailableReplicas
		if rs.Status.TerminatingReplicas != nil {
			terminating += *rs.Status.TerminatingReplicas
		}
		if sameTemplate(d, rs) && (newest == nil || rs.CreationTimestamp.Before(&newest.CreationTimestamp)) {
			newest = rs
		}
	}
	if newest != nil {
		sum.UpdatedReplicas = newest.Status.Replicas
	}
	s := d.Status
	return s.ObservedGeneration >= d.Generation && s.Replicas == sum.Replicas && s.ReadyReplicas == sum.ReadyReplicas &&
		s.AvailableReplicas == sum.AvailableReplicas && s.UpdatedReplicas == sum.UpdatedReplicas &&
		s.TerminatingReplicas != nil && *s.TerminatingReplicas == terminating
}

func sameTemplate(d *appsv1.Deployment, rs *appsv1.ReplicaSet) bool {
	return equality.Semantic.DeepEqual(templateOf(rs), &d.Spec.Template)
}

// passSecond waits until the second is over in which the newest ReplicaSet was
// made: ReplicaSets of the same second are ordered by their names, that is by chance.
func (p *Player) passSecond(ctx context.Context) error {
	replicaSets, err := p.replicaSets.ReplicaSets(p.namespace).List(labels.Everything())
	if err != nil {
		return err
	}
	var newest time.Time
	for _, rs := range replicaSets {
		if rs.CreationTimestamp.After(newest) {
			newest = rs.CreationTimestamp.Time
		}
	}
	select {
	case <-time.After(time.Until(newest.Add(time.Second))):
	case <-ctx.Done():
	}
	return ctx.Err()
}
