// Readiness: what /readyz answers. Reasons make Windlass not ready; notes are only shown.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "controller/runtime/needed_right.h"

namespace windlass {

// What one controller says of itself.
struct ControllerCondition {
  std::string_view name;         // as in NeededRight::controller
  bool holds_readiness = false;  // WatchingController::HoldsReadiness
  std::vector<std::string> troubles;
  std::vector<std::string> notes;
  bool waits_for_api = false;  // WatchingController::WaitsForApi
};

struct Readiness {
  std::vector<std::string> reasons;  // empty = ready
  // Problems that leave Windlass ready, so that they do not block the rollout of its next version.
  std::vector<std::string> notes;

  // Adds a missing right: as a note if the right is optional, otherwise as a reason.
  void AddMissing(const NeededRight& right);
};

// Returns the readiness of a process with these controllers and these missing rights. A controller
// is barred if it lacks a right that is not optional, or waits for a resource that the API server
// does not serve. Every trouble and every missing right is a reason why the process is not ready.
// Exceptions, which are only notes:
//   - a missing right that is optional
//   - a trouble or missing right of a barred controller whose HoldsReadiness is false, if at least
//     one controller is not barred. The note begins with the name of the barred controller
Readiness ReadinessOf(const std::vector<ControllerCondition>& controllers,
                      const std::vector<NeededRight>& missing);

// Returns one line that says which right is missing, and what to do about it.
std::string MissingRightText(const NeededRight& right);

// Returns the body of /readyz: a line per reason, or "ok"; then a line per note.
std::string ReadyzText(const Readiness& readiness);

}  // namespace windlass
