package check

import "windlass.dev/test/cluster/internal/witness"

// annotate brings the updates up to date that only annotations describe: those of kubectl 1.17 and
// of `kubectl windlass rolling-update --local`. The new one names the old one as its source; in a
// rollback the old one names the new one, too. Each says how many replicas it is to have.
func (s *updates) annotate(changed witness.Record) {
	for uid, u := range s.annotated {
		if uid == changed.UID || u.newUID == changed.UID {
			s.follow(uid, u)
		}
	}
	old := s.sourceOf(s.controllers[changed.UID])
	if old.UID == "" || s.annotated[old.UID] != nil {
		return
	}
	if u := s.annotated[changed.UID]; u != nil && u.newUID == old.UID {
		return // it is the old one, and rolled back
	}
	u := &update{Record: old, newUID: changed.UID}
	u.Kind, u.UID = witness.ReplicationControllerUpdate, "of "+old.UID
	details := s.defaults
	details.NewName = changed.Name
	u.Update = &details
	s.annotated[old.UID] = u
	s.follow(old.UID, u)
	for _, object := range s.objects {
		if object.Namespace == old.Namespace && object.Name == old.Name {
			return // counted already
		}
	}
	s.seen[u.UID] = true
}

// follow takes over what the annotations of the two say now, and forgets an update that has ended.
func (s *updates) follow(uid string, u *update) {
	old, next := s.controllers[uid], s.controllers[u.newUID]
	if old.UID == "" {
		delete(s.annotated, uid)
		return
	}
	renames := old.ReplicationController.Renames
	back := old.ReplicationController.Source == u.Update.NewName+":"+u.newUID
	if next.UID == "" && !renames && !back || next.UID != "" && s.sourceOf(next).UID != uid {
		delete(s.annotated, uid)
		return
	}
	before := *u.Update
	u.Update.Renames, u.Update.Rollback = renames, back
	target := next
	if back {
		target = old
	}
	if is := target.ReplicationController; is != nil && is.Desired != nil {
		u.Update.Desired = *is.Desired
	}
	if before.Desired != u.Update.Desired || before.Rollback != u.Update.Rollback {
		_, least := u.limits()
		u.reached = s.count(s.pairOf(u), ready) >= least
	}
}

// sourceOf returns the ReplicationController that another one names as its source, if it exists.
func (s *updates) sourceOf(controller witness.Record) witness.Record {
	if controller.ReplicationController == nil {
		return witness.Record{}
	}
	for _, other := range s.controllers {
		if other.Namespace == controller.Namespace && controller.ReplicationController.Source == other.Name+":"+other.UID {
			return other
		}
	}
	return witness.Record{}
}
