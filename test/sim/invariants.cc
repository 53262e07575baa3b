#include "test/sim/invariants.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <utility>
#include <nlohmann/json.hpp>

#include "test/sim/api_selector.h"
#include "test/sim/in_place_words.h"
#include "test/sim/owners.h"
#include "test/sim/rollout_limits.h"

namespace windlass::sim {
namespace {

constexpr std::string_view kRevision = "deployment.kubernetes.io/revision";

// Returns nullopt if the annotation is not a number: a user may write anything there.
std::optional<int64_t> RevisionNumber(const Json& object) {
  const std::string text = AnnotationOf(object, kRevision);
  int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (text.empty() || error != std::errc() || stop != end) return std::nullopt;
  return value;
}

// Returns true if the ReplicaSet was removed or its revision was edited.
bool IsRevisionTakenBack(const Change& change) {
  return change.after == nullptr || RevisionNumber(*change.before) != RevisionNumber(*change.after);
}

bool IsReleased(const Change& change) {
  return change.after != nullptr &&
         ControllerUidOf(*change.before) != ControllerUidOf(*change.after);
}

}  // namespace

std::string Violation::Text() const {
  const auto ms = std::chrono::duration_cast<milliseconds>(at.since_start).count();
  return invariant + " at " + std::to_string(ms) + " ms by " + request + ": " + detail;
}

// Returns the lowest one that was in force at `revision` or later.
int64_t Invariants::HighestSince(const std::vector<HighestRecord>& highest, uint64_t revision) {
  int64_t least = 0;
  for (const HighestRecord& one : highest) {
    least = one.since <= revision ? one.revision : std::min(least, one.revision);
  }
  return least;
}

// Returns the highest one that the sender of a write knew. It knows what controllers did, and what
// others did until then as far as its watch of ReplicaSets has shown it: a dead one shows nothing.
// A request that the network kept back is judged by what its sender had seen, and by what that did
// itself since then: a ReplicaSet that it released took its revision along.
int64_t Invariants::HighestKnown(const std::vector<HighestRecord>& highest, const Change& change) {
  if (change.late) return HighestSince(highest, change.shown);
  if (change.shown_of == nullptr) return HighestSince(highest, kAllShown);
  const uint64_t shown = change.shown_of->at(resources::kReplicaSets);
  std::vector<HighestRecord> known;
  std::ranges::copy_if(highest, std::back_inserter(known),
                       [&](const HighestRecord& one) { return one.own || one.since <= shown; });
  // What others took back since then may be given again, seen or not.
  return std::min(HighestSince(known, kAllShown), HighestSince(highest, kAllShown));
}

Invariants::Invariants(ApiServer& server, std::set<std::string> controllers)
    : server_(server),
      controllers_(std::move(controllers)),
      surge_(controllers_),
      held_back_(server, controllers_),
      promises_(server, controllers_) {
  server_.store().OnChange([this](const Change& change) { OnChange(change); });
  server_.OnMissing(
      [this](const StoreKey& key, const std::string& actor) { NoteMissing(key, actor); });
}

void Invariants::OnChange(const Change& change) {
  // A change is judged against what was known before it, and noted afterwards.
  if (controllers_.contains(change.actor)) {
    ++judged_;
    Judge(change);
  }
  if (auto wrong = surge_.See(change)) Violate("I-43", change, *std::move(wrong));
  if (auto wrong = held_back_.See(change)) Violate("I-44", change, *std::move(wrong));
  for (Breach& breach : promises_.See(change)) {
    Violate(breach.invariant, change, std::move(breach.detail));
  }
  Note(change);
  if (change.key.resource != resources::kReplicaSets || change.before == nullptr) return;
  // The next revision is one more than the highest that exists (D-160).
  const bool by_user = !controllers_.contains(change.actor) && IsRevisionTakenBack(change);
  if (!by_user && !IsHistoryOfPaused(change) && !IsReleased(change)) return;
  OwnerRecord& owner = owners_[ControllerUidOf(*change.before)];
  if (IsReleased(change)) owner.revisions.erase(UidOf(*change.before));
  NoteHighest(owner, change.actor);
}

// Returns true for a deletion from the history of a paused Deployment: the ReplicaSet with the
// highest revision may be of a template that it has no more.
bool Invariants::IsHistoryOfPaused(const Change& change) const {
  if (change.after != nullptr || !IsControlledBy(resources::kDeployments, *change.before)) {
    return false;
  }
  const Object owner = FindOwnerOf(server_, *change.before);
  return owner != nullptr && BoolAt(*owner, {"spec", "paused"});
}

// Of those that it has now: a revision that was taken back may be given again.
void Invariants::NoteHighest(OwnerRecord& owner, const std::string& actor) {
  int64_t most = 0;
  for (const auto& [uid, revision] : owner.revisions) most = std::max(most, revision);
  if (!owner.highest.empty() && owner.highest.back().revision == most) return;
  owner.highest.push_back({server_.store().revision(), most, controllers_.contains(actor)});
}

void Invariants::Note(const Change& change) {
  if (IsOwnerKind(change.key.resource) && change.after != nullptr) {
    NoteOwner(*change.after);
  } else if (change.key.resource == resources::kReplicaSets) {
    if (change.after != nullptr) {
      NoteResize(change);
      return NoteReplicaSet(*change.after, change.actor);
    }
    const std::string uid = UidOf(*change.last_state);
    Removal& gone = gone_replica_sets_[uid] = RemovalOf(change);
    gone.available = std::min(replica_sets_[uid].available.Max(Now(), kBlindSpot),
                              ReplicasOf(*change.last_state));
    replica_sets_.erase(uid);
    for (auto& [owner, record] : owners_) record.revisions.erase(uid);
  } else if (change.key.resource == resources::kPods) {
    const Json& pod = change.after != nullptr ? *change.after : *change.last_state;
    if (change.before == nullptr) pods_from_[UidOf(pod)] = change.revision;
    if (change.after == nullptr) pods_from_.erase(UidOf(pod));
    const Object owner = server_.Find(
        {resources::kReplicaSets, change.key.namespace_, TextAt(ControllerOf(pod), {"name"})});
    if (owner != nullptr) NoteReplicaSet(*owner, change.actor);
  } else if (change.key.resource == resources::kReplicationControllerUpdates) {
    if (change.after == nullptr)
      gone_updates_[change.key.namespace_ + "/" + change.key.name] = RemovalOf(change);
  }
}

// An owner's revisions are those of its present ReplicaSets: a ReplicaSet that was released
// takes its number along (D-160).
void Invariants::ForgetFormerOwners(const Json& replica_set, const std::string& actor) {
  const std::string owner = ControllerUidOf(replica_set);
  for (auto& [uid, record] : owners_) {
    if (uid == owner || record.revisions.erase(UidOf(replica_set)) == 0) continue;
    NoteHighest(record, actor);
  }
}

// A controller that writes the ReplicaSet knows what others did to it.
void Invariants::NoteResize(const Change& change) {
  ReplicaSetRecord& record = replica_sets_[UidOf(*change.after)];
  const int64_t from = change.before != nullptr ? ReplicasOf(*change.before) : 0;
  const int64_t to = ReplicasOf(*change.after);
  if (controllers_.contains(change.actor)) {
    record.raised_by_others.reset();
    record.lowered_by_others.clear();
    if (from > to) {
      record.lowered_by_own.push_back(
          {change.at, IntAt(*change.after, {"metadata", "generation"}), to});
    }
    return;
  }
  if (change.before == nullptr) return;
  if (from == 0 && to > 0) record.raised_by_others = {change.at, change.revision, 0};
  if (from > to) record.lowered_by_others.push_back({change.at, change.revision, from});
}

// Returns the most Pods that the sender of a write may think the ReplicaSet is to have: its size,
// or a size from which somebody else has lowered it, unseen.
int64_t Invariants::SizeKnown(const Change& change, const Json& replica_set) const {
  int64_t most = ReplicasOf(replica_set);
  const auto found = replica_sets_.find(UidOf(replica_set));
  if (found == replica_sets_.end()) return most;
  for (const Resize& lowered : found->second.lowered_by_others) {
    if (!IsUnseen(change, lowered.at, lowered.revision, resources::kReplicaSets)) continue;
    most = std::max(most, lowered.from);
  }
  return most;
}

// Returns true if the Pod came because somebody else scaled its ReplicaSet up from 0, which who
// decided on this write may not know yet.
bool Invariants::IsRaisedUnseen(const Change& change, const Json& pod) const {
  const auto found = replica_sets_.find(ControllerUidOf(pod));
  if (found == replica_sets_.end() || !found->second.raised_by_others) return false;
  const auto& [at, revision, from] = *found->second.raised_by_others;
  const auto first = pods_from_.find(UidOf(pod));
  if (first == pods_from_.end() || first->second < revision) return false;
  if (Now() - at < kBlindSpot) return true;
  if (change.shown_of == nullptr) return false;
  const auto shown = change.shown_of->find(resources::kReplicaSets);
  return shown != change.shown_of->end() && shown->second < revision;
}

void Invariants::NoteReplicaSet(const Json& replica_set, const std::string& actor) {
  ForgetFormerOwners(replica_set, actor);
  ReplicaSetRecord& record = replica_sets_[UidOf(replica_set)];
  if (record.first_noted == 0) record.first_noted = server_.store().revision();
  const int64_t told = IntAt(replica_set, {"status", "availableReplicas"});
  record.told.Note(Now(), told);
  record.available.Note(Now(),
                        std::max(Available(replica_set), std::min(told, ReplicasOf(replica_set))));
  record.replicas.Note(Now(), ReplicasOf(replica_set));
  const int64_t observed = IntAt(replica_set, {"status", "observedGeneration"});
  record.observed = observed >= IntAt(replica_set, {"metadata", "generation"});
  std::erase_if(record.lowered_by_own, [&](const OwnResize& lowered) {
    const int64_t counted = std::min(IntAt(replica_set, {"status", "replicas"}),
                                     IntAt(replica_set, {"status", "readyReplicas"}));
    return observed >= lowered.generation && counted <= lowered.to;
  });
  const auto revision = RevisionNumber(replica_set);
  OwnerRecord& owner = owners_[ControllerUidOf(replica_set)];
  if (!revision) {
    owner.revisions.erase(UidOf(replica_set));
    return;
  }
  const int64_t before = std::exchange(owner.revisions[UidOf(replica_set)], *revision);
  // An exchange of templates takes the number that a user wrote. JudgeRevision has judged the
  // write.
  if (*revision < before && controllers_.contains(actor)) NoteHighest(owner, actor);
  owner.templates.try_emplace(*revision, TemplateOf(replica_set));
  if (*revision > HighestSince(owner.highest, kAllShown)) {
    owner.highest.push_back({server_.store().revision(), *revision, controllers_.contains(actor)});
  }
}

void Invariants::NoteOwner(const Json& owner) {
  const RolloutLimits limits = LimitsOf(owner);
  known_owners_.insert(UidOf(owner));
  OwnerRecord& record = owners_[UidOf(owner)];
  record.min_available.Note(Now(), limits.min_available());
  record.max_total.Note(Now(), limits.max_total());
}

void Invariants::Judge(const Change& change) {
  const ResourceId& resource = change.key.resource;
  if (resource == resources::kReplicaSets || resource == resources::kPods) JudgeOwnership(change);
  if (resource == resources::kReplicaSets) JudgeReplicaSet(change);
  if (IsOwnerKind(resource)) JudgeStatus(change);
}

void Invariants::JudgeReplicaSet(const Change& change) {
  const std::string& namespace_ = change.key.namespace_;
  if (change.after == nullptr) {
    if (ReplicasOf(*change.before) > 0 || Available(*change.before) > 0) {
      Violate("I-14", change,
              "deleted with spec.replicas " + std::to_string(ReplicasOf(*change.before)) + " and " +
                  std::to_string(Available(*change.before)) + " available Pods");
    }
    return;
  }
  const std::string owner_uid = ControllerUidOf(*change.after);
  JudgeRevision(change, owner_uid);
  const Object owner = FindOwner(server_, namespace_, owner_uid);
  if (owner == nullptr) return;
  JudgeSizes(change, *owner);
  if (IsRecreate(*owner)) JudgeRecreate(change, *owner);
}

// Judges I-01 and I-02.
void Invariants::JudgeSizes(const Change& change, const Json& owner) {
  const int64_t before = change.before != nullptr ? ReplicasOf(*change.before) : 0;
  const int64_t after = ReplicasOf(*change.after);
  if (before == after) return;
  OwnerRecord& limits = owners_[UidOf(owner)];
  const Duration blind = BlindSpot(change);
  const std::string changed = UidOf(*change.after);
  int64_t total = after;
  // An update in place looks at the Pods, and the ReplicaSet controller may count them later.
  const seconds min_ready(IntAt(owner, {"spec", "minReadySeconds"}));
  std::map<std::string, int64_t> available_pods;
  for (const Object& pod : server_.List(resources::kPods, change.key.namespace_)) {
    const bool available = IsAvailablePod(*pod, min_ready, server_.loop().clock().Wall());
    available_pods[ControllerUidOf(*pod)] += available ? 1 : 0;
  }
  const auto available_of = [&](const std::string& uid, int64_t replicas) {
    ReplicaSetRecord& record = replica_sets_[uid];
    int64_t counted = record.available.Max(Now(), blind);
    int64_t alive = available_pods[uid];
    // A controller that lowered a size knows that the Pods above it may be gone, whatever the
    // status says, and also if it raised the size again. Until the last size is observed, those
    // that are alive may still be removed.
    for (const OwnResize& lowered : record.lowered_by_own) {
      if (change.late || Now() - lowered.at > kBlindSpot) continue;
      counted = std::min(counted, lowered.to);
      if (!record.observed) alive = std::min(alive, lowered.to);
    }
    return std::min(std::max(counted, alive), replicas);
  };
  const int64_t unseen = AvailableUnseen(change, UidOf(owner));
  int64_t available_before = available_of(changed, before) + unseen;
  int64_t available_after = available_of(changed, after) + unseen;
  for (const Object& rs : ReplicaSetsOf(change.key.namespace_, UidOf(owner))) {
    const std::string uid = UidOf(*rs);
    if (uid == changed) continue;
    // A request that the network kept back counts no ReplicaSet that its sender made since.
    const bool unknown = change.late && replica_sets_[uid].first_noted > change.shown;
    if (!unknown) total += replica_sets_[uid].replicas.Min(Now(), blind);
    available_before += available_of(uid, SizeKnown(change, *rs));
    available_after += available_of(uid, SizeKnown(change, *rs));
  }
  const int64_t max_total = limits.max_total.Max(Now(), blind);
  const int64_t min_available = limits.min_available.Min(Now(), blind);
  const std::string step =
      "spec.replicas " + std::to_string(before) + " -> " + std::to_string(after);
  if (after > before && total > max_total) {
    Violate("I-02", change,
            step + " makes " + std::to_string(total) + " of at most " + std::to_string(max_total));
  }
  const int64_t told = replica_sets_[changed].told.Min(Now(), blind);
  const bool lowers = available_after < available_before && after < told;
  if (lowers && available_after < min_available) {
    Violate("I-01", change,
            step + " leaves " + std::to_string(available_after) + " available of at least " +
                std::to_string(min_available));
  }
}

Duration Invariants::BlindSpot(const Change& change) const {
  return Now() - server_.store().TimeAfter(change.seen, Now()) + kBlindSpot;
}

// Judges I-09 at the write that asks for new Pods, because that write is the decision. Pods of a
// ReplicaSet that Windlass itself deleted are old ones, too.
void Invariants::JudgeRecreate(const Change& change, const Json& owner) {
  const int64_t before = change.before != nullptr ? ReplicasOf(*change.before) : 0;
  if (ReplicasOf(*change.after) <= before) return;
  std::set<std::string> others;
  for (const Object& rs : ReplicaSetsOf(change.key.namespace_, UidOf(owner))) {
    if (UidOf(*rs) == UidOf(*change.after)) continue;
    others.insert(UidOf(*rs));
    if (replica_sets_[UidOf(*rs)].replicas.Min(Now(), BlindSpot(change)) > 0) {
      return Violate("I-09", change, NameOf(*rs) + " still makes Pods");
    }
  }
  for (const auto& [uid, gone] : gone_replica_sets_) {
    if (gone.own && gone.owner == UidOf(owner)) others.insert(uid);
  }
  for (const Object& pod : server_.List(resources::kPods, change.key.namespace_)) {
    if (!others.contains(ControllerUidOf(*pod)) || IsTerminalPod(*pod)) continue;
    if (IsRaisedUnseen(change, *pod)) continue;
    return Violate("I-09", change, "Pod " + NameOf(*pod) + " of an old ReplicaSet still exists");
  }
}

void Invariants::JudgeRevision(const Change& change, const std::string& owner_uid) {
  const auto revision = RevisionNumber(*change.after);
  const auto before =
      change.before != nullptr ? RevisionNumber(*change.before) : std::optional<int64_t>();
  if (!revision || revision == before) return;
  const OwnerRecord& record = owners_[owner_uid];
  const std::vector<Object> all = ReplicaSetsOf(change.key.namespace_, owner_uid);
  // An exchange swaps existing revisions: I-56 of the in-place invariants judges it.
  if (std::ranges::any_of(
          all, [](const Object& rs) { return !AnnotationOf(*rs, kInPlaceExchange).empty(); })) {
    return;
  }
  const int64_t highest = HighestKnown(record.highest, change);
  // An exchange that a user ended leaves nobody with the revision: its template gets it again. So
  // does a user who makes the number of a ReplicaSet unreadable.
  const bool is_again = record.templates.contains(*revision) &&
                        record.templates.at(*revision) == TemplateOf(*change.after) &&
                        std::ranges::count(record.revisions, *revision,
                                           &std::pair<const std::string, int64_t>::second) == 0;
  const bool was_unreadable =
      change.before != nullptr && RevisionNumber(*change.before).value_or(0) <= 0;
  if (is_again && (was_unreadable || *revision == highest)) return;
  if (*revision <= highest) {
    Violate("I-11", change,
            "revision " + std::to_string(*revision) + " after " + std::to_string(highest));
  }
}

Invariants::Removal Invariants::RemovalOf(const Change& change) const {
  return {Now(), server_.store().revision(), ControllerUidOf(*change.last_state),
          controllers_.contains(change.actor), change.key};
}

// A controller that was answered 404 knows of the removal, whatever its watch has shown.
void Invariants::NoteMissing(const StoreKey& key, const std::string& actor) {
  if (!controllers_.contains(actor)) return;
  for (auto& [uid, gone] : gone_replica_sets_) {
    if (gone.key == key) gone.told = true;
  }
}

// Returns how many available Pods the sender of a write may count in ReplicaSets of `owner` whose
// removal its watch had not shown.
int64_t Invariants::AvailableUnseen(const Change& change, const std::string& owner) const {
  if (change.shown_of == nullptr && !change.late) return 0;
  const uint64_t shown =
      change.shown_of != nullptr ? change.shown_of->at(resources::kReplicaSets) : change.shown;
  int64_t available = 0;
  for (const auto& [uid, gone] : gone_replica_sets_) {
    if (gone.owner == owner && !gone.own && !gone.told && gone.revision > shown) {
      available += gone.available;
    }
  }
  return available;
}

// Returns true if the daemon that sent the write may not have seen what happened at `revision`.
bool Invariants::IsUnseen(const Change& change, MonotonicTime at, uint64_t revision,
                          const ResourceId& resource) const {
  if (Now() - at < kBlindSpot) return true;
  if (change.late) return revision > change.shown;
  if (change.shown_of != nullptr) {
    const auto shown = change.shown_of->find(resource);
    if (shown != change.shown_of->end()) return revision > shown->second;
  }
  return Now() - at < BlindSpot(change);
}

// Returns true if the owner of the written object was known and is gone, unseen.
bool Invariants::IsOwnedUnseen(const Change& change) const {
  const Json& object = *change.before;
  if (IsControlledBy(resources::kReplicationControllers, object)) {
    const std::string name = TextAt(ControllerOf(object), {"name"});
    const auto gone = gone_updates_.find(change.key.namespace_ + "/" + name);
    return gone != gone_updates_.end() && IsUnseen(change, gone->second.at, gone->second.revision,
                                                   resources::kReplicationControllerUpdates);
  }
  const auto gone = gone_replica_sets_.find(ControllerUidOf(object));
  return gone != gone_replica_sets_.end() &&
         IsUnseen(change, gone->second.at, gone->second.revision, resources::kReplicaSets);
}

// Judges I-16: a creation must name its owner, and only a matching orphan may be adopted. An
// eviction is no claim to a Pod: the budgets that select the Pod judge it.
void Invariants::JudgeOwnership(const Change& change) {
  if (change.request.starts_with("POST pods/eviction ")) return;
  const std::string& namespace_ = change.key.namespace_;
  if (change.before == nullptr) {
    if (ControllerUidOf(*change.after).empty()) Violate("I-16", change, "created without owner");
    return;
  }
  const std::string owner = ControllerUidOf(*change.before);
  if (!owner.empty()) {
    const std::string name = TextAt(ControllerOf(*change.before), {"name"});
    // update_invariants.h judges these.
    if (IsControlledBy(resources::kReplicationControllers, *change.before) &&
        server_.Find({resources::kReplicationControllerUpdates, namespace_, name}) != nullptr) {
      return;
    }
    if (known_owners_.contains(owner) || replica_sets_.contains(owner)) return;
    if (!IsOwnedUnseen(change)) {
      Violate("I-16", change, "belongs to somebody unknown: " + owner);
    }
    return;
  }
  const std::string uid = change.after != nullptr ? ControllerUidOf(*change.after) : std::string();
  const Object adopter = FindOwner(server_, namespace_, uid);
  if (adopter == nullptr || IsDeleting(*adopter)) {
    return Violate("I-16", change, "an orphan was written, and not to adopt it");
  }
  if (!SelectorMatches(At(*adopter, {"spec", "selector"}),
                       At(*change.before, {"metadata", "labels"}))) {
    Violate("I-16", change, "adopted an orphan that does not match");
  }
}

void Invariants::JudgeStatus(const Change& change) {
  if (change.before == nullptr || change.after == nullptr) return;
  const int64_t before = IntAt(*change.before, {"status", "observedGeneration"});
  const int64_t after = IntAt(*change.after, {"status", "observedGeneration"});
  const int64_t generation = IntAt(*change.after, {"metadata", "generation"});
  if (after < before || after > generation) {
    Violate("I-35", change,
            "observedGeneration " + std::to_string(before) + " -> " + std::to_string(after) +
                " at generation " + std::to_string(generation));
  }
}

int64_t Invariants::Available(const Json& replica_set) const {
  const seconds min_ready(IntAt(replica_set, {"spec", "minReadySeconds"}));
  const WallTime now = server_.loop().clock().Wall();
  const std::string uid = UidOf(replica_set);
  int64_t available = 0;
  for (const Object& pod : server_.List(resources::kPods, NamespaceOf(replica_set))) {
    if (ControllerUidOf(*pod) != uid || !IsActivePod(*pod)) continue;
    available += IsAvailablePod(*pod, min_ready, now) ? 1 : 0;
  }
  return available;
}

std::vector<Object> Invariants::ReplicaSetsOf(const std::string& namespace_,
                                              const std::string& uid) const {
  std::vector<Object> owned;
  for (const Object& rs : server_.List(resources::kReplicaSets, namespace_)) {
    if (ControllerUidOf(*rs) == uid) owned.push_back(rs);
  }
  return owned;
}

void Invariants::JudgeAtRest() {
  for (Breach& breach : promises_.JudgeAtRest()) {
    Violate(breach.invariant, "a look at rest", std::move(breach.detail));
    violations_.back().owner = std::move(breach.rollout);
  }
}

void Invariants::Violate(const std::string& invariant, const Change& change, std::string detail) {
  Violate(invariant, change.actor + ": " + change.request, std::move(detail));
}

void Invariants::Violate(const std::string& invariant, std::string request, std::string detail) {
  violations_.push_back({invariant, Now(), std::move(request), std::move(detail)});
  server_.loop().trace().Note("VIOLATION", violations_.back().Text());
}

}  // namespace windlass::sim
