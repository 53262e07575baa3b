#include "controller/runtime/cluster_cache.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "controller/in_place/exchange.h"
#include "controller/in_place/options.h"
#include "kubeclient/api/selector.h"
#include "kubeclient/base/clock.h"

namespace windlass {
namespace {

// After this long without the right to list or watch, the cache may hold objects that are gone
//
constexpr Duration kFrozenAfter = seconds(120);

ReflectorOptions All(const ResourceId& resource, const std::string& namespace_) {
  ReflectorOptions options;
  options.resource = resource;
  options.namespace_ = namespace_;
  return options;
}

ReflectorOptions LivePodMetadata(const std::string& namespace_) {
  ReflectorOptions options = All(resources::kPods, namespace_);
  options.field_selector = "status.phase!=Succeeded,status.phase!=Failed";
  options.metadata_only = true;
  return options;
}

InformerEnvironment With(ListGate& gate, InformerEnvironment environment) {
  environment.list_gate = &gate;
  return environment;
}

// Oldest first; born in the same second: by name (D-150).
bool OlderThenName(const ReplicaSet* a, const ReplicaSet* b) {
  return std::tie(a->meta.creation_timestamp, a->meta.name) <
         std::tie(b->meta.creation_timestamp, b->meta.name);
}

}  // namespace

ClusterCache::ClusterCache(InformerEnvironment environment, const std::string& namespace_)
    : clock_(environment.clock),
      list_gate_(environment.clock, environment.timers),
      deployments_(With(list_gate_, environment), All(resources::kDeployments, namespace_),
                   &DecodeDeployment),
      replica_sets_(With(list_gate_, environment), All(resources::kReplicaSets, namespace_),
                    &DecodeReplicaSet),
      pods_(With(list_gate_, environment), LivePodMetadata(namespace_), &DecodePodMetadata),
      in_place_(With(list_gate_, environment), namespace_),
      deployments_audit_(environment, deployments_),
      replica_sets_audit_(environment, replica_sets_),
      pods_audit_(environment, pods_),
      resync_(environment.clock, environment.random, environment.timers,
              {[this] { return deployments_.store().size(); },
               [this](const std::optional<ObjectKey>& last) -> std::optional<ObjectKey> {
                 const Deployment* next = deployments_.store().After(last);
                 if (next == nullptr) return std::nullopt;
                 return KeyOf(next->meta);
               }},
              [this](const ObjectKey& key) {
                if (on_resync) on_resync(key);
              }),
      identity_(environment.clock, environment.random, environment.log, environment.timers,
                environment.transport, environment.decoder),
      known_templates_(environment.decoder.interests(),
                       {.known_template =
                            [this](const ObjectMeta& meta, const Fingerprint& text) {
                              return KnownTemplate(meta, text);
                            }}),
      cluster_wide_(namespace_.empty()) {
  Follow(deployments_);
  Follow(replica_sets_);
  Follow(pods_);
  FollowInPlace(in_place_.pods());
  FollowInPlace(in_place_.nodes());
  FollowInPlace(in_place_.budgets());
  identity_.on_changed = [this] { Reset("another cluster answers"); };
}

// --- one cluster, and one past of it, for all informers (R-061) ---

template <typename T>
void ClusterCache::Follow(Informer<T>& informer) {
  informer.on_reset = [this] { Reset("another resource started over"); };
  informer.on_recovered = [this, &informer] {
    CheckIdentity();
    if (Frozen(informer.reflector()) && on_thaw) on_thaw();
  };
}

// A right that is back concerns nobody but who waits for it.
template <typename T>
void ClusterCache::FollowInPlace(Informer<T>& informer) {
  Follow(informer);
  informer.on_recovered = [this] {
    CheckIdentity();
    if (in_place_.on_news) in_place_.on_news();
  };
}

void ClusterCache::Reset(std::string_view why) {
  if (std::exchange(resetting_, true)) return;  // by an informer that we reset
  deployments_.Reset(why);
  replica_sets_.Reset(why);
  pods_.Reset(why);
  in_place_.Reset(why);
  resetting_ = false;
  if (on_reset) on_reset();
  CheckIdentity();
}

// Whoever may see one namespace only is not to ask for anything else.
void ClusterCache::CheckIdentity() {
  if (cluster_wide_ && started_) identity_.Check();
}

// Who may not watch may be looking at ghosts: nothing is to be written after them.
bool ClusterCache::Frozen(const Reflector& reflector) const {
  const std::optional<MonotonicTime> since = reflector.forbidden_since();
  return since && clock_.Now() - *since >= kFrozenAfter;
}

// --- templates ---

// Most events change status alone. The text decides, not the generation: a server that was upgraded
// gives an object other defaults without a new generation.
std::optional<Fingerprint> ClusterCache::KnownTemplate(const ObjectMeta& meta,
                                                       const Fingerprint& text) const {
  const ObjectKey key = KeyOf(meta);
  const ReplicaSet* rs = replica_sets_.store().FindByUid(key, meta.uid);
  if (rs != nullptr && rs->template_text == text) return rs->template_fingerprint;
  const Deployment* deployment = deployments_.store().FindByUid(key, meta.uid);
  if (deployment == nullptr || deployment->spec.template_text != text) return std::nullopt;
  return deployment->spec.template_fingerprint;
}

void ClusterCache::Start() {
  started_ = true;
  CheckIdentity();
  deployments_.Start();
  replica_sets_.Start();
  deployments_audit_.Start();
  replica_sets_audit_.Start();
  resync_.Start();
  if (watches_pods_) StartPods();
  if (watches_for_in_place_) in_place_.Start();
}

void ClusterCache::StartPods() {
  pods_.Start();
  pods_audit_.Start();
}

// After an outage that broke no watch no informer recovers, which asks otherwise.
void ClusterCache::TryNow() {
  CheckIdentity();
  deployments_.TryNow();
  replica_sets_.TryNow();
  pods_.TryNow();
  in_place_.TryNow();
}

void ClusterCache::Stop() {
  started_ = false;
  identity_.Stop();
  resync_.Stop();
  deployments_audit_.Stop();
  replica_sets_audit_.Stop();
  pods_audit_.Stop();
  deployments_.Stop();
  replica_sets_.Stop();
  pods_.Stop();
  in_place_.Stop();
}

void ClusterCache::WatchPods() {
  if (watches_pods_) return;
  watches_pods_ = true;
  if (started_) StartPods();
}

void ClusterCache::WatchForInPlace() {
  if (std::exchange(watches_for_in_place_, true)) return;
  if (started_) in_place_.Start();
  if (on_watch_for_in_place) on_watch_for_in_place();
}

bool ClusterCache::HasSynced() const {
  return deployments_.HasSynced() && replica_sets_.HasSynced() &&
         (!watches_pods_ || pods_.HasSynced());
}

std::vector<std::string> ClusterCache::Troubles() const {
  std::vector<std::string> troubles;
  const auto look = [&troubles](const auto& informer) {
    if (!informer.reflector().trouble().empty()) {
      troubles.push_back(informer.reflector().trouble());
    } else if (!informer.HasSynced()) {
      const std::string_view name = informer.reflector().options().resource.plural;
      troubles.push_back(std::string(name) + ": the first list is not complete yet");
    }
  };
  look(deployments_);
  look(replica_sets_);
  if (watches_pods_) look(pods_);
  return troubles;
}

View ClusterCache::ViewOf(const ObjectKey& key) const {
  View view;
  view.deployment = deployments_.store().Find(key);
  if (view.deployment == nullptr) return view;

  for (const ReplicaSet* rs : replica_sets_.store().OwnedBy(view.deployment->meta.uid)) {
    if (rs->meta.namespace_ == key.namespace_) view.replica_sets.push_back(rs);
  }
  const LabelSelector& selector = view.deployment->spec.selector;
  if (!selector.SelectsEverything()) {
    for (const ReplicaSet* rs : replica_sets_.store().OrphansIn(key.namespace_)) {
      if (Matches(selector, rs->meta.labels)) view.replica_sets.push_back(rs);
    }
  }
  view.unreadable = UnreadableOf(*view.deployment);
  std::sort(view.replica_sets.begin(), view.replica_sets.end(), OlderThenName);

  view.pods_known = watches_pods_ && pods_.HasSynced();
  if (view.pods_known && view.deployment->spec.strategy_type == "Recreate") {
    for (const ReplicaSet* rs : view.replica_sets) {
      for (const PodMetadata* pod : pods_.store().OwnedBy(rs->meta.uid)) view.pods.push_back(pod);
    }
  }
  if (in_place_.running() && ConcernsInPlace(*view.deployment)) in_place_.Fill(view);
  return view;
}

// Also when it does not ask any more: Pods may still be out of traffic (P-076).
bool ClusterCache::ConcernsInPlace(const Deployment& deployment) const {
  if (in_place::Asks(deployment.meta)) return true;
  return std::ranges::any_of(replica_sets_.store().OwnedBy(deployment.meta.uid),
                             [](const ReplicaSet* rs) { return in_place::Remembers(*rs); });
}

bool ClusterCache::MayOwn(const Deployment& deployment, const UnreadableObject& rs) {
  if (!(rs.identity.key.namespace_ == deployment.meta.namespace_)) return false;
  if (!rs.owners_readable) return true;  // whose it is nobody knows
  return rs.controller && rs.controller->uid == deployment.meta.uid;
}

std::string ClusterCache::UnreadableOf(const Deployment& deployment) const {
  const ObjectKey key = KeyOf(deployment.meta);
  for (const Reflector* reflector : {&deployments_.reflector(), &replica_sets_.reflector()}) {
    if (!Frozen(*reflector)) continue;
    return std::string(reflector->options().resource.plural) + " (no right to watch them)";
  }
  if (deployments_.quarantined().contains(key)) return ObjectText(resources::kDeployments, key);
  for (const auto& [rs_key, rs] : replica_sets_.quarantined()) {
    if (MayOwn(deployment, rs)) return ObjectText(resources::kReplicaSets, rs_key);
  }
  return {};
}

const Deployment* ClusterCache::ResolveOwner(const Symbol& namespace_,
                                             const OwnerReference& reference) const {
  if (!(reference.kind == resources::kDeployments.kind)) return nullptr;
  return deployments_.store().FindByUid({namespace_, std::string(reference.name.text())},
                                        reference.uid);
}

}  // namespace windlass
