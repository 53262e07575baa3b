// Annotations windlass.dev/in-place-… that were settings in earlier versions. Workloads may still
// have these annotations, also because `kubectl rollout undo` brings them back.
#pragma once

#include <span>
#include <string_view>

namespace windlass::in_place {

struct RemovedSetting {
  std::string_view key;
  // Returns true if the value asks for what Windlass always does now. The annotation then has no
  // effect, and a warning says so. Any other value is an error.
  bool (*is_default)(std::string_view value);
  std::string_view what_holds;  // what Windlass always does now: a sentence without its full stop
};

std::span<const RemovedSetting> RemovedSettings();

}  // namespace windlass::in_place
