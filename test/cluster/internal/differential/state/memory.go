// Package state turns objects and events into the lines that the differential
// test compares, as test/differential/README.md says.
package state

import (
	"fmt"
	"strconv"
	"strings"
	"sync"

	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

const revisionAnnotation = "deployment.kubernetes.io/revision"

// Identity is what a ReplicaSet is called in place of its name.
type Identity struct {
	UID      types.UID
	Owner    string // the Deployment or Rollout that controls it, or that did last; "-": none ever did
	Revision string // "none" without the annotation
	Owned    bool   // it controls it now
}

// String is the name in the lines of a state.
func (i Identity) String() string {
	if !i.Owned {
		return "-/" + i.Revision
	}
	return i.Owner + "/" + i.Revision
}

// Number is the revision, 0 where it is none.
func (i Identity) Number() int64 {
	number, err := strconv.ParseInt(i.Revision, 10, 64)
	if err != nil {
		return 0
	}
	return number
}

// Memory knows what each ReplicaSet of a namespace was called last: events and
// Pods outlive the ReplicaSets they name. It may be used by several goroutines.
type Memory struct {
	mutex  sync.Mutex
	byName map[string]Identity
}

func NewMemory() *Memory { return &Memory{byName: map[string]Identity{}} }

// See takes note of a state of a ReplicaSet.
func (m *Memory) See(rs *appsv1.ReplicaSet) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	identity := Identity{UID: rs.UID, Owner: "-", Revision: "none"}
	if old, found := m.byName[rs.Name]; found && old.UID == rs.UID {
		identity.Owner = old.Owner
	}
	if revision, found := rs.Annotations[revisionAnnotation]; found {
		identity.Revision = revision
	}
	if owner := metav1.GetControllerOf(rs); owner != nil && (owner.Kind == "Deployment" || owner.Kind == "Rollout") {
		identity.Owner, identity.Owned = owner.Name, true
	}
	m.byName[rs.Name] = identity
}

// Of returns what is known of the ReplicaSet of that name.
func (m *Memory) Of(name string) (Identity, bool) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	identity, found := m.byName[name]
	return identity, found
}

// Combined says whether an event stands for several. From the eleventh event of
// a reason on, a recorder keeps but the newest message, and need not send every one.
func Combined(message string) bool {
	return strings.HasPrefix(message, "(combined from similar events): ")
}

// scaled reads the message of a ScalingReplicaSet event.
func scaled(message string) (replicaSet string, change int, err error) {
	var direction string
	var from, to int
	if _, err := fmt.Sscanf(message, "Scaled %s replica set %s from %d to %d",
		&direction, &replicaSet, &from, &to); err != nil {
		return "", 0, fmt.Errorf("%q: %w", message, err)
	}
	if (direction == "up") != (to > from) {
		return "", 0, fmt.Errorf("%q: wrong direction", message)
	}
	return replicaSet, to - from, nil
}
