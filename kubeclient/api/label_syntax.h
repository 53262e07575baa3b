// What the API server accepts as a label's value.
#pragma once

#include <string_view>

namespace windlass {

// Returns true if `text` is empty, or has at most 63 letters, digits, '-', '_' and '.' and begins
// and ends with a letter or digit.
bool IsLabelValue(std::string_view text);

}  // namespace windlass
