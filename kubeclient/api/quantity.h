// Compares resource.Quantity by value: "1Gi", "1024Mi" and "1073741824" are the same number
// (D-153).
#pragma once

#include <string>
#include <string_view>

#include "kubeclient/base/result.h"

namespace windlass {

// Returns the canonical text of a quantity. Two canonical texts are equal if and only if the
// quantities are.
//   - Suffixes are n u m k M G T P E, Ki…Ei and decimal exponents e3/E3.
//   - A value finer than nano is rounded up, away from zero.
//   - A value with a binary suffix is capped at 2^63-1, as upstream does.
// Returns kInvalid for anything else; also for a text without a digit, which upstream reads as 0.
Result<std::string> CanonicalQuantity(std::string_view text);

}  // namespace windlass
