// The conditions Ready, Reconciling and Stalled of a custom resource. kubectl wait, kstatus, Flux
// and Argo CD understand these conditions.
//
//   Way            Ready   other condition
//   kReady         True    none
//   kReconciling   False   Reconciling is True
//   kStalled       False   Stalled is True
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "kubeclient/api/condition.h"
#include "kubeclient/base/clock.h"

namespace windlass::kind {

inline constexpr std::string_view kReadyCondition = "Ready";
inline constexpr std::string_view kReconcilingCondition = "Reconciling";
inline constexpr std::string_view kStalledCondition = "Stalled";

// How an object stands:
//   - kReady: all is done
//   - kReconciling: the controller is at work, or waits for something that comes by itself
//   - kStalled: as a rule, nothing happens until a user acts. If the cause goes away by itself, the
//     controller goes on. Example: the progress deadline has passed, but later a Pod becomes ready
enum class Way : uint8_t { kReady, kReconciling, kStalled };

// What a controller finds about an object.
struct Ruling {
  std::string_view phase;  // status.phase, a string literal
  Way way;
  std::string reason;   // of Ready, and of Reconciling or Stalled
  std::string message;  // why, and what to do
};

// Returns the conditions that follow from `ruling`: Ready and, if Ready is False, Reconciling or
// Stalled. Each has the reason and message of `ruling`, and `generation` as its observedGeneration.
// Its transition time is that of the condition in `stored` with the same type and status, otherwise
// `now`. So time alone never changes a condition (RO-068).
std::vector<Condition> ConditionsOf(const Ruling& ruling, int64_t generation,
                                    const std::vector<Condition>& stored, WallTime now);

// Returns the conditions as JSON, for a patch of a status; null if there are none, so that a merge
// patch removes the field. A zero time and generation 0 are left out: a merge patch replaces a list
// as it is, and the API server refuses null in it.
nlohmann::ordered_json ToJson(const std::vector<Condition>& conditions);

}  // namespace windlass::kind
