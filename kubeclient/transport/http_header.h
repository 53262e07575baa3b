// Header fields that go with every request, and what may stand in one (BI-10).
#pragma once

#include <string>
#include <string_view>

namespace windlass {

// A name may occur several times: the server then has several values.
struct HttpHeader {
  std::string name;
  std::string value;
  bool operator==(const HttpHeader&) const = default;
};

// Printable ASCII and blanks: no character that could end the field or forge another.
bool IsHeaderValue(std::string_view text);

// A token of RFC 9110 §5.6.2.
bool IsHeaderName(std::string_view text);

// Any text as part of a name, what is no token character as %XX (client-go headerKeyEscape).
std::string EscapeHeaderName(std::string_view text);

}  // namespace windlass
