#include "kubeclient/transport/proxy_url.h"

#include <charconv>
#include <optional>

#include "kubeclient/transport/server_url.h"

namespace windlass {
namespace {

constexpr std::string_view kScheme = "http://";

Error WrongProxy(std::string what) { return {ErrorKind::kConfig, std::move(what)}; }

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

Result<ProxyUrl> ParseProxyUrl(std::string_view text) {
  if (text.starts_with("socks5")) {
    return WrongProxy("SOCKS proxies are not supported: give an HTTP proxy, http://HOST:PORT");
  }
  if (text.starts_with("https://")) {
    return WrongProxy(
        "TLS to the proxy is not supported: give http://HOST:PORT; what passes through it is "
        "encrypted for the API server in any case");
  }
  if (!text.starts_with(kScheme))
    return WrongProxy("is not a proxy's address: write http://HOST:PORT");
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
