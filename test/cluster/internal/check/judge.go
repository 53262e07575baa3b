package check

import (
	"fmt"
	"slices"

	"windlass.dev/test/cluster/internal/witness"
)

// judge walks the merged log once. Every rule looks at the change that one event
// made, so that a violation names the write that caused it.
type judge struct {
	*state
	updates     *updates
	violations  []violation
	podFailures int
	patches     int        // of Pods
	inFlight    int        // the most at one time, of one Deployment
	identities  identities // of Pods
	strict      bool       // every Pod stays, and no container is restarted but by a patch
	races       int        // allowed only by a spec that the user had just replaced
	unseen      int        // allowed only by availability that was lost just before
	deployed    map[string]bool

	event  event              // the one being applied
	before map[string][]event // by owner: its events before this one, the last shownHistory
	watch  bool               // false where the log is incomplete: apply, do not judge
}

type violation struct {
	event
	text    string
	history []event // of its Deployment's ReplicaSets before
}

// shownHistory is how many events before a violation are shown.
const shownHistory = 12

func newJudge(limits witness.UpdateDetails) *judge {
	return &judge{state: newState(), updates: newUpdates(limits), deployed: map[string]bool{}, identities: identities{}, before: map[string][]event{}}
}

func (j *judge) violated(format string, args ...any) {
	if j.watch {
		j.violations = append(j.violations, violation{j.event, fmt.Sprintf(format, args...), slices.Clone(j.before[j.event.Owner])})
	}
}

func (j *judge) apply(e event, watch bool) {
	j.event, j.watch = e, watch
	switch e.Kind {
	case witness.Deployment, witness.Rollout:
		j.deployment(e.Record)
	case witness.ReplicaSet:
		j.replicaSet(e.Record)
	case witness.ReplicationController:
		j.replicationController(e.Record)
	case witness.ReplicationControllerUpdate:
		j.update(e.Record)
	case witness.Pod:
		j.pod(e.Record)
		j.podOfUpdate(e.Record)
	}
	if e.Kind == witness.ReplicaSet {
		past := append(j.before[e.Owner], e)
		j.before[e.Owner] = past[max(0, len(past)-shownHistory):]
	}
}

func (j *judge) deployment(now witness.Record) {
	j.deployed[now.UID] = true
	if now.Type == witness.Deleted {
		delete(j.deployments, now.UID)
		return
	}
	d, known := j.deployments[now.UID]
	if !known {
		d = &deployment{}
		j.deployments[now.UID] = d
	}
	old := d.Record
	d.Record = now
	if known && revision(now) < revision(old) {
		j.violated("(iv) %s: its revision fell from %d to %d", name(now), revision(old), revision(now))
	}
	d.whole = (d.whole && old.Deployment.Replicas == now.Deployment.Replicas) || complete(now)
	d.history = d.history.add(boundsOf(now.Generation, now.Deployment), now.Deployment.ObservedGeneration)
	if !known || old.Generation != now.Generation {
		j.limited(d)
	}
	if !known || old.Generation != now.Generation || !j.watch {
		d.reached = j.available(d) >= d.history.newest().least
	}
	if !known || old.Deployment.Strategy != now.Deployment.Strategy || !j.watch {
		d.excused = j.mixed(d)
	}
}

func (j *judge) replicaSet(now witness.Record) {
	old, known := j.sets[now.UID]
	d := j.deployments[now.Owner]
	if d == nil || d.DeletionTimestamp != nil {
		// Nobody's, or its Deployment is going and takes everything along.
		j.record(now, old)
		return
	}
	changed := change{known: known, adopted: known && old.Owner != now.Owner, available: j.available(d)}
	if known {
		changed.was = old.ReplicaSet.Replicas
	}
	if now.Type != witness.Deleted {
		changed.is = now.ReplicaSet.Replicas
	}
	// Two ReplicaSets that change places have one revision for a moment.
	if known && !changed.adopted && !now.ReplicaSet.Exchange && revision(now) < revision(old.Record) {
		j.violated("(iv) %s: its revision fell from %d to %d", name(now), revision(old.Record), revision(now))
	}
	if n := revision(now); n != 0 && now.Type != witness.Deleted && !now.ReplicaSet.Exchange && (!known || n != revision(old.Record)) {
		for uid, other := range j.setsOf[d.UID] {
			if uid != now.UID && revision(other.Record) == n {
				j.violated("(iv) %s: revision %d is that of %s too", name(now), n, other.Name)
			}
		}
	}

	set := j.record(now, old)
	if now.Type != witness.Deleted {
		j.raised(d, set, changed)
	}
	j.surge(d, now, changed)
	j.availability(d, set, changed)
	if set.lowered != 0 && set.ReplicaSet.ObservedGeneration >= set.lowered {
		set.lowered = 0
	}
	if d.excused && !j.mixed(d) {
		d.excused = false
	}
}

// change is what one event did to one ReplicaSet.
type change struct {
	known, adopted bool
	was, is        int32 // its spec.replicas
	available      int32 // of the whole Deployment, before
}

// record takes a ReplicaSet into the state and keeps what is remembered of it.
func (j *judge) record(now witness.Record, old *replicaSet) *replicaSet {
	set := &replicaSet{Record: now}
	if old != nil {
		set.lowered, set.failed, set.raises, set.drops = old.lowered, old.failed, old.raises, old.drops
		if now.ReplicaSet.Available < old.ReplicaSet.Available && !now.Seen.IsZero() && !j.anyInFlight(now) {
			set.drops = append(set.drops, drop{now.Seen, old.ReplicaSet.Available})
		}
		if now.ReplicaSet.Replicas < old.ReplicaSet.Replicas {
			set.lowered = now.Generation
		}
	}
	if now.Type == witness.Deleted {
		if old != nil {
			j.dropSet(old)
		}
		return set
	}
	j.putSet(set)
	return set
}

