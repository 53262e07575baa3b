// kubeconfig's proxy-url: an HTTP proxy that opens tunnels (CONNECT).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "kubeclient/base/result.h"
#include "kubeclient/transport/secret.h"

namespace windlass {

struct ProxyUrl {
  std::string host;  // an IPv6 literal without brackets; empty = no proxy
  uint16_t port = 80;
  std::string user;  // empty = no credentials are sent to the proxy
  Secret password;
};

// Parses "http://[USER[:PASSWORD]@]HOST[:PORT]" and ignores a path behind it. USER and PASSWORD may
// be percent-encoded. Returns kConfig for anything else, also for socks5:// and for https:// (TLS
// to the proxy), which we do not support. The message never shows `text`, which may hold a
// password.
Result<ProxyUrl> ParseProxyUrl(std::string_view text);

}  // namespace windlass
