package check

import (
	"k8s.io/apimachinery/pkg/util/intstr"

	"windlass.dev/test/cluster/internal/witness"
)

const recreate = "Recreate"

// bounds is what one generation of a Deployment's spec allows.
type bounds struct {
	generation int64
	most       int32 // sum of the ReplicaSets' spec.replicas
	least      int32 // available Pods
	inPlace    int32 // available Pods while they are patched
}

func boundsOf(generation int64, d *witness.DeploymentDetails) bounds {
	if d.Strategy == recreate {
		return bounds{generation, d.Replicas, 0, 0}
	}
	surge := scaled(d.MaxSurge, d.Replicas, true)
	unavailable := scaled(d.MaxUnavailable, d.Replicas, false)
	if surge == 0 && unavailable == 0 {
		unavailable = 1 // or nothing could ever move
	}
	least := d.Replicas - min(unavailable, d.Replicas)
	inPlace := scaled(d.MaxUnavailable, d.Replicas, false)
	if d.InPlaceUnavailable != "" {
		own := intstr.Parse(d.InPlaceUnavailable)
		inPlace = scaled(&own, d.Replicas, false)
	}
	return bounds{generation, d.Replicas + surge, least, d.Replicas - min(inPlace, d.Replicas)}
}

func scaled(value *intstr.IntOrString, total int32, up bool) int32 {
	if value == nil {
		return 0
	}
	n, err := intstr.GetScaledValueFromIntOrPercent(value, int(total), up)
	if err != nil {
		return 0 // the apiserver does not let such a value in
	}
	return int32(n)
}

// history holds the generations that a controller may still act on: it cannot
// know of a change before it has seen it, and says so by observedGeneration.
type history []bounds

func (h history) add(b bounds, observed int64) history {
	var kept history
	for _, old := range h {
		if old.generation >= observed && old.generation != b.generation {
			kept = append(kept, old)
		}
	}
	return append(kept, b)
}

func (h history) newest() bounds { return h[len(h)-1] }

func (h history) most() int32 {
	most := h.newest().most
	for _, b := range h {
		most = max(most, b.most)
	}
	return most
}

func (h history) least() int32 {
	least := h.newest().least
	for _, b := range h {
		least = min(least, b.least)
	}
	return least
}

// leastInPlace is how many Pods must be available while they are patched. Unlike a rollout by new
// Pods, one by patches does not take one more where none may be missing.
func (h history) leastInPlace() int32 {
	least := h.newest().inPlace
	for _, b := range h {
		least = min(least, b.inPlace)
	}
	return least
}
