// RawHttpServer: a server that sends exactly the bytes that a script says, also wrong ones.
//
//   RawHttpServer server([](Connection& peer, int) {
//     peer.ReadRequest();
//     peer.Write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
//   });
//
// It listens on a free loopback port. Each connection runs the script on a thread of its own, and
// is closed when the script returns. The destructor closes all sockets, which ends every blocked
// call.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace windlass {

struct TlsServer {
  std::string certificate_pem;
  std::string key_pem;
  std::string client_ca_pem;  // if not empty, the server demands a client certificate
};

enum class Loopback { kV4, kV6 };

class Connection {
 public:
  virtual ~Connection() = default;

  // Returns the next request, with its headers and the body that Content-Length announces. Returns
  // "" if the peer has closed.
  virtual std::string ReadRequest() = 0;
  // Returns false if the peer has closed.
  virtual bool Write(std::string_view bytes) = 0;
  // Like Write, but gives up if the peer reads nothing for a while. Returns the bytes written.
  virtual size_t WriteUntilBlocked(std::string_view bytes) = 0;
  virtual void WaitForPeerToClose() = 0;
  virtual void Close() = 0;  // in order, like a server that shuts down
  virtual void Reset() = 0;  // like a server that was killed
};

class RawHttpServer {
 public:
  using Script = std::function<void(Connection& peer, int nth)>;  // nth connection, from 0

  explicit RawHttpServer(Script script, std::optional<TlsServer> tls = std::nullopt,
                         Loopback loopback = Loopback::kV4);
  ~RawHttpServer();
  RawHttpServer(const RawHttpServer&) = delete;
  RawHttpServer& operator=(const RawHttpServer&) = delete;

  std::string url() const;  // with 127.0.0.1 or [::1]
  int port() const;
  std::vector<std::string> requests() const;  // all requests read so far, in order
  // Returns the SNI of each TLS connection, in order; "" for a connection without one.
  std::vector<std::string> server_names() const;
  int connections() const;  // number of connections accepted
  int closed() const;       // number of those whose script has returned or closed them

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Returns a response with Content-Length. `headers`: whole lines, each ending in "\r\n".
std::string Response(std::string_view status_line, std::string_view body,
                     std::string_view headers = "");
std::string ChunkedHead(std::string_view headers = "");
std::string Chunk(std::string_view bytes);
inline constexpr std::string_view kLastChunk = "0\r\n\r\n";

// Returns a loopback port on which no server listens.
int RefusingPort();
// Returns true if this machine has an IPv6 address besides loopback, which name look-up needs.
bool HasIpv6();

}  // namespace windlass
