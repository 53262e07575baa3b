// The controller of ReplicationControllerUpdates: the caches, wake-ups and rights that the planner
// of rolling updates needs. kube-controller-manager's replication controller makes the Pods. A key
// is the namespace and name of an update; the old ReplicationController has the same name. Core
// thread only.
// UpdateController watches Pods only while an update has not ended, so at other times it needs no
// memory for them. It waits until the API server has a CustomResourceDefinition of updates that is
// new enough for this program (RC-24).
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "controller/api/custom_resources.h"
#include "controller/kind/watch/watched_kind.h"
#include "controller/replication_controller/situation.h"
#include "controller/replication_controller/watch/update_observer.h"
#include "controller/runtime/watched_resource.h"
#include "controller/runtime/watching_controller.h"
#include "kubeclient/api/pod.h"
#include "kubeclient/base/random.h"
#include "kubeclient/cache/resync.h"

namespace windlass {

class UpdateController final : public WatchingController {
 public:
  // `host` must outlive the UpdateController.
  explicit UpdateController(ControllerHost& host);

  std::string_view kind() const override { return resources::kReplicationControllerUpdates.kind; }
  std::string_view log_field() const override { return "replicationcontrollerupdate"; }
  std::string_view component() const override { return "windlass"; }

  void Start() override;
  void Stop() override;
  bool WaitsForApi() const override { return updates_.WaitsForApi(); }
  bool HasSynced() const override { return updates_.HasSynced() && controllers_.HasSynced(); }
  std::vector<std::string> Notes() const override;
  std::vector<ComparedCache> ComparedCaches() const override;
  std::vector<std::string> Troubles() const override;
  void ForEachKey(const std::function<void(const ObjectKey&)>& visit) const override;
  void TermBegins(const TermOptions&) override { rollouts_.Lead(true); }
  void TermEnds() override { rollouts_.Lead(false); }
  void AddFigures(Figures& figures) const override { rollouts_.AddFigures(figures); }
  std::vector<NeededRight> RightsNeeded() const override;

  std::optional<Step> Next(const ObjectKey& key, const Learned& learned, WallTime now) override;
  int StepsMax(const ObjectKey& key) const override;
  size_t LargestJson(const ObjectKey& key) const override;
  std::optional<MonotonicTime> ViewAt(const Request& write) const override;
  std::optional<ObjectReference> Reference(const ObjectKey& key) const override;
  Marks MarksOf(const ObjectKey& key) const override;
  std::optional<std::vector<Request>> FenceWrites(const ObjectKey& key,
                                                  std::string_view term) const override;

 private:
  replication_controller::View ViewOf(const ReplicationControllerUpdate& update) const;
  std::string LeftOut(const replication_controller::View& view) const;
  // Returns a text about the first object of the update `key` whose latest version cannot be
  // decoded; "" if there is none. Decisions must not use an earlier version of such an object
  // . Checks
  //   - if the update has ended: only the update itself
  //   - if not: the update, its two ReplicationControllers and their Pods, and each Pod of the
  //     namespace whose owner is unknown, because it may belong to the update
  std::string UnreadableOf(const ObjectKey& key) const;
  void WakeNamespace(const ObjectKey& of_object);
  template <typename T, typename Work>
  auto Known(const T& object, Work work) const;
  // Also returns false if the check throws or fails an assertion outside of a sync: Known logs that
  // (object_fault.h). Such an update counts as under way: it is woken, and its Pods are watched.
  bool HasEnded(const ReplicationControllerUpdate& update) const;
  // Returns true if an annotation of `controller` asks for an update, and this update does not
  // exist yet.
  bool AsksForUpdate(const ReplicationController& controller) const;
  // The keys of the resync: each update that can be decoded, and each ReplicationController for
  // which AsksForUpdate is true. KeyAfter returns the first key after `last`, in order of key; the
  // very first if `last` is nullopt.
  size_t CountKeys() const;
  std::optional<ObjectKey> KeyAfter(const std::optional<ObjectKey>& last) const;
  void UpdateChanged(const Change<ReplicationControllerUpdate>& change);
  void ControllerChanged(const Change<ReplicationController>& change);
  void PodChanged(const Change<Pod>& change);
  // Wakes the update that has the name of the ReplicationController `controller`, if it exists or
  // this ReplicationController asks for it. Also wakes each update that has not ended and whose new
  // ReplicationController has this name.
  void WakeUpdatesOf(const ObjectKey& controller, Wake wake);
  void WatchPodsIfNeeded();

  ControllerHost& host_;
  kind::WatchedKind<ReplicationControllerUpdate> updates_;
  WatchedResource<ReplicationController> controllers_;
  SharedInformer<Pod>& pods_;
  UpdateObserver rollouts_;
  Random resync_random_;  // a copy, so the resync does not use up random numbers of others
  Resync resync_;
  bool started_ = false;
  bool watches_pods_ = false;
  std::unordered_set<Uid, UidHash> unended_;  // updates under way; if any, Pods are watched
};

// Returns the entry of UpdateController in the list of the controllers that a process runs.
ControllerEntry ReplicationControllerUpdateControllerEntry();

}  // namespace windlass
