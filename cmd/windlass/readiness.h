// Readiness: what /readyz answers. Reasons make Windlass not ready; notes are only shown.
#pragma once

#include <string>
#include <vector>

#include "kubeclient/client/access_review.h"

namespace windlass {

struct Readiness {
  std::vector<std::string> reasons;  // empty = ready
  // Problems that affect only in-place updates. Every user who may annotate a Deployment can switch
  // in-place updates on; that must not make Windlass not ready, nor block the rollout of its next
  // version.
  std::vector<std::string> notes;

  // Adds a note if only in-place updates need the right, otherwise a reason.
  void AddMissing(const Right& right);
};

// Returns true if only in-place updates need the right (deploy/rbac-in-place.yaml).
bool IsForInPlaceAlone(const Right& right);

// Returns one line: which right is missing, and what to do about it.
std::string MissingRightText(const Right& right);

// Returns the body of /readyz: a line per reason, or "ok"; then a line per note.
std::string ReadyzText(const Readiness& readiness);

}  // namespace windlass
