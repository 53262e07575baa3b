// Pod patches that the API server refuses as forbidden or invalid. Windlass notes the refusal on
// the ReplicaSet that has the template of the rollout, and patches no Pod until the next try.
// Source: P-036.
// After the third refused try, a staged rollout with policy IfPossible replaces Pods. Windlass
// keeps trying with policy Only, and while Pods go back to an earlier template or templates are
// exchanged.
//
// Not covered here:
//   - a failed `test` operation: Windlass decides anew whether and how to patch the Pod
//   - a server or webhook in trouble: Windlass retries the patch like any other write
#pragma once

#include <optional>
#include <string>

#include "controller/core/step.h"
#include "controller/in_place/phases/rollout_in_place.h"

namespace windlass::in_place {

// After this many refused Pod patches of one kind (images, states or reverts), a sync sends no more
// of that kind, because the API server would probably refuse them for the same reason. Writes that
// open gates end only after one more refusal (OpenGates).
inline constexpr int kRefusalsMax = 3;

// Returns true if a patch of this Pod, or the write that begins its drain, failed in this sync for
// any reason.
bool WasRefused(const Learned& learned, const Pod& pod);
// Returns true if a patch of this Pod was accepted in this sync.
bool WasPatched(const Learned& learned, const Pod& pod);
// Returns true if the latest patch of the Pod in this sync was to return the Pod to traffic, and
// the API server accepted it.
bool WasUndrained(const Learned& learned, const Pod& pod);

// Sets `in_place.pods->refused` from the note on the new ReplicaSet. Requires `in_place.pods`.
// Leaves `refused` empty
//   - if no note is about the template that Pods get now
//   - if a patch has succeeded after the last refusal (IsOver)
//   - in phases that patch no Pods: all but staged, returning and committing
void FindRefusals(const workload::Situation& situation, InPlace& in_place);

// Returns the API server's message about the noted refusal. If no refusal is noted, returns the API
// server's message about the first refused patch of this sync; nullopt if no patch was refused.
std::optional<std::string> WhyRefused(const workload::Situation& situation);

// Returns the write that notes a refusal of this sync. Returns nullopt if no refusal is left to
// note, if the next try is scheduled already, or if the API server did not keep the note.
std::optional<Step> NoteRefusal(const workload::Situation& situation);

// Returns the error of the first patch that failed in this sync; null if none failed. While the
// next try is scheduled, Pod patches that were refused as forbidden or invalid do not count.
const Error* RefusedAndNotNoted(const workload::Situation& situation);

}  // namespace windlass::in_place
