#include "kubeclient/transport/server_url.h"

#include <arpa/inet.h>

#include <charconv>

namespace windlass {
namespace {

// Returns the error "<text> <what>". The message is logged, so it leaves `text` out if `text` may
// hold a password.
Error WrongServer(std::string_view text, std::string_view what) {
  const bool secret = text.find('@') != std::string_view::npos;
  const std::string shown = secret ? "the address (not shown: it must not have a user or password)"
                                   : "\"" + std::string(text) + "\"";
  return {ErrorKind::kConfig, shown + " " + std::string(what)};
}

bool IsHostName(std::string_view host) {
  if (host.empty() || host.size() > 253) return false;
  for (const char c : host) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const bool digit = c >= '0' && c <= '9';
    if (!letter && !digit && c != '.' && c != '-' && c != '_') return false;
  }
  return true;
}

bool IsPath(std::string_view path) {
  for (const char c : path) {
    if (c <= ' ' || c > '~' || c == '?' || c == '#' || c == '"' || c == '\\') return false;
  }
  return true;
}

// Reads "host", "host:port", "[v6]" or "[v6]:port" into `url`. Returns false for anything else.
bool SplitAuthority(std::string_view authority, ServerUrl& url) {
  std::string_view port;
  bool has_port = false;
  if (authority.starts_with('[')) {
    const size_t end = authority.find(']');
    if (end == std::string_view::npos) return false;
    url.host = std::string(authority.substr(1, end - 1));
    if (!IsIpv6Literal(url.host)) return false;
    const std::string_view rest = authority.substr(end + 1);
    has_port = rest.starts_with(':');
    if (!rest.empty() && !has_port) return false;
    if (has_port) port = rest.substr(1);
  } else {
    const size_t colon = authority.find(':');
    has_port = colon != std::string_view::npos;
    url.host = std::string(authority.substr(0, colon));
    if (!IsHostName(url.host)) return false;
    if (has_port) port = authority.substr(colon + 1);
  }
  if (!has_port) return true;
  const auto [end, failure] = std::from_chars(port.data(), port.data() + port.size(), url.port);
  return failure == std::errc() && end == port.data() + port.size() && url.port != 0;
}

}  // namespace

std::string ServerUrl::Authority() const {
  const std::string shown = IsIpv6Literal(host) ? "[" + host + "]" : host;
  return shown + ":" + std::to_string(port);
}

std::string ServerUrl::Text() const {
  return (https ? "https://" : "http://") + Authority() + path;
}

bool ServerUrl::IsLoopback() const {
  in_addr v4{};
  if (inet_pton(AF_INET, host.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24U) == 127;
  return host == "localhost" || host == "::1";
}

Result<ServerUrl> ParseServerUrl(std::string_view text) {
  ServerUrl url;
  std::string_view rest = text;
  if (rest.starts_with("https://")) {
    rest.remove_prefix(8);
  } else if (rest.starts_with("http://")) {
    rest.remove_prefix(7);
    url.https = false;
    url.port = 80;
  } else {
    return WrongServer(text, "has no scheme: write https://HOST:PORT");
  }
  const size_t slash = rest.find('/');
  if (!SplitAuthority(rest.substr(0, slash), url)) {
    return WrongServer(text, "is not an address: write https://HOST:PORT");
  }
  if (slash != std::string_view::npos) {
    std::string_view path = rest.substr(slash);
    while (path.ends_with('/')) path.remove_suffix(1);
    if (!IsPath(path)) {
      return WrongServer(
          text,
          "must have no query, no fragment, and no blank or other invalid character in its path: "
          "correct the address");
    }
    url.path = std::string(path);
  }
  return url;
}

bool IsIpLiteral(const std::string& host) {
  in_addr v4{};
  return inet_pton(AF_INET, host.c_str(), &v4) == 1 || IsIpv6Literal(host);
}

bool IsIpv6Literal(const std::string& host) {
  in6_addr v6{};
  if (host.find('\0') != std::string::npos) return false;  // inet_pton would stop there
  return inet_pton(AF_INET6, host.c_str(), &v6) == 1;
}

}  // namespace windlass
