// Snapshot: what the core thread publishes for the operations port. It has plain values, which the
// core thread collects when a client asks for /metrics. /metrics reads nothing else from the core
// thread.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "controller/runtime/figures.h"
#include "controller/runtime/shared_informer.h"
#include "controller/runtime/term.h"
#include "kubeclient/base/histogram.h"
#include "kubeclient/cache/work_queue.h"
#include "kubeclient/client/client.h"
#include "kubeclient/client/event_recorder.h"

namespace windlass {

// Returns an empty histogram for the CPU time of turns of the core loop, with buckets from 1 ms to
// 5 s.
Histogram TurnHistogram();

struct Snapshot {
  Histogram turn_cpu = TurnHistogram();
  // How many rights are missing, by the controller that needs them. "windlass" stands for rights
  // that every process needs.
  std::map<std::string, uint64_t> missing_rights;
  // How many objects wait because no process handles their kind, by kind. Has only kinds whose
  // controller --controllers leaves out (other_kinds.h).
  std::map<std::string, uint64_t> unserved_objects;
  bool leader = false;
  std::string lease_name;
  ControllerCounters controller;
  std::vector<std::string> controllers;  // their names in the ControllerList
  Figures figures;                       // of all controllers
  WorkQueueCounters queue;
  Duration barrier_wait{0};  // of the controller that has waited longest; 0 if none waits
  bool server_away = false;
  uint64_t server_times_away = 0;
  uint64_t server_probes = 0;
  uint64_t requests_sent = 0;  // by the whole process, watches included
  ClientCounters client;
  std::map<std::string, Histogram> request_duration;  // by HTTP method
  Histogram rate_limiter_duration = RestClientHistogram();
  EventCounters events;
  std::vector<InformerSnapshot> informers;
  size_t cache_budget = 0;  // bytes; 0: no limit
  size_t text_bytes = 0;    // of texts that all caches share
};

// SnapshotBoard: hands snapshots from the core thread to the ops server. Thread-safe.
class SnapshotBoard {
 public:
  // `ask` must make the core thread call Publish soon. `ask` runs on the thread that calls Fresh,
  // while the board is locked, and not again before the next Publish.
  explicit SnapshotBoard(std::function<void()> ask);

  // Core thread.
  void Publish(Snapshot snapshot);

  // Any other thread. Asks the core thread for a snapshot and returns it. If no snapshot comes
  // within 300 ms, returns the previous one, or null if there is none. Further calls then return at
  // once until the core thread has answered.
  std::shared_ptr<const Snapshot> Fresh();

 private:
  const std::function<void()> ask_;
  std::mutex mutex_;
  std::condition_variable published_;
  // Guarded by mutex_:
  std::shared_ptr<const Snapshot> latest_;
  bool asked_ = false;  // Fresh has asked, and the core thread has not answered yet
  bool late_ = false;   // Fresh has waited for this answer, and it did not come in time
  uint64_t publications_ = 0;
};

}  // namespace windlass
