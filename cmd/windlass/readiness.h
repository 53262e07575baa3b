// What /readyz answers: why Windlass is not ready, and what is wrong without being a reason.
#pragma once

#include <string>
#include <vector>

#include "kubeclient/client/access_review.h"

namespace windlass {

struct Readiness {
  std::vector<std::string> reasons;  // empty = ready
  // What only in-place updates lack. Everybody who may annotate a Deployment may ask for those:
  // that must not take a Windlass out of service, nor hold up its next version.
  std::vector<std::string> notes;

  // A reason or a note, depending on who needs the right.
  void AddMissing(const Right& right);
};

// Whether in-place updates alone need it (deploy/rbac-in-place.yaml).
bool IsForInPlaceAlone(const Right& right);

// What is missing, and what to do about it.
std::string MissingRightText(const Right& right);

// The body: a line per reason, or ok; then a line per note.
std::string ReadyzText(const Readiness& readiness);

}  // namespace windlass
