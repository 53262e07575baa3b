// HttpResponder: the HTTP/1.1 server of an operations port. It answers GET, one request per
// connection, from one thread.
//
// No client can keep the server from answering other clients (docs/design/014):
//   - at most kConnectionsMax connections are open. When another client connects, the server closes
//     the oldest connection that is not being answered. If all are being answered, it closes the
//     oldest of all
//   - a connection is closed if its request is not complete after kClientPatience, or if its client
//     reads no byte of the answer for that long
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "kubeclient/base/result.h"

namespace windlass {

// The longest request, up to the empty line that ends its header.
inline constexpr size_t kRequestBytesMax = 8192;

// What the operations ports read of an HTTP/1.1 request: the path of a GET, and nothing else.
struct ParsedRequest {
  enum class Kind : uint8_t {
    kIncomplete,  // more bytes are needed
    kGet,
    kOtherMethod,
    kMalformed,  // no HTTP/1.x request
    kTooLong,    // above kRequestBytesMax
  };
  Kind kind = Kind::kIncomplete;
  std::string_view path;  // of a GET, without the query; points into `bytes`
};

// Reads the first request in `bytes`, which are all bytes that a client has sent so far.
ParsedRequest ParseRequest(std::string_view bytes);

inline constexpr size_t kConnectionsMax = 128;
// Shorter than the 5 s after which the kubelet counts a probe as failed (timeoutSeconds in
// deploy/base/windlass.yaml).
inline constexpr std::chrono::milliseconds kClientPatience{2000};

struct HttpAnswer {
  int status = 404;
  std::string_view type = "text/plain; charset=utf-8";
  // Shared by connections that get the same page. Null = empty.
  std::shared_ptr<const std::string> body;
};

class HttpResponder {
 public:
  // Returns the answer to a GET of `path`. Runs on the responder's thread, which meanwhile serves
  // no other connection.
  using Answer = std::function<HttpAnswer(std::string_view path)>;

  // `address` is host:port, with brackets around an IPv6 host; without a host we listen on every
  // address of the machine. Port 0 picks a free port. Returns kConfig if we cannot listen on
  // `address`.
  static Result<std::unique_ptr<HttpResponder>> Listen(const std::string& address, Answer answer);
  // Closes every connection. If Answer is running, waits until it returns.
  ~HttpResponder();

  // Returns host:port, with the port that was chosen for port 0.
  const std::string& address() const { return address_; }

 private:
  class Loop;
  HttpResponder(std::unique_ptr<Loop> loop, std::string address);

  const std::string address_;
  const std::unique_ptr<Loop> loop_;
};

}  // namespace windlass
