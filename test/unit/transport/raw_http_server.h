// A server that does exactly what a script tells it, byte by byte: also what no real server would
// do.
//
//   RawHttpServer server([](Connection& peer, int) {
//     peer.ReadRequest();
//     peer.Write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
//   });
//
// Loopback only, a free port. Every connection runs the script on a thread of its own; the socket
// is closed when the script returns. Destruction closes all sockets, which ends every blocked call.
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
  std::string client_ca_pem;  // not empty: a client certificate is demanded
};

enum class Loopback { kV4, kV6 };

class Connection {
 public:
  virtual ~Connection() = default;

  // The next request whole: headers and the body of its Content-Length. Empty when the peer has
  // closed.
  virtual std::string ReadRequest() = 0;
  // False when the peer is gone.
  virtual bool Write(std::string_view bytes) = 0;
  // Like Write, but gives up when the peer has read nothing for a while. Returns how much went.
  virtual size_t WriteUntilBlocked(std::string_view bytes) = 0;
  virtual void WaitForPeerToClose() = 0;
  virtual void Close() = 0;  // orderly, as a server that shuts down
  virtual void Reset() = 0;  // as a server that was killed
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
  std::vector<std::string> requests() const;  // all read so far, in order
  // Of each TLS connection, in order: the name the client meant to reach (SNI), "" for none.
  std::vector<std::string> server_names() const;
  int connections() const;  // accepted so far
  int closed() const;       // whose script has returned, or that were closed by it

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// A response with Content-Length. `headers` are whole lines, each ending in "\r\n".
std::string Response(std::string_view status_line, std::string_view body,
                     std::string_view headers = "");
std::string ChunkedHead(std::string_view headers = "");
std::string Chunk(std::string_view bytes);
inline constexpr std::string_view kLastChunk = "0\r\n\r\n";

// A loopback port nobody listens on.
int RefusingPort();
// Whether this machine has IPv6 to speak of: more than the loopback address, as name look-up wants.
bool HasIpv6();

}  // namespace windlass
