// The "-data" fields of kubeconfig files, compared with a decoder that is only a table.
#include <string>

#include "kubeclient/base/assert.h"
#include "kubeclient/transport/base64.h"
#include "test/fuzz/input.h"

namespace windlass::fuzz {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string Encode(std::string_view bytes) {
  std::string text;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t group = 0;
    for (size_t j = i; j < i + 3; ++j) {
      group = group << 8U | (j < bytes.size() ? static_cast<uint8_t>(bytes[j]) : 0U);
    }
    for (size_t j = 0; j < 4; ++j) {
      text += i + j > bytes.size() ? '=' : kAlphabet[group >> (18U - 6U * j) & 63U];
    }
  }
  return text;
}

void Check(std::string_view text) {
  WL_ASSERT(DecodeBase64(Encode(text)) == text);
  const std::optional<std::string> bytes = DecodeBase64(text);
  if (!bytes) return;
  WL_ASSERT(bytes->size() <= text.size() / 4 * 3);
  WL_ASSERT(DecodeBase64(Encode(*bytes)) == bytes);
  std::string wrapped(text);
  for (size_t i = 0; i <= wrapped.size(); i += 5) wrapped.insert(i, "\r\n");
  WL_ASSERT(DecodeBase64(wrapped) == bytes);
}

const Target kTarget("base64", &Check);

}  // namespace
}  // namespace windlass::fuzz
