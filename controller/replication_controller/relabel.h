// What an update with --image does to the old controller first: it notes the name of the new one,
// and, if the selector of the old one lacks the label that tells the two apart, gives it that label
// (RC-6). Nothing may be lost on the way, so in this order, each step only when the one before has
// taken effect:
//
//   1. the label goes into the template
//   2. the replication controller has observed that: no Pod is made without the label any more
//   3. each Pod of the controller gets the label
//   4. an uncached list shows none without it
//   5. the replication controller has seen the label of each Pod: status.fullyLabeledReplicas
//      counts them. Otherwise it would make another Pod for each that it does not select any more
//   6. the label goes into the selector
//
// kubectl does not wait at 2, 4 and 5.
#pragma once

#include <optional>
#include <string>

#include "controller/replication_controller/situation.h"

namespace windlass::replication_controller {

// The label that tells the old controller's Pods from the new one's.
struct OldLabel {
  std::string value;
  StringMap template_labels;  // of the old controller's template as it is
  StringMap selector;         // of the old controller when all steps are done
};
// Returns the label that the selector has, or is about to get: that of the template, or one made of
// a hash. Requires that the old controller exists.
OldLabel FindOldLabel(const Situation& situation);

// Returns the next of these steps; nullopt if all are done. Requires that the old controller
// exists.
std::optional<Step> PrepareOldController(const Situation& situation, const OldLabel& label);

}  // namespace windlass::replication_controller
