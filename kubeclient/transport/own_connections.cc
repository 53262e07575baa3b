#include "kubeclient/transport/own_connections.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>

namespace windlass {
namespace {

// A second descriptor for the connection of `of`. If another thread closes `of` meanwhile, this
// descriptor still names the same connection.
class Duplicate {
 public:
  explicit Duplicate(int of) : fd_(fcntl(of, F_DUPFD_CLOEXEC, 0)) {}
  ~Duplicate() {
    if (fd_ >= 0) close(fd_);
  }
  Duplicate(const Duplicate&) = delete;
  Duplicate& operator=(const Duplicate&) = delete;

  int fd() const { return fd_; }

 private:
  const int fd_;
};

// Returns the port that the socket is connected to; nullopt if it is not connected over TCP/IP.
std::optional<uint16_t> PeerPort(int fd) {
  sockaddr_storage peer{};
  socklen_t size = sizeof peer;
  if (getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) != 0) return std::nullopt;
  if (peer.ss_family == AF_INET) return ntohs(reinterpret_cast<sockaddr_in*>(&peer)->sin_port);
  if (peer.ss_family == AF_INET6) return ntohs(reinterpret_cast<sockaddr_in6*>(&peer)->sin6_port);
  return std::nullopt;
}

}  // namespace

void ForEachConnectionTo(uint16_t port, const std::function<void(int fd)>& visit) {
  std::error_code failure;
  for (std::filesystem::directory_iterator entry("/proc/self/fd", failure), end;
       !failure && entry != end; entry.increment(failure)) {
    const std::string name = entry->path().filename().string();
    int fd = -1;
    std::from_chars(name.data(), name.data() + name.size(), fd);
    if (fd < 0) continue;
    const Duplicate connection(fd);
    if (connection.fd() >= 0 && PeerPort(connection.fd()) == port) visit(connection.fd());
  }
}

}  // namespace windlass
