package check

import (
	"strconv"
	"time"

	"windlass.dev/test/cluster/internal/witness"
)

// state is every object as of one resourceVersion.
type state struct {
	deployments map[string]*deployment
	sets        map[string]*replicaSet
	pods        map[string]witness.Record
	owed        map[string]uint64                 // by a Pod's uid: the version of what others did to have it here
	setsOf      map[string]map[string]*replicaSet // by the Deployment's uid
	podsOf      map[string]map[string]bool        // by the ReplicaSet's uid
}

// deployment is a Deployment, or a Rollout.
type deployment struct {
	witness.Record
	history history
	reached bool // the least number of available Pods was reached for this spec
	excused bool // was found with Pods of two revisions, by no fault of the controller
	whole   bool // was complete since its size was last changed
}

type replicaSet struct {
	witness.Record
	lowered int64 // generation that lowered spec.replicas and is not yet in its status; 0: none
	failed  int   // Pods that failed by themselves and are not yet in its status
	raises  []raise
	drops   []drop
}

// drop is a fall of status.availableReplicas.
type drop struct {
	seen time.Time // by the witness
	from int32
}

func newState() *state {
	return &state{
		deployments: map[string]*deployment{},
		sets:        map[string]*replicaSet{},
		pods:        map[string]witness.Record{},
		owed:        map[string]uint64{},
		setsOf:      map[string]map[string]*replicaSet{},
		podsOf:      map[string]map[string]bool{},
	}
}

func (s *state) putSet(set *replicaSet) {
	if old, ok := s.sets[set.UID]; ok && old.Owner != set.Owner {
		delete(s.setsOf[old.Owner], set.UID)
	}
	s.sets[set.UID] = set
	if s.setsOf[set.Owner] == nil {
		s.setsOf[set.Owner] = map[string]*replicaSet{}
	}
	s.setsOf[set.Owner][set.UID] = set
}

func (s *state) dropSet(set *replicaSet) {
	delete(s.sets, set.UID)
	delete(s.setsOf[set.Owner], set.UID)
}

func (s *state) putPod(pod witness.Record) {
	if old, ok := s.pods[pod.UID]; ok && old.Owner != pod.Owner {
		delete(s.podsOf[old.Owner], pod.UID)
	}
	s.pods[pod.UID] = pod
	if s.podsOf[pod.Owner] == nil {
		s.podsOf[pod.Owner] = map[string]bool{}
	}
	s.podsOf[pod.Owner][pod.UID] = true
}

func (s *state) dropPod(pod witness.Record) {
	delete(s.pods, pod.UID)
	delete(s.owed, pod.UID)
	delete(s.podsOf[pod.Owner], pod.UID)
}

// total is the sum of spec.replicas over a Deployment's ReplicaSets.
func (s *state) total(d *deployment) (sum int32) {
	for _, set := range s.setsOf[d.UID] {
		sum += set.ReplicaSet.Replicas
	}
	return sum
}

// available counts Pods that are available and not on their way out.
func (s *state) available(d *deployment) (sum int32) {
	for _, set := range s.setsOf[d.UID] {
		sum += min(set.ReplicaSet.Available, set.ReplicaSet.Replicas)
	}
	return sum
}

// viewLag is how old a watch's view of a healthy API server may be.
const viewLag = time.Second

// availableAsKnown is like available, as a controller may know it: its view of
// each ReplicaSet may be viewLag old. Example: 5 available until 0.2 s ago, now
// 4: 5.
func (s *state) availableAsKnown(d *deployment, now time.Time) (sum int32) {
	for _, set := range s.setsOf[d.UID] {
		known := set.ReplicaSet.Available
		for _, drop := range set.drops {
			if now.Sub(drop.seen) <= viewLag {
				known = max(known, drop.from)
			}
		}
		sum += min(known, set.ReplicaSet.Replicas)
	}
	return sum
}

// newest is the ReplicaSet of the highest revision.
func (s *state) newest(d *deployment) (newest *replicaSet) {
	for _, set := range s.setsOf[d.UID] {
		if newest == nil || revision(set.Record) > revision(newest.Record) {
			newest = set
		}
	}
	return newest
}

// mixed says whether a live Pod of an old ReplicaSet is there together with any
// Pod of the newest.
func (s *state) mixed(d *deployment) bool {
	newest := s.newest(d)
	if newest == nil || len(s.podsOf[newest.UID]) == 0 {
		return false
	}
	for uid := range s.setsOf[d.UID] {
		if uid == newest.UID {
			continue
		}
		for pod := range s.podsOf[uid] {
			if live(s.pods[pod]) {
				return true
			}
		}
	}
	return false
}

// live: a terminating Pod still runs, until its phase is terminal or it is gone.
func live(pod witness.Record) bool {
	return pod.Pod.Phase != "Succeeded" && pod.Pod.Phase != "Failed"
}

func revision(record witness.Record) int64 {
	n, err := strconv.ParseInt(record.Revision, 10, 64)
	if err != nil {
		return 0 // no revision yet
	}
	return n
}
