// Label selectors as users write them: `kubectl get pods -l TEXT`.
#pragma once

#include <string_view>

#include "kubeclient/api/selector.h"
#include "kubeclient/base/result.h"

namespace windlass {

// "team in (a,b),env!=prod,windlass.dev/in-place,!legacy": requirements separated by commas, all of
// which must hold, with =, ==, !=, in, notin, a key that has to be there or, after '!', must not.
// What ToQuery writes of the result means the same. The empty text selects everything.
//
// Error kInvalid, one line, where it is none, a key or value is none that a label can have, or it
// compares numbers (> and <), which a LabelSelector cannot.
Result<LabelSelector> ParseLabelSelector(std::string_view text);

}  // namespace windlass
