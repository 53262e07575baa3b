#include "test/sim/held_back_invariant.h"

#include <algorithm>
#include <utility>

#include "test/sim/in_place_words.h"
#include "test/sim/owners.h"
#include "test/sim/rollout_limits.h"

namespace windlass::sim {
namespace {

// Returns true if `replica_set` has or had the stable revision, or was complete before, as its note
// says: after a rollback the template is written in another way than the one that was complete.
// Whether the note is right is judged by I-63.
bool IsStable(const Json& rollout, const Json& replica_set) {
  if (!AnnotationOf(replica_set, "internal.windlass.dev/complete").empty()) return true;
  const std::string stable = std::to_string(IntAt(rollout, {"status", "stableRevision"}));
  const Json& annotations = At(replica_set, {"metadata", "annotations"});
  const std::string revisions = TextAt(annotations, {"deployment.kubernetes.io/revision-history"}) +
                                "," + TextAt(annotations, {"deployment.kubernetes.io/revision"});
  return ("," + revisions + ",").find("," + stable + ",") != std::string::npos;
}

// Returns true if every container of the template has its image in the Pod.
bool HasImages(const Json& pod, const Json& pattern) {
  const Json& wanted = At(pattern, {"spec"});
  return std::ranges::all_of(ContainersOf(wanted), [&](const std::string& name) {
    return ImageIn(At(pod, {"spec"}), name) == ImageIn(wanted, name);
  });
}

}  // namespace

HeldBackInvariant::HeldBackInvariant(const ApiServer& server, std::set<std::string> controllers)
    : server_(server), controllers_(std::move(controllers)) {}

std::optional<std::string> HeldBackInvariant::See(const Change& change) {
  const ResourceId& resource = change.key.resource;
  std::optional<std::string> wrong;
  if (controllers_.contains(change.actor)) {
    if (resource == resources::kReplicaSets) wrong = JudgeSize(change);
    if (resource == resources::kPods) wrong = JudgePatch(change);
  } else if (resource == resources::kPods) {
    NotePod(change);
  }
  if (resource == resources::kRollouts) NoteRollout(change);
  return wrong;
}

std::optional<std::string> HeldBackInvariant::JudgeSize(const Change& change) {
  if (change.after == nullptr) return std::nullopt;
  const Json& changed = *change.after;
  const int64_t before = change.before != nullptr ? ReplicasOf(*change.before) : 0;
  const int64_t after = ReplicasOf(changed);
  const Object rollout = after > before ? RolloutOf(changed) : nullptr;
  if (rollout == nullptr) return std::nullopt;
  Record& record = rollouts_[UidOf(*rollout)];
  if (TemplateOf(changed) != record.wanted) return std::nullopt;  // no new revision
  if (IsStable(*rollout, changed)) return std::nullopt;
  const bool was_another = change.at - record.wanted_since < kBlindSpot;
  if (before > 0 && was_another) return std::nullopt;
  const std::vector<Object> replica_sets = ReplicaSetsOf(*rollout);
  if (WantsInPlace(*rollout) && SaysInPlace(*HighestOf(replica_sets))) return std::nullopt;
  const int64_t kept = record.kept.Min(change.at, kBlindSpot);
  if (kept == 0) return std::nullopt;
  ++judged_;
  int64_t old = -after;
  for (const Object& rs : replica_sets) old += ReplicasOf(*rs);
  const int64_t most = record.desired.Max(change.at, kBlindSpot) - std::min(old, kept);
  if (after <= most) return std::nullopt;
  return "spec.replicas " + std::to_string(before) + " -> " + std::to_string(after) +
         " of the new revision, at most " + std::to_string(most) + ": " + std::to_string(kept) +
         " of " + std::to_string(old) + " old ones are kept";
}

std::optional<std::string> HeldBackInvariant::JudgePatch(const Change& change) {
  if (change.before == nullptr || change.after == nullptr) return std::nullopt;
  if (!ChangesImages(*change.before, *change.after)) return std::nullopt;
  const Object host = HostOf(*change.after);
  const Object rollout = host != nullptr ? RolloutOf(*host) : nullptr;
  if (rollout == nullptr) return std::nullopt;
  Record& record = rollouts_[UidOf(*rollout)];
  if (!HasImages(*change.after, record.wanted)) return std::nullopt;
  if (TemplateOf(*host) == record.wanted) return std::nullopt;  // it goes back
  const std::vector<Object> replica_sets = ReplicaSetsOf(*rollout);
  const bool goes_back = std::ranges::any_of(replica_sets, [&](const Object& rs) {
    return IsStable(*rollout, *rs) && TemplateOf(*rs) == record.wanted;
  });
  if (goes_back) return std::nullopt;
  const int64_t kept = record.kept.Min(change.at, kBlindSpot);
  judged_ += kept > 0 ? 1 : 0;
  const int64_t old = CountOld(change, replica_sets, record);
  if (old >= kept) return std::nullopt;
  return NameOf(*change.after) + " got the images of the new revision: " + std::to_string(old) +
         " old Pods are left of " + std::to_string(kept) + " that are kept";
}

// Counts active Pods without the wanted images, and Pods that will come back without them: those
// that are missing, as well as the controller can know, or that were lost a moment ago.
int64_t HeldBackInvariant::CountOld(const Change& change, const std::vector<Object>& replica_sets,
                                    Record& record) const {
  while (!record.lost.empty() && change.at - record.lost.front() > kBlindSpot) {
    record.lost.pop_front();
  }
  std::set<std::string> hosts;
  for (const Object& rs : replica_sets) {
    if (ReplicasOf(*rs) == 0 || HasOwnPods(*rs)) hosts.insert(UidOf(*rs));  // no stand-ins
  }
  int64_t active = 0;
  int64_t old = 0;
  for (const Object& pod : server_.List(resources::kPods, change.key.namespace_)) {
    if (!IsActivePod(*pod) || !hosts.contains(ControllerUidOf(*pod))) continue;
    ++active;
    old += HasImages(*pod, record.wanted) ? 0 : 1;
  }
  const auto lost = static_cast<int64_t>(record.lost.size());
  return old + std::max(lost, record.desired.Max(change.at, kBlindSpot) - active);
}

void HeldBackInvariant::NoteRollout(const Change& change) {
  if (change.after == nullptr) return;
  const Json& rollout = *change.after;
  Record& record = rollouts_[UidOf(rollout)];
  record.kept.Note(change.at, KeptOld(rollout));
  record.desired.Note(change.at, IntAt(rollout, {"spec", "replicas"}, 1));
  const Json& pattern = At(rollout, {"spec", "template"});
  if (pattern == record.pattern) return;
  record.pattern = pattern;
  const Json wanted = TemplateOf(rollout);
  if (wanted == record.wanted) return;
  record.wanted = wanted;
  record.wanted_since = change.at;
}

void HeldBackInvariant::NotePod(const Change& change) {
  if (change.before == nullptr || !IsActivePod(*change.before)) return;
  if (change.after != nullptr && IsActivePod(*change.after)) return;
  const Object host = HostOf(*change.before);
  const Object rollout = host != nullptr ? RolloutOf(*host) : nullptr;
  if (rollout == nullptr) return;
  Record& record = rollouts_[UidOf(*rollout)];
  if (!HasImages(*change.before, record.wanted)) record.lost.push_back(change.at);
}

Object HeldBackInvariant::HostOf(const Json& pod) const {
  return server_.Find(
      {resources::kReplicaSets, NamespaceOf(pod), TextAt(ControllerOf(pod), {"name"})});
}

Object HeldBackInvariant::RolloutOf(const Json& replica_set) const {
  Object owner = FindOwnerOf(server_, replica_set);
  return owner != nullptr && IsRollout(*owner) ? owner : nullptr;
}

std::vector<Object> HeldBackInvariant::ReplicaSetsOf(const Json& rollout) const {
  std::vector<Object> owned;
  for (const Object& rs : server_.List(resources::kReplicaSets, NamespaceOf(rollout))) {
    if (ControllerUidOf(*rs) == UidOf(rollout)) owned.push_back(rs);
  }
  return owned;
}

}  // namespace windlass::sim
