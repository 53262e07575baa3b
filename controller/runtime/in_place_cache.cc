#include "controller/runtime/in_place_cache.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "controller/in_place/template/interest.h"

namespace windlass {
namespace {

ReflectorOptions All(const ResourceId& resource, const std::string& namespace_) {
  ReflectorOptions options;
  options.resource = resource;
  options.namespace_ = namespace_;
  return options;
}

ReflectorOptions LivePods(const std::string& namespace_) {
  ReflectorOptions options = All(resources::kPods, namespace_);
  options.field_selector = "status.phase!=Succeeded,status.phase!=Failed";
  return options;
}

// Oldest first; if created in the same second, by name.
bool OlderThenName(const Pod* a, const Pod* b) {
  return std::tie(a->meta.creation_timestamp, a->meta.name) <
         std::tie(b->meta.creation_timestamp, b->meta.name);
}

bool MayBeOf(const View& view, const UnreadableObject& pod) {
  if (!(pod.identity.key.namespace_ == view.workload.meta.namespace_)) return false;
  if (!pod.owners_readable) return true;  // its owner is unknown
  return pod.controller && std::ranges::any_of(view.replica_sets, [&](const ReplicaSet* rs) {
           return rs->meta.uid == pod.controller->uid;
         });
}

std::string_view PluralOf(const Reflector& reflector) {
  return reflector.options().resource.plural;
}

}  // namespace

InPlaceCache::InPlaceCache(Informers& informers)
    : informers_(informers),
      interest_(informers.environment().decoder.interests(), in_place::Interest()),
      pods_(informers.Of<Pod>({"whole_pods", LivePods(informers.watched_namespace()), &DecodePod})),
      nodes_(informers.Of<Node>({"nodes", All(resources::kNodes, ""), &DecodeNode})),
      budgets_(informers.Of<PodDisruptionBudget>(
          {"poddisruptionbudgets",
           All(resources::kPodDisruptionBudgets, informers.watched_namespace()),
           &DecodePodDisruptionBudget})) {
  ForEach([this](auto& informer) {
    const auto tell = [this] {
      if (on_news) on_news();
    };
    informer.on_synced.Add(tell);
    informer.on_forbidden.Add(tell);
    informer.on_recovered.Add(tell);  // e.g. a right is back: wakes only Deployments that need it
    informer.on_unreadable_gone.Add([tell](const UnreadableObject&) { tell(); });
  });
}

void InPlaceCache::Start() {
  running_ = true;
  informers_.Use({&pods_, &nodes_, &budgets_});
}

void InPlaceCache::Stop() {
  if (std::exchange(running_, false)) informers_.Release({&pods_, &nodes_, &budgets_});
}

void InPlaceCache::StartOverUnlessSynced() {
  if (!running_) return;
  ForEach([](auto& informer) {
    if (informer.HasSynced()) return;
    informer.Stop();
    informer.Start();
  });
}

bool InPlaceCache::HasPods() const {
  return running_ && pods().HasSynced() && !pods().reflector().forbidden_since();
}

bool InPlaceCache::HasSynced() const {
  bool synced = running_;
  ForEach([&synced](const auto& informer) {
    synced = synced && informer.HasSynced() && !informer.reflector().forbidden_since();
  });
  return synced;
}

std::vector<std::string> InPlaceCache::Troubles() const {
  std::vector<std::string> troubles;
  if (!running_) return troubles;
  ForEach([&troubles](const auto& informer) {
    const Reflector& reflector = informer.reflector();
    if (!reflector.trouble().empty()) {
      troubles.push_back(reflector.trouble());
    } else if (!informer.HasSynced()) {
      troubles.push_back(std::string(PluralOf(reflector)) +
                         ": the first list is not complete yet, and in-place updates wait for it");
    }
  });
  return troubles;
}

// Returns what is missing, for the condition. Pods are restarted because of what these informers
// show, so a missing right counts at once, without the delay that other informers have:
// waiting loses nothing.
std::string InPlaceCache::Missing() const {
  std::string missing;
  ForEach([&missing](const auto& informer) {
    const Reflector& reflector = informer.reflector();
    std::string why;
    if (reflector.forbidden_since()) {
      why = "no right to watch them";
    } else if (!informer.HasSynced()) {
      why = reflector.trouble();
    }
    if (why.empty()) return;
    if (!missing.empty()) missing += ", ";
    missing += std::string(PluralOf(reflector)) + " (" + why + ")";
  });
  return missing;
}

// Returns the first of these objects whose latest version could not be read: no decision may use
// the version before. Returns "" if all could be read.
std::string InPlaceCache::Unreadable(const View& view) const {
  const std::string why = " (its latest version cannot be read)";
  for (const auto& [key, pod] : pods().quarantined()) {
    if (MayBeOf(view, pod)) return ObjectText(resources::kPods, key) + why;
  }
  for (const auto& [key, node] : nodes().quarantined()) {
    const bool concerned = std::ranges::any_of(
        view.whole_pods, [&](const Pod* pod) { return pod->node_name == key.name; });
    if (concerned) return ObjectText(resources::kNodes, key) + why;
  }
  for (const auto& [key, budget] : budgets().quarantined()) {
    if (!(key.namespace_ == view.workload.meta.namespace_)) continue;
    return ObjectText(resources::kPodDisruptionBudgets, key) + why;
  }
  return {};
}

void InPlaceCache::Fill(View& view) const {
  if (!running_) return;
  view.in_place_missing = Missing();
  if (!HasSynced()) return;
  for (const ReplicaSet* rs : view.replica_sets) {
    for (const Pod* pod : pods().store().OwnedBy(rs->meta.uid)) {
      if (pod->meta.namespace_ == rs->meta.namespace_) view.whole_pods.push_back(pod);
    }
  }
  std::ranges::sort(view.whole_pods, OlderThenName);
  for (const Pod* pod : view.whole_pods) {
    const Node* node = nodes().store().Find({{}, std::string(pod->node_name.text())});
    if (node != nullptr) view.nodes.emplace(node->meta.name, node);
  }
  view.budgets = budgets().store().InNamespace(view.workload.meta.namespace_.text());
  view.in_place_missing = Unreadable(view);
  view.in_place_known = view.in_place_missing.empty();
}

}  // namespace windlass
