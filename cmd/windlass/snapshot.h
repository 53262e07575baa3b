// What the core publishes for the operations port: plain values, made once a second and whenever
// readiness changes. The ops server reads nothing else.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "controller/runtime/term.h"
#include "kubeclient/base/histogram.h"
#include "kubeclient/cache/reflector.h"
#include "kubeclient/cache/work_queue.h"
#include "kubeclient/client/client.h"
#include "kubeclient/client/event_recorder.h"

namespace windlass {

struct InformerSnapshot {
  std::string resource;
  bool synced = false;
  size_t objects = 0;
  uint64_t duplicates = 0;
  uint64_t stale = 0;
  ReflectorCounters reflector;
  double last_version = 0;  // resourceVersion as a number; 0 when it is none
  double seconds_since_last_heard = 0;
};

struct Snapshot {
  MonotonicTime heartbeat;  // when the core published it
  bool alive = true;        // false: leading, but the Lease could not be renewed for too long
  std::vector<std::string> not_ready;  // empty = ready
  bool leader = false;
  std::string lease_name;
  ControllerCounters controller;
  WorkQueueCounters queue;
  ClientCounters client;
  std::map<std::string, Histogram> request_duration;  // by verb
  Histogram rate_limiter_duration = RestClientHistogram();
  EventCounters events;
  std::vector<InformerSnapshot> informers;
};

// The one place where core and ops server meet. Thread-safe.
class SnapshotBoard {
 public:
  void Publish(Snapshot snapshot) {
    auto next = std::make_shared<const Snapshot>(std::move(snapshot));
    const std::scoped_lock lock(mutex_);
    latest_ = std::move(next);
  }
  // nullptr before the first is published.
  std::shared_ptr<const Snapshot> Latest() const {
    const std::scoped_lock lock(mutex_);
    return latest_;
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const Snapshot> latest_;  // guarded by mutex_
};

}  // namespace windlass
