// Package play plays one script of the differential test in a namespace of its
// own, in front of whichever Deployment controller is running.
package play

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	appslisters "k8s.io/client-go/listers/apps/v1"
	corelisters "k8s.io/client-go/listers/core/v1"
	"k8s.io/client-go/tools/cache"

	"windlass.dev/test/cluster/internal/differential/script"
	"windlass.dev/test/cluster/internal/differential/state"
)

// createError comes again with every try, which is a matter of time: once there
// was one, it is in every state.
const createError = "ReplicaSetCreateError"

// Result is what a script left behind.
type Result struct {
	Namespace string
	Steps     []Step
	InVain    bool      // a wait ended without what it waited for
	Ended     time.Time // when the last state was taken
}

// Step is one step's state.
type Step struct {
	Lines []string
	Quiet bool // false: it did not become quiet in time
	Took  time.Duration
}

// Player plays one script. Steps are taken by one goroutine; another one, the
// keeper, is kubelet and scheduler meanwhile.
type Player struct {
	client    kubernetes.Interface
	kind      Kind
	namespace string
	sentinel  *Sentinel
	limit     time.Duration // for one step to become quiet

	owners      owners
	replicaSets appslisters.ReplicaSetLister
	pods        corelisters.PodLister
	memory      *state.Memory

	mutex     sync.Mutex
	changed   chan struct{} // closed at the next change
	changes   int           // so many changes were seen
	last      time.Time     // the last one
	events    []state.Event // since the last comparison
	counts    map[types.UID]int32
	ready     map[string]bool // Deployments whose Pods all become ready
	slow      map[string]bool // Deployments whose Pods stop slowly
	made      map[string]int  // ReplicaSets made by hand
	refused   []string
	inVain    bool // a wait ended without what it waited for
	keeperErr error

	createErrors map[string]state.Event // by Deployment
	combined     map[string]bool        // Deployments of which events were combined
}

// Play makes the namespace, takes the steps of a script, and removes what it made.
func Play(ctx context.Context, cluster Cluster, s *script.Script, namespace string,
	sentinel *Sentinel, limit time.Duration) (*Result, error) {
	p := &Player{client: cluster.Client, kind: cluster.Kind, owners: cluster.owners(namespace), namespace: namespace, sentinel: sentinel, limit: limit,
		memory: state.NewMemory(), changed: make(chan struct{}), counts: map[types.UID]int32{},
		ready: map[string]bool{}, slow: map[string]bool{}, made: map[string]int{},
		createErrors: map[string]state.Event{}, combined: map[string]bool{}}
	ctx, cancel := context.WithCancel(ctx)
	var keeper sync.WaitGroup
	defer keeper.Wait()
	defer cancel()
	if err := p.enter(ctx); err != nil {
		return nil, err
	}
	keeper.Go(func() { p.keep(ctx) })

	result := &Result{Namespace: namespace}
	for i, step := range s.Steps {
		taken, err := p.step(ctx, i+1, step)
		if err != nil {
			return result, fmt.Errorf("step %d, %s: %w", i+1, step.Text, err)
		}
		result.Steps = append(result.Steps, taken)
	}
	result.InVain, result.Ended = p.inVain, time.Now()
	return result, p.leave(ctx)
}

func (p *Player) step(ctx context.Context, number int, step script.Step) (Step, error) {
	began := time.Now()
	for _, command := range step.Commands {
		if err := p.passSecond(ctx); err != nil {
			return Step{}, err
		}
		err := p.send(ctx, number, command)
		switch {
		case isRefusal(err):
			p.refused = append(p.refused, command.Name)
		case err != nil:
			return Step{}, err
		}
	}
	objects, quiet, err := p.untilQuiet(ctx)
	if err != nil {
		return Step{}, err
	}
	p.mutex.Lock()
	objects.Events, p.events = p.events, nil
	for _, event := range p.createErrors {
		objects.Events = append(objects.Events, event)
	}
	clear(p.ready)
	objects.Combined = slices.Sorted(maps.Keys(p.combined))
	p.mutex.Unlock()
	objects.Refused, p.refused = p.refused, nil
	return Step{Lines: state.Lines(objects, p.memory), Quiet: quiet, Took: time.Since(began)}, nil
}

