package check

import (
	"encoding/json"
	"fmt"
	"slices"

	"windlass.dev/test/cluster/internal/witness"
)

// patched is what a Pod's annotation says of the last patch, as far as it is judged.
type patched struct {
	Containers map[string]containerPatch `json:"c"`
}

type containerPatch struct {
	From string `json:"from"`
	To   string `json:"to"`
	ID   string `json:"id"`
	Seen []seen `json:"seen"`
}

// seen is a container that was there when a patch overtook another one.
type seen struct {
	ID    string `json:"id"`
	Image string `json:"image"`
}

// patchedOf: of a Pod that nobody patched, or whose annotation cannot be read, nothing.
func patchedOf(pod witness.Record) patched {
	var p patched
	if json.Unmarshal([]byte(pod.Pod.InPlaceState), &p) != nil {
		return patched{}
	}
	return p
}

// inFlight: a patch is not carried out. The Pod may well be called ready. This looks for the old
// container only, and is more lenient than the controller, which needs evidence of the new one.
func inFlight(pod witness.Record) bool {
	patch := patchedOf(pod)
	for _, container := range pod.Pod.Containers {
		entry, ok := patch.Containers[container.Name]
		if !ok {
			continue
		}
		there := seen{container.ID, entry.To}
		stays := slices.Contains(entry.Seen, there) && pod.Pod.ObservedGeneration >= pod.Generation
		old := container.ID == entry.ID || slices.ContainsFunc(entry.Seen, func(s seen) bool { return s.ID == container.ID })
		if old && !stays {
			return true
		}
	}
	return false
}

// serves: the Pod can be counted on.
func serves(pod witness.Record) bool {
	return pod.Pod.Ready && pod.DeletionTimestamp == nil && live(pod) && !inFlight(pod)
}

// serving counts the Pods of a Deployment that serve.
func (j *judge) serving(d *deployment) (sum int32) {
	for uid := range j.setsOf[d.UID] {
		for pod := range j.podsOf[uid] {
			if serves(j.pods[pod]) {
				sum++
			}
		}
	}
	return sum
}

// inPlace is about what one event did to one Pod. Rules (v), (vi) and (vii).
func (j *judge) inPlace(old witness.Record, known bool, now witness.Record) {
	d := j.ownerOf(now)
	if d == nil || d.DeletionTimestamp != nil {
		return
	}
	if j.strict && j.watch && d.whole && d.Deployment.InPlace == "Only" {
		if !known && now.Type != witness.Deleted {
			j.violated("(vii) %s created: Pods are to stay", name(now))
		}
		if known && now.DeletionTimestamp != nil && old.DeletionTimestamp == nil || known && now.Type == witness.Deleted {
			j.violated("(vii) %s deleted: Pods are to stay", name(now))
		}
	}
	if now.Type == witness.Deleted {
		return
	}
	if text := j.identities.see(d.Name, now); text != "" {
		j.violated("(vi) %s: %s", name(now), text)
	}
	if !known || old.Pod.InPlaceState == now.Pod.InPlaceState {
		return
	}
	j.patches++
	j.countInFlight(d, now)
	j.patchedAgain(old, now)
	if !serves(old) || !inFlight(now) {
		return // takes nothing away
	}
	if after := j.serving(d) - 1; after < d.history.leastInPlace() {
		j.violated("(v) %s patched: %d available and not in flight, at least %d required", name(now), after, d.history.leastInPlace())
	}
}

func (j *judge) countInFlight(d *deployment, now witness.Record) {
	count := 0
	for uid := range j.setsOf[d.UID] {
		for pod := range j.podsOf[uid] {
			record := j.pods[pod]
			if pod == now.UID {
				record = now
			}
			if inFlight(record) {
				count++
			}
		}
	}
	j.inFlight = max(j.inFlight, count)
}

// patchedAgain: no container is patched twice to one image. A patch of others, or of
// metadata, keeps its entry.
func (j *judge) patchedAgain(old, now witness.Record) {
	before, after := patchedOf(old).Containers, patchedOf(now).Containers
	for _, container := range old.Pod.Containers {
		was, is := before[container.Name], after[container.Name]
		if is.To == "" || was.To != is.To || is.To != container.Image {
			continue // the image is changed by this patch
		}
		if was.ID != is.ID || was.From != is.From {
			j.violated("(vi) %s: container %s is patched to %s again", name(now), container.Name, is.To)
		}
	}
}

func (j *judge) ownerOf(pod witness.Record) *deployment {
	if set := j.sets[pod.Owner]; set != nil {
		return j.deployments[set.Owner]
	}
	return nil
}

// restarts: no container was restarted more often than its image was changed.
func (j *judge) restarts() (complaints []string) {
	for _, pod := range j.identities {
		for _, c := range pod.containers {
			if restarts := c.after.Restarts - c.before.Restarts; int(restarts) > c.changes {
				complaints = append(complaints, fmt.Sprintf("(vii) Pod %s: container %s was restarted %d times for %d changes of its image",
					pod.name, c.before.Name, restarts, c.changes))
			}
		}
	}
	return complaints
}
