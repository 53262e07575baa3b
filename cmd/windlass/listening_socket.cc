#include "cmd/windlass/listening_socket.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

namespace windlass {
namespace {

struct HostAndPort {
  std::string host;  // "" = every address
  std::string port;
};

HostAndPort Split(const std::string& address) {
  const size_t colon = address.rfind(':');
  if (colon == std::string::npos) return {"", address};
  std::string host = address.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return {host, address.substr(colon + 1)};
}

// Returns a listening socket. On failure returns a Socket that is not open, and errno says why.
Socket TryToListen(const addrinfo& where) {
  Socket socket(::socket(where.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int on = 1;
  const int off = 0;
  setsockopt(socket.fd(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (where.ai_family == AF_INET6) {
    setsockopt(socket.fd(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  }
  if (bind(socket.fd(), where.ai_addr, where.ai_addrlen) != 0) return Socket(-1);
  if (listen(socket.fd(), SOMAXCONN) != 0) return Socket(-1);
  return socket;
}

}  // namespace

Socket::~Socket() {
  if (fd_ >= 0) close(fd_);
}
Socket::Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

Result<Socket> ListenOn(const std::string& address) {
  const auto cannot = [&](const char* why) {
    return Error{ErrorKind::kConfig, "cannot listen on '" + address + "' (" + why +
                                         "); choose a free host:port, or port 0 for any"};
  };
  const HostAndPort split = Split(address);
  addrinfo hints{};
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int failure = getaddrinfo(split.host.empty() ? nullptr : split.host.c_str(),
                                  split.port.c_str(), &hints, &found);
  if (failure != 0) return cannot(gai_strerror(failure));
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, freeaddrinfo);
  std::vector<const addrinfo*> candidates;
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) candidates.push_back(one);
  // Without a host, the IPv6 addresses are tried first, because an IPv6 socket accepts IPv4
  // connections, too. If the machine has no IPv6, the IPv4 addresses are tried.
  if (split.host.empty()) {
    std::ranges::stable_partition(candidates,
                                  [](const addrinfo* one) { return one->ai_family == AF_INET6; });
  }
  int why = EADDRNOTAVAIL;
  for (const addrinfo* candidate : candidates) {
    Socket socket = TryToListen(*candidate);
    if (socket.open()) return socket;
    why = errno;
  }
  return cannot(std::strerror(why));
}

std::string AddressOf(const Socket& listener, const std::string& address) {
  sockaddr_storage actual{};
  socklen_t size = sizeof actual;
  getsockname(listener.fd(), reinterpret_cast<sockaddr*>(&actual), &size);
  // The port is at the same place in IPv4 and IPv6.
  const auto port = ntohs(reinterpret_cast<const sockaddr_in*>(&actual)->sin_port);
  const size_t colon = address.rfind(':');
  const std::string host = colon == std::string::npos ? "" : address.substr(0, colon);
  return host + ":" + std::to_string(port);
}

}  // namespace windlass
