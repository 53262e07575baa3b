// ListenOn: a TCP socket that listens on an address given by a flag.
#pragma once

#include <string>

#include "kubeclient/base/result.h"

namespace windlass {

// Owns a file descriptor.
class Socket {
 public:
  explicit Socket(int fd) : fd_(fd) {}
  ~Socket();
  Socket(Socket&& other) noexcept;
  Socket& operator=(Socket&&) = delete;

  int fd() const { return fd_; }
  bool open() const { return fd_ >= 0; }

 private:
  int fd_;
};

// `address` is host:port, with brackets around an IPv6 host; without a host the socket listens on
// every address of the machine. Port 0 picks a free port. Returns kConfig if we cannot listen on
// `address`. The socket does not block.
Result<Socket> ListenOn(const std::string& address);

// Returns `address` with the actual port of `listener`.
std::string AddressOf(const Socket& listener, const std::string& address);

}  // namespace windlass
