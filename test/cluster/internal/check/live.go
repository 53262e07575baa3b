package check

import (
	"fmt"
	"slices"
	"strings"

	"windlass.dev/test/cluster/internal/witness"
)

// ourManager and ourPlugin are the field managers whose sizes are judged.
const (
	ourManager = "windlass"
	ourPlugin  = "windlass-plugin" // kubectl windlass rolling-update --local
)

func ours(manager string) bool { return manager == ourManager || manager == ourPlugin }

// raise is a write that created a ReplicaSet or raised its spec.replicas: the one
// that decides how many Pods there are to be. A write that lowers asks for none: it
// is the raise before it once more, with a smaller size.
type raise struct {
	generation int64
	size       int32
	version    uint64
	limit      int32 // the largest in force since it was sent
	others     bool  // somebody else wrote the size
	unseen     bool  // and nobody knows when, or under which limit
}

// raised notes what an event did to a ReplicaSet's size.
func (j *judge) raised(d *deployment, set *replicaSet, c change) {
	if !c.known || c.is > c.was || c.adopted {
		set.raises = append(set.raises, raise{
			generation: set.Generation,
			size:       c.is,
			version:    j.event.version,
			limit:      d.history.most(),
			others:     set.ReplicaSet.ResizedBy != "" && !ours(set.ReplicaSet.ResizedBy),
			unseen:     !j.watch,
		})
	} else if n := len(set.raises); c.is < c.was && n > 0 {
		lowered := set.raises[n-1]
		lowered.generation, lowered.size = set.Generation, c.is
		set.raises = append(set.raises, lowered)
	}
	if c.adopted {
		for pod := range j.podsOf[set.UID] {
			j.owed[pod] = j.event.version
		}
	}
	set.raises = slices.Clone(deciding(set))
}

// deciding is the raises that the ReplicaSet controller may act upon: it has seen
// the generation that its status shows, and perhaps a later one.
func deciding(set *replicaSet) []raise {
	first := 0
	for i, r := range set.raises {
		if r.generation <= set.ReplicaSet.ObservedGeneration {
			first = i
		}
	}
	return set.raises[first:]
}

// limited notes what a Deployment's new generation allows.
func (j *judge) limited(d *deployment) {
	for _, set := range j.setsOf[d.UID] {
		for i := range set.raises {
			set.raises[i].limit = max(set.raises[i].limit, d.history.newest().most)
		}
	}
}

// tooMany is rule (viii), about a Pod that was just created. Pods that others decided, or that changed hands, do not
// count against a write that came before. Nor does a Pod beyond every size that its ReplicaSet controller may act
// upon: an API server that dies between a creation and its reply makes that controller create the Pod once more.
func (j *judge) tooMany(d *deployment, set *replicaSet, pod witness.Record) {
	candidates := deciding(set)
	if len(candidates) == 0 {
		return
	}
	limit, size, since, excused := int32(0), int32(0), candidates[0].version, false
	for _, r := range candidates {
		size = max(size, r.size)
		if r.others {
			j.owed[pod.UID] = r.version
		}
		limit, excused = max(limit, r.limit), excused || r.others || r.unseen
	}
	if j.countActive(set, j.event.version) > size {
		j.owed[pod.UID] = j.event.version
	}
	if excused {
		return
	}
	total, shares := int32(0), []string{}
	for _, other := range j.setsOf[d.UID] {
		here := j.countActive(other, since)
		if here > 0 {
			shares = append(shares, fmt.Sprintf("%s has %d", other.Name, here))
		}
		total += here
	}
	if total > limit {
		slices.Sort(shares)
		j.violated("(viii) %s created: %d live Pods, at most %d allowed: %s", name(pod), total, limit, strings.Join(shares, ", "))
	}
}

// countActive counts the active Pods of a ReplicaSet, but for those that are owed to something after `since`. Nothing is
// owed to what comes after the present event.
func (j *judge) countActive(set *replicaSet, since uint64) (sum int32) {
	for uid := range j.podsOf[set.UID] {
		if active(j.pods[uid]) && j.owed[uid] <= since {
			sum++
		}
	}
	return sum
}

// active is a Pod that the ReplicaSet controller counts: it is not marked deleted
// and has neither failed nor succeeded.
func active(pod witness.Record) bool {
	return pod.DeletionTimestamp == nil && live(pod)
}
