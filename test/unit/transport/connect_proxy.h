// ConnectProxy: an HTTP proxy for tests of proxy-url, which opens tunnels or refuses to.
#pragma once

#include <memory>
#include <string>
#include <vector>

namespace windlass {

// Listens on a free loopback port. The destructor closes all connections.
class ConnectProxy {
 public:
  // Sends `answer` to every CONNECT; if it is empty, never answers; if `endless`, sends it again
  // and again. After a 200 it passes bytes on to the loopback port that the CONNECT names, whatever
  // host it names.
  explicit ConnectProxy(std::string answer = "HTTP/1.1 200 Connection established\r\n\r\n",
                        bool endless = false);
  ~ConnectProxy();
  ConnectProxy(const ConnectProxy&) = delete;
  ConnectProxy& operator=(const ConnectProxy&) = delete;

  int port() const;
  std::vector<std::string> requests() const;  // the request heads of all CONNECTs so far

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace windlass
