// What the API server takes for a label's key and value.
#pragma once

#include <string_view>

namespace windlass {

// "app", "windlass.dev/in-place": a name of at most 63 characters, after a DNS name and a slash if
// there is one.
bool IsLabelKey(std::string_view text);

// At most 63 letters, digits, '-', '_' and '.', beginning and ending with a letter or digit; or the
// empty text.
bool IsLabelValue(std::string_view text);

}  // namespace windlass
