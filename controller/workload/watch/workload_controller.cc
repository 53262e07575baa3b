#include "controller/workload/watch/workload_controller.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "controller/runtime/needed_right.h"
#include "controller/runtime/sync.h"
#include "controller/workload/revisions/rollout_id.h"
#include "controller/workload/status/unreadable_object.h"
#include "controller/workload/watch/former_leader_fence.h"
#include "kubeclient/api/pod_list.h"

namespace windlass {
namespace {

// Counts the live Pods of each ReplicaSet of a workload in an uncached list of Pods. The planner
// asks for such a list if the statuses of the ReplicaSets do not show how many Pods are alive
// (controller/workload/sizes/room_to_grow.h).
class PodCount {
 public:
  // Make a PodCount before the list is requested. It covers the ReplicaSets of the workload `key`
  // whose latest generation the ReplicaSet controller has observed already. Other ReplicaSets may
  // get more Pods after the list was taken, so the PodCount leaves them out.
  PodCount(const WorkloadCache& cache, const ObjectKey& key);

  // Records in `cache` how many of `pods` belong to each covered ReplicaSet and are not being
  // deleted. Skips a ReplicaSet whose generation has changed since this PodCount was made.
  void Note(WorkloadCache& cache, const std::vector<ListedPod>& pods) const;

