#include "controller/rollout/service_condition.h"

#include <algorithm>
#include <string>
#include <utility>

#include "controller/rollout/reasons.h"
#include "controller/rollout/service_target.h"
#include "controller/rollout/service_trouble.h"
#include "controller/workload/conditions.h"

namespace windlass::rollout {
namespace {

using workload::Situation;

// Two Events with the same reason are at least this far apart, even if the trouble goes away and
// comes back in between.
constexpr Duration kToldAgain = seconds(600);
constexpr std::string_view kNotRead = "ServicesNotRead";

bool IsShown(const Situation& situation, const ServiceFacts& facts) {
  if (!facts.wanted || situation.extended.new_one_unknown) return false;
  return facts.known != ServicesKnown::kIgnored && facts.known != ServicesKnown::kLoading;
}

// Returns the ReplicaSet whose Pods the Service is to select; null if the Service is to stay as it
// is.
const ReplicaSet* TargetNow(const Situation& situation, const NamedService& named,
                            ServiceRole role) {
  const std::string_view hash =
      named.service != nullptr ? HashOf(*named.service).value_or("") : std::string_view();
  return TargetOf(situation, role, FindByHash(situation, hash), nullptr);
}

// Returns true if the pod-template-hash in the Service's selector is the one that Windlass wrote
// there for this Rollout.
bool IsWritten(const Situation& situation, const NamedService& named) {
  if (named.service == nullptr) return false;
  const std::optional<ServiceNote> note = NoteOf(*named.service);
  return note && note->uid == situation.workload.meta.uid && HashOf(*named.service) == note->hash;
}

// Adds what went wrong with writes to the Service, if anything did. `is_right` is true if the
// Service is as it should be, or if another trouble explains why it is not.
void AddWrites(const Situation& situation, const NamedService& named, bool is_right,
               std::vector<ServiceTrouble>& troubles) {
  if (auto refusal = RefusalOf(situation, named)) {
    troubles.push_back(*std::move(refusal));
  } else if (!is_right) {
    if (auto lost = NotKept(named)) troubles.push_back(*std::move(lost));
  }
}

void AddTroubles(const Situation& situation, const NamedService& named, ServiceRole role,
                 std::vector<ServiceTrouble>& troubles) {
  if (named.name.empty()) return;
  if (auto unreadable = Unreadable(named)) return troubles.push_back(*std::move(unreadable));
  const ReplicaSet* target = TargetNow(situation, named, role);
  // Users often create a Rollout shortly before its Service. So a missing Service is a trouble only
  // once a Pod is available, or if a revision is stable.
  const bool may_come = target == nullptr && !situation.workload.kept_revision;
  if (named.service == nullptr && may_come) return;
  auto trouble = TroubleWith(situation, named, role, target);
  bool is_right = trouble || target == nullptr;
  if (trouble) troubles.push_back(*std::move(trouble));
  if (named.service == nullptr) return;
  auto loss = LossOf(situation, named);
  is_right = is_right || loss ||
             (IsWritten(situation, named) &&
              HashOf(*named.service) == target->meta.labels.Find(kPodTemplateHashLabel));
  AddWrites(situation, named, is_right, troubles);
  if (loss) troubles.push_back(*std::move(loss));
}

std::vector<ServiceTrouble> TroublesOf(const Situation& situation, const ServiceFacts& facts) {
  if (facts.known == ServicesKnown::kForbidden) return {Forbidden(facts)};
  if (facts.known != ServicesKnown::kYes) return {};
  std::vector<ServiceTrouble> troubles;
  AddTroubles(situation, facts.stable, ServiceRole::kStable, troubles);
  AddTroubles(situation, facts.canary, ServiceRole::kCanary, troubles);
  for (const NamedService& left : facts.left) {
    if (auto unreadable = Unreadable(left)) {
      troubles.push_back(*std::move(unreadable));
    } else {
      AddWrites(situation, left, /*is_right=*/false, troubles);
    }
  }
  return troubles;
}

std::string Joined(const std::vector<ServiceTrouble>& troubles) {
  std::string text;
  for (const ServiceTrouble& trouble : troubles) {
    if (!text.empty()) text += "; ";
    text += trouble.message;
  }
  return text;
}

std::string NamesOf(const ServiceFacts& facts) {
  const std::string stable(facts.stable.name);
  const std::string canary(facts.canary.name);
  if (stable.empty() || canary.empty()) return "Service " + stable + canary;
  return "Services " + stable + " and " + canary;
}

bool SaysTheSame(const Condition& a, const Condition& b) {
  return a.status == b.status && a.reason == b.reason && a.message == b.message;
}

struct Told {
  std::string_view reason;
  std::string message;
};

// Returns why Windlass still has to write to the Service:
//   - the last write failed, because the API server was in trouble, or because another client had
//     changed the Service
//   - no Pod is available yet
//   - Windlass is about to make the write
// Returns nullopt if no Service is named. Also returns nullopt if the selector has the
// pod-template-hash that Windlass wrote, and no write failed lately.
std::optional<Told> WhyNotWritten(const Situation& situation, const NamedService& named,
                                  ServiceRole role) {
  if (named.name.empty()) return std::nullopt;
  const std::string service = "Service " + std::string(named.name);
  if (named.failed_until && *named.failed_until > situation.now) {
    return Told{"ServiceNotWritten", "Windlass could not write to " + service +
                                         ", because the API server did not answer, or failed to "
                                         "make the change. Windlass tries again every 30 seconds"};
  }
  if (named.service != nullptr && WasInConflict(situation, *named.service)) {
    return Told{"ServiceNotWritten", "another client changed " + service +
                                         " while Windlass was writing to it. Windlass tries again "
                                         "within a minute"};
  }
  if (IsWritten(situation, named)) return std::nullopt;
  if (TargetNow(situation, named, role) == nullptr) {
    return Told{"NoPodAvailable", "Windlass writes pod-template-hash into spec.selector of " +
                                      service + " once a Pod for this Service is available"};
  }
  return Told{"ServiceNotWritten",
              "Windlass is about to write pod-template-hash into spec.selector of " + service};
}

Condition Judge(const Situation& situation, const ServiceFacts& facts,
                const std::vector<ServiceTrouble>& troubles) {
  const auto condition = [&](std::string_view status, std::string_view reason, std::string text) {
    return workload::NewCondition(kServicesSynced, status, reason, std::move(text), situation.now);
  };
  if (!troubles.empty()) return condition("False", troubles.front().reason, Joined(troubles));
  if (facts.known == ServicesKnown::kFailed) {
    return condition("Unknown", kNotRead,
                     "Windlass cannot read Services, and tries again: " + facts.trouble);
  }
  for (const auto& [named, role] : {std::pair(&facts.stable, ServiceRole::kStable),
                                    std::pair(&facts.canary, ServiceRole::kCanary)}) {
    if (auto told = WhyNotWritten(situation, *named, role)) {
      return condition("Unknown", told->reason, std::move(told->message));
    }
  }
  return condition(
      "True", "Synced",
      NamesOf(facts) + ": spec.selector has the pod-template-hash that Windlass wrote");
}

}  // namespace

void ShowServices(const Situation& situation, const ServiceFacts& facts, WorkloadStatus& status) {
  const bool names = !facts.stable.name.empty() || !facts.canary.name.empty();
  const bool is_over = facts.known == ServicesKnown::kYes && !names && facts.left.empty();
  if (!facts.wanted || is_over) {
    return workload::RemoveCondition(status.conditions, kServicesSynced);
  }
  if (!IsShown(situation, facts)) return;
  const std::vector<ServiceTrouble> troubles = TroublesOf(situation, facts);
  if (!names && facts.known == ServicesKnown::kYes && troubles.empty()) {
    return;  // the condition stays until Windlass has removed its key from the last Service
  }
  Condition next = Judge(situation, facts, troubles);
  next.observed_generation = status.observed_generation;
  if (const Condition* shown = FindCondition(status.conditions, kServicesSynced)) {
    if (shown->reason == kNotRead && next.reason == kNotRead) next.message = shown->message;
    if (SaysTheSame(*shown, next) && shown->observed_generation == next.observed_generation) return;
  }
  workload::RefreshCondition(status.conditions, std::move(next));
}

std::vector<Event> TellServices(const Situation& situation, const ServiceFacts& facts,
                                const WorkloadStatus& status) {
  const Condition* next = FindCondition(status.conditions, kServicesSynced);
  if (!IsShown(situation, facts) || next == nullptr || next->status != "False") return {};
  const Condition* stored = FindCondition(situation.workload.status.conditions, kServicesSynced);
  if (stored != nullptr && SaysTheSame(*stored, *next)) return {};
  std::vector<ServiceTrouble> troubles = TroublesOf(situation, facts);
  std::vector<Event> events;
  while (!troubles.empty()) {
    const std::string_view reason = troubles.front().reason;
    const auto others = std::ranges::stable_partition(
        troubles, [&](const ServiceTrouble& trouble) { return trouble.reason == reason; });
    events.push_back({.type = Event::Type::kWarning,
                      .reason = std::string(reason),
                      .message = Joined({troubles.begin(), others.begin()}),
                      .at_most_every = kToldAgain});
    troubles.erase(troubles.begin(), others.begin());
  }
  return events;
}

}  // namespace windlass::rollout
