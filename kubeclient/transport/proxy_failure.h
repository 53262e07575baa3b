// Builds the error text for the case that a proxy on the way to the API server opens no tunnel.
#pragma once

#include <string>

#include "kubeclient/transport/failure.h"
#include "kubeclient/transport/proxy_url.h"

namespace windlass {

// The way to an API server through a proxy.
struct ProxyRoute {
  ProxyUrl proxy;
  std::string server;  // HOST:PORT at the other end of the tunnel

  // Returns "through the proxy http://proxy:3128 (HTTPS_PROXY)".
  std::string Text() const;
  // Returns what happened and what to do: the setting to correct, or how to do without the proxy.
  std::string Explain(const ProxyFailure& failure) const;
};

}  // namespace windlass
