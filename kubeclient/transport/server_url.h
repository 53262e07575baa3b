// The API server's address, as a kubeconfig spells it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "kubeclient/base/result.h"

namespace windlass {

struct ServerUrl {
  bool https = true;
  std::string host;  // an IPv6 literal without brackets
  uint16_t port = 443;
  std::string path;  // prefix of every request's path, without a trailing '/'; usually empty

  // Returns "https://host:port/path", with brackets around an IPv6 host.
  std::string Text() const;
  std::string Authority() const;  // "host:port", with brackets around an IPv6 host
  bool IsLoopback() const;
  bool operator==(const ServerUrl&) const = default;
};

// Parses http:// and https:// addresses. The message of an error shows `text`, unless `text`
// contains an '@' and so may hold a password. Returns kConfig if
//   - the scheme is missing, or is another one;
//   - there is a user, a query or a fragment;
//   - the host, port or path is invalid.
Result<ServerUrl> ParseServerUrl(std::string_view text);

// Returns true if `host` is an IPv4 literal or an IPv6 literal without brackets. No SNI is sent for
// such a host (RFC 6066 §3).
bool IsIpLiteral(const std::string& host);
bool IsIpv6Literal(const std::string& host);

}  // namespace windlass
