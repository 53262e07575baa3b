// Judges the history of revisions (I-56), and what must hold at rest.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "test/sim/in_place_invariants.h"
#include "test/sim/in_place_words.h"
#include "test/sim/owners.h"
#include "test/sim/rollout_undo.h"

namespace windlass::sim {
namespace {

bool HasExchange(const Object& rs) { return !AnnotationOf(*rs, kInPlaceExchange).empty(); }

// Returns the template that undo would write; null if undo would do nothing.
Json UndoneTemplate(const Json& owner, const std::vector<Object>& replica_sets) {
  for (const Json& operation : UndoPatch(owner, replica_sets, std::nullopt)) {
    if (operation["path"] == "/spec/template") return operation["value"];
  }
  return nullptr;
}

std::string Images(const Json& pattern) {
  std::string text;
  for (const std::string& name : ContainersOf(At(pattern, {"spec"}))) {
    text += (text.empty() ? "" : " ") + ImageIn(At(pattern, {"spec"}), name);
  }
  return text.empty() ? "nothing" : text;
}

}  // namespace

// Notes the staged template, and as `previous` the one before it, which undo must bring back. A
// template counts as staged when the highest revision has it and one of these holds:
// - the owner wants it;
// - the owner wanted it until a moment ago: the controller could not know of the next one;
// - the owner's rollout is aborted, and Pods go back to it.
//
// During an exchange, revisions have other templates for a short time; nothing is noted then.
void InPlaceInvariants::NoteHistory(const Json& owner) {
  OwnerRecord& record = owners_[UidOf(owner)];
  const std::vector<Object> replica_sets = ReplicaSetsOf(owner);
  if (std::ranges::any_of(replica_sets, HasExchange)) return;
  const Object highest = HighestOf(replica_sets);
  if (highest == nullptr) return;
  const Json pattern = TemplateOf(*highest);
  const bool late = pattern == record.wanted_before && record.wanted_since + kBlindSpot >= Now();
  const bool is_due = pattern == record.wanted || late || IsAborted(record);
  if (!is_due || record.staged == pattern) return;
  record.previous = std::exchange(record.staged, pattern);
}

// Returns true if the owner's rollout is aborted, or was until a moment ago.
bool InPlaceInvariants::IsAborted(const OwnerRecord& record) const {
  const bool lately =
      record.aborted_since > MonotonicTime{} && record.aborted_since + kBlindSpot >= Now();
  return record.aborted || lately;
}

// A user, or the history limit, may remove the ReplicaSet that undo would bring back; the owner may
// be updated in place only later.
void InPlaceInvariants::NoteRemoval(const Change& change) {
  const Object found = FindOwnerOf(server_, *change.before);
  if (found == nullptr) return;
  const Json& owner = *found;
  OwnerRecord& record = owners_[UidOf(owner)];
  const std::vector<Object> left = ReplicaSetsOf(owner);
  const auto is_previous = [&](const Object& rs) { return TemplateOf(*rs) == record.previous; };
  if (record.previous.is_null() || TemplateOf(*change.before) != record.previous) return;
  if (std::ranges::any_of(left, is_previous)) return;
  const int64_t limit = IntAt(owner, {"spec", "revisionHistoryLimit"}, 10);
  // While the owner is paused, its new template has no ReplicaSet, and all of them are old (D-066).
  const bool has_new = !BoolAt(owner, {"spec", "paused"}) ||
                       std::ranges::any_of(left, [wanted = TemplateOf(owner)](const Object& rs) {
                         return TemplateOf(*rs) == wanted;
                       });
  const bool too_early = static_cast<int64_t>(left.size()) - (has_new ? 1 : 0) < limit;
  if (WantsInPlace(owner) && controllers_.contains(change.actor) && too_early) {
    Violate("I-56", change.request, "took away what undo would bring back");
  }
  record.previous = nullptr;
}

void InPlaceInvariants::JudgeHistory(const Change& change, const Json& owner) {
  const OwnerRecord& record = owners_[UidOf(owner)];
  if (IsAborted(record) || IsDeleting(owner)) return;  // the garbage collector takes the history
  if (record.wanted_since + kBlindSpot >= Now() && record.staged != record.wanted) return;
  const std::vector<Object> replica_sets = ReplicaSetsOf(owner);
  const Object highest = HighestOf(replica_sets);
  const bool exchanging = std::ranges::any_of(replica_sets, HasExchange);
  if (!exchanging && (highest == nullptr || TemplateOf(*highest) != record.wanted)) {
    Violate("I-56", change.request,
            "the highest revision has " + Images(highest ? TemplateOf(*highest) : Json()) +
                ", wanted is " + Images(record.wanted));
  }
  if (record.previous.is_null() || record.staged != record.wanted) return;
  const Json undone = UndoneTemplate(owner, replica_sets);
  if (undone == record.previous) return;
  // While two ReplicaSets exchange revisions, the previous template has the highest one for a
  // moment.
  if (exchanging && highest != nullptr && TemplateOf(*highest) == record.previous) return;
  Violate("I-56", change.request,
          "undo yields " + Images(undone) + ", not " + Images(record.previous));
}

void InPlaceInvariants::JudgeAtRest(const std::string& name, const ResourceId& kind) {
  const Object owner = world_.Owner(name, kind);
  if (owner == nullptr) return;
  const std::string request = "rest of " + name;
  JudgeImagesAtRest(*owner);
  JudgeResourcesAtRest(*owner);
  const std::vector<Object> replica_sets = ReplicaSetsOf(*owner);
  const Object highest = HighestOf(replica_sets);
  const auto rivals = std::ranges::count_if(replica_sets, [&](const Object& rs) {
    return RevisionOfRollout(*rs) == RevisionOfRollout(*highest);
  });
  if (rivals > 1) {
    Violate("I-58", request,
            "revision " + std::to_string(RevisionOfRollout(*highest)) + " twice or more");
  }
  if (std::ranges::any_of(replica_sets, HasExchange)) {
    Violate("I-59", request, "an exchange is open");
  }
  for (const auto& [key, value] : At(*owner, {"metadata", "annotations"}).items()) {
    if (key.starts_with(kInPlaceNotes)) Violate("I-61", request, "the owner has " + key);
  }
  for (const Object& pod : ActivePodsOf(*owner)) {
    if (IsDrained(*owner, *pod)) Violate("I-60", request, NameOf(*pod) + " is drained");
  }
}

// Judges that all Pods run the wanted images (I-55).
void InPlaceInvariants::JudgeImagesAtRest(const Json& owner) {
  const std::string request = "rest of " + NameOf(owner);
  const Json wanted = TemplateOf(owner);
  for (const Object& rs : ReplicaSetsOf(owner)) {
    if (IntAt(*rs, {"spec", "replicas"}, 1) == 0 || TemplateOf(*rs) == wanted) continue;
    Violate("I-55", request,
            NameOf(*rs) + " makes Pods of " + Images(TemplateOf(*rs)) + ", wanted is " +
                Images(wanted));
  }
  const Json& spec = At(wanted, {"spec"});
  for (const Object& pod : ActivePodsOf(owner)) {
    const PodTruth* truth = world_.kubelet().Truth(UidOf(*pod));
    for (const std::string& name : ContainersOf(spec)) {
      const std::string image = ImageIn(At(*pod, {"spec"}), name);
      if (image != ImageIn(spec, name)) {
        Violate("I-55", request, NameOf(*pod) + ": " + name + " is of " + image);
      }
      if (truth == nullptr) continue;
      for (const ContainerTruth& one : truth->containers) {
        if (one.name != name || one.image == image) continue;
        Violate("I-55", request, NameOf(*pod) + ": " + name + " runs " + one.image);
      }
    }
  }
}

// Judges that all Pods have the CPU and memory of the template, and that their processes have what
// the Pods ask for (I-55).
void InPlaceInvariants::JudgeResourcesAtRest(const Json& owner) {
  const std::string request = "rest of " + NameOf(owner);
  const Json wanted = TemplateOf(owner);
  const Json& spec = At(wanted, {"spec"});
  for (const Object& pod : ActivePodsOf(owner)) {
    const PodTruth* truth = world_.kubelet().Truth(UidOf(*pod));
    for (const std::string& name : ContainersOf(spec)) {
      const Json& has = ResourcesIn(At(*pod, {"spec"}), name);
      for (const auto& [list, quantities] : ResourcesIn(spec, name).items()) {
        for (const auto& [resource, quantity] : quantities.items()) {
          if (At(has, {list, resource}) == quantity) continue;
          Violate("I-55", request, NameOf(*pod) + ": " + name + " asks for " + has.dump());
        }
      }
      if (truth == nullptr) continue;
      for (const ContainerTruth& one : truth->containers) {
        if (one.name != name || !one.running || has.empty() || one.resources == has) continue;
        Violate("I-55", request, NameOf(*pod) + ": " + name + " has " + one.resources.dump());
      }
    }
  }
}

}  // namespace windlass::sim
