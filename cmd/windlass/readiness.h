// Readiness: what /readyz answers. Reasons make Windlass not ready; notes are only shown.
#pragma once

#include <string>
#include <vector>

#include "controller/runtime/needed_right.h"

namespace windlass {

struct Readiness {
  std::vector<std::string> reasons;  // empty = ready
  // Problems that do not make Windlass not ready, and so do not block the rollout of its next
  // version.
  std::vector<std::string> notes;

  // Adds a note if the right is optional, otherwise a reason.
  void AddMissing(const NeededRight& right);
};

// Returns one line: which right is missing, and what to do about it.
std::string MissingRightText(const NeededRight& right);

// Returns the body of /readyz: a line per reason, or "ok"; then a line per note.
std::string ReadyzText(const Readiness& readiness);

}  // namespace windlass
