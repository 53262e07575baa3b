#include "controller/in_place/watch/cache.h"

#include <algorithm>
#include <utility>

#include "controller/in_place/batch/rollout_pods.h"
#include "controller/in_place/phases/exchange.h"
#include "controller/in_place/pod/nodes.h"
#include "controller/in_place/template/interest.h"
#include "controller/in_place/template/options.h"
#include "controller/runtime/live_pods.h"
#include "kubeclient/api/object_meta.h"

namespace windlass {
namespace {

// A problem is reported only after this time. An API server that has just started may not know the
// rights yet, or may still fill its caches. The time begins
//   - for a missing right: when the right was first missing
//   - for a list or watch that fails: when the informers were started. (A watch that opens again
//     counts as working only 10 s later: reflector_times.h.)
constexpr Duration kServerStartsWithin = seconds(30);

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
      pods_(informers.Of<Pod>(WholePods(informers))),
      nodes_(informers.Of<Node>({.name = "nodes",
                                 .options = informers.All(resources::kNodes),
                                 .decode = &DecodeNode,
                                 .gives_up = true})),
      budgets_(informers.Of<PodDisruptionBudget>(
          {.name = "poddisruptionbudgets",
           .options = informers.All(resources::kPodDisruptionBudgets),
           .decode = &DecodePodDisruptionBudget,
           .gives_up = true})),
      in_flight_(informers.environment().clock, informers.faults(), pods().store(),
                 [this](const Pod& pod) { return NodeOf(pod); }) {
  nodes().store().OnChange([this](const Change<Node>& change) { NoteHere(change); });
  const auto tell = [this] {
    if (on_news) on_news();
  };
  pods_.on_given_up.Add(tell);
  nodes_.on_given_up.Add(tell);
  budgets_.on_given_up.Add(tell);
  ForEach([&tell](auto& informer) {
    informer.on_synced.Add(tell);
    informer.on_forbidden.Add(tell);
    informer.on_recovered.Add(tell);  // e.g. a right is back: wakes only workloads that need it
    informer.on_unreadable.Add([tell](const UnreadableObject&) { tell(); });
    informer.on_unreadable_gone.Add([tell](const UnreadableObject&) { tell(); });
  });
}

bool InPlaceCache::IsAskedBy(const Workload& workload) const { return in_place::Asks(workload); }

bool InPlaceCache::IsRememberedBy(const ReplicaSet& rs) const { return in_place::Remembers(rs); }

void InPlaceCache::Start() {
  running_ = true;
  running_since_ = informers_.environment().clock.Now();
  informers_.Use({&pods_, &nodes_, &budgets_});
}

void InPlaceCache::Stop() {
  if (std::exchange(running_, false)) informers_.Release({&pods_, &nodes_, &budgets_});
}

void InPlaceCache::LetGo() {
  if (std::exchange(running_, false)) informers_.LetGo({&pods_, &nodes_, &budgets_});
}

void InPlaceCache::StartOverUnlessSynced() {
  const auto start_over = [](auto& shared) {
    // An informer that runs is restarted even if no workload needs it any more. An informer that
    // was given up does not run, and starts again by itself.
    if (!shared.running() || shared.HasSynced()) return;
    shared.informer.Stop();
    shared.informer.Start();
  };
  start_over(pods_);
  start_over(nodes_);
  start_over(budgets_);
}

bool InPlaceCache::HasPods() const {
  return pods().HasSynced() && !pods().reflector().forbidden_since();
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
  for (const AnyInformer* informer :
       std::initializer_list<const AnyInformer*>{&pods_, &nodes_, &budgets_}) {
    std::string trouble = informer->given_up();
    if (trouble.empty()) trouble = informer->Trouble();
    if (trouble.empty()) continue;
    if (informer->reflector().trouble().empty() && informer->running())
      trouble += ", and in-place updates wait for it";
    troubles.push_back(std::move(trouble));
  }
  return troubles;
}

// Returns which informers are missing and why, in the words of the condition; "" if none is
// missing. An informer is missing if
//   - it has lacked its right to watch for at least kServerStartsWithin
//   - it was given up for lack of room
//   - it has no complete state, its list or watch fails, and Start was at least kServerStartsWithin
//     ago
//
// Any other informer without its right or a complete state is only late, for example during a long
// first list. What waits:
//   - an update in place: always. Its condition reports missing informers, but not late ones.
//   - a rollout that replaces Pods: only for late informers, and only if a Pod may be restarting in
//     place (IsLate in phases/find_rollout.h)
//
// A cache without its right to watch is not used at all, because Windlass restarts Pods by what the
// cache shows. (Other caches are used for two more minutes: R-024.)
std::string InPlaceCache::Missing() const {
  std::string missing;
  const Clock& clock = informers_.environment().clock;
  const auto add = [&](const AnyInformer& informer) {
    const Reflector& reflector = informer.reflector();
    std::string why;
    if (const auto since = reflector.forbidden_since()) {
      if (clock.Now() - *since < kServerStartsWithin) return;
      why = "no right to watch them";
    } else if (!informer.given_up().empty()) {
      why = "no room to cache all of them: raise the memory limit of Windlass";
    } else if (!informer.HasSynced()) {
      if (clock.Now() - running_since_ < kServerStartsWithin) return;
      why = reflector.trouble();
    }
    if (why.empty()) return;
    if (!missing.empty()) missing += ", ";
    missing += std::string(PluralOf(reflector)) + " (" + why + ")";
  };
  add(pods_);
  add(nodes_);
  add(budgets_);
  return missing;
}

// Returns the name of the first Pod, Node or budget of the view whose latest version could not be
// read; "" if all could be read. No decision may use an earlier version.
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

size_t InPlaceCache::LargestPodJson(const Uid& replica_set) const {
  return running_ ? LargestJsonOf(pods().store().OwnedBy(replica_set)) : 0;
}

const Node* InPlaceCache::NodeOf(const Pod& pod) const {
  return nodes().store().Find({{}, std::string(pod.node_name.text())});
}

// Sets Node::here_since of a Node that has just been put into the store.
void InPlaceCache::NoteHere(const Change<Node>& change) const {
  if (change.new_object == nullptr) return;
  const Node* old = change.old_object;
  const bool same = old != nullptr && old->heard == change.new_object->heard &&
                    old->ready_since == change.new_object->ready_since;
  const WallTime now = informers_.environment().clock.Wall();
  change.new_object->here_since = same ? old->here_since : now;
}

// Returns the Pods for View::others_in_flight: Pods of other workloads, of any kind, in the
// namespace of the view, if PodsInFlight finds them or a write to them is under way.
std::vector<const Pod*> InPlaceCache::OthersInFlight(const View& view) const {
  const Symbol& namespace_ = view.workload.meta.namespace_;
  const auto is_own = [&](const Pod& pod) {
    return in_place::OwnerOf(pod, view.replica_sets) != nullptr;
  };
  std::vector<const Pod*> others = in_flight_.In(namespace_, is_own);
  for (const ObjectKey& key : informers_.folds().UnderWay(resources::kPods, namespace_)) {
    const Pod* pod = pods().store().Find(key);
    if (pod == nullptr || is_own(*pod)) continue;
    if (std::ranges::find(others, pod) == others.end()) others.push_back(pod);
  }
  return others;
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
  std::ranges::sort(view.whole_pods, OlderThenName<Pod>);
  for (const Pod* pod : view.whole_pods) {
    const Node* node = NodeOf(*pod);
    if (node != nullptr) view.nodes.emplace(node->meta.name, node);
  }
  view.budgets = budgets().store().InNamespace(view.workload.meta.namespace_.text());
  if (!view.budgets.empty()) view.others_in_flight = OthersInFlight(view);
  view.in_place_missing = Unreadable(view);
  view.in_place_known = view.in_place_missing.empty();
  view.extension_reads_template = view.in_place_known;
}

}  // namespace windlass
