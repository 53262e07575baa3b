// The address of an HTTP proxy that opens tunnels (CONNECT): proxy-url of a kubeconfig, or
// HTTPS_PROXY.
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
  // For messages:
  std::string origin;   // the setting that names the proxy: "HTTPS_PROXY"
  std::string without;  // how to connect without the proxy: "add api.example to NO_PROXY"

  // Returns "http://host:port", with brackets around an IPv6 host, without user and password.
  std::string Text() const;
};

// Parses "http://[USER[:PASSWORD]@]HOST[:PORT]" and ignores a path after that. USER and PASSWORD
// may be percent-encoded. Returns kConfig for anything else. The message shows nothing of `text`,
// which may hold a password. Exception: it names the schemes that we do not support, socks5:// and
// https:// (TLS to the proxy).
Result<ProxyUrl> ParseProxyUrl(std::string_view text);

}  // namespace windlass
