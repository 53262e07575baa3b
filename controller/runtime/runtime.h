// The controllers of one process, put together: one queue, one leader term, one fold table.
//
//   cache change ──▶ controller ──▶ Wake ──▶ Term (queue) ──▶ Sync ──▶ Next ──▶ Client
//
// Each controller begins a term by itself: it waits for its own caches and its own barrier. So a
// controller whose caches never become complete does not hold up the others. The daemon and the
// simulator both use this class. Core thread only.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "controller/runtime/informers.h"
#include "controller/runtime/leadership_barrier.h"
#include "controller/runtime/sync.h"
#include "controller/runtime/term.h"
#include "controller/runtime/watching_controller.h"

namespace windlass {

struct RuntimeOptions {
  std::string namespace_{};  // empty = all
  int syncs_max = 64;        // --max-in-flight: for all controllers together
  bool resync = true;        // false: for tests in which a resync would hide a fault
};

class Runtime {
 public:
  // `client`, `events` and everything in `environment` must outlive the runtime.
  Runtime(InformerEnvironment environment, Client& client, EventRecorder& events,
          RuntimeOptions options, const ControllerList& controllers);
  ~Runtime();
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  // Starts the caches. Windlass writes nothing before a term begins.
  void Start();

  // Begins a term of leadership: every key is synced once, as soon as its controller's caches are
  // complete and the barrier, if any, is passed.
  void BeginTerm(const TermOptions& options = {});
  // Ends the term: drops the queue, the syncs and the replies still on their way.
  void EndTerm();

  // Called when another cluster answers, or the cluster was restored to an earlier state.
  // What the caches held is then no longer valid, and the term has ended. A term that begins now
  // syncs no key before the caches are complete again.
  std::function<void()> on_reset;
  // Called when a controller needs other rights than before.
  std::function<void()> on_rights_changed;
  // Called for each write that fails with kForbidden, except the patches that a fence sends
  // (term_fence.h). The cause is either a right that was taken away, or a policy that forbids only
  // this write.
  std::function<void()> on_write_forbidden;
  // Called when a cache was emptied, so that memory can be given back. A cache is emptied when no
  // controller needs it any more, or when it is given up for lack of room.
  std::function<void()> on_cache_emptied;
  // Call when the API server answers again after an outage. `was_refused` is true if connections
  // were refused, so that another server may answer now (Reflector::TryNow).
  void ServerIsBack(bool was_refused);

  // Takes no further keys from the queue, and begins no further steps.
  //   - drained() is true as soon as no call to the API server is in flight
  //   - settled() is true as soon as, in addition, the outcome of every write of the term is known,
  //     and none can reach the API server later
  void Drain();
  bool drained() const { return term_ == nullptr || !term_->in_flight(); }
  bool settled() const { return term_ == nullptr || term_->settled(); }

  // Returns true in a term in which no key is ready, set aside or being synced (Term::idle).
  bool idle() const { return term_ != nullptr && term_->idle(); }

  // Returns the names of the controllers, in the order of the ControllerList.
  const std::vector<std::string>& names() const { return names_; }
  void ForEach(const std::function<void(const WatchingController&)>& visit) const;

  const Informers& informers() const { return informers_; }
  const ControllerCounters& counters() const { return counters_; }
  WorkQueueCounters queue_counters() const;

  // A controller that has not begun the term, because its caches may lack what a former leader
  // wrote.
  struct AtBarrier {
    size_t controller = 0;  // in the order of names()
    Duration since{0};
    std::string trouble;  // the last failure of the barrier; "" if there was none
  };
  std::vector<AtBarrier> at_barrier() const;

 private:
  class Lane;

  void WakeAllWhenSynced(Lane& lane);
  void Reset();

  Informers informers_;
  const InformerEnvironment environment_;
  const RuntimeOptions options_;
  ControllerCounters counters_;
  std::vector<std::string> names_;
  std::vector<Controller*> controllers_;
  SyncEnvironment sync_environment_;
  std::vector<std::unique_ptr<Lane>> lanes_;  // in the order of QueueKey::controller
  std::unique_ptr<Term> term_;
  bool barrier_wanted_ = false;
};

}  // namespace windlass
