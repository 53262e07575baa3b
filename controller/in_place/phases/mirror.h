// Copies the workload's settings to the ReplicaSets, as annotations, one write at a time (P-074).
// If an admission webhook removes these annotations from a ReplicaSet, its Pods cannot be updated
// in place: the cache keeps the template of a ReplicaSet only while the ReplicaSet has the
// settings.
#pragma once

#include <optional>

#include "controller/core/step.h"
#include "controller/in_place/phases/cause.h"
#include "controller/in_place/phases/rollout_mode.h"
#include "controller/workload/situation.h"

namespace windlass::in_place {

// Returns true if the API server did not keep the settings on `rs` less than kNotKeptTryAgain ago,
// and the user has changed neither the settings nor the spec of the workload since
// (View::settings_lost). So after such a change Windlass tries at once.
bool WereLostLately(const workload::Situation& situation, const ReplicaSet& rs);

// Returns when Windlass writes settings again during a rollout: the earliest end of
// kNotKeptTryAgain among the ReplicaSets for which WereLostLately returns true. No event reports
// that the webhook is gone. Returns nullopt if there is no such ReplicaSet, and at rest: otherwise
// 500 workloads at rest beside such a webhook would cost 500 writes a minute or more, for nothing.
// The next change of the workload is tried at once.
std::optional<WallTime> MirrorAgainAt(const workload::Situation& situation);

// Returns the write that applies the changes `missing` to the annotations of `rs`. `missing` is the
// result of MirrorDifference. Returns nullopt if the write would be in vain:
//   - This sync has sent the write already, and the API server did not keep it (UnlessInVain).
//   - The API server did not keep it a short time ago (WereLostLately).
std::optional<Step> Mirror(const workload::Situation& situation, const ReplicaSet& rs,
                           const TextChanges& missing);

// Returns a cause if an admission webhook has removed the settings that Windlass wrote to `rs`, in
// this sync or a short time ago (Mirror). The sentence names the ReplicaSet, the first of the
// annotations, and the remedy. Returns nullopt if the API server refused the write.
std::optional<Cause> SettingsNotKept(const workload::Situation& situation, const ReplicaSet& rs);

// Returns `why`. If its reason is kNotKept, adds to the sentence that Windlass replaces Pods until
// a user has carried out the remedy.
Cause ReplacedBecause(Cause why);

// Returns why the rolling update that is under way replaces Pods, if the cause is an old ReplicaSet
// that does not keep the settings (SettingsNotKept). Returns nullopt in all other cases, and if the
// policy is not IfPossible. No ReplicaSet has a note of this decision, because the webhook removes
// the note, too.
std::optional<Cause> WhyReplacedUnnoted(const workload::Situation& situation);

}  // namespace windlass::in_place
