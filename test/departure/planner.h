// What is done next for a Departure. Pure functions. In this order:
//
//   1. The finalizer is added. So a deleted Departure stays until the controller has seen the
//      deletion, and after it is gone, no eviction follows.
//   2. The status names the Pod, with its uid.
//   3. The tower is asked.
//   4. The Pod is evicted, if it still has that uid.
//   5. The Pod ends: the Departure is Ready.
//
// A crash between two of these changes nothing, because the next sync begins with what the API
// server has. An answer of the tower is kept nowhere: it is asked again. If the Departure is being
// deleted, the finalizer is removed, and a Pod that is not evicted yet stays.
#pragma once

#include <optional>
#include <string_view>

#include "controller/core/step.h"
#include "kubeclient/api/pod.h"
#include "test/departure/departure.h"

namespace windlass::departure {

inline constexpr std::string_view kFinalizer = "toy.windlass.dev/departure";
inline constexpr Decision kEvictPod{"evict pod"};

// How long after an answer that is not a yes the tower is asked again.
inline constexpr Duration kAskAgain = seconds(60);
// How long after a disruption budget has refused an eviction it is tried again.
inline constexpr Duration kEvictAgain = seconds(10);

struct View {
  const Departure& departure;
  const Pod* pod = nullptr;  // the Pod that is called spec.pod now; null if there is none
  bool has_tower = true;     // false: this process has no Tower
};

Step Next(const View& view, const Learned& learned, WallTime now);

}  // namespace windlass::departure
