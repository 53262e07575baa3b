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
#include "controller/workload/decisions.h"
#include "controller/workload/status/status.h"

namespace windlass::in_place {
namespace {

// Returns true if this sync decided to update in place, and sends no further patch that notes this
// decision on the new ReplicaSet (UnlessInVain).
bool SendsNoNote(const workload::Situation& situation, const InPlace& in_place) {
  const auto* deciding = std::get_if<phases::Deciding>(&in_place.now);
  if (deciding == nullptr || deciding->replace_soon || situation.learned.empty()) return false;
  if (situation.new_replica_set == nullptr) return false;
  workload::Situation decided = situation;
  decided.extension_state = std::make_shared<const InPlaceState>(
      InPlace{.configuration = in_place.configuration, .now = *deciding});
  return !workload::UpdateNewReplicaSet(decided, situation.new_replica_set->replicas);
}

// Returns true if this sync decided to update in place, and the API server does not keep the note
// of this decision. SendsNoNote alone does not prove this, because the note was perhaps never sent:
// other patches may have used up kPatchesOfOneReplicaSet.
bool IsNoteInVain(const workload::Situation& situation, const InPlace& in_place) {
  return SendsNoNote(situation, in_place) &&
         WasDropped(situation, *situation.new_replica_set,
                    workload::decisions::kAnnotateNewReplicaSet);
}

}  // namespace

void TellIfKept(Write& write, Event started) {
  std::map<std::string, std::string> asked = NotesIn(write.request.body());
  if (!asked.contains(std::string(kMode))) return;
  write.on_success.push_back(std::move(started));
  write.shows = [asked = std::move(asked)](std::string_view reply) {
    return std::ranges::includes(NotesIn(reply), asked);
  };
}

std::optional<Cause> PendingNotKept(const workload::Situation& situation, const InPlace& in_place) {
  const ReplicaSet* pending = situation.new_replica_set;
  if (pending == nullptr) return std::nullopt;
  const InPlacePhase phase = in_place.phase();
  if (phase != InPlacePhase::kDeciding && phase != InPlacePhase::kStaged) return std::nullopt;
  // If `replace_soon` is set, a cause was found already. If the revision is given up (blocked), the
  // revert needs only the host's template.
  if (in_place.replace_soon() != nullptr || in_place.blocked() != nullptr) return std::nullopt;
  const bool lacks_note = IsNoteInVain(situation, in_place);
  if (!lacks_note && pending->template_json != nullptr) return std::nullopt;
  // Lost settings are the cause only if the cache lacks the text of the template. Without the
  // settings, the cache does not keep this text.
  if (pending->template_json == nullptr) {
    if (auto why = SettingsNotKept(situation, *pending)) return why;
  }
  return lacks_note ? std::optional(NotKeptBy(*pending, kMode)) : std::nullopt;
}

std::optional<Duration> NextSyncForNote(const workload::Situation& situation) {
  const InPlace& in_place = InPlaceOf(situation);
  return SendsNoNote(situation, in_place) ? std::optional<Duration>(kHeldBackTryAgain)
                                          : std::nullopt;
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

std::optional<Step> TellBeforeRecreate(const workload::Situation& situation) {
  const InPlace& in_place = InPlaceOf(situation);
  if (!situation.recreate() || in_place.phase() != InPlacePhase::kReplace) return std::nullopt;
  if (situation.new_replica_set != nullptr) return std::nullopt;
  auto status = workload::WriteOfExtension(situation);
  Write* write = status ? std::get_if<Write>(&*status) : nullptr;
  if (write == nullptr) return std::nullopt;
  // If the condition already shows a cause for this rollout, the write must not count one again,
  // because the metric counts a rollout only once. Example: a cause from a time when two
  // ReplicaSets had Pods.
  if (ToldBy(situation, InPlaceReason::kNotPossible)) return status;
  write->because.counted_reason = FallbackReason(in_place.options(), in_place.why());
  return status;
}

}  // namespace windlass::in_place
