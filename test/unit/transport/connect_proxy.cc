#include "test/unit/transport/connect_proxy.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <mutex>
#include <thread>

#include "kubeclient/base/assert.h"

namespace windlass {
namespace {

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  return address;
}

std::string ReadHead(int fd) {
  std::string head;
  char byte = 0;
  while (!head.ends_with("\r\n\r\n") && recv(fd, &byte, 1, 0) == 1) head += byte;
  return head;
}

// Returns the port in "CONNECT host:port HTTP/1.1".
int PortOf(const std::string& head) {
  const std::string line = head.substr(0, head.find(" HTTP/"));
  return std::stoi(line.substr(line.rfind(':') + 1));
}

bool Pass(int from, int to) {
  char buffer[65536];
  const ssize_t got = recv(from, buffer, sizeof buffer, 0);
  if (got <= 0) return false;
  return send(to, buffer, static_cast<size_t>(got), MSG_NOSIGNAL) == got;
}

void PassBoth(int client, int server) {
  pollfd ready[] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
  while (poll(ready, 2, -1) > 0) {
    if (ready[0].revents != 0 && !Pass(client, server)) return;
    if (ready[1].revents != 0 && !Pass(server, client)) return;
  }
}

}  // namespace

struct ConnectProxy::Impl {
  std::string answer;
  bool endless = false;
  int listener = -1;
  int port = 0;
  std::atomic<bool> stopping = false;
  std::thread acceptor;

  mutable std::mutex mutex;  // guards the members below
  std::vector<std::string> requests;
  std::vector<int> clients;
  std::vector<std::thread> threads;

  void Accept();
  void Serve(int client);
};

void ConnectProxy::Impl::Serve(int client) {
  const std::string head = ReadHead(client);
  if (head.empty()) return;
  {
    const std::scoped_lock lock(mutex);
    requests.push_back(head);
  }
  while (!answer.empty() && send(client, answer.data(), answer.size(), MSG_NOSIGNAL) > 0) {
    if (!endless) break;
  }
  if (answer.find(" 200 ") != std::string::npos) {
    const int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = Loopback(PortOf(head));
    if (connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
      PassBoth(client, server);
    }
    close(server);
  }
  if (answer.empty()) static_cast<void>(ReadHead(client));  // waits until the peer closes
  shutdown(client, SHUT_RDWR);
}

void ConnectProxy::Impl::Accept() {
  for (;;) {
    const int client = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0 || stopping) {
      if (client >= 0) close(client);
      return;
    }
    const std::scoped_lock lock(mutex);
    clients.push_back(client);
    threads.emplace_back([this, client] { Serve(client); });
  }
}

ConnectProxy::ConnectProxy(std::string answer, bool endless) : impl_(std::make_unique<Impl>()) {
  impl_->answer = std::move(answer);
  impl_->endless = endless;
  impl_->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof address;
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  WL_ASSERT(bind(impl_->listener, any, size) == 0 && listen(impl_->listener, 64) == 0);
  WL_ASSERT(getsockname(impl_->listener, any, &size) == 0);
  impl_->port = ntohs(address.sin_port);
  impl_->acceptor = std::thread([impl = impl_.get()] { impl->Accept(); });
}

ConnectProxy::~ConnectProxy() {
  impl_->stopping = true;
  shutdown(impl_->listener, SHUT_RDWR);
  impl_->acceptor.join();
  for (const int client : impl_->clients) shutdown(client, SHUT_RDWR);
  for (std::thread& thread : impl_->threads) thread.join();
  for (const int client : impl_->clients) close(client);
  close(impl_->listener);
}

int ConnectProxy::port() const { return impl_->port; }

std::vector<std::string> ConnectProxy::requests() const {
  const std::scoped_lock lock(impl_->mutex);
  return impl_->requests;
}

}  // namespace windlass
