// The controllers of one process, put together: one queue, one leader term, one fold table.
//
//   cache change ──▶ controller ──▶ Wake ──▶ Term (queue) ──▶ Sync ──▶ Next ──▶ Client
//
// Each controller has its own beginning of a term: it waits for its own caches and its own barrier,
// so that one whose caches never complete holds up no other. The same object runs in the daemon and
// in the simulator. Core thread only.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "controller/runtime/fold_table.h"
#include "controller/runtime/informers.h"
#include "controller/runtime/leadership_barrier.h"
#include "controller/runtime/sync.h"
#include "controller/runtime/term.h"
#include "controller/runtime/watching_controller.h"

namespace windlass {

struct RuntimeOptions {
  std::string namespace_{};  // empty = all
  int syncs_max = 64;        // --max-in-flight; of all controllers together
};

class Runtime {
 public:
  // Everything must outlive the runtime.
  Runtime(InformerEnvironment environment, Client& client, EventRecorder& events,
          RuntimeOptions options, const ControllerList& controllers);
  ~Runtime();
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  // Starts the caches. Nothing is written before a term begins.
  void Start();

  // Leadership begins: every key is looked at once, as soon as the caches of its controller are
  // complete and the barrier, if there is one, is passed.
  void BeginTerm(const TermOptions& options = {});
  // Leadership ended: the queue and the syncs go, replies still on their way are dropped.
  void EndTerm();

  // Another cluster answers, or one that was put back to an earlier state: everything the
  // caches held is void, and the term has ended with all it held. A term
  // that begins now looks at nothing before the caches are complete anew.
  std::function<void()> on_reset;
  // A controller needs other rights than before.
  std::function<void()> on_rights_changed;
  // The API server answers again after an outage.
  void ServerIsBack();

  // Takes no further keys; drained() once nothing is in flight. settled() if, besides, every write
  // of the term is known to have happened or not.
  void Drain();
  bool drained() const { return term_ == nullptr || !term_->in_flight(); }
  bool settled() const { return term_ == nullptr || term_->settled(); }

  // No key ready or in flight in the present term.
  bool idle() const { return term_ != nullptr && term_->idle(); }

  // In the order of the list, with the names that stand there.
  const std::vector<std::string>& names() const { return names_; }
  void ForEach(const std::function<void(const WatchingController&)>& visit) const;

  const Informers& informers() const { return informers_; }
  const ControllerCounters& counters() const { return counters_; }
  WorkQueueCounters queue_counters() const;

 private:
  class Lane;

  void LookAtAllWhenSynced(Lane& lane);
  void Reset();

  Informers informers_;
  const InformerEnvironment environment_;
  const RuntimeOptions options_;
  ControllerCounters counters_;
  FoldTable folds_;
  std::vector<std::string> names_;
  std::vector<Controller*> controllers_;
  SyncEnvironment sync_environment_;
  std::vector<std::unique_ptr<Lane>> lanes_;  // in the order of QueueKey::controller
  std::unique_ptr<Term> term_;
  bool barrier_wanted_ = false;
};

}  // namespace windlass
