// What the API server takes for a label's value.
#pragma once

#include <string_view>

namespace windlass {

// At most 63 letters, digits, '-', '_' and '.', beginning and ending with a letter or digit; or the
// empty text.
bool IsLabelValue(std::string_view text);

}  // namespace windlass
