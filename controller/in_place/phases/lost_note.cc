#include "controller/in_place/phases/lost_note.h"

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "controller/in_place/phases/condition_reason.h"
#include "controller/in_place/phases/mirror.h"
#include "controller/in_place/phases/rollout_mode.h"
#include "controller/in_place/phases/status.h"
#include "controller/workload/actions/scale.h"
#include "controller/workload/status/status.h"
#include "kubeclient/api/annotation_texts.h"

namespace windlass::in_place {
namespace {

// Returns true if this sync decided to update in place, and cannot note that on the new ReplicaSet:
// its patches with the note were accepted, and the note is missing.
bool IsNoteInVain(const workload::Situation& situation, const InPlace& in_place) {
  const auto* deciding = std::get_if<phases::Deciding>(&in_place.now);
  if (deciding == nullptr || situation.learned.empty()) return false;
  workload::Situation decided = situation;
  decided.extension_state = std::make_shared<const InPlaceState>(
      InPlace{.configuration = in_place.configuration, .now = *deciding});
  return !workload::UpdateNewReplicaSet(decided, situation.new_replica_set->replicas);
}

using Texts = std::map<std::string, std::string>;

// Returns the annotations in `json` that an update in place needs, with their texts: the decision
// and the settings. `json` is a ReplicaSet or a patch of one. Returns none if `json` is not JSON.
Texts NotesIn(std::string_view json) {
  return AnnotationTexts(json, [](std::string_view key) { return key == kMode || IsUserKey(key); })
      .value_or(Texts());
}

}  // namespace

void TellIfKept(Write& write, Event started) {
  Texts asked = NotesIn(write.request.body());
  if (!asked.contains(std::string(kMode))) return;
  write.on_success.push_back(std::move(started));
  write.shows = [asked = std::move(asked)](std::string_view reply) {
    const Texts kept = NotesIn(reply);
    return std::ranges::includes(kept, asked);
  };
}

std::optional<Cause> PendingNotKept(const workload::Situation& situation, const InPlace& in_place) {
  const ReplicaSet* pending = situation.new_replica_set;
  if (pending == nullptr || HasFailedPatch(situation, *pending)) return std::nullopt;
  const InPlacePhase phase = in_place.phase();
  if (phase != InPlacePhase::kDeciding && phase != InPlacePhase::kStaged) return std::nullopt;
  // Found already, or not needed any more: a revert needs the text of the host's template alone.
  if (in_place.replace_soon() != nullptr || in_place.blocked() != nullptr) return std::nullopt;
  const bool lacks_note = IsNoteInVain(situation, in_place);
  if (!lacks_note && pending->template_json != nullptr) return std::nullopt;
  if (auto why = SettingsNotKept(situation, *pending)) return why;
  return lacks_note ? std::optional(NotKeptBy(*pending, kMode)) : std::nullopt;
}

std::optional<Step> TellLostNote(const workload::Situation& situation) {
  const InPlace& in_place = InPlaceOf(situation);
  if (in_place.phase() != InPlacePhase::kReplace) return std::nullopt;
  const Cause why = in_place.why();
  if (why.reason != kNotKept || situation.new_replica_set == nullptr) return std::nullopt;
  const auto told = ToldBy(situation, InPlaceReason::kNotPossible);
  if (told && told->text == why.text) return std::nullopt;
  auto status = workload::WriteHeldUp(situation);
  return status && !WasSent(*status, situation.learned) ? std::move(status) : std::nullopt;
}

}  // namespace windlass::in_place
