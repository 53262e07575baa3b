// What can change in the tolerations of a running Pod: tolerations can be added, and the
// tolerationSeconds of present tolerations can change (P-008). The order of tolerations has no
// meaning.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "controller/in_place/template/changes.h"
#include "controller/in_place/template/json_diff.h"

namespace windlass::in_place {

struct TolerationDiff {
  // Changed tolerationSeconds first, then new tolerations. Filled even if `lost` is set.
  std::vector<TolerationChange> changes;
  // Index of the first toleration in `host` that `target` lacks.
  std::optional<size_t> lost;
};

// Compares two lists of canonical tolerations. A value that is not a list counts as empty.
TolerationDiff CompareTolerations(const Json& host, const Json& target);

// One change of one Pod's tolerations. The Pod may have tolerations that its template lacks, and
// its tolerationSeconds may differ from the template's.
struct TolerationEdit {
  std::optional<size_t> index;  // of the toleration to replace; nullopt: `to` is added
  std::string to;
  bool operator==(const TolerationEdit&) const = default;
};

// Returns the edits that bring `changes` to a Pod with the tolerations `present`. A toleration that
// the Pod already has needs no edit.
std::vector<TolerationEdit> EditsFor(const std::vector<Json>& present,
                                     const std::vector<TolerationChange>& changes);

}  // namespace windlass::in_place
