// Pod patches that the API server refuses as forbidden or invalid. The refusal is noted on the
// ReplicaSet that has the template, and no Pod is patched until the next try. After the third try,
// a staged rollout with policy IfPossible replaces Pods instead. Windlass keeps trying with policy
// Only, and while Pods go back to an earlier template or templates are exchanged. Source: P-036.
//
// Not covered here:
// - a patch that the API server did not apply because one of its `test` operations failed; the
//   patch is decided anew
// - a patch that failed because the server or a webhook is in trouble, which is retried like any
//   other write
#pragma once

#include <optional>
#include <string>

#include "controller/core/step.h"
#include "controller/in_place/phases/rollout_in_place.h"

namespace windlass::in_place {

// After this many refused Pod patches, a sync sends no more: they would be refused for the same
// reason.
inline constexpr int kRefusalsMax = 3;

// Returns true if a patch of this Pod, or the beginning of its drain, failed in this sync, for
// whatever reason.
bool WasRefused(const Learned& learned, const Pod& pod);
// Returns true if a patch of this Pod was accepted in this sync.
bool WasPatched(const Learned& learned, const Pod& pod);

// Sets `refused` of `in_place.pods` from the note on the new ReplicaSet. Leaves `refused` empty if
// there is no note about the template that Pods get now, or if a patch has succeeded since
// (IsOver). Requires `in_place.pods`.
void FindRefusals(const workload::Situation& situation, InPlace& in_place);

// Returns the API server's message about the refusal that is noted. If none is noted, returns its
// message about the first refused patch of this sync; nullopt if no patch was refused.
std::optional<std::string> WhyRefused(const workload::Situation& situation);

// Returns the write that notes a refusal of this sync. Returns nullopt if no refusal is left to
// note, or if the API server did not keep the note.
std::optional<Step> NoteRefusal(const workload::Situation& situation);

// Returns the error of the first patch that failed in this sync; null if none failed. Exception: a
// patch of a Pod that was refused as forbidden or invalid does not count while its next try is
// scheduled.
const Error* RefusedAndNotNoted(const workload::Situation& situation);

}  // namespace windlass::in_place
