// What the core publishes for the operations port: plain values, made when somebody asks. The ops
// server reads nothing else.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "cmd/windlass/readiness.h"
#include "controller/runtime/figures.h"
#include "controller/runtime/informer_snapshot.h"
#include "controller/runtime/term.h"
#include "kubeclient/base/clock.h"
#include "kubeclient/base/histogram.h"
#include "kubeclient/cache/work_queue.h"
#include "kubeclient/client/client.h"
#include "kubeclient/client/event_recorder.h"

namespace windlass {

struct Snapshot {
  bool alive = true;  // false: leading, but the Lease could not be renewed for too long
  Readiness readiness;
  bool leader = false;
  std::string lease_name;
  ControllerCounters controller;
  std::vector<std::string> controllers;  // by their names in the list
  Figures figures;                       // of all of them
  WorkQueueCounters queue;
  bool server_away = false;
  uint64_t server_times_away = 0;
  uint64_t server_probes = 0;
  uint64_t requests_sent = 0;  // by all parts, watches included
  ClientCounters client;
  std::map<std::string, Histogram> request_duration;  // by verb
  Histogram rate_limiter_duration = RestClientHistogram();
  EventCounters events;
  std::vector<InformerSnapshot> informers;
};

// The one place where core and ops server meet. Thread-safe.
class SnapshotBoard {
 public:
  // `ask` is to make the core publish soon; called on the asking thread, and not again before the
  // core has published.
  SnapshotBoard(const Clock& clock, std::function<void()> ask);

  // Core thread.
  void Publish(Snapshot snapshot);

  // Any other thread: the snapshot that the core publishes next. Where it does not within 300 ms,
  // the latest there is; nullptr when there is none yet.
  std::shared_ptr<const Snapshot> Fresh();

  // For how long the core has owed an answer.
  Duration Overdue() const;

 private:
  const Clock& clock_;
  const std::function<void()> ask_;
  mutable std::mutex mutex_;
  std::condition_variable published_;
  // Guarded by mutex_:
  std::shared_ptr<const Snapshot> latest_;
  std::optional<MonotonicTime> asked_;
  uint64_t publications_ = 0;
};

}  // namespace windlass
