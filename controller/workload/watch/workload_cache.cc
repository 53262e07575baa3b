#include "controller/workload/watch/workload_cache.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "controller/core/object_fault.h"
#include "controller/runtime/live_pods.h"
#include "controller/workload/annotations/annotations.h"
#include "controller/workload/status/unreadable_object.h"
#include "kubeclient/api/object_meta.h"
#include "kubeclient/api/selector.h"
#include "kubeclient/base/clock.h"

namespace windlass {
namespace {

// If the right to list or watch is missing for this long, the cache may hold objects that are gone
// . If this is the cache of workloads or of ReplicaSets, no decision uses it from then on.
// The cache of Pods is used nevertheless.
constexpr Duration kFrozenAfter = seconds(120);

ReflectorOptions LivePodMetadata(const Informers& informers) {
  ReflectorOptions options = LivePods(informers);
  options.metadata_only = true;
  return options;
}

// Adds `uid` to `users` if `is_user` is true; removes `uid` otherwise.
void Count(const Uid& uid, bool is_user, std::unordered_set<Uid, UidHash>& users) {
  if (is_user) {
    users.insert(uid);
  } else {
    users.erase(uid);
  }
}

}  // namespace

WorkloadCache::WorkloadCache(Informers& informers, WorkloadStore& workloads)
    : informers_(informers),
      clock_(informers.environment().clock),
      workloads_(workloads),
      replica_sets_(
          informers.Of<ReplicaSet>({"replicasets", informers.All(resources::kReplicaSets),
                                    &DecodeReplicaSet, ReplyFolding<ReplicaSet>{.removes = true}})),
      pods_(informers.Of<PodMetadata>({.name = "pods",
                                       .options = LivePodMetadata(informers),
                                       .decode = &DecodePodMetadata,
                                       .gives_up = true})),
      overlaps_(clock_, workloads_, replica_sets_.informer.store()),
      spec_changes_(clock_, workloads_, replica_sets_.informer.store()),
      resync_(informers.environment().clock, informers.environment().random,
              informers.environment().timers,
              {[this] { return workloads_.size(); },
               [this](const std::optional<ObjectKey>& last) { return workloads_.After(last); }},
              [this](const ObjectKey& key) {
                if (on_resync) on_resync(key);
              }),
      known_templates_(
          informers.environment().decoder.interests(),
          {.known_template = [this](const ObjectMeta& meta,
                                    const Fingerprint& text) { return KnownTemplate(meta, text); },
           .reads_annotation = workload::IsRead}) {
  ThawWith(workloads_.informer());
  ThawWith(replica_sets_);
  ThawWith(pods_);
  const auto look = [this] {
    if (!workloads_.informer().HasSynced() || !replica_sets_.HasSynced()) return;
    overlaps_.LookAtAll();
    spec_changes_.Begin();
  };
  workloads_.informer().on_synced().Add(look);
  replica_sets_.on_synced().Add(look);
}

void WorkloadCache::ThawWith(AnyInformer& informer) {
  informer.on_recovered().Add([this, &informer] {
    if (Frozen(informer.reflector()) && on_thaw) on_thaw();
  });
}

// Returns true if the right to list or watch has been missing for kFrozenAfter or longer.
bool WorkloadCache::Frozen(const Reflector& reflector) const {
  const std::optional<MonotonicTime> since = reflector.forbidden_since();
  return since && clock_.Now() - *since >= kFrozenAfter;
}

// --- templates ---

// Returns the template_fingerprint of the cached object if the text of the object's template has
// the fingerprint `text`; else nullopt. This saves parsing, because most events change the status
// alone. Generations are not compared: an upgraded API server may add defaults without a new
// generation.
std::optional<Fingerprint> WorkloadCache::KnownTemplate(const ObjectMeta& meta,
                                                        const Fingerprint& text) const {
  const ObjectKey key = KeyOf(meta);
  const ReplicaSet* rs = replica_sets().store().FindByUid(key, meta.uid);
  if (rs != nullptr && rs->template_text == text) return rs->template_fingerprint;
  const std::optional<Workload> workload = workloads_.FindByUid(key, meta.uid);
  if (!workload || workload->template_text != text) return std::nullopt;
  return workload->template_fingerprint;
}

// --- what is watched ---

void WorkloadCache::Start() {
  started_ = true;
  informers_.Use({&workloads_.informer(), &replica_sets_});
  resync_.Start();
  if (watches_pods_) informers_.Use({&pods_});
  if (watches_for_extension_) extension_->Start();
}

void WorkloadCache::Stop() {
  if (!std::exchange(started_, false)) return;
  resync_.Stop();
  informers_.Release({&workloads_.informer(), &replica_sets_});
  if (watches_pods_) informers_.Release({&pods_});
  if (extension_ != nullptr) extension_->Stop();
}

// While the workload is faulty (WorkloadChange::is_faulty), it is not known which informers it
// needs. So it keeps its informers. Otherwise an informer that only this workload needs would stop
// in the middle of an update.
void WorkloadCache::WatchFor(const WorkloadChange& change) {
  if (change.is_faulty) return;
  if (change.now == nullptr) {
    pod_users_.erase(change.before->uid);
    extension_users_.erase(change.before->uid);
  } else {
    const Workload& now = *change.now;
    Count(now.meta.uid, now.strategy == Strategy::kRecreate, pod_users_);
    const auto is_asked = [&] { return extension_ != nullptr && extension_->IsAskedBy(now); };
    const std::optional<bool> asked =
        KnownOf(informers_.faults(), workloads_.resource(), now.meta, is_asked);
    if (asked) Count(now.meta.uid, *asked, extension_users_);
  }
  FollowPodUsers();
  FollowExtensionUsers();
}

void WorkloadCache::WatchFor(const Change<ReplicaSet>& change) {
  if (extension_ == nullptr) return;
  const ReplicaSet* now = change.new_object;
  const ObjectMeta& meta = (now != nullptr ? now : change.old_object)->meta;
  const auto is_remembered = [&] { return now != nullptr && extension_->IsRememberedBy(*now); };
  const std::optional<bool> remembered =
      KnownOf(informers_.faults(), resources::kReplicaSets, meta, is_remembered);
  if (remembered) Count(meta.uid, *remembered, extension_users_);
  FollowExtensionUsers();
}

void WorkloadCache::FollowPodUsers() {
  const bool needed = !pod_users_.empty();
  if (std::exchange(watches_pods_, needed) == needed || !started_) return;
  if (needed) {
    informers_.Use({&pods_});
  } else {
    informers_.LetGo({&pods_});
  }
}

void WorkloadCache::FollowExtensionUsers() {
  const bool needed = !extension_users_.empty();
  if (std::exchange(watches_for_extension_, needed) == needed) return;
  if (started_) {
    if (needed) {
      extension_->Start();
    } else {
      extension_->LetGo();
    }
  }
  if (on_extension_needed) on_extension_needed();
}

bool WorkloadCache::HasSynced() const {
  return workloads_.informer().HasSynced() && replica_sets_.HasSynced() &&
         (!watches_pods_ || pods_.HasSynced() || !pods_.given_up().empty());
}

std::vector<std::string> WorkloadCache::Troubles() const {
  std::vector<std::string> troubles;
  const auto look = [&troubles](const AnyInformer& informer) {
    std::string trouble = informer.Trouble();
    if (!trouble.empty()) troubles.push_back(std::move(trouble));
  };
  look(workloads_.informer());
  look(replica_sets_);
  if (watches_pods_) look(pods_);
  return troubles;
}

std::vector<std::string> WorkloadCache::Notes() const {
  if (!watches_pods_ || pods_.given_up().empty()) return {};
  return {pods_.given_up() +
          "; until then Windlass lists the Pods of workloads with strategy Recreate"};
}

std::vector<ComparedCache> WorkloadCache::ComparedCaches() const {
  std::vector<ComparedCache> caches = {workloads_.informer().Compared(), replica_sets_.Compared()};
  // Before the first list of Pods is complete, no decision is based on Pods. Then there is nothing
  // to compare.
  if (pods_.HasSynced()) caches.push_back(pods_.Compared());
  return caches;
}

// --- views ---

std::optional<View> WorkloadCache::ViewOf(const ObjectKey& key) const {
  std::optional<Workload> workload = workloads_.Find(key);
  if (!workload) return std::nullopt;
  View view{.workload = *std::move(workload)};

  for (const ReplicaSet* rs : replica_sets().store().OwnedBy(view.workload.meta.uid)) {
    if (rs->meta.namespace_ == key.namespace_) view.replica_sets.push_back(rs);
  }
  const LabelSelector& selector = view.workload.selector;
  if (!selector.SelectsEverything()) {
    for (const ReplicaSet* rs : replica_sets().store().OrphansIn(key.namespace_)) {
      if (Matches(selector, rs->meta.labels)) view.replica_sets.push_back(rs);
    }
  }
  view.specs_since = spec_changes_.LastOf(view.workload.meta.uid);
  view.overlaps = overlaps_.Of(view.workload.meta);
  view.unreadable = UnreadableOf(view.workload);
  std::sort(view.replica_sets.begin(), view.replica_sets.end(), OlderThenName<ReplicaSet>);

  view.left_out = LeftOut(view);
  view.pods_known = watches_pods_ && pods().HasSynced();
  view.pods_given_up = watches_pods_ && !pods_.given_up().empty();
  if (view.pods_known && view.workload.strategy == Strategy::kRecreate) {
    for (const ReplicaSet* rs : view.replica_sets) {
      for (const PodMetadata* pod : pods().store().OwnedBy(rs->meta.uid)) view.pods.push_back(pod);
    }
  }
  if (ConcernsExtension(view.workload.meta.uid)) extension_->Fill(view);
  return view;
}

std::vector<const ReplicaSet*> WorkloadCache::ReplicaSetsOf(const Uid& owner) const {
  std::vector<const ReplicaSet*> ours = replica_sets().store().OwnedBy(owner);
  std::sort(ours.begin(), ours.end(), OlderThenName<ReplicaSet>);
  return ours;
}

size_t WorkloadCache::LargestJson(const ObjectKey& key) const {
  const ObjectMeta* meta = workloads_.FindMeta(key);
  if (meta == nullptr) return 0;
  const std::vector<const ReplicaSet*> ours = replica_sets().store().OwnedBy(meta->uid);
  // Orphans count, because the workload may adopt them.
  size_t largest = std::max({size_t{meta->large_json_bytes}, LargestJsonOf(ours),
                             LargestJsonOf(replica_sets().store().OrphansIn(key.namespace_))});
  if (extension_ == nullptr) return largest;
  for (const ReplicaSet* rs : ours) {
    largest = std::max(largest, extension_->LargestPodJson(rs->meta.uid));
  }
  return largest;
}

// Returns true if the workload asks for the extension, or if one of its ReplicaSets shows that the
// workload asked before. A workload that no longer asks still needs the extension, because some of
// its Pods may still get no traffic (P-076).
bool WorkloadCache::ConcernsExtension(const Uid& workload) const {
  if (extension_users_.contains(workload)) return true;
  return std::ranges::any_of(
      replica_sets().store().OwnedBy(workload),
      [this](const ReplicaSet* rs) { return extension_users_.contains(rs->meta.uid); });
}

bool WorkloadCache::MayOwn(const Workload& workload, const UnreadableObject& rs) {
  if (!(rs.identity.key.namespace_ == workload.meta.namespace_)) return false;
  if (!rs.owners_readable) return true;  // its owner is unknown
  return rs.controller && rs.controller->uid == workload.meta.uid;
}

std::string WorkloadCache::UnreadableOf(const Workload& workload) const {
  const ObjectKey key = KeyOf(workload.meta);
  for (const AnyInformer* informer :
       std::initializer_list<const AnyInformer*>{&workloads_.informer(), &replica_sets_}) {
    const Reflector& reflector = informer->reflector();
    const std::string_view plural = reflector.options().resource.plural;
    // The informer has dropped its objects. HasSynced is false, so no key is queued any more. Only
    // the sync of a key that was queued earlier gets here.
    if (reflector.not_served_since() && !informer->HasSynced()) {
      return std::string(plural) + " (the API server does not serve them)";
    }
    if (Frozen(reflector)) return std::string(plural) + " (no right to watch them)";
  }
  std::string own =
      workload::UnreadableText(workloads_.resource(), workloads_.informer().quarantined(), key);
  if (!own.empty()) return own;
  for (const auto& [rs_key, rs] : replica_sets_.quarantined()) {
    if (MayOwn(workload, rs)) return workload::UnreadableText(resources::kReplicaSets, rs);
  }
  return {};
}

// Returns the name and size of the first object of the view that is cached only in part, because
// the caches have no room for all of it (ObjectMeta::cut). Returns "" if there is no such object.
std::string WorkloadCache::LeftOut(const View& view) const {
  const auto text = [](const ResourceId& resource, const ObjectMeta& meta) {
    return ObjectText(resource, KeyOf(meta)) + ", which needs " +
           std::to_string(meta.cut_bytes >> 10U) + " KiB";
  };
  if (view.workload.meta.cut()) return text(workloads_.resource(), view.workload.meta);
  for (const ReplicaSet* rs : view.replica_sets) {
    if (rs->meta.cut()) return text(resources::kReplicaSets, rs->meta);
  }
  return {};
}

// --- owners ---

const ObjectMeta* WorkloadCache::ResolveOwner(const Symbol& namespace_,
                                              const OwnerReference& reference) const {
  if (!(reference.kind == workloads_.resource().kind)) return nullptr;
  const ObjectMeta* owner = workloads_.FindMeta({namespace_, std::string(reference.name.text())});
  return owner != nullptr && owner->uid == reference.uid ? owner : nullptr;
}

const ObjectMeta* WorkloadCache::OwnerOfPod(const ObjectMeta& pod) const {
  const OwnerReference* reference = pod.ControllerRef();
  if (reference == nullptr || !(reference->kind == resources::kReplicaSets.kind)) return nullptr;
  const ReplicaSet* rs = replica_sets().store().FindByUid(
      {pod.namespace_, std::string(reference->name.text())}, reference->uid);
  if (rs == nullptr) return nullptr;  // D-022
  const OwnerReference* owner = rs->meta.ControllerRef();
  if (owner == nullptr) return nullptr;
  return ResolveOwner(rs->meta.namespace_, *owner);
}

}  // namespace windlass
