// The operations port: /metrics, /livez, /readyz, /healthz. GET only, no bodies. A connection
// carries one request; idle connections and slow readers hold up no other.
#pragma once

#include <memory>
#include <string>

#include "cmd/windlass/snapshot.h"
#include "kubeclient/base/result.h"

namespace windlass {

class OpsServer {
 public:
  // `address` is host:port; IPv6 hosts in brackets; port 0 picks a free one. Error kConfig naming
  // the flag when it cannot be listened on. `board` must outlive the server.
  static Result<std::unique_ptr<OpsServer>> Listen(const std::string& address,
                                                   SnapshotBoard& board);
  ~OpsServer();

  // host:port with the port that was chosen.
  const std::string& address() const;

 private:
  struct Server;
  explicit OpsServer(std::unique_ptr<Server> server);
  std::unique_ptr<Server> server_;
};

}  // namespace windlass
