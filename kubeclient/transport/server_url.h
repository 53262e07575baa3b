// The API server's address, as kubeconfig writes it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "kubeclient/base/result.h"

namespace windlass {

struct ServerUrl {
  bool https = true;
  std::string host;  // an IPv6 literal without its brackets
  uint16_t port = 443;
  std::string path;  // prefix of every target, without a trailing '/'; usually empty

  // "https://host:port/path", with brackets where the host needs them.
  std::string Text() const;
  std::string Authority() const;  // "host:port", with brackets where the host needs them
  bool IsLoopback() const;
  bool operator==(const ServerUrl&) const = default;
};

// kConfig for a missing or other scheme, a user, a query, a fragment, a bad host or port. The
// message shows `text`, unless it holds an '@' and hence perhaps a password.
Result<ServerUrl> ParseServerUrl(std::string_view text);

// Whether `host` is an IPv4 or (unbracketed) IPv6 literal: no SNI is sent for it (RFC 6066 §3).
bool IsIpLiteral(const std::string& host);
bool IsIpv6Literal(const std::string& host);

}  // namespace windlass
