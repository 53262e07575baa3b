package check

import (
	"k8s.io/apimachinery/pkg/util/intstr"

	"windlass.dev/test/cluster/internal/witness"
)

// updates is every ReplicationController with its Pods, and every update of one, as of one
// resourceVersion.
type updates struct {
	objects     map[string]*update        // by uid
	annotated   map[string]*update        // by the old one's uid: without an object that somebody acts on
	defaults    witness.UpdateDetails     // the limits of these
	controllers map[string]witness.Record // by uid
	pods        map[string]witness.Record // by uid
	home        map[string]string         // by a Pod's uid: the ReplicationController that had it last
	renamed     map[string]string         // by a Pod's uid: the update that passes it on
	seen        map[string]bool           // uids of updates
	scalings    int                       // writes of ours that were judged
}

// update is a ReplicationControllerUpdate, or what the annotations of two ReplicationControllers say.
type update struct {
	witness.Record
	reached bool   // as many Pods as there have to be were available
	newUID  string // of the new one, which a rename deletes
}

func (u *update) hasEnded() bool {
	return u.Update.Phase == "Succeeded" || u.Update.Phase == "RolledBack"
}

// pair is the two ReplicationControllers of an update: up gets the Pods of down. One that does not
// exist has no details; it has an uid if a rename has deleted it.
type pair struct{ up, down witness.Record }

func (p pair) has(uid string) bool { return uid != "" && (p.up.UID == uid || p.down.UID == uid) }

// complete says whether both may have Pods made. One that is being deleted has none made: after its
// deletion is accepted, the other one may take over its size.
func (p pair) complete() bool {
	makes := func(one witness.Record) bool {
		return one.ReplicationController != nil && one.DeletionTimestamp == nil
	}
	return makes(p.up) && makes(p.down)
}

func newUpdates(defaults witness.UpdateDetails) *updates {
	return &updates{
		objects: map[string]*update{}, annotated: map[string]*update{}, defaults: defaults, controllers: map[string]witness.Record{}, pods: map[string]witness.Record{},
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
	both := s.existing(u)
	if u.Update.Renames && both.up.UID == "" {
		both.up.UID = u.newUID
	} else if both.up.UID != "" && !u.Update.Rollback {
		u.newUID = both.up.UID
	}
	return both
}

func (s *updates) existing(u *update) pair {
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

// of finds the update that the ReplicationController with this uid takes part in. An object that
// nobody acts on has no phase, and is no update yet.
func (s *updates) of(uid string) (*update, pair) {
	for _, u := range s.objects {
		if both := s.pairOf(u); u.Update.Phase != "" && both.has(uid) {
			return u, both
		}
	}
	for _, u := range s.annotated {
		if both := s.pairOf(u); both.has(uid) {
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