// anyInFlight says whether a Pod of this ReplicaSet is being updated in place. The
// controller knows that this Pod is not available, and excuses nothing by it.
func (j *judge) anyInFlight(set witness.Record) bool {
	for uid := range j.podsOf[set.UID] {
		if inFlight(j.pods[uid]) {
			return true
		}
	}
	return false
}

// surge is rule (i): no write raises the sum beyond the limit. That the sum is
// beyond it is nobody's fault after a user has scaled down.
func (j *judge) surge(d *deployment, now witness.Record, c change) {
	if c.is <= c.was {
		return
	}
	sum := j.total(d)
	if sum > d.history.most() {
		j.violated("(i) %s raised to %d: %d replicas over all ReplicaSets, at most %d allowed", name(now), c.is, sum, d.history.most())
	} else if sum > d.history.newest().most && j.watch {
		j.races++
	}
}

// availability is rule (ii).
func (j *judge) availability(d *deployment, set *replicaSet, c change) {
	after, newest := j.available(d), d.history.newest()
	if d.Deployment.Strategy == recreate || c.adopted || !j.watch {
		d.reached = after >= newest.least
		return
	}
	if d.reached && after < c.available && after < newest.least {
		lost := int(c.available - after)
		switch {
		case c.is < c.was && after < d.history.least() && j.availableAsKnown(d, j.event.Seen) >= d.history.least():
			j.unseen++
		case c.is < c.was && after < d.history.least():
			j.violated("(ii) %s lowered from %d to %d: %d available, at least %d required", name(set.Record), c.was, c.is, after, d.history.least())
		case c.is < c.was:
			j.races++
		case set.lowered != 0 && set.failed == 0 && after < d.history.least():
			j.violated("(ii) %s, lowered before, took available Pods with it: %d available, at least %d required", name(set.Record), after, d.history.least())
		default:
			j.podFailures += lost
			set.failed = max(0, set.failed-lost)
		}
	}
	d.reached = d.reached || after >= newest.least
}

func (j *judge) pod(now witness.Record) {
	old, known := j.pods[now.UID]
	j.inPlace(old, known, now)
	if now.Type == witness.Deleted {
		if known {
			j.dropPod(old)
		}
	} else {
		j.putPod(now)
	}
	if known && old.Owner != now.Owner {
		j.owed[now.UID] = j.event.version
	}
	set := j.sets[now.Owner]
	if set == nil {
		return
	}
	if d := j.deployments[set.Owner]; d != nil && d.DeletionTimestamp == nil && !known && now.Type != witness.Deleted && active(now) {
		j.tooMany(d, set, now)
	}
	if known {
		set.failed = max(0, set.failed+failures(old, now))
	}
	if d := j.deployments[set.Owner]; d != nil && d.Deployment.Strategy == recreate {
		j.separation(d, now, !known && now.Type != witness.Deleted)
	}
}

// separation is rule (iii). Only a new Pod can break it: a change of strategy
// finds Pods of two revisions side by side and may take its time.
func (j *judge) separation(d *deployment, pod witness.Record, created bool) {
	mixed := j.mixed(d)
	if !mixed {
		d.excused = false
	} else if !j.watch {
		d.excused = true
	} else if created && !d.excused {
		j.violated("(iii) %s created: Recreate, but Pods of an old and of the newest ReplicaSet run together", name(pod))
	}
}

// failures: 1 when a Pod that nobody deletes stops being ready, -1 when it is back.
func failures(old, now witness.Record) int {
	ready := now.Pod.Ready && now.Type != witness.Deleted
	switch {
	case now.DeletionTimestamp != nil || old.Pod.Ready == ready:
		return 0
	case ready:
		return -1
	}
	return 1
}

// settled is the state every Deployment should end in.
func (j *judge) settled() (complaints []string) {
	for _, d := range j.deployments {
		s := d.Deployment
		if d.DeletionTimestamp != nil {
			continue
		}
		if !complete(d.Record) {
			complaints = append(complaints, fmt.Sprintf("%s is not complete: spec.replicas %d, status.replicas %d, updated %d, available %d, generation %d, observed %d",
				name(d.Record), s.Replicas, s.StatusReplicas, s.Updated, s.Available, d.Generation, s.ObservedGeneration))
		}
		newest := j.newest(d)
		for uid, set := range j.setsOf[d.UID] {
			if uid != newest.UID && (set.ReplicaSet.Replicas != 0 || set.ReplicaSet.StatusReplicas != 0) {
				complaints = append(complaints, fmt.Sprintf("%s is old and still has Pods: spec.replicas %d, status.replicas %d",
					name(set.Record), set.ReplicaSet.Replicas, set.ReplicaSet.StatusReplicas))
			}
		}
	}
	return complaints
}

func complete(record witness.Record) bool {
	s := record.Deployment
	return s.Updated == s.Replicas && s.StatusReplicas == s.Replicas && s.Available == s.Replicas && s.ObservedGeneration == record.Generation
}

func name(record witness.Record) string {
	return fmt.Sprintf("%s %s/%s", record.Kind, record.Namespace, record.Name)
}
