#include "test/unit/transport/raw_http_server.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <mutex>
#include <thread>

#include "kubeclient/base/assert.h"

namespace windlass {
namespace {

int Listen(int& port, Loopback loopback) {
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_addr = in6addr_loopback;
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool old = loopback == Loopback::kV4;
  auto* const address = old ? reinterpret_cast<sockaddr*>(&v4) : reinterpret_cast<sockaddr*>(&v6);
  socklen_t size = old ? sizeof v4 : sizeof v6;
  const int listener = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  WL_ASSERT(bind(listener, address, size) == 0);
  WL_ASSERT(listen(listener, 512) == 0);
  WL_ASSERT(getsockname(listener, address, &size) == 0);
  port = ntohs(old ? v4.sin_port : v6.sin6_port);
  return listener;
}

SSL_CTX* NewContext(const TlsServer& tls) {
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  BIO* bio =
      BIO_new_mem_buf(tls.certificate_pem.data(), static_cast<int>(tls.certificate_pem.size()));
  X509* certificate = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr);
  BIO_free(bio);
  bio = BIO_new_mem_buf(tls.key_pem.data(), static_cast<int>(tls.key_pem.size()));
  EVP_PKEY* key = PEM_read_bio_PrivateKey(bio, nullptr, nullptr, nullptr);
  BIO_free(bio);
  WL_ASSERT(SSL_CTX_use_certificate(context, certificate) == 1);
  WL_ASSERT(SSL_CTX_use_PrivateKey(context, key) == 1);
  X509_free(certificate);
  EVP_PKEY_free(key);
  if (!tls.client_ca_pem.empty()) {
    bio = BIO_new_mem_buf(tls.client_ca_pem.data(), static_cast<int>(tls.client_ca_pem.size()));
    X509* ca = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr);
    BIO_free(bio);
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context), ca);
    X509_free(ca);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  }
  return context;
}

size_t ContentLength(const std::string& head) {
  const size_t at = head.find("Content-Length:");
  return at == std::string::npos ? 0 : std::stoul(head.substr(at + 15));
}

}  // namespace

struct RawHttpServer::Impl {
  struct Peer;

  Script script;
  Loopback loopback = Loopback::kV4;
  SSL_CTX* context = nullptr;
  int listener = -1;
  int port = 0;
  std::atomic<bool> stopping = false;
  std::atomic<int> closed = 0;
  std::thread acceptor;

  mutable std::mutex mutex;  // guards the members below
  std::vector<std::string> requests;
  std::vector<std::string> server_names;
  std::vector<std::unique_ptr<Peer>> peers;
  std::vector<std::thread> threads;

  void Accept();
};

struct RawHttpServer::Impl::Peer final : Connection {
  Peer(Impl& owner, int accepted) : server(owner), fd(accepted) {}
  ~Peer() override {
    SSL_free(ssl);
    close(fd);
  }

  bool Handshake() {
    if (server.context == nullptr) return true;
    ssl = SSL_new(server.context);
    SSL_set_fd(ssl, fd);
    const bool accepted = SSL_accept(ssl) == 1;
    const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    const std::scoped_lock lock(server.mutex);
    server.server_names.emplace_back(name == nullptr ? "" : name);
    return accepted;
  }

  long Receive(char* into, size_t size) const {
    if (ssl != nullptr) return SSL_read(ssl, into, static_cast<int>(size));
    return recv(fd, into, size, 0);
  }

  std::string ReadRequest() override {
    char buffer[65536];
    for (;;) {
      const size_t head = pending.find("\r\n\r\n");
      if (head != std::string::npos) {
        const size_t whole = head + 4 + ContentLength(pending.substr(0, head));
        if (pending.size() >= whole) {
          std::string request = pending.substr(0, whole);
          pending.erase(0, whole);
          const std::scoped_lock lock(server.mutex);
          server.requests.push_back(request);
          return request;
        }
      }
      const long got = Receive(buffer, sizeof buffer);
      if (got <= 0) return {};
      pending.append(buffer, static_cast<size_t>(got));
    }
  }

  bool Write(std::string_view bytes) override {
    while (!bytes.empty()) {
      const size_t piece = std::min<size_t>(bytes.size(), 1U << 20U);
      const long wrote = ssl != nullptr ? SSL_write(ssl, bytes.data(), static_cast<int>(piece))
                                        : send(fd, bytes.data(), piece, MSG_NOSIGNAL);
      if (wrote <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(wrote));
    }
    return true;
  }

