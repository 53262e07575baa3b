// An HTTP proxy that opens tunnels, or does not: for tests of proxy-url.
#pragma once

#include <memory>
#include <string>
#include <vector>

namespace windlass {

// Loopback, a free port. Ends everything when destroyed.
class ConnectProxy {
 public:
  // `answer` is sent to every CONNECT; where it is a 200, bytes are then passed on to the loopback
  // port that the CONNECT names, whatever its host. Empty: no answer, ever.
  explicit ConnectProxy(std::string answer = "HTTP/1.1 200 Connection established\r\n\r\n");
  ~ConnectProxy();
  ConnectProxy(const ConnectProxy&) = delete;
  ConnectProxy& operator=(const ConnectProxy&) = delete;

  int port() const;
  std::vector<std::string> requests() const;  // the heads of the CONNECTs so far

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace windlass
