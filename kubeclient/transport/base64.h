// Base64 as certificates and Basic authentication have it: the standard alphabet, padded.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace windlass {

std::string EncodeBase64(std::string_view bytes);

// Blanks and line ends are skipped. Nothing when it is malformed.
std::optional<std::string> DecodeBase64(std::string_view text);

}  // namespace windlass