  size_t WriteUntilBlocked(std::string_view bytes) override {
    WL_ASSERT(ssl == nullptr);
    size_t total = 0;
    while (total < bytes.size()) {
      pollfd ready{fd, POLLOUT, 0};
      if (poll(&ready, 1, 500) != 1) break;
      const auto wrote =
          send(fd, bytes.data() + total, bytes.size() - total, MSG_NOSIGNAL | MSG_DONTWAIT);
      if (wrote < 0) break;
      total += static_cast<size_t>(wrote);
    }
    return total;
  }

  void WaitForPeerToClose() override {
    char buffer[4096];
    while (Receive(buffer, sizeof buffer) > 0) {
    }
  }

  void Close() override {
    if (done) return;
    done = true;
    if (ssl != nullptr) SSL_shutdown(ssl);
    shutdown(fd, SHUT_RDWR);
    ++server.closed;
  }

  void Reset() override {
    if (done) return;
    done = true;
    const linger at_once{1, 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    // Closing the socket makes the reset. Another socket takes its descriptor, so that the
    // destructor does not close a descriptor that somebody else has got meanwhile.
    const int replacement = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    dup2(replacement, fd);
    close(replacement);
    ++server.closed;
  }

  Impl& server;
  const int fd;
  SSL* ssl = nullptr;
  bool done = false;
  std::string pending;
};

void RawHttpServer::Impl::Accept() {
  for (int nth = 0;; ++nth) {
    const int fd = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0 || stopping) {
      if (fd >= 0) close(fd);
      return;
    }
    const std::scoped_lock lock(mutex);
    peers.push_back(std::make_unique<Peer>(*this, fd));
    Peer& peer = *peers.back();
    threads.emplace_back([this, &peer, nth] {
      if (peer.Handshake()) script(peer, nth);
      ERR_clear_error();
      peer.Close();
    });
  }
}

RawHttpServer::RawHttpServer(Script script, std::optional<TlsServer> tls, Loopback loopback)
    : impl_(std::make_unique<Impl>()) {
  std::signal(SIGPIPE, SIG_IGN);  // because OpenSSL may write to sockets that the client has closed
  impl_->script = std::move(script);
  if (tls) impl_->context = NewContext(*tls);
  impl_->loopback = loopback;
  impl_->listener = Listen(impl_->port, loopback);
  impl_->acceptor = std::thread([impl = impl_.get()] { impl->Accept(); });
}

RawHttpServer::~RawHttpServer() {
  impl_->stopping = true;
  shutdown(impl_->listener, SHUT_RDWR);
  impl_->acceptor.join();
  for (const auto& peer : impl_->peers) shutdown(peer->fd, SHUT_RDWR);
  for (std::thread& thread : impl_->threads) thread.join();
  impl_->peers.clear();
  close(impl_->listener);
  SSL_CTX_free(impl_->context);
}

std::string RawHttpServer::url() const {
  const std::string host = impl_->loopback == Loopback::kV4 ? "127.0.0.1" : "[::1]";
  return (impl_->context != nullptr ? "https://" : "http://") + host + ":" +
         std::to_string(impl_->port);
}

int RawHttpServer::port() const { return impl_->port; }

std::vector<std::string> RawHttpServer::requests() const {
  const std::scoped_lock lock(impl_->mutex);
  return impl_->requests;
}

std::vector<std::string> RawHttpServer::server_names() const {
  const std::scoped_lock lock(impl_->mutex);
  return impl_->server_names;
}

int RawHttpServer::connections() const {
  const std::scoped_lock lock(impl_->mutex);
  return static_cast<int>(impl_->peers.size());
}

int RawHttpServer::closed() const { return impl_->closed; }

std::string Response(std::string_view status_line, std::string_view body,
                     std::string_view headers) {
  std::string text = "HTTP/1.1 ";
  text.append(status_line).append("\r\n").append(headers);
  text.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n\r\n");
  return text.append(body);
}

std::string ChunkedHead(std::string_view headers) {
  return "HTTP/1.1 200 OK\r\n" + std::string(headers) + "Transfer-Encoding: chunked\r\n\r\n";
}

std::string Chunk(std::string_view bytes) {
  char size[20];
  std::snprintf(size, sizeof size, "%zx\r\n", bytes.size());
  return size + std::string(bytes) + "\r\n";
}

int RefusingPort() {
  int port = 0;
  close(Listen(port, Loopback::kV4));
  return port;
}

bool HasIpv6() {
  addrinfo hints{};
  hints.ai_flags = AI_ADDRCONFIG;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo("::1", "1", &hints, &found) != 0) return false;
  freeaddrinfo(found);
  return true;
}

}  // namespace windlass
