// Judges how often a revision that was given up is tried again (I-68), by the notes of its
// ReplicaSet and by what its user has set.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "test/sim/in_place_invariants.h"
#include "test/sim/in_place_words.h"
#include "test/sim/owners.h"
#include "test/sim/rollout_undo.h"

namespace windlass::sim {
namespace {

// Returns the revision of the store up to which the sender had seen objects of `resource`.
uint64_t ShownOf(const Change& change, const ResourceId& resource) {
  if (change.shown_of == nullptr) return change.shown;
  const auto shown = change.shown_of->find(resource);
  return shown == change.shown_of->end() ? change.shown : shown->second;
}

ResourceId ResourceOf(const Json& owner) {
  return IsRollout(owner) ? resources::kRollouts : resources::kDeployments;
}

// Returns true if the patch gives a container an image of `spec` that it did not have.
bool TurnsTo(const Json& spec, const Change& change) {
  return std::ranges::any_of(ContainersOf(spec), [&](const std::string& name) {
    const std::string image = ImageIn(spec, name);
    return image == ImageIn(At(*change.after, {"spec"}), name) &&
           image != ImageIn(At(*change.before, {"spec"}), name);
  });
}

}  // namespace

// Each time the setting gets another value counts, also by an undo, which brings settings back.
void InPlaceInvariants::NoteUnblock(const Change& change) {
  const std::string value = UnblockOf(*change.after);
  std::vector<Unblock>& settings = owners_[UidOf(*change.after)].unblocks;
  if (value == (settings.empty() ? "" : settings.back().value)) return;
  // What Windlass sets by itself asks for nothing.
  const bool used = controllers_.contains(change.actor);
  settings.push_back({value, change.revision, Now(), used});
}

void InPlaceInvariants::NoteGivenUp(const Change& change, const Json& owner) {
  const Json& rs = *change.after;
  const GivenUpNote note = GivenUpNoteOf(rs);
  const GivenUpNote before =
      change.before == nullptr ? GivenUpNote{} : GivenUpNoteOf(*change.before);
  const bool was_given_up = before.noted && before.tried.empty();
  const bool given_up = note.noted && note.tried.empty() && !was_given_up;
  const bool tried = note.tried != before.tried && !note.tried.empty();
  if (was_given_up && !note.noted) JudgeForgotten(change, owner);
  if (given_up) {
    given_up_[UidOf(rs)] = change.revision;
    // A setting that the sender knew stands for the try that has just failed.
    for (Unblock& setting : SettingsSeen(change, owner)) {
      if (setting.at + kBlindSpot < Now()) setting.used = true;
    }
  }
  if (tried) JudgeTry(change, owner);
  const bool forgotten = was_given_up && !note.noted && !controllers_.contains(change.actor);
  // Another change of the note, such as of the reason, is no cause.
  if (given_up || tried || forgotten) AllowRestart(owner);
}

// With a ReplicaSet that is deleted or released goes the note that its revision was given up, so
// this revision begins anew. The note is back when the ReplicaSet is adopted again.
void InPlaceInvariants::NoteGivenAway(const Change& change) {
  const auto owner_if_noted = [&](const Object& rs) {
    return rs != nullptr && SaysGivenUp(*rs) ? FindOwnerOf(server_, *rs) : nullptr;
  };
  const auto owner_of = [](const Object& rs) { return rs == nullptr ? "" : ControllerUidOf(*rs); };
  if (owner_of(change.before) == owner_of(change.after)) return;
  for (const Object& rs : {change.before, change.after}) {
    if (const Object owner = owner_if_noted(rs)) AllowRestart(*owner);
  }
}

// Pods turn round: each container may be restarted once more (I-54).
void InPlaceInvariants::AllowRestart(const Json& owner) {
  for (auto& [pod, known] : pods_) {
    if (known.owner != UidOf(owner)) continue;
    for (auto& [name, allowed] : known.allowance) ++allowed;
  }
}

// Returns what the owner's user had set when the sender looked last.
std::span<InPlaceInvariants::Unblock> InPlaceInvariants::SettingsSeen(const Change& change,
                                                                      const Json& owner) {
  std::vector<Unblock>& all = owners_[UidOf(owner)].unblocks;
  const uint64_t shown = ShownOf(change, ResourceOf(owner));
  const auto end =
      std::ranges::find_if(all, [&](const Unblock& setting) { return setting.revision > shown; });
  return {all.begin(), end};
}

// A revision that was given up is tried again (I-68). A sender may have seen more than is known of
// it, for example if the server put its request off. So if what it had seen for certain does not
// ask for a try, the first later setting does.
void InPlaceInvariants::JudgeTry(const Change& change, const Json& owner) {
  if (!controllers_.contains(change.actor)) return;
  const std::string revision = std::to_string(RevisionOfRollout(*change.after));
  const std::span<Unblock> seen = SettingsSeen(change, owner);
  const std::span<Unblock> all = owners_[UidOf(owner)].unblocks;
  const auto later = all.subspan(seen.size());
  const auto asks = [&](const Unblock& one) { return one.value == revision && !one.used; };
  ++tries_;
  const auto last = std::ranges::find(seen.rbegin(), seen.rend(), revision, &Unblock::value);
  size_t spent = seen.size();
  if (last == seen.rend() || last->used) {
    const auto next = std::ranges::find_if(later, asks);
    if (next == later.end()) {
      const bool asked = last != seen.rend();
      Violate("I-68", change.request,
              "tries revision " + revision +
                  (asked ? " a second time, although it was asked once" : " again, unasked"));
    } else {
      spent += static_cast<size_t>(next - later.begin()) + 1;
    }
  }
  for (Unblock& setting : all.first(spent)) setting.used = true;
}

// The note is taken away while its revision is still the wanted one: it would begin anew (I-68).
void InPlaceInvariants::JudgeForgotten(const Change& change, const Json& owner) {
  const OwnerRecord& record = owners_[UidOf(owner)];
  if (!controllers_.contains(change.actor) || IsAborted(record)) return;
  const Json& rs = *change.after;
  if (RevisionOfRollout(rs) != RevisionOfRollout(*change.before)) return;
  if (TemplateOf(rs) != record.wanted || !SaysInPlace(rs)) return;
  if (ShownOf(change, ResourceOf(owner)) < record.wanted_at) return;
  Violate("I-68", change.request, "forgets that its revision was given up");
}

// No Pod gets an image of a revision that is given up (I-68).
void InPlaceInvariants::JudgeGivenUpPatch(const Change& change, const Json& owner) {
  const OwnerRecord& record = owners_[UidOf(owner)];
  for (const Object& rs : ReplicaSetsOf(owner)) {
    if (!SaysGivenUp(*rs) || TemplateOf(*rs) != record.wanted) continue;
    const auto since = given_up_.find(UidOf(*rs));
    if (since == given_up_.end()) continue;
    if (ShownOf(change, resources::kReplicaSets) < since->second) continue;
    if (!TurnsTo(At(*rs, {"spec", "template", "spec"}), change)) continue;
    Violate("I-68", change.request,
            "gets revision " + std::to_string(RevisionOfRollout(*rs)) + ", which is given up");
  }
}

}  // namespace windlass::sim
