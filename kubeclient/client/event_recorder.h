// Kubernetes Events, core/v1: aggregated, budgeted, never in the way of a sync.
//
// At most kEventQueueMax wait; the oldest Normal goes first. The same event again within 10 minutes
// becomes a PATCH of its count; from the tenth similar one on (same object, type, reason) they are
// merged into one "(combined from similar events): …"; per object and type 25 in a burst, then one
// per 300 s. At most 3 tries. Failure of an event is logged at debug level and counted, nothing
// more. The client sends them one at a time, and only while nothing else waits. Core thread only.
// Source: D-536.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "kubeclient/api/request.h"
#include "kubeclient/base/clock.h"
#include "kubeclient/base/log.h"
#include "kubeclient/client/client.h"

namespace windlass {

struct EventCounters {
  uint64_t recorded = 0;
  uint64_t sent = 0;
  uint64_t dropped = 0;
};

class EventRecorder {
 public:
  // `component` becomes source.component and reportingComponent ("deployment-controller").
  EventRecorder(const Clock& clock, Log& log, Client& client, std::string component);
  ~EventRecorder();
  EventRecorder(const EventRecorder&) = delete;
  EventRecorder& operator=(const EventRecorder&) = delete;

  void Record(const ObjectReference& about, const Event& event);

  EventCounters counters() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace windlass
