// The state of one Pod for people: what `get` prints in its row, and why it is not ready.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "cmd/kubectl-windlass/json_fields.h"
#include "kubeclient/base/clock.h"

namespace windlass::cli {

// The colour of a Pod's row, and its place among the Pods of its ReplicaSet. If not all rows fit,
// the last ones are left out.
//   - kBad: red, first
//   - kWaiting: yellow, next
//   - kGood: no colour, last
enum class Mood : uint8_t { kGood, kWaiting, kBad };

struct PodState {
  std::string name;
  // "Running", "ImagePullBackOff", "Init:0/1": usually the same as in kubectl's column STATUS.
  std::string status;
  // "1/2": 1 of the 2 app containers and sidecars is ready.
  std::string ready;
  // The restarts of app containers and sidecars. While init containers still run: those of the init
  // containers up to the first that is not done.
  int64_t restarts = 0;
  std::string node;
  // Why the Pod is not available, in one line: "app: ImagePullBackOff: no such tag". "" if the Pod
  // is available.
  std::string why;
  std::optional<WallTime> created{};
  Mood mood = Mood::kWaiting;
};

// Returns the state of the Pod at the time `now`. `min_ready_seconds` is minReadySeconds of the
// workload: a Pod that has been ready for a shorter time is not available yet.
PodState StateOfPod(const Json& pod, int64_t min_ready_seconds, WallTime now);

}  // namespace windlass::cli
