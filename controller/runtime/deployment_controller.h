// The Deployment controller, put together: caches, wake-ups, queue, syncs.
//
//   cache change ──▶ WakeUps ──▶ Term (queue) ──▶ Sync ──▶ Next ──▶ Client
//
// The same object runs in the daemon and in the simulator. Core thread only.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "controller/controller.h"
#include "controller/runtime/cluster_cache.h"
#include "controller/runtime/fold_table.h"
#include "controller/runtime/in_place_observer.h"
#include "controller/runtime/leadership_barrier.h"
#include "controller/runtime/rivals.h"
#include "controller/runtime/sync.h"
#include "controller/runtime/term.h"
#include "controller/runtime/wake_ups.h"

namespace windlass {

struct DeploymentControllerOptions {
  std::string namespace_;  // empty = all
  int syncs_max = 64;      // --max-in-flight
};

// How a term of leadership came about.
struct TermOptions {
  // Somebody else may have led before: nothing is written until the caches hold what that leader
  // wrote (L-011).
  bool barrier = false;
  // That leader did not give the Lease up, and its last writes may still be on their way; the text
  // tells this term from every other (L-012).
  std::optional<std::string> taken_over_as{};
};

class DeploymentController final : private Controller {
 public:
  // Everything must outlive the controller.
  DeploymentController(InformerEnvironment environment, Client& client, EventRecorder& events,
                       DeploymentControllerOptions options);
  ~DeploymentController() override;

  // Starts the informers. Nothing is written before a term begins.
  void Start();

  // Leadership begins: every cached Deployment is looked at once, as soon as the caches are
  // complete and the barrier, if there is one, is passed.
  void BeginTerm(const TermOptions& options = {});
  // Leadership ended: the queue and the syncs go, replies still on their way are dropped.
  void EndTerm();

  // Everything the caches held is void, and the term has ended with all it held. A term
  // that begins now looks at nothing before the caches are complete anew.
  std::function<void()> on_reset;
  // A Deployment asks for in-place updates, as the first one: further rights are needed.
  std::function<void()> on_watch_for_in_place;
  // The API server answers again after an outage.
  void ServerIsBack();

  // Takes no further keys; drained() once nothing is in flight. settled() if, besides, every write
  // of the term is known to have happened or not.
  void Drain();
  bool drained() const { return term_ == nullptr || !term_->in_flight(); }
  bool settled() const { return term_ == nullptr || term_->settled(); }

  // No key ready or in flight in the present term.
  bool idle() const { return term_ != nullptr && term_->idle(); }

  const ClusterCache& cache() const { return cache_; }
  const ControllerCounters& counters() const { return counters_; }
  InPlaceFigures in_place_figures() const { return in_place_.Figures(); }
  WorkQueueCounters queue_counters() const;
  // Deployments whose status somebody else wrote, as far as the present term remembers that.
  size_t rivals() const { return rivals_.size(); }
  // How often a Deployment was left to another controller.
  uint64_t stepped_back() const { return stepped_back_; }

 private:
  std::string_view kind() const override { return "Deployment"; }
  std::string_view log_field() const override { return "deployment"; }
  std::optional<Step> Next(const ObjectKey& key, const Learned& learned, WallTime now) override;
  int StepsMax(const ObjectKey& key) const override;
  std::optional<ObjectReference> Reference(const ObjectKey& key) const override;
  std::vector<Request> FenceWrites(const ObjectKey& key, std::string_view term) const override;
  ReadListener BeforeRead(const ObjectKey& key, const Request& read) override;
  void Written(const Because& because) override { in_place_.Decided(because); }
  void NotWritten(const Because& because, const Error& error) override {
    in_place_.Refused(because, error);
  }

  FoldTable::Row FoldDeployments();
  // A step if another controller is at work on the Deployment, or may be; else nullopt.
  std::optional<Step> MindRivals(const Deployment& deployment, const Learned& learned,
                                 WallTime now);
  Step StepBack(const Deployment& deployment);

  // Adds every cached Deployment once the caches are complete (D-025), and past the barrier.
  void AddAllWhenSynced();

  InformerEnvironment environment_;
  DeploymentControllerOptions options_;
  ControllerCounters counters_;
  ClusterCache cache_;
  FoldTable folds_;
  WakeUps wake_ups_;
  InPlaceObserver in_place_;
  Rivals rivals_;  // of the present term
  uint64_t stepped_back_ = 0;
  SyncEnvironment sync_environment_;
  std::unique_ptr<Term> term_;
  bool barrier_wanted_ = false;
  std::unique_ptr<LeadershipBarrier> barrier_;
  bool added_all_ = false;
};

}  // namespace windlass
