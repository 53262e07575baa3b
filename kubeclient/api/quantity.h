// Compares resource.Quantity by value: "1Gi", "1024Mi" and "1073741824" are the same number
// (D-153).
#pragma once

#include <string>
#include <string_view>

#include "kubeclient/base/result.h"

namespace windlass {

// Returns the canonical text of a quantity. Quantities that are equal after rounding and capping
// have the same canonical text; others have different ones.
//   - Accepts a sign, the suffixes n u m k M G T P E and Ki…Ei, and decimal exponents such as e3.
//   - Digits below 10^-9 (nano) are rounded away from zero. Example: 0.1n counts as 1n.
//   - A value with a binary suffix is capped at 2^63-1, as upstream does.
// Returns kInvalid for anything else. A text without a digit is invalid, too, although upstream
// reads it as 0.
Result<std::string> CanonicalQuantity(std::string_view text);

}  // namespace windlass
