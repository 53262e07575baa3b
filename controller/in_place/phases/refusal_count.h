// Counts the patches that the API server refuses for good, by admission or validation, and decides
// when to try again. The count is noted on the ReplicaSet that has the template of the rollout, so
// that counting continues after a restart. Source: P-036.
//
//   internal.windlass.dev/refused  {"rev":"6","to":"t-<hex>","tries":1,
//                                   "at":"2026-11-20T06:34:05Z","why":"…"}
//
// As with the notes of rollout_mode.h, a note counts only for the revision it names, a note that
// cannot be read counts as absent, and unknown members are ignored. A note also counts only for
// patches to template `to`: refusals of the new template must not hold up a revert.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "controller/in_place/pod/pod_state.h"
#include "kubeclient/api/canonical.h"
#include "kubeclient/api/replica_set.h"

namespace windlass::in_place {

inline constexpr std::string_view kRefusedPatches = "internal.windlass.dev/refused";

// After this many refusals in a row the rollout replaces Pods instead, if its policy allows that.
inline constexpr int32_t kRefusedTriesMax = 3;

struct Refusals {
  int32_t tries = 0;  // in a row, at least 1
  WallTime at;        // of the last one, by our clock
  std::string why;    // the API server's message
  bool operator==(const Refusals&) const = default;
};

// `why` is truncated to 512 bytes.
std::string WriteRefusals(const Refusals& refusals, std::string_view revision,
                          const Fingerprint& to);
std::optional<Refusals> RefusalsOf(const ReplicaSet& rs, std::string_view revision,
                                   const Fingerprint& to);

// Returns true if a patch of one of `pods` to template `to` has succeeded since the last refusal:
// the next refusal is counted as the first in a row.
bool IsOver(const Refusals& refusals, std::span<const std::optional<PodState>> pods,
            const Fingerprint& to);

// Returns the time before which no Pod may be patched; nullopt if that time has passed. The wait is
// 10 s after the first refusal and doubles each time, up to 5 min. Example: 10 s, 20 s, 40 s, 80 s,
// 160 s, 300 s. Also returns nullopt if the refusal was noted more than 5 min in our future, by a
// clock ahead of ours. So the wait is at most 5 min longer if clocks disagree.
std::optional<WallTime> NextTry(const Refusals& refusals, WallTime now);

}  // namespace windlass::in_place
