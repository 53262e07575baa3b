// Copies the workload's settings to the ReplicaSets, as annotations, one write at a time (P-074).
// If a webhook removes the settings from a ReplicaSet, the cache does not keep its template. Its
// Pods then cannot be updated in place.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "controller/core/step.h"
#include "controller/in_place/phases/cause.h"
#include "controller/in_place/phases/rollout_mode.h"
#include "controller/workload/situation.h"

namespace windlass::in_place {

// Returns true if the API server dropped settings that Windlass wrote to `rs`
//   - less than kNotKeptTryAgain ago (View::settings_lost), unless the user has changed the
//     settings or the spec of the workload since
//   - or in this sync (WasDropped). A sync does not write settings twice. Otherwise a webhook that
//     changes something else with each write could cause many writes, because none of them counts
//     as a repetition (UnlessInVain). They would use up the patches of this sync, and leave none
//     for the decision on the rollout.
bool AreLost(const workload::Situation& situation, const ReplicaSet& rs);

// Returns when Windlass writes lost settings again: the earliest end of kNotKeptTryAgain among the
// ReplicaSets. No event reports that the webhook is gone. Returns nullopt if
//   - no ReplicaSet is in View::settings_lost
//   - no rollout is under way. Without this rule, 500 such workloads at rest would cost 500 writes
//     a minute or more.
std::optional<WallTime> MirrorAgainAt(const workload::Situation& situation);

// Returns the write that applies `missing`, the result of MirrorDifference, to the annotations of
// `rs`. Returns nullopt if
//   - the API server does not keep settings on `rs` (AreLost)
//   - this sync may not send the write any more (UnlessInVain)
std::optional<Step> Mirror(const workload::Situation& situation, const ReplicaSet& rs,
                           const TextChanges& missing);

// Returns true if a patch of `rs` failed in this sync: the API server refused it, or another client
// was faster. It is then not known what the API server keeps.
bool HasFailedPatch(const workload::Situation& situation, const ReplicaSet& rs);

// Returns true if the API server has accepted a patch of `rs` with `decision` (decisions.h) in this
// sync, and the reply lacks what was written (Write::shows). The latest such patch counts.
bool WasDropped(const workload::Situation& situation, const ReplicaSet& rs, Decision decision);

// Returns the cause that an admission webhook removes annotation `key` from `rs` (kNotKept). The
// sentence names the ReplicaSet, the annotation and the remedy.
Cause NotKeptBy(const ReplicaSet& rs, std::string_view key);

// Returns the annotations in `json` that an update in place needs, with their texts: the decision
// and the settings. `json` is a ReplicaSet or a patch of one. Returns none if `json` is not JSON.
std::map<std::string, std::string> NotesIn(std::string_view json);

// Returns a cause if an admission webhook has removed the settings that Windlass wrote to `rs`, in
// this sync or a short time ago (Mirror). The cause is NotKeptBy for the first of these settings.
// Returns nullopt if
//   - the API server refused the write
//   - this sync has not sent these settings, because it has sent too many other patches of `rs`
//     (UnlessInVain)
std::optional<Cause> SettingsNotKept(const workload::Situation& situation, const ReplicaSet& rs);

// Returns true if `rs` lacks settings that only the next sync may send, because this sync has sent
// too many patches of `rs` (UnlessInVain). No event would begin the next sync.
bool AreHeldBack(const workload::Situation& situation, const ReplicaSet& rs);

// Policy IfPossible: if a rollout replaces Pods because an old ReplicaSet does not keep the
// settings (SettingsNotKept), returns this cause. Returns nullopt in all other cases. No note
// records this decision, because the webhook removes the note, too.
std::optional<Cause> WhyReplacedUnnoted(const workload::Situation& situation);

}  // namespace windlass::in_place
