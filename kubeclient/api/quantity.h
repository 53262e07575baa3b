// resource.Quantity by value: "1Gi", "1024Mi" and "1073741824" are the same number (D-153).
#pragma once

#include <string>
#include <string_view>

#include "kubeclient/base/result.h"

namespace windlass {

// The canonical text of a quantity: equal exactly for numerically equal quantities. Suffixes n u m
// k M G T P E, Ki…Ei and decimal exponents e3/E3; finer than nano rounds up, away from zero; what
// is written with a binary suffix is capped at 2^63-1, as upstream does. Error kInvalid for
// anything else, also for texts without a digit, which upstream reads as 0.
Result<std::string> CanonicalQuantity(std::string_view text);

}  // namespace windlass
