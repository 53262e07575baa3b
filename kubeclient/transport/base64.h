// Base64 as certificates and Basic authentication use it: the standard alphabet, padded.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace windlass {

std::string EncodeBase64(std::string_view bytes);

// Skips blanks and line ends. Returns nullopt if `text` is malformed.
std::optional<std::string> DecodeBase64(std::string_view text);

}  // namespace windlass
