// Patches of Pods that the server refuses for good. Such a try is noted on the ReplicaSet that has
// the template, and until the next one no Pod is patched; after the third, IfPossible goes on by
// replacing Pods, and Only goes on trying. Source: P-036.
//
// Not meant are a patch whose guards did not hold, which is decided anew, and a server or webhook
// in trouble, which is asked again as for any other write.
#pragma once

#include <optional>
#include <string>

#include "controller/core/step.h"
#include "controller/deployment/situation.h"

namespace windlass::deployment {

// Of Pod patches in one sync: more would be refused for the same reason.
inline constexpr int kRefusalsMax = 3;

// A patch of this Pod, or the beginning of its drain, did not succeed in this sync, for whatever
// reason.
bool WasRefused(const Learned& learned, const Pod& pod);

// `refusals` and `next_try` of `in_place`, whose Pods are known.
void LookAtRefusals(const Situation& situation, InPlace& in_place);

// What the server says to patches since the last one that went through; nullopt: nothing.
std::optional<std::string> WhyRefused(const Situation& situation);

// The note about a refusal of this sync, once per sync.
std::optional<Step> NoteRefusal(const Situation& situation);

// A write of this sync that was refused and that no note makes wait; null: none.
const Error* RefusedAndNotNoted(const Situation& situation);

}  // namespace windlass::deployment
