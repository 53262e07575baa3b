#include "test/sim/update_invariants.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "test/sim/owners.h"
#include "test/sim/rollout_limits.h"

namespace windlass::sim {
namespace {

constexpr const char* kSource = "kubectl.kubernetes.io/update-source-id";

int64_t Replicas(const Object& controller) {
  return controller == nullptr ? 0 : IntAt(*controller, {"spec", "replicas"});
}

bool IsOrphaning(const Json& object) {
  const Json& finalizers = At(object, {"metadata", "finalizers"});
  return std::any_of(finalizers.begin(), finalizers.end(),
                     [](const Json& one) { return one == "orphan"; });
}

// Returns the Pod without what a change of labels may change.
Json WithoutLabels(Json pod) {
  for (const char* field : {"labels", "resourceVersion", "managedFields"}) {
    pod["metadata"].erase(field);
  }
  return pod;
}

}  // namespace

bool UpdateInvariants::Pair::Has(const std::string& uid) const {
  return (up != nullptr && UidOf(*up) == uid) || (down != nullptr && UidOf(*down) == uid);
}

UpdateInvariants::UpdateInvariants(World& world, std::set<std::string> controllers)
    : world_(world), controllers_(std::move(controllers)) {
  world_.api().store().OnChange([this](const Change& change) { OnChange(change); });
}

void UpdateInvariants::OnChange(const Change& change) {
  const bool ours = controllers_.contains(change.actor);
  if (ours && change.key.resource == kControllers) JudgeController(change);
  if (ours && change.key.resource == resources::kPods) JudgePodWrite(change);
  if (!ours && !lagging_ && change.key.resource == resources::kPods) JudgePod(change);
  Note(change);
  if (calm_) JudgeAvailable(change);
}

void UpdateInvariants::Note(const Change& change) {
  if (change.key.resource == kControllers) NoteRename(change);
  if (change.key.resource == kUpdates) NoteEndOfRename(change);
  if (change.key.resource == resources::kPods && change.after != nullptr &&
      IsControlledBy(kControllers, *change.after)) {
    owned_.insert(UidOf(*change.after));
  }
  NoteSizes(change);
  for (const Object& update : Updates(change.key.namespace_)) {
    const Pair pair = PairOf(update);
    Limits& limits = limits_[UidOf(*update)];
    const RolloutLimits now = LimitsOfUpdate(*update);
    limits.most.Note(Now(), now.max_total());
    limits.least.Note(Now(), now.min_available());
    sums_[UidOf(*update)].Note(Now(), Replicas(pair.up) + Replicas(pair.down));
    for (const Object& one : {pair.up, pair.down}) {
      if (one != nullptr) available_[UidOf(*one)].Note(Now(), CountAvailable(pair, one));
    }
  }
}

void UpdateInvariants::NoteSizes(const Change& change) {
  if (change.key.resource != kControllers || change.after == nullptr) return;
  sizes_[UidOf(*change.after)].Note(Now(), Replicas(change.after));
  if (change.before == nullptr || Replicas(change.before) == Replicas(change.after)) return;
  if (controllers_.contains(change.actor)) {
    sized_by_others_.erase(UidOf(*change.after));
  } else {
    sized_by_others_.emplace(UidOf(*change.after), Replicas(change.before));
  }
}

// A rename begins when the one that has the Pods is to be deleted without them.
void UpdateInvariants::NoteRename(const Change& change) {
  if (!controllers_.contains(change.actor) || change.before == nullptr || change.after == nullptr) {
    return;
  }
  if (IsOrphaning(*change.before) || !IsOrphaning(*change.after)) return;
  const auto pair = PairOf(change.key.namespace_, change.key.name);
  // A Pod that somebody has just deleted is replaced, by whichever of the two.
  if (!pair || CountActive(change.after) != Replicas(change.after)) return;
  for (const Object& pod : world_.api().List(resources::kPods, change.key.namespace_)) {
    const bool its = ControllerUidOf(*pod) == UidOf(*change.after) && IsActivePod(*pod);
    if (its) renamed_[UidOf(*pod)] = UidOf(*pair->update);
  }
}

// The journal is there from before the rename until it is done.
void UpdateInvariants::NoteEndOfRename(const Change& change) {
  const Json& update = change.after != nullptr ? *change.after : *change.before;
  if (change.after != nullptr && !TextAt(update, {"status", "journal"}).empty()) return;
  ForgetRename(UidOf(update));
}

void UpdateInvariants::ForgetRename(std::string update_uid) {
  std::erase_if(renamed_, [&](const auto& pod) { return pod.second == update_uid; });
}

void UpdateInvariants::JudgeController(const Change& change) {
  const auto pair = PairOf(change.key.namespace_, change.key.name);
  if (!pair) return Violate("I-75", change, "takes part in no update");
  if (change.before == nullptr) {
    if (Replicas(change.after) != 0) Violate("I-75", change, "created with Pods");
    return;
  }
  if (change.after == nullptr || IsDeleting(*change.after)) return JudgeDeletion(change, *pair);
  if (Replicas(change.before) != Replicas(change.after)) JudgeSize(change, *pair);
}

void UpdateInvariants::JudgeDeletion(const Change& change, const Pair& pair) {
  if (IsDeleting(*change.before)) return;
  const bool orphans = change.after != nullptr && IsOrphaning(*change.after);
  const int64_t pods = CountActive(change.before);
  if (pods > 0 && !orphans) {
    Violate("I-75", change, "deleted with " + std::to_string(pods) + " Pods");
  }
  if (pods > 0 && orphans && pair.up != nullptr && UidOf(*pair.up) != UidOf(*change.before)) {
    Violate("I-75", change, "gives up Pods that the update does not keep");
  }
}

void UpdateInvariants::JudgeSize(const Change& change, const Pair& pair) {
  // After a rename there is one only, which gets the size of the other.
  if (pair.up == nullptr || pair.down == nullptr) return;
  ++judged_sizes_;
  const int64_t before = Replicas(change.before);
  const int64_t after = Replicas(change.after);
  const bool is_up = UidOf(*pair.up) == UidOf(*change.after);
  const std::string step = std::to_string(before) + " -> " + std::to_string(after);
  const bool may_set_back = sized_by_others_.contains(UidOf(*change.after));
  if (is_up != (after > before) && !may_set_back) {
    Violate("I-74", change, step + (is_up ? " of the one that grows" : " of the one that shrinks"));
  }
  Limits& limits = limits_[UidOf(*pair.update)];
  const std::string other = UidOf(is_up ? *pair.down : *pair.up);
  const int64_t sum = after + sizes_[other].Min(Now(), kBlindSpot);
  const int64_t most = limits.most.Max(Now(), kBlindSpot);
  if (after > before && sum > most && !may_set_back) {
    Violate("I-71", change,
            step + ": " + std::to_string(sum) + " of both, at most " + std::to_string(most));
  }
  if (is_up || after > before) return;
  if (may_set_back && after >= sized_by_others_.at(UidOf(*change.after))) return;
  const int64_t available = available_[UidOf(*pair.up)].Max(Now(), kBlindSpot);
  const int64_t least = limits.least.Min(Now(), kBlindSpot);
  if (after + available < least) {
    Violate("I-73", change,
            step + " with " + std::to_string(available) + " available of the other, at least " +
                std::to_string(least) + " of both");
  }
}

void UpdateInvariants::JudgePodWrite(const Change& change) {
  if (change.before == nullptr || change.after == nullptr) {
    return Violate("I-75", change, "a Pod was created or deleted");
  }
  const Json& owner = ControllerOf(*change.before);
  if (!IsControlledBy(kControllers, *change.before)) return;
  const auto pair = PairOf(change.key.namespace_, TextAt(owner, {"name"}));
  if (!pair || !pair->Has(ControllerUidOf(*change.before))) {
    return Violate("I-75", change, "a Pod of another ReplicationController");
  }
  if (WithoutLabels(*change.before) != WithoutLabels(*change.after)) {
    Violate("I-75", change, "more than the labels of a Pod");
  }
}

void UpdateInvariants::JudgePod(const Change& change) {
  if (change.before != nullptr && change.after == nullptr) {
    const auto renamed = renamed_.find(UidOf(*change.before));
    if (renamed == renamed_.end()) return;
    renamed_.erase(renamed);
    return;
  }
  const Json& pod = *change.after;
  const bool marked = change.before != nullptr && !IsDeleting(*change.before) && IsDeleting(pod);
  if (marked && renamed_.contains(UidOf(pod))) {
    const bool scaled = sized_by_others_.contains(ControllerUidOf(pod));
    if (change.actor == kControlledReplicationControllers.actor && !scaled) {
      Violate("I-76", change, "a Pod was deleted by a rename");
    } else {
      ForgetRename(renamed_.at(UidOf(pod)));  // the Pod is replaced, or too many
    }
  }
  if (change.before != nullptr || !IsControlledBy(kControllers, pod)) return;
  const auto pair = PairOf(change.key.namespace_, TextAt(ControllerOf(pod), {"name"}));
  if (!pair) return;
  ++judged_pods_;
  const std::string update = UidOf(*pair->update);
  const auto of_update = [&](const auto& one) { return one.second == update; };
  const bool sized_by_us = !sized_by_others_.contains(ControllerUidOf(pod));
  if (sized_by_us && std::any_of(renamed_.begin(), renamed_.end(), of_update)) {
    Violate("I-76", change, "a Pod was created by a rename");
  }
  // Whatever others have sized may be as large as they say.
  const int64_t most =
      std::max(limits_[update].most.Max(Now(), kBlindSpot), sums_[update].Max(Now(), kBlindSpot));
  const int64_t live = CountActive(pair->up) + CountActive(pair->down);
  if (live > most) {
    Violate("I-72", change, std::to_string(live) + " live Pods, at most " + std::to_string(most));
  }
}

void UpdateInvariants::JudgeAvailable(const Change& change) {
  for (const Object& update : Updates(change.key.namespace_)) {
    const Pair pair = PairOf(update);
    Limits& limits = limits_[UidOf(*update)];
    const int64_t wanted = LimitsOfUpdate(*update).min_available();
    const bool same = std::exchange(limits.wanted, wanted) == wanted;
    if (pair.up == nullptr || pair.down == nullptr) {
      limits.reached = false;
      continue;
    }
    const int64_t available =
        CountAvailable(pair, pair.up) + CountAvailable(pair, pair.down) + CountRenamed(pair);
    const int64_t least = limits.least.Min(Now(), kBlindSpot);
    if (same && limits.reached && available < std::min(least, wanted)) {
      Violate("I-77", change,
              std::to_string(available) + " available of both, at least " + std::to_string(least));
    }
    limits.reached = available >= wanted;
  }
}

int64_t UpdateInvariants::CountRenamed(const Pair& pair) const {
  const WallTime now = world_.loop().clock().Wall();
  int64_t count = 0;
  for (const Object& pod : world_.api().List(resources::kPods, NamespaceOf(*pair.update))) {
    const auto renamed = renamed_.find(UidOf(*pod));
    if (renamed == renamed_.end() || renamed->second != UidOf(*pair.update)) continue;
    if (!ControllerOf(*pod).is_null() || !IsActivePod(*pod)) continue;
    count += IsAvailablePod(*pod, seconds(IntAt(*pair.update, {"spec", "minReadySeconds"})), now);
  }
  return count;
}

void UpdateInvariants::JudgeAtRest() {
  for (const Object& pod : world_.api().List(resources::kPods, "")) {
    if (!owned_.contains(UidOf(*pod)) || !ControllerOf(*pod).is_null()) continue;
    violations_.push_back("I-76 at rest: Pod " + NameOf(*pod) + " has lost its owner");
  }
}

std::vector<Object> UpdateInvariants::Updates(const std::string& namespace_) const {
  return world_.api().List(kUpdates, namespace_);
}

// The new one says which one it replaces; until it exists, and once that is erased, the status of
// the update names it.
UpdateInvariants::Pair UpdateInvariants::PairOf(const Object& update) const {
  const std::string namespace_ = NamespaceOf(*update);
  Pair pair;
  pair.update = update;
  pair.down = world_.api().Find({kControllers, namespace_, NameOf(*update)});
  const std::string named = TextAt(*update, {"status", "newName"});
  const std::string wished = TextAt(*update, {"spec", "newName"});
  pair.up = world_.api().Find({kControllers, namespace_, named.empty() ? wished : named});
  if (pair.up != nullptr && pair.down != nullptr) {
    const std::string source = AnnotationOf(*pair.up, kSource);
    if (!source.empty() && source != NameOf(*pair.down) + ":" + UidOf(*pair.down)) {
      pair.up = nullptr;
    }
  }
  if (BoolAt(*update, {"status", "rollback"})) std::swap(pair.up, pair.down);
  return pair;
}

std::optional<UpdateInvariants::Pair> UpdateInvariants::PairOf(const std::string& namespace_,
                                                               const std::string& name) const {
  for (const Object& update : Updates(namespace_)) {
    const bool named = NameOf(*update) == name || TextAt(*update, {"spec", "newName"}) == name ||
                       TextAt(*update, {"status", "newName"}) == name;
    if (named) return PairOf(update);
  }
  return std::nullopt;
}

int64_t UpdateInvariants::CountActive(const Object& controller) const {
  if (controller == nullptr) return 0;
  int64_t count = 0;
  for (const Object& pod : world_.api().List(resources::kPods, NamespaceOf(*controller))) {
    count += ControllerUidOf(*pod) == UidOf(*controller) && IsActivePod(*pod) ? 1 : 0;
  }
  return count;
}

int64_t UpdateInvariants::CountAvailable(const Pair& pair, const Object& controller) const {
  if (controller == nullptr) return 0;
  const seconds min_ready(IntAt(*pair.update, {"spec", "minReadySeconds"}));
  const WallTime now = world_.loop().clock().Wall();
  int64_t count = 0;
  for (const Object& pod : world_.api().List(resources::kPods, NamespaceOf(*controller))) {
    if (ControllerUidOf(*pod) != UidOf(*controller) || !IsActivePod(*pod)) continue;
    count += IsAvailablePod(*pod, min_ready, now) ? 1 : 0;
  }
  return count;
}

void UpdateInvariants::Violate(const std::string& invariant, const Change& change,
                               const std::string& detail) {
  violations_.push_back(
      Violation{invariant, Now(), change.actor + ": " + change.request, detail}.Text());
  world_.loop().trace().Note("VIOLATION", violations_.back());
}

std::string UpdateInvariants::Complaints() const {
  if (violations_.empty()) return "";
  std::string text = "seed " + std::to_string(world_.seed()) + "\n";
  for (const std::string& violation : violations_) text += violation + "\n";
  return text + "last lines of the trace:\n" + world_.loop().trace().LastLines();
}

}  // namespace windlass::sim
