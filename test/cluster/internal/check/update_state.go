package check

import (
	"k8s.io/apimachinery/pkg/util/intstr"

	"windlass.dev/test/cluster/internal/witness"
)

// updates is every ReplicationController with its Pods, and every update of one, as of one
// resourceVersion.
type updates struct {
	objects     map[string]*update
	controllers map[string]witness.Record // by uid
	pods        map[string]witness.Record // by uid
	home        map[string]string         // by a Pod's uid: the ReplicationController that had it last
	renamed     map[string]string         // by a Pod's uid: the update that passes it on
	seen        map[string]bool           // uids of updates
}

// update is a ReplicationControllerUpdate.
type update struct {
	witness.Record
	reached bool // as many Pods as there have to be were available
}

// pair is the two ReplicationControllers of an update: up gets the Pods of down. An uid is empty
// if it does not exist.
type pair struct{ up, down witness.Record }

func newUpdates() *updates {
	return &updates{
		objects: map[string]*update{}, controllers: map[string]witness.Record{}, pods: map[string]witness.Record{},
		home: map[string]string{}, renamed: map[string]string{}, seen: map[string]bool{},
	}
}

// limits are the most Pods of both, and the fewest available ones. Example: 10 desired, maxSurge
// 30%, maxUnavailable 0: 13 and 10.
func (u *update) limits() (most, least int32) {
	details := u.Update
	surge := scaled(&details.MaxSurge, details.Desired, true)
	unavailable := scaled(&details.MaxUnavailable, details.Desired, false)
	if surge == 0 && unavailable == 0 {
		unavailable = 1
	}
	return details.Desired + surge, details.Desired - min(unavailable, details.Desired)
}

func (s *updates) named(namespace, name string) witness.Record {
	for _, controller := range s.controllers {
		if controller.Namespace == namespace && controller.Name == name {
			return controller
		}
	}
	return witness.Record{}
}

// pairOf finds the two of an update. The new one names the old one; where it names another one, it
// is none of this update.
func (s *updates) pairOf(u *update) pair {
	old, next := s.named(u.Namespace, u.Name), s.named(u.Namespace, u.Update.NewName)
	if next.UID != "" && old.UID != "" {
		if source := next.ReplicationController.Source; source != "" && source != old.Name+":"+old.UID {
			next = witness.Record{}
		}
	}
	if u.Update.Rollback {
		return pair{up: old, down: next}
	}
	return pair{up: next, down: old}
}

// of finds the update that a ReplicationController takes part in.
func (s *updates) of(controller witness.Record) (*update, pair) {
	for _, u := range s.objects {
		both := s.pairOf(u)
		if controller.UID != "" && (both.up.UID == controller.UID || both.down.UID == controller.UID) {
			return u, both
		}
	}
	return nil, pair{}
}

func (p pair) sum() int32 { return replicasOf(p.up) + replicasOf(p.down) }

func replicasOf(controller witness.Record) int32 {
	if controller.ReplicationController == nil {
		return 0
	}
	return controller.ReplicationController.Replicas
}

// count counts the Pods that a ReplicationController of the pair had last.
func (s *updates) count(p pair, counts func(witness.Record) bool) (sum int32) {
	for uid, pod := range s.pods {
		home := s.home[uid]
		if home != "" && (home == p.up.UID || home == p.down.UID) && counts(pod) {
			sum++
		}
	}
	return sum
}

func ready(pod witness.Record) bool { return active(pod) && pod.Pod.Ready }

// limitsChanged says whether the newer one of two versions asks for other numbers of Pods.
func limitsChanged(old, now witness.Record) bool {
	same := func(a, b intstr.IntOrString) bool { return a.String() == b.String() }
	return old.Update == nil || old.Update.Desired != now.Update.Desired || old.Update.Rollback != now.Update.Rollback ||
		!same(old.Update.MaxSurge, now.Update.MaxSurge) || !same(old.Update.MaxUnavailable, now.Update.MaxUnavailable)
}