 private:
  struct Observed {
    ObjectKey key;
    Uid uid;
    int64_t generation = 0;
  };
  std::vector<Observed> observed_;
};

PodCount::PodCount(const WorkloadCache& cache, const ObjectKey& key) {
  const std::optional<Workload> workload = cache.workloads().Find(key);
  if (!workload) return;
  for (const ReplicaSet* rs : cache.replica_sets().store().OwnedBy(workload->meta.uid)) {
    if (!IsObserved(*rs)) continue;
    observed_.push_back({KeyOf(rs->meta), rs->meta.uid, rs->meta.generation});
  }
}

void PodCount::Note(WorkloadCache& cache, const std::vector<ListedPod>& pods) const {
  for (const Observed& observed : observed_) {
    const auto live = std::ranges::count_if(pods, [&](const ListedPod& pod) {
      return pod.controller == observed.uid && !pod.deleting;
    });
    cache.replica_sets().store().Amend(observed.key, observed.uid, [&](ReplicaSet& rs) {
      if (rs.meta.generation == observed.generation) NoteCounted(rs, static_cast<int32_t>(live));
    });
  }
}

}  // namespace

WorkloadController::WorkloadController(ControllerHost& host,
                                       std::shared_ptr<WorkloadStore> workloads, RolloutWords words)
    : host_(host),
      workloads_(std::move(workloads)),
      cache_(host.informers(), *workloads_),
      wake_ups_(cache_, host),
      rollouts_(host.informers().environment().clock, host.informers().faults(), cache_,
                std::move(words),
                [this](const Workload& workload) { return ExtendedOf(workload); }) {
  const auto synced = [this] {
    rollouts_.CacheSynced();
    host_.CacheSynced();
  };
  workloads_->informer().on_synced().Add(synced);
  cache_.replica_sets().on_synced.Add(synced);
  // When the API server stops serving the objects, all syncs stop. WakeAll takes effect later: it
  // wakes every key when the API server serves the objects again and HasSynced is true.
  workloads_->informer().on_not_served().Add([this] { host_.WakeAll(); });
  workloads_->OnAnyChange([this] { host_.CacheChanged(); });
  const auto changed = [this](const auto&) { host_.CacheChanged(); };
  cache_.replica_sets().store().OnChange(changed);
  cache_.pods().store().OnChange(changed);
  cache_.on_thaw = [this] { host_.WakeAll(); };
  cache_.on_resync = [this](const ObjectKey& key) { host_.Wake(key, Wake::kResync); };
  cache_.on_extension_needed = [this] { host_.RightsChanged(); };
}

// --- start, terms ---

bool WorkloadController::HasSynced() const {
  return workloads_->informer().HasSynced() && cache_.replica_sets().HasSynced();
}

bool WorkloadController::WaitsForApi() const {
  return workloads_->informer().reflector().not_served_since().has_value();
}

void WorkloadController::ForEachKey(const std::function<void(const ObjectKey&)>& visit) const {
  workloads_->ForEachKey(visit);
  for (const auto& [key, unreadable] : workloads_->informer().quarantined()) {
    if (workloads_->FindMeta(key) == nullptr) visit(key);
  }
}

std::vector<ComparedCache> WorkloadController::ComparedCaches() const {
  std::vector<ComparedCache> caches = cache_.ComparedCaches();
  if (extension_ == nullptr) return caches;
  for (ComparedCache& cache : extension_->ComparedCaches()) caches.push_back(std::move(cache));
  return caches;
}

void WorkloadController::TermBegins(const TermOptions& options) {
  rollouts_.Lead(true);
  if (extension_ != nullptr) extension_->TermBegins(options);
}

void WorkloadController::TermEnds() {
  rollouts_.Lead(false);
  if (extension_ != nullptr) extension_->TermEnds();
}

// --- what the runtime asks for ---

// Returns the sum of
//   - the usual limit (kStepsPerSyncMax)
//   - one step for each ReplicaSet of the view, because the sync may adopt or delete the ReplicaSet
//   - three steps for each Pod that the sync may update in place: one ends the Pod's last drain,
//     one reads the Pod, and one patches the Pod
int WorkloadController::StepsMax(const ObjectKey& key) const {
  const std::optional<View> view = ViewOf(key);
  if (!view) return kStepsPerSyncMax;
  return kStepsPerSyncMax +
         static_cast<int>(view->replica_sets.size() + 3 * view->whole_pods.size());
}

size_t WorkloadController::LargestJson(const ObjectKey& key) const {
  return cache_.LargestJson(key);
}

std::optional<MonotonicTime> WorkloadController::ViewAt(const Request& write) const {
  MonotonicTime oldest =
      std::min(workloads_->informer().view_at(), cache_.replica_sets().view_at());
  if (write.resource() != resources::kPods || extension_ == nullptr) return oldest;
  return std::min(oldest, extension_->ViewAt());
}

std::optional<ObjectReference> WorkloadController::Reference(const ObjectKey& key) const {
  const ObjectMeta* meta = workloads_->FindMeta(key);
  if (meta != nullptr) return ReferenceTo(workloads_->resource(), *meta);
  const auto& unreadable = workloads_->informer().quarantined();
  const auto found = unreadable.find(key);
  if (found == unreadable.end()) return std::nullopt;
  return workload::ReferenceTo(workloads_->resource(), found->second);
}

std::optional<Step> WorkloadController::NextUnseen(const ObjectKey& key) const {
  const std::string what =
      workload::UnreadableText(workloads_->resource(), workloads_->informer().quarantined(), key);
  if (what.empty()) return std::nullopt;
  return Wait{.events = {workload::UnreadableEvent(kind(), key, what)}};
}

// Does not call ViewOf, because this function is called for every log line and Event, and making a
// View costs more than these look-ups.
Marks WorkloadController::MarksOf(const ObjectKey& key) const {
  const ObjectMeta* meta = workloads_->FindMeta(key);
  if (meta == nullptr) return {};
  const int64_t revision = workload::LatestRevision(cache_.ReplicaSetsOf(meta->uid));
  if (revision == 0) return {};
  const std::string id = workload::RolloutId(*meta, revision);
  return {.fields = {{"rollout_id", id}, {"rollout_revision", revision}},
          .annotations = {{std::string(workload::kRolloutIdAnnotation), id}}};
}

std::optional<std::vector<Request>> WorkloadController::FenceWrites(const ObjectKey& key,
                                                                    std::string_view term) const {
  const std::optional<View> view = ViewOf(key);
  if (!view || !view->unreadable.empty()) return std::nullopt;
  return workload::FenceReplicaSets(*view, term);
}

Controller::ReadListener WorkloadController::BeforeRead(const ObjectKey& key, const Request& read) {
  if (read.verb() != Verb::kList) return nullptr;
  return [this, count = PodCount(cache_, key)](const Outcome& outcome) {
    const auto* pods = outcome.value.As<std::vector<ListedPod>>();
    if (pods != nullptr) count.Note(cache_, *pods);
  };
}

void WorkloadController::Written(const Because& because) {
  if (extension_ != nullptr) extension_->Written(because);
}

void WorkloadController::NotWritten(const Because& because, const Error& error) {
  if (extension_ != nullptr) extension_->NotWritten(because, error);
}

// --- what the controller reports of itself ---

std::vector<NeededRight> WorkloadController::RightsNeeded() const {
  const ResourceId& own = workloads_->resource();
  RightsList rights(host_.informers().watched_namespace());
  rights.Add(own, "", {"get", "list", "watch", "patch"});
  rights.Add(own, "status", {"patch"});
  rights.Add(resources::kReplicaSets, "", {"get", "list", "watch", "create", "patch", "delete"});
  rights.Add(resources::kPods, "", {"list", "watch"});
  std::vector<NeededRight> needed = std::move(rights).Take();
  if (extension_ == nullptr) return needed;
  for (NeededRight& right : extension_->RightsNeeded()) needed.push_back(std::move(right));
  return needed;
}

std::vector<std::string> WorkloadController::Notes() const {
  std::vector<std::string> notes = cache_.Notes();
  if (extension_ == nullptr) return notes;
  for (std::string& note : extension_->Notes()) notes.push_back(std::move(note));
  return notes;
}

RolloutObserver::Extended WorkloadController::ExtendedOf(const Workload& workload) const {
  if (extension_ == nullptr) return {};
  return {extension_->HoldOf(workload), extension_->StrategyOf(workload)};
}

void WorkloadController::AddFigures(Figures& figures) const {
  rollouts_.AddFigures(figures);
  if (extension_ != nullptr) extension_->AddFigures(figures);
}

}  // namespace windlass
