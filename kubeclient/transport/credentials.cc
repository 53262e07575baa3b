#include "kubeclient/transport/credentials.h"

#include <string>

namespace windlass {
namespace {

Secret Wrap(std::string& text) {
  Secret secret(text);
  WipeText(text);
  return secret;
}

std::string Base64(std::string_view bytes) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t group = 0;
    for (size_t j = i; j < i + 3; ++j) {
      group = (group << 8U) | (j < bytes.size() ? static_cast<uint8_t>(bytes[j]) : 0U);
    }
    for (size_t j = 0; j < 4; ++j) {
      text += i + j > bytes.size() ? '=' : kAlphabet[(group >> (18U - 6U * j)) & 63U];
    }
  }
  return text;
}

}  // namespace

Secret BearerHeader(const Secret& token) {
  if (token.empty()) return {};
  std::string text("Bearer ");
  text.reserve(text.size() + token.Reveal().size());  // no copy left behind
  text += token.Reveal();
  return Wrap(text);
}

Secret BasicHeader(std::string_view user, const Secret& password) {
  std::string pair;
  pair.reserve(user.size() + 1 + password.Reveal().size());
  pair.append(user).append(":").append(password.Reveal());
  std::string encoded = Base64(pair);
  WipeText(pair);
  std::string text("Basic ");
  text.reserve(text.size() + encoded.size());
  text += encoded;
  WipeText(encoded);
  return Wrap(text);
}

}  // namespace windlass
