// kubeconfig's proxy-url: an HTTP proxy that opens tunnels (CONNECT).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "kubeclient/base/result.h"
#include "kubeclient/transport/secret.h"

namespace windlass {

struct ProxyUrl {
  std::string host;  // an IPv6 literal without its brackets; empty = no proxy
  uint16_t port = 80;
  std::string user;  // empty = the proxy asks for no credentials
  Secret password;
};

// "http://[USER[:PASSWORD]@]HOST[:PORT]". kConfig for anything else, above all for socks5:// and
// for https:// (TLS to the proxy itself), which cannot be used. The text is in no message: it may
// hold a password.
Result<ProxyUrl> ParseProxyUrl(std::string_view text);

}  // namespace windlass
