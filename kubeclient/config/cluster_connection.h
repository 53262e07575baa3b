// ClusterConnection: a transport to the API server that keeps its credentials fresh.
//
// While the connection is open, it
//   - regularly reads the files with tokens, client certificates, keys and CAs again;
//   - runs a credential plugin again when its credentials expire or the API server refuses them;
//   - never reads the kubeconfig itself again.
#pragma once

#include <memory>
#include <string>

#include "kubeclient/base/clock.h"
#include "kubeclient/base/inbox.h"
#include "kubeclient/base/log.h"
#include "kubeclient/base/result.h"
#include "kubeclient/base/timer_queue.h"
#include "kubeclient/config/kubeconfig.h"
#include "kubeclient/config/token_source.h"
#include "kubeclient/transport/transport.h"

namespace windlass {

// Core thread only.
class ClusterConnection {
 public:
  struct Options {
    std::string user_agent;  // required: the program and its version, "my-controller/1.2"
    Duration poll_period = kCredentialsPoll;  // how often the files are read again
  };

  // Connects to nothing yet. Returns kConfig if a part of `config` cannot work. The references must
  // outlive the connection; `clock` and `log` must be thread-safe.
  static Result<std::unique_ptr<ClusterConnection>> Open(const ClientConfig& config,
                                                         const Clock& clock, Log& log,
                                                         TimerQueue& timers, Inbox& inbox,
                                                         Options options);
  // Destroy the connection before main returns, and never from a handler (see ~CppRestTransport).
  ~ClusterConnection();
  ClusterConnection(const ClusterConnection&) = delete;
  ClusterConnection& operator=(const ClusterConnection&) = delete;

  Transport& transport();

 private:
  struct Impl;
  explicit ClusterConnection(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace windlass
