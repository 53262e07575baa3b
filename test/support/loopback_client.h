// LoopbackClient: a client's connection to a server in the test's own process.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <string>

namespace windlass {

// A test that waits longer than this has failed.
inline constexpr timeval kClientGivesUp{60, 0};

// A client's connection to 127.0.0.1.
class LoopbackClient {
 public:
  // `address` is host:port of a server on 127.0.0.1.
  explicit LoopbackClient(const std::string& address)
      : LoopbackClient(static_cast<uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)))) {}
  // `receive_buffer`: bytes that the kernel keeps for a client that does not read; 0 = the default.
  explicit LoopbackClient(uint16_t port, int receive_buffer = 0)
      : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (receive_buffer > 0) Set(SO_RCVBUF, receive_buffer);
    Set(SO_RCVTIMEO, kClientGivesUp);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  ~LoopbackClient() { close(socket_); }
  LoopbackClient(const LoopbackClient&) = delete;
  LoopbackClient& operator=(const LoopbackClient&) = delete;

  bool connected() const { return connected_; }
  void Send(const std::string& bytes) const {
    static_cast<void>(send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL));
  }
  void Get(const std::string& path) const {
    Send("GET " + path + " HTTP/1.1\r\nHost: test\r\n\r\n");
  }
  // Returns true if the server has neither sent a byte nor ended the connection.
  bool idle() const {
    char byte = 0;
    return recv(socket_, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
  }
  // Returns what the server sends until it ends the connection; "given up" if it never does.
  std::string ReadAll() const {
    std::string text;
    std::array<char, 4096> buffer{};
    for (;;) {
      const ssize_t size = recv(socket_, buffer.data(), buffer.size(), 0);
      if (size == 0) return text;
      if (size < 0) return "given up";
      text.append(buffer.data(), static_cast<size_t>(size));
    }
  }

 private:
  template <typename T>
  void Set(int option, const T& value) const {
    setsockopt(socket_, SOL_SOCKET, option, &value, sizeof value);
  }

  int socket_;
  bool connected_ = false;
};

}  // namespace windlass
