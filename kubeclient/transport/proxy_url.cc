#include "kubeclient/transport/proxy_url.h"

#include <charconv>
#include <optional>

#include "kubeclient/transport/server_url.h"

namespace windlass {
namespace {

constexpr std::string_view kScheme = "http://";
constexpr size_t kSchemeBytesMax = 10;

Error WrongProxy(std::string what) { return {ErrorKind::kConfig, std::move(what)}; }

// Returns the scheme before "://" in lower case; "" if there is none. Returns "" also if the text
// before "://" is not a short word, because it may hold a password.
std::string SchemeOf(std::string_view text) {
  const size_t end = text.find("://");
  if (end == std::string_view::npos || end > kSchemeBytesMax) return {};
  std::string scheme;
  for (const char c : text.substr(0, end)) {
    const bool upper = c >= 'A' && c <= 'Z';
    const char lower = upper ? static_cast<char>(c - 'A' + 'a') : c;
    const bool known = (lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9');
    if (!known) return {};
    scheme += lower;
  }
  return scheme;
}

std::optional<std::string> PercentDecode(std::string_view text) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    const std::string_view digits = text.substr(i + 1, 2);
    unsigned byte = 0;
    const auto [end, failure] =
        std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
    if (failure != std::errc() || end != digits.data() + 2) return std::nullopt;
    decoded += static_cast<char>(byte);
    i += 2;
  }
  return decoded;
}

Status ReadUser(std::string_view text, ProxyUrl& url) {
  const size_t colon = text.find(':');
  const std::optional<std::string> user = PercentDecode(text.substr(0, colon));
  std::optional<std::string> password = std::string();
  if (colon != std::string_view::npos) password = PercentDecode(text.substr(colon + 1));
  if (!user || !password || user->empty() || user->find(':') != std::string::npos) {
    return WrongProxy(
        "the proxy's user and password cannot be read: write special characters as %XX");
  }
  url.user = *user;
  url.password = Secret(*password);
  WipeText(*password);
  return Unit{};
}

}  // namespace

std::string ProxyUrl::Text() const {
  return std::string(kScheme) + (IsIpv6Literal(host) ? "[" + host + "]" : host) + ":" +
         std::to_string(port);
}

Result<ProxyUrl> ParseProxyUrl(std::string_view text) {
  const std::string scheme = SchemeOf(text);
  if (scheme.empty()) return WrongProxy("is not a proxy's address: write http://HOST:PORT");
  if (scheme != "http") {
    return WrongProxy(scheme + ":// proxies are not supported" +
                      (scheme == "https" ? " (TLS to the proxy; requests to the API server are "
                                           "encrypted in any case)"
                                         : "") +
                      ": give an HTTP proxy, http://HOST:PORT");
  }
  ProxyUrl url;
  std::string_view rest = text.substr(kScheme.size());
  rest = rest.substr(0, rest.find('/'));
  if (const size_t at = rest.rfind('@'); at != std::string_view::npos) {
    const Status read = ReadUser(rest.substr(0, at), url);
    if (!read.ok()) return read.error();
    rest.remove_prefix(at + 1);
  }
  const Result<ServerUrl> address = ParseServerUrl(std::string(kScheme) + std::string(rest));
  if (!address.ok()) return WrongProxy("is not a proxy's address: write http://HOST:PORT");
  url.host = address->host;
  url.port = address->port;
  return url;
}

}  // namespace windlass
