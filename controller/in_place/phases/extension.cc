#include "controller/in_place/phases/extension.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

#include "controller/in_place/phases/cause.h"
#include "controller/in_place/phases/extended_values.h"
#include "controller/in_place/phases/find_rollout.h"
#include "controller/in_place/phases/leftovers.h"
#include "controller/in_place/phases/mirror.h"
#include "controller/in_place/phases/next_step.h"
#include "controller/in_place/phases/rollout_in_place.h"
#include "controller/in_place/phases/rollout_mode.h"
#include "controller/in_place/phases/status.h"
#include "controller/in_place/phases/swap_templates.h"
#include "controller/in_place/template/eligibility.h"
#include "controller/in_place/template/options.h"
#include "controller/workload/annotations/annotations.h"
#include "controller/workload/workload_kind.h"

namespace windlass::in_place {
namespace {

// Returns the ReplicaSet that has all Pods, if this ReplicaSet has the wanted template and the
// workload asks for in-place updates (P-023). Returns null otherwise. The Pods of this ReplicaSet
// need not be replaced, even if an older ReplicaSet has the same template.
const ReplicaSet* HostWithTemplate(const workload::Situation& situation) {
  const auto active = [](const ReplicaSet* rs) { return rs->replicas > 0; };
  const auto host = std::ranges::find_if(situation.all, active);
  if (host == situation.all.end() || std::ranges::count_if(situation.all, active) > 1) {
    return nullptr;
  }
  if (!situation.wanted.Is((*host)->template_fingerprint)) return nullptr;
  const bool asks = ReadOptions(situation.workload).options.policy != Policy::kDisabled;
  return asks ? *host : nullptr;
}

// If the new ReplicaSet has no Pods, the ReplicaSet that HostWithTemplate returns becomes the new
// ReplicaSet. Does nothing if HostWithTemplate returns null.
void ChooseNewReplicaSet(workload::Situation& situation) {
  if (situation.new_replica_set == nullptr || situation.new_replica_set->replicas > 0) return;
  const ReplicaSet* host = HostWithTemplate(situation);
  if (host == nullptr) return;
  situation.new_replica_set = host;
  situation.old.clear();
  std::ranges::copy_if(situation.all, std::back_inserter(situation.old),
                       [&](const ReplicaSet* rs) { return rs != host; });
}

// Sets `wanted` from the stash if only the stash has the wanted template, as between X1 and X2 of
// an exchange (exchange.h). The stash has the wanted template if one of these is true (RO-015):
//   - its note kRequestedTemplate names the template that the workload requests
//   - its template has the fingerprint of the workload's template
// Does nothing for a workload without a requested template.
void WantWhatIsStashed(const InPlace& in_place, workload::Situation& situation) {
  const Workload& workload = situation.workload;
  if (!in_place.stash() || situation.new_replica_set != nullptr) return;
  if (workload.requested_template.empty()) return;
  const Stash& stash = *in_place.stash();
  const auto asked = stash.annotations.find(std::string(workload::kRequestedTemplate));
  const bool noted =
      asked != stash.annotations.end() && asked->second == workload.requested_template;
  if (!noted && stash.fingerprint != workload.template_fingerprint) return;
  situation.wanted = {
      .fingerprint = stash.fingerprint, .json = &stash.template_json, .known = true};
}

// Corrects the user keys in `annotations`, which has copies of the workload's annotations:
//   1. Removes all user keys. Reason: if the kind has fields for the settings, MirrorAnnotations
//      would remove such copies from the ReplicaSet again (P-074).
//   2. Adds the workload's settings that the ReplicaSet lacks, unless a webhook has just removed
//      settings from the ReplicaSet (AreLost).
void NoteSettings(const workload::Situation& situation, const PlannedWrite& write,
                  std::map<std::string, std::string>& annotations) {
  const Workload& workload = situation.workload;
  if (!workload.kind.traits().mirrors_settings) return;
  std::erase_if(annotations, [](const auto& one) { return IsUserKey(one.first); });
  if (write.onto != nullptr && AreLost(situation, *write.onto)) return;
  for (const auto& [key, value] : workload.in_place_settings) {
    const bool present = write.onto != nullptr && write.onto->meta.annotations.Find(key) == value;
    if (IsUserKey(key) && !present) annotations[std::string(key)] = value;
  }
}

// Adds the decision on the rollout, if there is one, to `annotations` (P-013). `write` is the write
// to the rollout's new ReplicaSet. Returns Because::counted_reason for this write: why the rollout
// replaces Pods. Returns an empty text if
//   - there is no decision, or the ReplicaSet has the note already
//   - the decision is an update in place
//   - the policy is Only (FallbackReason)
std::string NoteMode(const InPlace& in_place, const PlannedWrite& write,
                     std::map<std::string, std::string>& annotations) {
  const std::optional<RolloutMode> decision = DecisionOf(in_place);
  if (!decision) return {};
  std::string mode = WriteMode(*decision, write.revision);
  if (write.onto != nullptr && write.onto->meta.annotations.Find(kMode) == mode) {
    return {};
  }
  annotations[std::string(kMode)] = std::move(mode);
  return FallbackReason(in_place.options(), in_place.why());
}

// Returns true if all of these hold:
//   - `rs` is the host of a rollout that was staged
//   - the exchange of templates has not begun
//   - no other client has changed the template of `rs` (P-073)
bool IsTrustedHost(const InPlace& in_place, const ReplicaSet& rs) {
  return &rs == in_place.host() && in_place.pending() != nullptr && !in_place.stash() &&
         !in_place.held();
}

// Returns true if a resize of `rs` belongs to a rolling update that goes on where an update in
// place has ended: a setting is wrong, or the workload no longer asks for updates in place. `rs`
// then still has the note of the update in place.
bool IsOfRollingUpdate(const workload::Situation& situation, const ReplicaSet& rs) {
  if (InPlaceOf(situation).phase() != InPlacePhase::kNone) return false;
  if (&rs != situation.new_replica_set) return false;
  const auto mode = ModeOf(rs, workload::RevisionText(rs.meta));
  return mode && mode->mode == Mode::kInPlace;
}

class UpdatesInPlace : public Extension {
 public:
  void Look(workload::Situation& situation) const override {
    ChooseNewReplicaSet(situation);
    auto state = std::make_shared<const InPlaceState>(FindInPlace(situation));
    WantWhatIsStashed(*state->in_place, situation);
    situation.extended = ExtendedBy(situation, *state->in_place);
    situation.extension_state = std::move(state);
  }

