// The proxy that the environment names for an API server, by the rules of kubectl (Go's
// golang.org/x/net/http/httpproxy):
//   - HTTPS_PROXY names a proxy for https:// servers;
//   - NO_PROXY lists the servers that need no proxy, separated by commas;
//   - localhost and loopback addresses (127.0.0.0/8, ::1) are never reached through a proxy.
// In place of a variable that is not set or "", https_proxy or no_proxy is read.
// HTTP_PROXY is not read, because we accept http:// only for a server on this machine.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "kubeclient/base/result.h"
#include "kubeclient/transport/proxy_url.h"
#include "kubeclient/transport/server_url.h"

namespace windlass {

using Environment = std::function<std::optional<std::string>(const std::string& name)>;

// Returns the proxy for `server`; its host is "" if the environment names none for this server.
// Returns kConfig if the proxy is not supported, with the name of the variable and what to do.
Result<ProxyUrl> ProxyOfEnvironment(const ServerUrl& server, const Environment& environment);

// Returns the variable that names a proxy for `server`, whether the proxy is supported or not; ""
// if there is none.
std::string ProxyVariable(const ServerUrl& server, const Environment& environment);

// Returns true if an entry of the list matches `server`. An entry and what it matches:
//   *                             every server
//   10.0.0.0/8                    an address in that network
//   10.0.0.1, fd00::1             that address (with a port: [fd00::1]:6443)
//   example.com                   that host and its subdomains
//   .example.com, *.example.com   only the subdomains of example.com
// ":PORT" may follow an entry of the last three lines. Other entries match nothing.
bool MatchesNoProxy(std::string_view no_proxy, const ServerUrl& server);

}  // namespace windlass
