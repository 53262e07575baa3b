// What may change in the tolerations of a running Pod: new ones, and the seconds of those it has
// (P-008). Their order says nothing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "controller/in_place/changes.h"
#include "controller/in_place/json_diff.h"

namespace windlass::in_place {

struct TolerationDiff {
  std::vector<TolerationChange> changes;  // of seconds, then new ones; also where some are lost
  std::optional<size_t> lost;             // the first of the host's that the target has not
};

// `host` and `target` are lists of canonical tolerations; anything else counts as an empty list.
TolerationDiff CompareTolerations(const Json& host, const Json& target);

// What is to be done to the tolerations of one Pod, which may have more of them and other seconds.
struct TolerationEdit {
  std::optional<size_t> index;  // of the one to be replaced; nullopt: to be added
  std::string to;
  bool operator==(const TolerationEdit&) const = default;
};

// The edits that bring `changes` to a Pod that has the tolerations `present`; none for what it has.
std::vector<TolerationEdit> EditsFor(const std::vector<Json>& present,
                                     const std::vector<TolerationChange>& changes);

}  // namespace windlass::in_place
