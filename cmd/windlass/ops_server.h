// The operations ports: one with /metrics, /livez, /readyz and /healthz, and one with probes alone,
// which stays responsive when the first is under load.
#pragma once

#include <memory>
#include <string>

#include "cmd/windlass/heartbeat.h"
#include "cmd/windlass/http_responder.h"
#include "cmd/windlass/snapshot.h"
#include "kubeclient/base/result.h"

namespace windlass {

// Listens for metrics and probes on `address` (HttpResponder::Listen). The references must outlive
// the responder, which answers on a thread of its own. All clients within 250 ms get the same page
// of metrics, so the core thread makes at most four snapshots a second.
Result<std::unique_ptr<HttpResponder>> ServeMetrics(const std::string& address, const Clock& clock,
                                                    SnapshotBoard& board,
                                                    const Heartbeat& heartbeat);

// Listens for probes alone: /livez, /readyz and /healthz.
Result<std::unique_ptr<HttpResponder>> ServeProbes(const std::string& address,
                                                   const Heartbeat& heartbeat);

}  // namespace windlass
