// What /readyz answers: why Windlass is not ready, and what is wrong without being a reason.
#pragma once

#include <string>
#include <vector>

#include "controller/runtime/needed_right.h"

namespace windlass {

struct Readiness {
  std::vector<std::string> reasons;  // empty = ready
  // What is wrong without taking Windlass out of service, or holding up its next version.
  std::vector<std::string> notes;

  // A note if the right is optional, else a reason.
  void AddMissing(const NeededRight& right);
};

// What is missing, and what to do about it.
std::string MissingRightText(const NeededRight& right);

// The body: a line per reason, or ok; then a line per note.
std::string ReadyzText(const Readiness& readiness);

}  // namespace windlass
