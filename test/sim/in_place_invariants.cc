#include "test/sim/in_place_invariants.h"

#include <algorithm>
#include <utility>

#include "test/sim/in_place_words.h"
#include "test/sim/owners.h"

namespace windlass::sim {
namespace {

// Returns true if every container runs the image of the spec.
bool RunsItsSpec(const Json& pod, const PodTruth& truth) {
  return std::ranges::all_of(truth.containers, [&](const ContainerTruth& one) {
    return one.image == ImageIn(At(pod, {"spec"}), one.name);
  });
}

// The same, but nothing need run.
bool RunsNoOther(const Json& pod, const PodTruth& truth) {
  return std::ranges::all_of(truth.containers, [&](const ContainerTruth& one) {
    return !one.running || one.image == ImageIn(At(pod, {"spec"}), one.name);
  });
}

// Returns a Pod template without the images of its containers.
Json WithoutImages(Json pod_template) {
  for (const char* list : {"containers", "initContainers"}) {
    if (At(pod_template, {"spec", list}).is_null()) continue;
    for (Json& container : pod_template["spec"][list]) container.erase("image");
  }
  return pod_template;
}

}  // namespace

InPlaceInvariants::InPlaceInvariants(World& world, std::set<std::string> controllers)
    : world_(world), server_(world.api()), controllers_(std::move(controllers)) {
  server_.store().OnChange([this](const Change& change) { OnChange(change); });
  world_.kubelet().OnTruth([this](const PodTruth& truth) { NoteTruth(truth); });
}

MonotonicTime InPlaceInvariants::Now() const { return server_.loop().clock().Now(); }

void InPlaceInvariants::Violate(const std::string& invariant, const std::string& request,
                                std::string detail) {
  violations_.push_back({invariant, Now(), request, std::move(detail)});
}

std::string InPlaceInvariants::Complaints() const {
  if (violations_.empty()) return "";
  std::string text = "seed " + std::to_string(world_.seed()) + "\n";
  for (const Violation& violation : violations_) text += violation.Text() + "\n";
  return text + "last lines of the trace:\n" + world_.loop().trace().LastLines();
}

Object InPlaceInvariants::OwnerInPlace(const Json& replica_set) const {
  const Object owner = FindOwnerOf(server_, replica_set);
  return owner != nullptr && WantsInPlace(*owner) ? owner : nullptr;
}

Object InPlaceInvariants::OwnerOfPod(const Json& pod) const {
  const Object host = server_.Find(
      {resources::kReplicaSets, NamespaceOf(pod), TextAt(ControllerOf(pod), {"name"})});
  return host == nullptr ? nullptr : OwnerInPlace(*host);
}

std::vector<Object> InPlaceInvariants::ReplicaSetsOf(const Json& owner) const {
  std::vector<Object> owned;
  for (const Object& rs : server_.List(resources::kReplicaSets, NamespaceOf(owner))) {
    if (ControllerUidOf(*rs) == UidOf(owner)) owned.push_back(rs);
  }
  return owned;
}

std::vector<Object> InPlaceInvariants::ActivePodsOf(const Json& owner) const {
  std::vector<Object> pods = LivePodsOf(owner);
  std::erase_if(pods, [](const Object& pod) { return !IsActivePod(*pod); });
  return pods;
}

std::vector<Object> InPlaceInvariants::LivePodsOf(const Json& owner) const {
  std::set<std::string> owners;
  for (const Object& rs : ReplicaSetsOf(owner)) owners.insert(UidOf(*rs));
  std::vector<Object> pods;
  for (const Object& pod : server_.List(resources::kPods, NamespaceOf(owner))) {
    if (owners.contains(ControllerUidOf(*pod)) && !IsTerminalPod(*pod)) pods.push_back(pod);
  }
  return pods;
}

void InPlaceInvariants::OnChange(const Change& change) {
  const ResourceId& resource = change.key.resource;
  if (IsOwnerKind(resource)) NoteOwner(change);
  if (resource == resources::kReplicaSets) NoteReplicaSet(change);
  if (resource == resources::kPods) NotePod(change);
}

void InPlaceInvariants::NoteOwner(const Change& change) {
  if (change.after == nullptr) return;
  const Json& owner = *change.after;
  const std::string uid = UidOf(owner);
  OwnerRecord& record = owners_[uid];
  const RolloutLimits limits = InPlaceLimitsOf(owner);
  record.min_available.Note(Now(), limits.min_available());
  record.replicas.Note(Now(), limits.desired);
  NoteAbort(owner);
  NoteUnblock(change);
  const Json wanted = TemplateOf(owner);
  if (wanted != record.wanted) {
    // Each container whose image changes may be restarted once, with any old image. If anything
    // else changes, all may be: Pods go back to their ReplicaSet's template first (P-068).
    const bool elsewhere = WithoutImages(wanted) != WithoutImages(record.wanted);
    for (const std::string& name : ContainersOf(At(wanted, {"spec"}))) {
      const bool same =
          ImageIn(At(wanted, {"spec"}), name) == ImageIn(At(record.wanted, {"spec"}), name);
      if (same && !elsewhere) continue;
      for (auto& [pod, known] : pods_) known.allowance[name] += known.owner == uid ? 1 : 0;
    }
    record.wanted_before = std::exchange(record.wanted, wanted);
    record.wanted_since = Now();
    record.wanted_at = change.revision;
  }
  NoteHistory(owner);
}

// A change of spec.abort turns Pods round: each container may be restarted once more (I-54).
void InPlaceInvariants::NoteAbort(const Json& owner) {
  OwnerRecord& record = owners_[UidOf(owner)];
  const bool aborted = BoolAt(owner, {"spec", "abort"});
  if (aborted == record.aborted) return;
  record.aborted = aborted;
  record.aborted_since = Now();
  for (auto& [pod, known] : pods_) {
    if (known.owner != UidOf(owner)) continue;
    for (auto& [name, allowed] : known.allowance) ++allowed;
  }
}

void InPlaceInvariants::NoteReplicaSet(const Change& change) {
  const Json& rs = change.after != nullptr ? *change.after : *change.before;
  NoteGivenAway(change);
  if (change.after == nullptr) return NoteRemoval(change);
  const Object owner = OwnerInPlace(rs);
  if (owner == nullptr) return;
  NoteGivenUp(change, *owner);
  NoteHistory(*owner);
  if (!controllers_.contains(change.actor)) return;
  JudgeReplicas(change, *owner);
  if (AsksForOnly(*owner)) JudgeHost(change, *owner);
  if (IsRecreate(*owner)) JudgeRecreate(change, *owner);
  // The history is judged only once the wanted template is staged.
  if (owners_[UidOf(*owner)].staged == TemplateOf(*owner)) {
    JudgeHistory(change, *owner);
  }
}

// The ReplicaSet controller would delete Pods (I-52).
void InPlaceInvariants::JudgeReplicas(const Change& change, const Json& owner) {
  if (change.before == nullptr || ReplicasOf(*change.after) >= ReplicasOf(*change.before)) return;
  // Recreate takes the old Pods before it makes a ReplicaSet that could tell so.
  if (IsRecreate(owner) && !AsksForOnly(owner)) return;
  const std::vector<Object> replica_sets = ReplicaSetsOf(owner);
  int64_t total = 0;
  for (const Object& rs : replica_sets) total += ReplicasOf(*rs);
  int64_t wanted = owners_[UidOf(owner)].replicas.Min(Now(), kBlindSpot);
  // Stand-ins go as soon as enough others are available, also a moment before the size is raised.
  if (AnnotationOf(*change.before, kInPlaceStandIns) ==
      std::to_string(ReplicasOf(*change.before))) {
    wanted = std::min(wanted, InPlaceLimitsOf(owner).min_available());
  }
  if (!SaysInPlace(*HighestOf(replica_sets)) || total >= wanted) return;
  Violate(
      "I-52", change.request,
      "leaves " + std::to_string(total) + " replicas of " + std::to_string(wanted) + " in place");
}

// All Pods are to be of one ReplicaSet (I-52). Not judged if this rollout replaces Pods.
void InPlaceInvariants::JudgeHost(const Change& change, const Json& owner) {
  const int64_t before = change.before == nullptr ? 0 : ReplicasOf(*change.before);
  if (before > 0 || !HasOwnPods(*change.after)) return;
  const std::vector<Object> replica_sets = ReplicaSetsOf(owner);
  if (std::ranges::any_of(replica_sets, [](const Object& rs) { return SaysReplace(*rs); })) return;
  for (const Object& rs : replica_sets) {
    if (UidOf(*rs) == UidOf(*change.after) || !HasOwnPods(*rs)) continue;
    Violate("I-52", change.request, "gives Pods to a second ReplicaSet beside " + NameOf(*rs));
  }
}

// Two versions would run at once (I-09).
void InPlaceInvariants::JudgeRecreate(const Change& change, const Json& owner) {
  const Json& rs = *change.after;
  const int64_t before = change.before == nullptr ? 0 : ReplicasOf(*change.before);
  if (ReplicasOf(rs) <= before) return;
  const Json& to_come = At(rs, {"spec", "template", "spec"});
  for (const Object& pod : ActivePodsOf(owner)) {
    if (ControllerUidOf(*pod) != UidOf(rs)) continue;  // Invariants judges those
    const PodTruth* truth = world_.kubelet().Truth(UidOf(*pod));
    bool same = truth == nullptr || RunsNoOther(*pod, *truth);
    for (const std::string& name : ContainersOf(to_come)) {
      same = same && ImageIn(to_come, name) == ImageIn(At(*pod, {"spec"}), name);
    }
    if (!same) return Violate("I-09", change.request, NameOf(*pod) + " has another image");
  }
}

void InPlaceInvariants::NotePod(const Change& change) {
  if (change.before == nullptr) return ExpectPod(change);
  const Json& before = *change.before;
  const Object owner = OwnerOfPod(before);
  const bool ours = controllers_.contains(change.actor);
  if (change.after == nullptr) {
    pods_.erase(UidOf(before));
    if (ours && owner != nullptr && !IsDeleting(before)) {
      Violate("I-52", change.request, "removed a Pod");
    }
    return;
  }
  const Json& after = *change.after;
  if (owner == nullptr) return;
  for (const auto& path : {std::pair("spec", "nodeName"), std::pair("status", "podIP")}) {
    const std::string was = TextAt(before, {path.first, path.second});
    const std::string is = TextAt(after, {path.first, path.second});
    if (!was.empty() && is != was) {
      Violate("I-53", change.request, std::string(path.second) + " " + was + " -> " + is);
    }
  }
  if (!ours && ChangesImages(before, after)) {
    // Another actor edited the image: the edit and the way back restart the container twice.
    for (auto& [name, allowed] : pods_[UidOf(after)].allowance) allowed += 2;
  }
  if (ours && ChangesImages(before, after) && change.shown < owners_[UidOf(*owner)].wanted_at) {
    // Its sender could not know the wanted template: the way there is one restart more.
    for (auto& [name, allowed] : pods_[UidOf(after)].allowance) ++allowed;
  }
  if (ours) JudgePodWrite(change, *owner);
}

// A new Pod may be restarted once for each image that differs from the wanted template, and once
// more if its owner is aborted: its ReplicaSet may have the wanted template already.
void InPlaceInvariants::ExpectPod(const Change& change) {
  const Json& pod = *change.after;
  const Object host = server_.Find(
      {resources::kReplicaSets, NamespaceOf(pod), TextAt(ControllerOf(pod), {"name"})});
  const Object owner = host == nullptr ? nullptr : FindOwnerOf(server_, *host);
  if (owner == nullptr) return;
  PodRecord& record = pods_[UidOf(pod)];
  record.owner = UidOf(*owner);
  const Json& wanted = At(*owner, {"spec", "template", "spec"});
  for (const std::string& name : ContainersOf(wanted)) {
    const bool differs = ImageIn(wanted, name) != ImageIn(At(pod, {"spec"}), name);
    record.allowance[name] = (differs ? 1 : 0) + (BoolAt(*owner, {"spec", "abort"}) ? 1 : 0);
  }
}

void InPlaceInvariants::JudgePodWrite(const Change& change, const Json& owner) {
  const Json& before = *change.before;
  const Json& after = *change.after;
  if (IsDeleting(after) && !IsDeleting(before)) Violate("I-52", change.request, "deleted a Pod");
  const bool images = ChangesImages(before, after);
  const bool drains = IsDrained(owner, after) && !IsDrained(owner, before);
  const bool restarts = RestartsForResources(before, after);
  if (images || drains || restarts) JudgeTakenOut(change, owner);
  if (images) JudgeHistory(change, owner);
  if (images) JudgeGivenUpPatch(change, owner);
  if (images && IsRecreate(owner)) JudgeBeside(change, owner);
  if (!drains) return;
  int64_t drained = 0;
  for (const Object& pod : ActivePodsOf(owner)) {
    drained += IsDrained(owner, *pod) ? 1 : 0;
  }
  const RolloutLimits limits = InPlaceLimitsOf(owner);
  const int64_t most = std::max<int64_t>(1, limits.unavailable + limits.surge);
  if (drained > most) {
    Violate("I-60", change.request,
            std::to_string(drained) + " drained of at most " + std::to_string(most));
  }
}

// The patch would leave a Pod of the old image beside the patched one, terminating ones included
// (I-09).
void InPlaceInvariants::JudgeBeside(const Change& change, const Json& owner) {
  for (const Object& pod : LivePodsOf(owner)) {
    if (UidOf(*pod) == UidOf(*change.before)) continue;
    if (ChangesImages(*change.before, *pod)) continue;  // they differed before
    return Violate("I-09", change.request, NameOf(*pod) + " keeps the image");
  }
}

// Judges a write that takes an available Pod out (I-51).
void InPlaceInvariants::JudgeTakenOut(const Change& change, const Json& owner) {
  if (!IsAvailable(owner, *change.before, kBlindSpot)) return;  // such a Pod costs nothing
  const int64_t left = AvailableBut(owner, UidOf(*change.before));
  const int64_t least = owners_[UidOf(owner)].min_available.Min(Now(), kBlindSpot);
  if (left >= least) return;
  Violate("I-51", change.request,
          "leaves " + std::to_string(left) + " that serve of at least " + std::to_string(least));
}

// Returns true if the Pod has really been available for at least this long.
bool InPlaceInvariants::IsAvailable(const Json& owner, const Json& pod,
                                    Duration for_at_least) const {
  const PodTruth* truth = world_.kubelet().Truth(UidOf(pod));
  if (truth == nullptr || !truth->serving() || !IsActivePod(pod)) return false;
  if (!RunsItsSpec(pod, *truth) || IsDrained(owner, pod)) return false;
  // Times in status have whole seconds, so no controller can count them more exactly.
  const seconds min_ready(IntAt(owner, {"spec", "minReadySeconds"}));
  const Duration known = std::max<Duration>(min_ready - seconds(1), Duration(0));
  return truth->worked_since() + known + for_at_least <= Now() &&
         truth->since() + for_at_least <= Now();
}

// Counts Pods that failed a moment ago, too: the controller could not know of it.
int64_t InPlaceInvariants::AvailableBut(const Json& owner, const std::string& pod) const {
  int64_t available = 0;
  std::set<std::string> counted;
  for (const Object& other : ActivePodsOf(owner)) {
    if (UidOf(*other) == pod || !IsAvailable(owner, *other, Duration(0))) continue;
    counted.insert(UidOf(*other));
    ++available;
  }
  for (const auto& [uid, failure] : failed_) {
    const auto& [owner_uid, at] = failure;
    const bool lately = owner_uid == UidOf(owner) && at + kBlindSpot >= Now();
    available += lately && uid != pod && !counted.contains(uid) ? 1 : 0;
  }
  return available;
}

void InPlaceInvariants::NoteTruth(const PodTruth& truth) {
  const Object pod = server_.Find(truth.key);
  if (pod == nullptr || UidOf(*pod) != truth.uid) return;
  const auto known = pods_.find(truth.uid);
  if (known == pods_.end()) return;
  PodRecord& record = known->second;
  if (truth.serving()) {
    failed_.erase(truth.uid);
  } else if (RunsItsSpec(*pod, truth) && truth.since() == Now()) {
    failed_[truth.uid] = {record.owner, Now()};
  }
  for (const ContainerTruth& one : truth.containers) {
    int& changes = record.changes[one.name];
    if (one.changes == changes) continue;
    changes = one.changes;
    ++restarts_;
    if (changes <= record.allowance[one.name]) continue;
    Violate("I-54", "kubelet",
            NameOf(*pod) + ": container " + one.name + " was restarted " + std::to_string(changes) +
                " times for its image, with reason " + std::to_string(record.allowance[one.name]));
  }
}

}  // namespace windlass::sim
