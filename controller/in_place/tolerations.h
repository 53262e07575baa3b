// What may change in the tolerations of a running Pod: new ones, and the seconds of those it has
// (P-008). Their order says nothing.
#pragma once

#include <optional>
#include <vector>

#include "controller/in_place/changes.h"
#include "controller/in_place/json_diff.h"

namespace windlass::in_place {

struct TolerationDiff {
  std::vector<TolerationChange> changes;  // of seconds, then new ones
  std::optional<size_t> lost;             // the first of the host's that the target has not
};

// `host` and `target` are lists of canonical tolerations; anything else counts as an empty list.
TolerationDiff CompareTolerations(const Json& host, const Json& target);

// The toleration without its seconds, as text: equal for those that differ in nothing else.
std::string WithoutSeconds(const Json& toleration);

}  // namespace windlass::in_place
