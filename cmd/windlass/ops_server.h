// OpsServer: the operations port with /metrics, /livez, /readyz and /healthz. It answers GET only,
// one request per connection. Idle connections and slow readers do not delay others.
#pragma once

#include <memory>
#include <string>

#include "cmd/windlass/snapshot.h"
#include "kubeclient/base/result.h"

namespace windlass {

class OpsServer {
 public:
  // `address` is host:port, with brackets around an IPv6 host; port 0 picks a free port. Returns
  // kConfig, with the flag's name, if we cannot listen on it. `board` must outlive the server. The
  // server answers on threads of its own.
  static Result<std::unique_ptr<OpsServer>> Listen(const std::string& address,
                                                   SnapshotBoard& board);
  ~OpsServer();

  // Returns host:port, with the port that was chosen for port 0.
  const std::string& address() const;

 private:
  struct Server;
  explicit OpsServer(std::unique_ptr<Server> server);
  std::unique_ptr<Server> server_;
};

}  // namespace windlass
