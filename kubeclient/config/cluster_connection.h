// The way to the API server: a transport, and what keeps its credentials fresh.
//
// Tokens, client certificates and CAs that stand in files are read again while it is open, and so
// is what a credential plugin gives; the kubeconfig itself is not.
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
    std::string user_agent = "windlass";
    Duration poll_period = kCredentialsPoll;  // how often files of credentials are looked at
  };

  // Reaches nobody yet. kConfig when something cannot work. The references must outlive the
  // connection; `clock` and `log` must be thread-safe.
  static Result<std::unique_ptr<ClusterConnection>> Open(const ClientConfig& config,
                                                         const Clock& clock, Log& log,
                                                         TimerQueue& timers, Inbox& inbox,
                                                         Options options);
  // As ~CppRestTransport: before main returns, outside of any handler.
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
