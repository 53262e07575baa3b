// Counts refused tries to patch Pods, and decides when to try again. A refusal counts only if the
// API server refused the patch as invalid, or as forbidden (by admission, or for lack of a right).
// An annotation of the ReplicaSet that has the template of the rollout keeps the count over a
// restart of Windlass. Source: P-036.
//
//   internal.windlass.dev/refused  {"rev":"6","to":"t-<hex>","tries":1,
//                                   "at":"2026-11-20T06:34:05Z","why":"…"}
//
// A note counts only for the revision `rev` and the template `to`: refusals of the new template
// must not hold up a revert to the old one. An unreadable note counts as absent; unknown members
// are ignored.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "controller/in_place/batch/rollout_pods.h"
#include "kubeclient/api/canonical.h"
#include "kubeclient/api/replica_set.h"

namespace windlass::in_place {

inline constexpr std::string_view kRefusedPatches = "internal.windlass.dev/refused";

// After this many refusals in a row the rollout replaces Pods instead, if the policy is IfPossible.
inline constexpr int32_t kRefusedTriesMax = 3;

struct Refusals {
  int32_t tries = 0;  // refusals in a row, at least 1
  WallTime at;        // time of the last refusal, by our clock
  std::string why;    // the API server's message
  bool operator==(const Refusals&) const = default;
};

// Returns the text of the note. It has at most the first 512 bytes of `refusals.why`.
std::string WriteRefusals(const Refusals& refusals, std::string_view revision,
                          const Fingerprint& to);
std::optional<Refusals> RefusalsOf(const ReplicaSet& rs, std::string_view revision,
                                   const Fingerprint& to);

// Returns true if a patch of one of `pods` to template `to` has succeeded after the last refusal.
// The next refusal then counts as the first in a row again.
bool IsOver(const Refusals& refusals, std::span<const RolloutPod> pods, const Fingerprint& to);

// Returns the time before which no Pod may be patched; nullopt if that time has passed. The waits
// after refusals are 10 s, 20 s, 40 s, 80 s, 160 s, and from then on 300 s.
// Returns nullopt also if `refusals.at` is more than 5 min after `now`: a process whose clock is
// ahead wrote it. So a difference between clocks lengthens the wait by at most 5 min.
std::optional<WallTime> NextTry(const Refusals& refusals, WallTime now);

}  // namespace windlass::in_place
