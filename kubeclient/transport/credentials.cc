#include "kubeclient/transport/credentials.h"

#include <string>

#include "kubeclient/transport/base64.h"

namespace windlass {
namespace {

Secret Wrap(std::string& text) {
  Secret secret(text);
  WipeText(text);
  return secret;
}

}  // namespace

Secret BearerHeader(const Secret& token) {
  if (token.empty()) return {};
  std::string text("Bearer ");
  text.reserve(text.size() + token.Reveal().size());  // growing later would leave a copy in memory
  text += token.Reveal();
  return Wrap(text);
}

Secret BasicHeader(std::string_view user, const Secret& password) {
  std::string pair;
  pair.reserve(user.size() + 1 + password.Reveal().size());
  pair.append(user).append(":").append(password.Reveal());
  std::string encoded = EncodeBase64(pair);
  WipeText(pair);
  std::string text("Basic ");
  text.reserve(text.size() + encoded.size());
  text += encoded;
  WipeText(encoded);
  return Wrap(text);
}

}  // namespace windlass