// enter makes the namespace and waits until Pods can be made in it and every
// change of it is seen.
func (p *Player) enter(ctx context.Context) error {
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: p.namespace}}
	if _, err := p.client.CoreV1().Namespaces().Create(ctx, namespace, metav1.CreateOptions{}); err != nil {
		return err
	}
	factory := informers.NewSharedInformerFactoryWithOptions(p.client, 0, informers.WithNamespace(p.namespace))
	p.replicaSets = factory.Apps().V1().ReplicaSets().Lister()
	p.pods = factory.Core().V1().Pods().Lister()
	for _, informer := range []cache.SharedIndexInformer{
		p.owners.informer(),
		factory.Apps().V1().ReplicaSets().Informer(),
		factory.Core().V1().Pods().Informer(),
		factory.Core().V1().Events().Informer(),
	} {
		_, err := informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
			AddFunc:    p.saw,
			UpdateFunc: func(_, object any) { p.saw(object) },
			DeleteFunc: func(any) { p.sawChange() },
		})
		if err != nil {
			return err
		}
	}
	factory.Start(ctx.Done())
	go p.owners.informer().Run(ctx.Done())
	if !cache.WaitForCacheSync(ctx.Done(), p.owners.informer().HasSynced) {
		return ctx.Err()
	}
	for _, synced := range factory.WaitForCacheSync(ctx.Done()) {
		if !synced {
			return ctx.Err()
		}
	}
	return p.await(ctx, "the ServiceAccount default", func() (bool, error) {
		_, err := p.client.CoreV1().ServiceAccounts(p.namespace).Get(ctx, "default", metav1.GetOptions{})
		return err == nil, ignoreNotFound(err)
	})
}

// leave removes what the script left, so that the next controller finds none of it.
func (p *Player) leave(ctx context.Context) error {
	p.mutex.Lock()
	clear(p.slow)
	p.mutex.Unlock()
	background, everything := metav1.DeletePropagationBackground, metav1.ListOptions{}
	options := metav1.DeleteOptions{PropagationPolicy: &background}
	if err := p.owners.removeAll(ctx, background); err != nil {
		return err
	}
	if err := p.client.AppsV1().ReplicaSets(p.namespace).DeleteCollection(ctx, options, everything); err != nil {
		return err
	}
	return p.await(ctx, "an empty namespace", func() (bool, error) {
		objects, pods := p.cached()
		return len(objects.Deployments)+len(objects.ReplicaSets)+len(pods) == 0, nil
	})
}

func (p *Player) saw(object any) {
	switch object := object.(type) {
	case *appsv1.ReplicaSet:
		p.memory.See(object)
	case *corev1.Event:
		p.sawEvent(object)
		return
	}
	p.sawChange()
}

func (p *Player) sawChange() {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.changes++
	p.last = time.Now()
	close(p.changed)
	p.changed = make(chan struct{})
}

// sawEvent takes an event for as many as it says happened since. Of a refused
// creation there may be many, ever later: only the first counts as a change.
func (p *Player) sawEvent(event *corev1.Event) {
	if event.InvolvedObject.Kind != string(p.kind) || slices.Contains(onlyOfRollouts, event.Reason) {
		return
	}
	p.mutex.Lock()
	before := p.counts[event.UID]
	again := event.Count <= before
	p.counts[event.UID] = event.Count
	if !again && state.Combined(event.Message) {
		p.combined[event.InvolvedObject.Name] = true
	}
	seen := state.Event{
		Deployment: event.InvolvedObject.Name, Reason: reasonOfDeployment(event.Reason), Message: event.Message}
	switch _, found := p.createErrors[seen.Deployment]; {
	case seen.Reason != createError:
		for range event.Count - before {
			p.events = append(p.events, seen)
		}
	case found:
		again = true
	default:
		p.createErrors[seen.Deployment] = seen
	}
	p.mutex.Unlock()
	if !again {
		p.sawChange()
	}
}

// next is closed at the next change.
func (p *Player) next() <-chan struct{} {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return p.changed
}

func (p *Player) await(ctx context.Context, what string, done func() (bool, error)) error {
	return p.awaitWithin(ctx, p.limit, what, done)
}

// awaitWithin looks again after every change, and now and then without one.
func (p *Player) awaitWithin(ctx context.Context, limit time.Duration, what string, done func() (bool, error)) error {
	deadline := time.Now().Add(limit)
	for {
		next := p.next()
		ok, err := done()
		if ok || err != nil {
			return err
		}
		if time.Now().After(deadline) {
			p.inVain = true
			return refuse("%s: not within %v", what, limit)
		}
		select {
		case <-next:
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func ignoreNotFound(err error) error {
	if apierrors.IsNotFound(err) {
		return nil
	}
	return err
}
