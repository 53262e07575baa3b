// Header fields that are sent with every request, and the names and values that are allowed for
// them (BI-10).
#pragma once

#include <string>
#include <string_view>

namespace windlass {

// Several headers may have the same name; the server then sees several values.
struct HttpHeader {
  std::string name;
  std::string value;
  bool operator==(const HttpHeader&) const = default;
};

// Returns true if `text` holds only printable ASCII and blanks, hence no character that could end
// the field and begin another. True for "".
bool IsHeaderValue(std::string_view text);

// Returns true if `text` may be a header's name: a token of RFC 9110 §5.6.2.
bool IsHeaderName(std::string_view text);

// Returns `text` with "%", and every character that is not allowed in a header name, written as %XX
// (client-go headerKeyEscape). Example: "a/b" becomes "a%2Fb".
std::string EscapeHeaderName(std::string_view text);

}  // namespace windlass
