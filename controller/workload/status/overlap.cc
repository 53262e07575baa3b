#include "controller/workload/status/overlap.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#include "controller/core/own_names.h"
#include "controller/workload/conditions.h"
#include "controller/workload/workload_kind.h"

namespace windlass::workload {
namespace {

constexpr std::string_view kOverlapReason = "SelectsPodsOfAnother";

// A message names at most this many other controllers, because users read it as one line.
constexpr size_t kNamedMax = 3;
// At most this many Events about other controllers are sent at once. Further controllers are only
// counted, in the message of the condition ("and 12 others").
constexpr size_t kEventsAboutOthersMax = 10;

constexpr std::string_view kOverlapRemedy =
    " as well. Each controller keeps its own Pods. If one controller is to replace the other, "
    "finish the replacement. Otherwise delete one of them and create it again with a label of its "
    "own in spec.selector and spec.template";

// Returns the stored condition; null if there is none.
const Condition* StoredOverlap(const Situation& situation) {
  return FindCondition(situation.workload.status.conditions, kSelectorOverlap);
}

// Returns true if a stored condition probably reports `overlap`, for one of these reasons:
//   - The overlap existed when this process started (Overlap::at_start): an earlier process may
//     have reported it.
//   - The overlap had lasted for kOverlapToldAfter when the condition was last updated. An update
//     time in the future, because a clock was set back, proves nothing.
bool IsToldInStored(const Situation& situation, const Overlap& overlap) {
  const Condition* stored = StoredOverlap(situation);
  if (stored == nullptr) return false;
  if (overlap.at_start) return true;
  if (stored->last_update_time > situation.now) return false;
  return stored->last_update_time - overlap.since >= kOverlapToldAfter;
}

// Returns the overlaps that the condition has to report.
std::vector<const Overlap*> ToTell(const Situation& situation) {
  std::vector<const Overlap*> told;
  for (const Overlap& overlap : situation.view.overlaps) {
    const bool lasts = situation.now - overlap.since >= kOverlapToldAfter;
    if (lasts || IsToldInStored(situation, overlap)) told.push_back(&overlap);
  }
  return told;
}

// Returns the overlaps of ToTell that the stored condition does not report yet.
std::vector<const Overlap*> Untold(const Situation& situation) {
  std::vector<const Overlap*> untold = ToTell(situation);
  std::erase_if(untold,
                [&](const Overlap* overlap) { return IsToldInStored(situation, *overlap); });
  return untold;
}

// Returns "Deployment web". Adds the API group unless it is apps or windlass.dev:
// "Rollout.argoproj.io web".
std::string NameOfOther(const OwnerReference& other) {
  const std::string_view version = other.api_version.text();
  const std::string_view group = version.substr(0, version.find('/'));
  const bool is_known = group == resources::kDeployments.group || group == kOwnApiGroup;
  std::string name(other.kind.text());
  if (!is_known) name += "." + std::string(group);
  return name + " " + std::string(other.name.text());
}

// Returns a text such as "Deployment web", "Deployment api and Rollout web", or "Deployment a,
// Deployment b and 3 others".
std::string NamesOfOthers(const std::vector<const Overlap*>& overlaps) {
  const bool all = overlaps.size() <= kNamedMax;
  const size_t named = all ? overlaps.size() : kNamedMax - 1;
  std::vector<std::string> names;
  for (size_t i = 0; i < named; ++i) names.push_back(NameOfOther(overlaps[i]->other));
  if (!all) names.push_back(std::to_string(overlaps.size() - named) + " others");
  std::string text;
  for (size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 == names.size() ? " and " : ", ";
    text += names[i];
  }
  return text;
}

Event WarnOfOverlap(std::string message) {
  return {.type = Event::Type::kWarning,
          .reason = std::string(kSelectorOverlap),
          .message = std::move(message)};
}

// Returns the Event about `other`, the owner of ReplicaSets that the selector of `workload`
// matches, for example a Deployment. Must not be called for a mutual overlap (Overlap::is_mutual),
// because in this case the sync of `other` sends the Event.
Event WarnOther(const Workload& workload, const OwnerReference& other) {
  Event event = WarnOfOverlap("spec.selector of " + std::string(workload.kind.traits().name()) +
                              " " + workload.meta.name + " matches Pods of this " +
                              std::string(other.kind.text()) + std::string(kOverlapRemedy));
  event.about = ObjectReference{.api_version = std::string(other.api_version.text()),
                                .kind = std::string(other.kind.text()),
                                .key = {workload.meta.namespace_, std::string(other.name.text())},
                                .uid = other.uid,
                                .resource_version = {}};
  return event;
}

std::string MessageOf(const std::vector<const Overlap*>& told) {
  return "spec.selector matches Pods of " + NamesOfOthers(told) + std::string(kOverlapRemedy);
}

}  // namespace

void ShowOverlaps(const Situation& situation, WorkloadStatus& status) {
  const std::vector<const Overlap*> told = ToTell(situation);
  if (told.empty()) return RemoveCondition(status.conditions, kSelectorOverlap);
  const Condition* shown = FindCondition(status.conditions, kSelectorOverlap);
  std::string message = MessageOf(told);
  if (shown != nullptr && shown->message == message && Untold(situation).empty()) return;
  RefreshCondition(status.conditions, NewCondition(kSelectorOverlap, "True", kOverlapReason,
                                                   std::move(message), situation.now));
}

std::vector<Event> TellOverlaps(const Situation& situation) {
  const std::vector<const Overlap*> untold = Untold(situation);
  if (untold.empty() || situation.workload.meta.deleting()) return {};
  std::vector<Event> events = {WarnOfOverlap(MessageOf(untold))};
  for (const Overlap* overlap : untold) {
    if (events.size() > kEventsAboutOthersMax) break;
    if (!overlap->is_mutual) events.push_back(WarnOther(situation.workload, overlap->other));
  }
  return events;
}

std::optional<Duration> UntilOverlapIsTold(const Situation& situation) {
  std::optional<Duration> until;
  for (const Overlap& overlap : situation.view.overlaps) {
    const Duration rest = kOverlapToldAfter - (situation.now - overlap.since);
    if (rest > Duration{0}) until = std::min(until.value_or(rest), rest);
  }
  return until;
}

}  // namespace windlass::workload
