// What Windlass does if the API server accepts the decision on a rollout, but does not keep it. An
// admission webhook then removes the note of the decision (kMode in rollout_mode.h) from the new
// ReplicaSet. Without this note no update in place can begin. With policy IfPossible new Pods are
// made instead, and with policy Only nothing is rolled out. Source: P-013, P-014.
//
// With strategy Recreate there may be no new ReplicaSet that could have the note
// (TellBeforeRecreate).
#pragma once

#include <optional>

#include "controller/core/step.h"
#include "controller/in_place/phases/cause.h"
#include "controller/in_place/phases/rollout_in_place.h"
#include "controller/workload/situation.h"

namespace windlass::in_place {

// `write` makes the new ReplicaSet or patches it. If `write` notes a decision, adds `started` to
// the Events of `write`. This Event is sent only if the reply shows the decision, and each setting
// that the write sets. Without them, Windlass does not know yet that an update in place begins.
void TellIfKept(Write& write, Event started);

// Returns a cause if the new ReplicaSet does not keep an annotation without which the update in
// place cannot begin:
//   - phase deciding: the decision. This sync wrote the decision as often as a sync may
//     (UnlessInVain), and the reply to the latest of these writes lacked the decision.
//   - phase deciding or staged: the settings (SettingsNotKept), without which the cache lacks the
//     text of the ReplicaSet's template. A revert does not need this text.
// Returns nullopt if there is no new ReplicaSet yet, or if the API server has refused the write.
// Reads `in_place`, so InPlaceOf(situation) need not be set yet.
std::optional<Cause> PendingNotKept(const workload::Situation& situation, const InPlace& in_place);

// Returns how soon the next sync begins if this sync decided to update in place, but may not send
// the decision any more (UnlessInVain): it has sent too many other patches of the new ReplicaSet.
// The next sync may send the decision, and no event would begin that sync. Returns nullopt in all
// other cases.
std::optional<Duration> NextSyncForNote(const workload::Situation& situation);

// Returns the status write that says why new Pods are made, if the API server does not keep an
// annotation (kNotKept). The write comes before the first new Pod, because afterwards only the
// stored condition shows the cause: the note of the decision is lost.
// Returns nullopt if the stored condition has this message, or if there is no new ReplicaSet yet.
std::optional<Step> TellLostNote(const workload::Situation& situation);

// Returns the status write that says why strategy Recreate replaces Pods. It comes before the old
// Pods are removed. Until they are gone, Recreate makes no new ReplicaSet that could have the note.
// So only the stored condition shows the cause.
// The write also carries the cause for the metric, as the note does. Returns nullopt
//   - with another strategy, or if Pods are not replaced
//   - if there is a new ReplicaSet already, which gets the note
//   - if the stored condition has this message, or this sync has sent the write
std::optional<Step> TellBeforeRecreate(const workload::Situation& situation);

}  // namespace windlass::in_place
