package check

import (
	"fmt"

	"windlass.dev/test/cluster/internal/witness"
)

// The rules about updates of ReplicationControllers:
//
//	(ix)   no write of ours raises the sum of both sizes above desired + maxSurge
//	(x)    no Pod is created that makes the live Pods of both more than that
//	(xi)   once desired - maxUnavailable Pods were available, none is deleted that takes them below
//	(xii)  no write of ours raises the one that shrinks, or lowers the one that grows
//	(xiii) a rename creates no Pod and deletes none

func (j *judge) update(now witness.Record) {
	s := j.updates
	s.seen[now.UID] = true
	if now.Type == witness.Deleted {
		delete(s.objects, now.UID)
		return
	}
	u, known := s.objects[now.UID]
	if !known {
		u = &update{}
		s.objects[now.UID] = u
	}
	old := u.Record
	u.Record = now
	for _, other := range s.annotated {
		if other.Namespace == now.Namespace && other.Name == now.Name {
			delete(s.seen, other.UID) // it is this one
		}
	}
	if limitsChanged(old, now) || !j.watch {
		_, least := u.limits()
		u.reached = s.count(s.pairOf(u), ready) >= least
	}
}

func (j *judge) replicationController(now witness.Record) {
	s := j.updates
	old, known := s.controllers[now.UID]
	if now.Type == witness.Deleted {
		delete(s.controllers, now.UID)
		s.annotate(now)
		return
	}
	s.controllers[now.UID] = now
	s.annotate(now)
	u, both := s.of(now.UID)
	if u == nil {
		return
	}
	if known && old.DeletionTimestamp == nil && now.DeletionTimestamp != nil {
		for uid, pod := range s.pods {
			if pod.Owner == now.UID && active(pod) {
				s.renamed[uid] = u.UID
			}
		}
	}
	is := now.ReplicationController
	if !known || old.ReplicationController.Replicas == is.Replicas || !ours(is.ResizedBy) || !both.complete() {
		return
	}
	s.scalings++
	was := old.ReplicationController.Replicas
	most, _ := u.limits()
	if sum := both.sum(); is.Replicas > was && sum > most {
		j.violated("(ix) %s raised from %d to %d: %d replicas of both, at most %d allowed", name(now), was, is.Replicas, sum, most)
	}
	// A size that somebody else wrote may be set back.
	grows := both.up.UID == now.UID
	if judged := ours(old.ReplicationController.ResizedBy) || u.Update.Rollback; judged && grows != (is.Replicas > was) {
		j.violated("(xii) %s set from %d to %d, against the direction of its update", name(now), was, is.Replicas)
	}
}

// podOfUpdate judges what an event does to a Pod that belongs, or belonged, to one of a pair.
func (j *judge) podOfUpdate(now witness.Record) {
	s := j.updates
	old, known := s.pods[now.UID]
	if controller, its := s.controllers[now.Owner]; its {
		s.home[now.UID] = controller.UID
	} else if now.Owner != "" {
		delete(s.home, now.UID)
	}
	u, both := s.of(s.home[now.UID])
	wasReady := known && ready(old)
	if now.Type == witness.Deleted {
		delete(s.pods, now.UID)
		delete(s.home, now.UID)
		delete(s.renamed, now.UID)
	} else {
		s.pods[now.UID] = now
	}
	if u == nil {
		return
	}
	marked := known && old.DeletionTimestamp == nil && now.DeletionTimestamp != nil
	if marked && u.Update.Renames && s.renamed[now.UID] == u.UID {
		j.violated("(xiii) %s deleted: a rename keeps all Pods", name(now))
	}
	if !known && now.Type != witness.Deleted && active(now) {
		j.createdInUpdate(u, both, now)
	}
	if u.hasEnded() {
		u.reached = false // others may scale
		return
	}
	_, least := u.limits()
	available := s.count(both, ready)
	if available >= least || !j.watch {
		u.reached = available >= least
	} else if u.reached && wasReady {
		u.reached = false
		if marked {
			j.violated("(xi) %s deleted: %d available Pods of both, at least %d required", name(now), available, least)
		} else {
			j.podFailures++
		}
	}
}

func (j *judge) createdInUpdate(u *update, both pair, pod witness.Record) {
	s := j.updates
	for _, by := range s.renamed {
		if by == u.UID && u.Update.Renames {
			j.violated("(xiii) %s created: a rename keeps all Pods", name(pod))
			break
		}
	}
	most, _ := u.limits()
	// Sizes that others have written may be larger.
	if live := s.count(both, active); live > max(most, both.sum()) {
		j.violated("(x) %s created: %d live Pods of both, at most %d allowed", name(pod), live, max(most, both.sum()))
	}
}

// settledUpdates is what every update should have come to.
func (j *judge) settledUpdates() (complaints []string) {
	s := j.updates
	for uid, pod := range s.pods {
		if s.renamed[uid] != "" && pod.Owner == "" {
			complaints = append(complaints, fmt.Sprintf("%s has lost its owner in a rename", name(pod)))
		}
	}
	for _, controller := range s.controllers {
		is := controller.ReplicationController
		if is.StatusReplicas != is.Replicas || is.Available != is.Replicas || is.ObservedGeneration != controller.Generation {
			complaints = append(complaints, fmt.Sprintf("%s has spec.replicas %d, status.replicas %d, available %d, generation %d, observed %d",
				name(controller), is.Replicas, is.StatusReplicas, is.Available, controller.Generation, is.ObservedGeneration))
		}
	}
	return complaints
}
