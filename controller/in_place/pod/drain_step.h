// What to do next with one Pod whose workload asks for a drain. NextDrainStep
// (controller/in_place/traffic/drain_steps.h) decides it.
#pragma once

#include <cstdint>
#include <optional>

#include "kubeclient/base/clock.h"

namespace windlass::in_place {

struct DrainStep {
  enum class Do : uint8_t {
    kNothing,
    kBegin,  // send BeginDrain
    kWait,   // until `until`, or until an event if `until` is nullopt
    kPatch,  // send PatchPod
    kEnd,    // send EndDrain
  };
  Do what = Do::kNothing;
  std::optional<WallTime> until{};
  bool operator==(const DrainStep&) const = default;
};

}  // namespace windlass::in_place
