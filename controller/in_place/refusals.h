// Patches of Pods that the server refuses for good, by admission or validation: how often in a row,
// and when they are tried again. Noted on the ReplicaSet that has the template of the rollout, so
// that a restart goes on counting. Source: P-036.
//
//   internal.windlass.dev/refused  {"rev":"6","to":"t-<hex>","tries":1,
//                                   "at":"2026-11-20T06:34:05Z","why":"…"}
//
// As with the notes of rollout_mode.h: it counts for the revision it names only, what cannot be
// understood counts as absent, and members that nobody knows are ignored. It counts, too, only for
// patches to that template: a revert is not held up by what was refused on the way there.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "controller/in_place/pod_state.h"
#include "kubeclient/api/canonical.h"
#include "kubeclient/api/replica_set.h"

namespace windlass::in_place {

inline constexpr std::string_view kRefused = "internal.windlass.dev/refused";

// So many, and updating in place is given up where it may be.
inline constexpr int32_t kRefusedTriesMax = 3;

struct Refusals {
  int32_t tries = 0;  // in a row, at least 1
  WallTime at;        // of the last one, by our clock
  std::string why;    // what the server said to it
  bool operator==(const Refusals&) const = default;
};

// `why` is cut where nobody would read on.
std::string WriteRefusals(const Refusals& refusals, std::string_view revision,
                          const Fingerprint& to);
std::optional<Refusals> RefusalsOf(const ReplicaSet& rs, std::string_view revision,
                                   const Fingerprint& to);

// A patch of one of these Pods to that template went through since: the next refusal is a first
// one.
bool IsOver(const Refusals& refusals, std::span<const std::optional<PodState>> pods,
            const Fingerprint& to);

// Before that no Pod is patched: 10 s after the first refusal, then twice as long each time, at
// most 5 min. nullopt: it has passed. Clocks that disagree keep nobody waiting for more than 5 min
// longer.
std::optional<WallTime> NextTry(const Refusals& refusals, WallTime now);

}  // namespace windlass::in_place