  std::optional<Step> Next(const workload::Situation& situation, Moment moment) const override {
    switch (moment) {
      case Moment::kRecover: return RecoverExchange(situation);
      case Moment::kWhilePaused: return NextInPlaceWhilePaused(situation);
      case Moment::kWhileRunning: return NextInPlace(situation);
      case Moment::kBeforeCreation: return NextInPlaceBeforeCreation(situation);
      case Moment::kWhileHeld: return NextInPlaceWhileHeld(situation);
    }
    return std::nullopt;
  }

  void UpdateStatus(const workload::Situation& situation, WorkloadStatus& status) const override {
    UpdateInPlaceCondition(situation, status);
  }

  std::vector<Event> Events(const workload::Situation& situation,
                            const WorkloadStatus& status) const override {
    return EventsOfInPlace(situation, status);
  }

  std::string Note(const workload::Situation& situation, const PlannedWrite& write,
                   std::map<std::string, std::string>& annotations) const override {
    const InPlace& in_place = InPlaceOf(situation);
    if (write.what == PlannedWrite::What::kNewReplicaSet) {
      NoteSettings(situation, write, annotations);
      return NoteMode(in_place, write, annotations);
    }
    // Without this note, the size would look like one that another client has written, if the
    // workload asks for updates in place again (P-072).
    if (IsOfRollingUpdate(situation, *write.onto)) {
      const Cause why = CauseOf({Reason::kMultipleActiveReplicaSets, ""});
      annotations[std::string(kMode)] = WriteMode({.mode = Mode::kReplace, .reason = NoteOf(why)},
                                                  workload::RevisionText(write.onto->meta));
    }
    if (IsTrustedHost(in_place, *write.onto)) {
      annotations[std::string(kOwnGeneration)] = WriteOwnGeneration(*write.onto);
    }
    return {};
  }

  Step End(const workload::Situation& situation, Step step) const override {
    return TryPodsAgain(situation, NoLaterThanLookAgain(situation, std::move(step)));
  }
};

}  // namespace

const Extension& InPlaceExtension() {
  static const UpdatesInPlace kExtension;
  return kExtension;
}

}  // namespace windlass::in_place
