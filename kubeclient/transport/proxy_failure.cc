#include "kubeclient/transport/proxy_failure.h"

namespace windlass {
namespace {

constexpr int kProxyAuthenticationRequired = 407;

std::string InBrackets(int status) { return " (HTTP " + std::to_string(status) + ")"; }

// Returns what a proxy answered instead of 200, and what to correct.
std::string Refusal(const ProxyRoute& route, int status, const std::string& setting) {
  if (status == kProxyAuthenticationRequired) {
    return route.proxy.user.empty()
               ? "the proxy asks for a user and a password" + InBrackets(status) +
                     ": write http://USER:PASSWORD@HOST:PORT into " + setting
               : "the proxy does not accept the user and the password" + InBrackets(status) +
                     ": correct them in " + setting;
  }
  if (status >= 500) {
    return "the proxy cannot reach " + route.server + InBrackets(status) +
           ": check the address of the API server";
  }
  if (status >= 400) {
    return "the proxy does not allow a connection to " + route.server + InBrackets(status) +
           ": ask the administrators of the proxy";
  }
  return "the proxy does not open a tunnel to " + route.server + InBrackets(status) +
         ": check that " + setting + " names an HTTP proxy";
}

}  // namespace

std::string ProxyRoute::Text() const {
  return "through the proxy " + proxy.Text() +
         (proxy.origin.empty() ? "" : " (" + proxy.origin + ")");
}

std::string ProxyRoute::Explain(const ProxyFailure& failure) const {
  const std::string setting = proxy.origin.empty() ? "its address" : proxy.origin;
  std::string text;
  switch (failure.fault) {
    case ProxyFault::kUnreachable:
      text = "the proxy cannot be reached: check the name and port in " + setting +
             ", and that the proxy runs";
      break;
    case ProxyFault::kHungUp:
      text =
          "the connection to the proxy ended before the proxy's answer was complete: check that " +
          setting + " names an HTTP proxy, and that the proxy runs";
      break;
    case ProxyFault::kNoHttp:
      text = "the server at the proxy's address is not an HTTP proxy: check the name and port in " +
             setting;
      break;
    case ProxyFault::kRefused: text = Refusal(*this, failure.status, setting); break;
  }
  if (!proxy.without.empty()) text += ", or do without the proxy: " + proxy.without;
  return text;
}

}  // namespace windlass
