#include "controller/runtime/cluster_cache.h"

#include <algorithm>
#include <utility>

#include "controller/deployment/deployment_workload.h"
#include "controller/in_place/phases/exchange.h"
#include "controller/in_place/template/options.h"
#include "kubeclient/api/older_then_name.h"
#include "kubeclient/api/selector.h"
#include "kubeclient/base/clock.h"

namespace windlass {
namespace {

// After this long without the right to list or watch, the cache may hold objects that are gone
//
constexpr Duration kFrozenAfter = seconds(120);

ReflectorOptions LivePodMetadata(const Informers& informers) {
  ReflectorOptions options = informers.All(resources::kPods);
  options.field_selector = "status.phase!=Succeeded,status.phase!=Failed";
  options.metadata_only = true;
  return options;
}

}  // namespace

ClusterCache::ClusterCache(Informers& informers)
    : informers_(informers),
      clock_(informers.environment().clock),
      deployments_(informers.Of<Deployment>({"deployments", informers.All(resources::kDeployments),
                                             &DecodeDeployment, ReplyFolding<Deployment>{}})),
      replica_sets_(
          informers.Of<ReplicaSet>({"replicasets", informers.All(resources::kReplicaSets),
                                    &DecodeReplicaSet, ReplyFolding<ReplicaSet>{.removes = true}})),
      pods_(informers.Of<PodMetadata>({"pods", LivePodMetadata(informers), &DecodePodMetadata})),
      in_place_(informers),
      resync_(informers.environment().clock, informers.environment().random,
              informers.environment().timers,
              {[this] { return deployments().store().size(); },
               [this](const std::optional<ObjectKey>& last) -> std::optional<ObjectKey> {
                 const Deployment* next = deployments().store().After(last);
                 if (next == nullptr) return std::nullopt;
                 return KeyOf(next->meta);
               }},
              [this](const ObjectKey& key) {
                if (on_resync) on_resync(key);
              }),
      known_templates_(informers.environment().decoder.interests(),
                       {.known_template = [this](const ObjectMeta& meta, const Fingerprint& text) {
                         return KnownTemplate(meta, text);
                       }}) {
  ThawWith(deployments());
  ThawWith(replica_sets());
  ThawWith(pods());
}

template <typename T>
void ClusterCache::ThawWith(Informer<T>& informer) {
  informer.on_recovered.Add([this, &informer] {
    if (Frozen(informer.reflector()) && on_thaw) on_thaw();
  });
}

// Returns true if the right to list or watch has been missing for so long that the cache may show
// objects that are gone: nothing may be written because of it.
bool ClusterCache::Frozen(const Reflector& reflector) const {
  const std::optional<MonotonicTime> since = reflector.forbidden_since();
  return since && clock_.Now() - *since >= kFrozenAfter;
}

// --- templates ---

// Most events change the status alone, so a known template need not be parsed again. The text
// decides, not the generation: an upgraded server gives an object other defaults without a new
// generation.
std::optional<Fingerprint> ClusterCache::KnownTemplate(const ObjectMeta& meta,
                                                       const Fingerprint& text) const {
  const ObjectKey key = KeyOf(meta);
  const ReplicaSet* rs = replica_sets().store().FindByUid(key, meta.uid);
  if (rs != nullptr && rs->template_text == text) return rs->template_fingerprint;
  const Deployment* deployment = deployments().store().FindByUid(key, meta.uid);
  if (deployment == nullptr || deployment->spec.template_text != text) return std::nullopt;
  return deployment->spec.template_fingerprint;
}

void ClusterCache::Start() {
  started_ = true;
  informers_.Use({&deployments_, &replica_sets_});
  resync_.Start();
  if (watches_pods_) informers_.Use({&pods_});
  if (watches_for_in_place_) in_place_.Start();
}

void ClusterCache::Stop() {
  if (!std::exchange(started_, false)) return;
  resync_.Stop();
  informers_.Release({&deployments_, &replica_sets_});
  if (watches_pods_) informers_.Release({&pods_});
  in_place_.Stop();
}

void ClusterCache::WatchPods() {
  if (watches_pods_) return;
  watches_pods_ = true;
  if (started_) informers_.Use({&pods_});
}

void ClusterCache::WatchForInPlace() {
  if (std::exchange(watches_for_in_place_, true)) return;
  if (started_) in_place_.Start();
  if (on_watch_for_in_place) on_watch_for_in_place();
}

bool ClusterCache::HasSynced() const {
  return deployments().HasSynced() && replica_sets().HasSynced() &&
         (!watches_pods_ || pods().HasSynced());
}

std::vector<std::string> ClusterCache::Troubles() const {
  std::vector<std::string> troubles;
  const auto look = [&troubles](const AnyInformer& informer) {
    std::string trouble = informer.Trouble();
    if (!trouble.empty()) troubles.push_back(std::move(trouble));
  };
  look(deployments_);
  look(replica_sets_);
  if (watches_pods_) look(pods_);
  return troubles;
}

std::optional<View> ClusterCache::ViewOf(const ObjectKey& key) const {
  const Deployment* deployment = deployments().store().Find(key);
  if (deployment == nullptr) return std::nullopt;
  View view{.workload = deployment::AsWorkload(*deployment)};

  for (const ReplicaSet* rs : replica_sets().store().OwnedBy(deployment->meta.uid)) {
    if (rs->meta.namespace_ == key.namespace_) view.replica_sets.push_back(rs);
  }
  const LabelSelector& selector = view.workload.selector;
  if (!selector.SelectsEverything()) {
    for (const ReplicaSet* rs : replica_sets().store().OrphansIn(key.namespace_)) {
      if (Matches(selector, rs->meta.labels)) view.replica_sets.push_back(rs);
    }
  }
  view.unreadable = UnreadableOf(*deployment);
  std::sort(view.replica_sets.begin(), view.replica_sets.end(), OlderThenName<ReplicaSet>);

  view.pods_known = watches_pods_ && pods().HasSynced();
  if (view.pods_known && view.workload.strategy == Strategy::kRecreate) {
    for (const ReplicaSet* rs : view.replica_sets) {
      for (const PodMetadata* pod : pods().store().OwnedBy(rs->meta.uid)) view.pods.push_back(pod);
    }
  }
  if (in_place_.running() && ConcernsInPlace(*deployment)) in_place_.Fill(view);
  return view;
}

// Includes Deployments that no longer ask for in-place updates: their Pods may still be out of
// traffic (P-076).
bool ClusterCache::ConcernsInPlace(const Deployment& deployment) const {
  if (in_place::Asks(deployment.meta)) return true;
  return std::ranges::any_of(replica_sets().store().OwnedBy(deployment.meta.uid),
                             [](const ReplicaSet* rs) { return in_place::Remembers(*rs); });
}

bool ClusterCache::MayOwn(const Deployment& deployment, const UnreadableObject& rs) {
  if (!(rs.identity.key.namespace_ == deployment.meta.namespace_)) return false;
  if (!rs.owners_readable) return true;  // its owner is unknown
  return rs.controller && rs.controller->uid == deployment.meta.uid;
}

std::string ClusterCache::UnreadableOf(const Deployment& deployment) const {
  const ObjectKey key = KeyOf(deployment.meta);
  for (const Reflector* reflector : {&deployments().reflector(), &replica_sets().reflector()}) {
    if (!Frozen(*reflector)) continue;
    return std::string(reflector->options().resource.plural) + " (no right to watch them)";
  }
  if (deployments().quarantined().contains(key)) return ObjectText(resources::kDeployments, key);
  for (const auto& [rs_key, rs] : replica_sets().quarantined()) {
    if (MayOwn(deployment, rs)) return ObjectText(resources::kReplicaSets, rs_key);
  }
  return {};
}

const Deployment* ClusterCache::ResolveOwner(const Symbol& namespace_,
                                             const OwnerReference& reference) const {
  if (!(reference.kind == resources::kDeployments.kind)) return nullptr;
  return deployments().store().FindByUid({namespace_, std::string(reference.name.text())},
                                         reference.uid);
}

}  // namespace windlass
