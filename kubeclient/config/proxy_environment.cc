#include "kubeclient/config/proxy_environment.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <utility>

namespace windlass {
namespace {

// An IPv4 address is stored in its IPv6 form: 10.0.0.1 is ::ffff:10.0.0.1.
struct NetworkAddress {
  std::array<uint8_t, 16> bytes{};
  bool v4 = false;
  bool operator==(const NetworkAddress&) const = default;
};
constexpr size_t kV4Offset = 12;

// The first of two variables that is set and not "", with its value. If neither is set: the name of
// the first variable, and the value "".
struct SetVariable {
  std::string name;
  std::string value;
};

SetVariable FirstSet(const Environment& environment, const char* first, const char* second) {
  for (const char* name : {first, second}) {
    std::string value = environment(name).value_or("");
    if (!value.empty()) return {name, std::move(value)};
  }
  return {first, ""};
}

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  std::ranges::for_each(lower, [](char& c) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  });
  return lower;
}

std::string_view WithoutBlanks(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

std::optional<NetworkAddress> ParseNetworkAddress(std::string_view text) {
  const std::string host(text);
  NetworkAddress address;
  if (IsIpv6Literal(host)) {
    inet_pton(AF_INET6, host.c_str(), address.bytes.data());
    constexpr std::array<uint8_t, kV4Offset> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
    address.v4 = std::equal(kMapped.begin(), kMapped.end(), address.bytes.begin());
    return address;
  }
  in_addr v4{};
  if (!IsIpLiteral(host) || inet_pton(AF_INET, host.c_str(), &v4) != 1) return std::nullopt;
  address.v4 = true;
  address.bytes[10] = address.bytes[11] = 0xFF;
  std::memcpy(address.bytes.data() + kV4Offset, &v4.s_addr, sizeof v4.s_addr);
  return address;
}

bool IsLoopback(const NetworkAddress& address) {
  if (address.v4) return address.bytes[kV4Offset] == 127;
  NetworkAddress one;
  one.bytes.back() = 1;
  return address == one;
}

// Returns true if the first `bits` bits are the same.
bool SameNetwork(const NetworkAddress& a, const NetworkAddress& b, unsigned bits) {
  for (size_t i = 0; i < a.bytes.size() && bits > 0; ++i) {
    const unsigned here = std::min(bits, 8U);
    if (((a.bytes[i] ^ b.bytes[i]) >> (8 - here)) != 0) return false;
    bits -= here;
  }
  return true;
}

// Returns true if `address` is in the network that `entry` names, for example "10.0.0.0/8". Returns
// nullopt if `entry` names no network. `address` is nullopt if the server's host is a name; such a
// host is in no network.
std::optional<bool> InNetwork(std::string_view entry,
                              const std::optional<NetworkAddress>& address) {
  const size_t slash = entry.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const std::optional<NetworkAddress> network = ParseNetworkAddress(entry.substr(0, slash));
  const std::string_view digits = entry.substr(slash + 1);
  unsigned bits = 0;
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
  const bool short_form = network && entry.find(':') == std::string_view::npos;
  if (!network || failure != std::errc() || end != digits.data() + digits.size() ||
      bits > (short_form ? 32 : 128)) {
    return std::nullopt;
  }
  if (short_form) bits += 8 * kV4Offset;
  return address && address->v4 == network->v4 && SameNetwork(*address, *network, bits);
}

// The parts of "host", "host:port" or "[v6]:port". Without a port, `host` is the whole entry.
struct EntryParts {
  std::string_view host;
  std::string_view port;
};

EntryParts SplitEntry(std::string_view entry) {
  const size_t colon = entry.rfind(':');
  if (colon == std::string_view::npos) return {entry, ""};
  std::string_view host = entry.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return {entry, ""};  // an IPv6 address
  }
  return {host, entry.substr(colon + 1)};
}

bool MatchesHost(std::string_view pattern, std::string_view host) {
  if (pattern.starts_with("*.")) pattern.remove_prefix(1);
  if (pattern.starts_with('.')) return host.ends_with(pattern);
  return host == pattern || host.ends_with("." + std::string(pattern));
}

}  // namespace

bool MatchesNoProxy(std::string_view no_proxy, const ServerUrl& server) {
  const std::string host = LowerCase(server.host);
  const std::optional<NetworkAddress> address = ParseNetworkAddress(host);
  const std::string list = LowerCase(no_proxy);
  std::string_view rest = list;
  while (!rest.empty()) {
    const size_t comma = rest.find(',');
    const std::string_view entry = WithoutBlanks(rest.substr(0, comma));
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
    if (entry == "*") return true;
    if (const std::optional<bool> inside = InNetwork(entry, address)) {
      if (*inside) return true;
      continue;
    }
    const EntryParts wanted = SplitEntry(entry);
    if (wanted.host.empty()) continue;
    if (!wanted.port.empty() && wanted.port != std::to_string(server.port)) continue;
    const std::optional<NetworkAddress> same = ParseNetworkAddress(wanted.host);
    if (same ? same == address : MatchesHost(wanted.host, host)) return true;
  }
  return false;
}

std::string ProxyVariable(const ServerUrl& server, const Environment& environment) {
  if (!server.https) return {};
  const std::string host = LowerCase(server.host);
  const std::optional<NetworkAddress> address = ParseNetworkAddress(host);
  if (host == "localhost" || (address && IsLoopback(*address))) return {};
  const SetVariable proxy = FirstSet(environment, "HTTPS_PROXY", "https_proxy");
  if (proxy.value.empty()) return {};
  const SetVariable exempt = FirstSet(environment, "NO_PROXY", "no_proxy");
  return MatchesNoProxy(exempt.value, server) ? std::string() : proxy.name;
}

Result<ProxyUrl> ProxyOfEnvironment(const ServerUrl& server, const Environment& environment) {
  const std::string name = ProxyVariable(server, environment);
  if (name.empty()) return ProxyUrl();
  std::string value = environment(name).value_or("");
  // As in Go, a value without a scheme names an HTTP proxy. Example: "proxy:3128".
  if (value.find("://") == std::string::npos) value.insert(0, "http://");
  Result<ProxyUrl> proxy = ParseProxyUrl(value);
  WipeText(value);
  const std::string without =
      "add " + server.host + " to " + FirstSet(environment, "NO_PROXY", "no_proxy").name;
  if (!proxy.ok()) {
    return Error{ErrorKind::kConfig,
                 name + ": " + proxy.error().message + ", or do without a proxy: " + without};
  }
  proxy.value().origin = name;
  proxy.value().without = without;
  return proxy;
}

}  // namespace windlass
