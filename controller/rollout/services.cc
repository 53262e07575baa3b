#include "controller/rollout/services.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "controller/rollout/decisions.h"
#include "controller/rollout/reasons.h"
#include "controller/rollout/service_target.h"
#include "controller/rollout/service_trouble.h"
#include "controller/workload/annotations.h"
#include "controller/workload/conditions.h"
#include "controller/workload/request_body.h"

namespace windlass::rollout {
namespace {

using workload::Json;
using workload::Situation;

// A write that was refused or met another change is tried again after this time, if nothing
// happens before.
constexpr Duration kTryAgainAfter = seconds(60);
// How long a write that takes the last Pods of a revision waits before it asks again whether the
// Services are known. The end of their first list wakes the Rollout before that.
constexpr Duration kWhileLoading = seconds(1);
// An API server that accepts a patch and does not keep it gets no more of them in one sync.
constexpr auto kPatchesOfOneService = 3;
// How often an Event repeats a reason that comes and goes.
constexpr Duration kToldAgain = seconds(600);

bool IsStatusWrite(const Step& step) {
  const auto* write = std::get_if<Write>(&step);
  return write != nullptr && write->request.resource() == resources::kRollouts &&
         write->request.subresource() == "status";
}

bool EndsSync(const Step& step) {
  return std::holds_alternative<Wait>(step) || std::holds_alternative<Failed>(step);
}

// Returns the ReplicaSet with available Pods that `step` scales to 0; null if there is none.
const ReplicaSet* FindLeaving(const Situation& situation, const Step& step) {
  const auto* write = std::get_if<Write>(&step);
  if (write == nullptr || write->request.verb() != Verb::kPatch) return nullptr;
  if (write->request.resource() != resources::kReplicaSets) return nullptr;
  const auto found = std::ranges::find_if(
      situation.all, [&](const ReplicaSet* rs) { return KeyOf(rs->meta) == write->request.key(); });
  if (found == situation.all.end() || workload::SizeOf(**found).available <= 0) return nullptr;
  const Json body = Json::parse(write->request.body(), nullptr, /*allow_exceptions=*/false);
  const Json::json_pointer size("/spec/replicas");
  const bool goes = body.is_object() && body.contains(size) && body.at(size) == 0;
  return goes ? *found : nullptr;
}

// Returns true if this sync must not write to the Service any more.
bool WasTried(const Situation& situation, const Service& service) {
  int patches = 0;
  for (const Outcome& outcome : situation.learned) {
    if (!IsPatchOf(outcome, resources::kServices, service.meta)) continue;
    if (!outcome.said.ok()) return true;
    ++patches;
  }
  return patches >= kPatchesOfOneService;
}

// Sets annotation and key; null removes them, and without `hash` the key stays as it is.
Write PatchService(const Service& service, const Json& note, const std::optional<Json>& hash,
                   Because because) {
  Json fields = Json::object();
  fields["metadata"]["annotations"][std::string(kServiceOf)] = note;
  if (hash) fields["spec"]["selector"][std::string(kPodTemplateHashLabel)] = *hash;
  return {.request = Request::MergePatch(resources::kServices, VersionOf(service.meta), "",
                                         workload::Dump(fields)),
          .because = std::move(because),
          .go_on_if_refused = true};
}

// Returns the write that makes the Service select the Pods of `target`; nullopt if it does so.
std::optional<Write> Select(const Situation& situation, const Service& service,
                            const ReplicaSet& target) {
  const std::string hash(target.meta.labels.Find(kPodTemplateHashLabel).value_or(""));
  if (hash.empty()) return std::nullopt;
  const std::string note = NoteText(situation.workload.meta, hash);
  const bool selects = HashOf(service) == hash;
  if (selects && service.meta.annotations.Find(kServiceOf) == note) return std::nullopt;
  Write write = PatchService(
      service, note, Json(hash),
      {decisions::kSelectPods,
       {{"service", service.meta.name}, {"replicaset", target.meta.name}, {"hash", hash}}});
  if (!selects) {
    write.on_success.push_back({.type = Event::Type::kNormal,
                                .reason = "ServiceSwitched",
                                .message = "Service " + service.meta.name +
                                           " selects the Pods of revision " +
                                           std::string(workload::RevisionText(target.meta)) +
                                           ", pod-template-hash " + hash});
  }
  return write;
}

// Returns the write that takes annotation and key away from a Service that is named no more. A key
// that somebody else wrote stays.
Write Release(const Service& service) {
  const std::optional<ServiceNote> note = NoteOf(service);
  const bool ours = note && HashOf(service) == note->hash;
  const Json gone;
  return PatchService(service, gone, ours ? std::optional(gone) : std::nullopt,
                      {decisions::kReleaseService, {{"service", service.meta.name}}});
}

// Returns true if a write to the Service would be in vain now, or end the sync.
bool MayNotWrite(const Situation& situation, const NamedService& named) {
  if (named.service == nullptr || WasTried(situation, *named.service)) return true;
  return std::ranges::any_of(std::array{named.not_before, named.failed_until},
                             [&](const auto& then) { return then && *then > situation.now; });
}

std::optional<Write> Due(const Situation& situation, const NamedService& named, ServiceRole role,
                         const ReplicaSet* leaving) {
  if (MayNotWrite(situation, named)) return std::nullopt;
  const ReplicaSet* present = FindByHash(situation, HashOf(*named.service).value_or(""));
  if (leaving != nullptr && leaving != present) return std::nullopt;
  const ReplicaSet* target = TargetOf(situation, role, present, leaving);
  if (target == nullptr || TroubleWith(situation, named, role, target)) return std::nullopt;
  return Select(situation, *named.service, *target);
}

std::optional<Write> DueWrite(const Situation& situation, const ServiceFacts& facts,
                              const ReplicaSet* leaving) {
  if (auto write = Due(situation, facts.stable, ServiceRole::kStable, leaving)) return write;
  if (auto write = Due(situation, facts.canary, ServiceRole::kCanary, leaving)) return write;
  for (const NamedService& left : facts.left) {
    if (!MayNotWrite(situation, left)) return Release(*left.service);
  }
  return std::nullopt;
}

std::optional<Duration> UntilTriedAgain(const Situation& situation, const ServiceFacts& facts) {
  std::optional<Duration> due;
  const auto no_later = [&](Duration than) { due = due ? std::min(*due, than) : than; };
  for (const Outcome& outcome : situation.learned) {
    if (outcome.asked.resource == resources::kServices && !outcome.said.ok()) {
      no_later(kTryAgainAfter);
    }
  }
  const auto look = [&](const NamedService& named) {
    for (const auto& then : {named.not_before, named.told_until, named.failed_until}) {
      if (then && *then > situation.now) no_later(*then - situation.now);
    }
  };
  look(facts.stable);
  look(facts.canary);
  std::ranges::for_each(facts.left, look);
  return due;
}

// Returns true if the Service has a key that Windlass wrote for this Rollout.
bool IsWritten(const Situation& situation, const NamedService& named) {
  if (named.service == nullptr) return false;
  const std::optional<ServiceNote> note = NoteOf(*named.service);
  return note && note->uid == situation.workload.meta.uid && HashOf(*named.service) == note->hash;
}

std::optional<ServiceTrouble> FirstTrouble(const Situation& situation, const ServiceFacts& facts) {
  std::optional<ServiceTrouble> first;
  const auto add = [&](std::optional<ServiceTrouble> trouble) {
    if (!trouble) return;
    if (first) {
      first->message += "; " + trouble->message;
    } else {
      first = std::move(trouble);
    }
  };
  for (const auto& [named, role] : {std::pair(&facts.stable, ServiceRole::kStable),
                                    std::pair(&facts.canary, ServiceRole::kCanary)}) {
    if (named->name.empty()) continue;
    const ReplicaSet* present = nullptr;
    if (named->service != nullptr) {
      present = FindByHash(situation, HashOf(*named->service).value_or(""));
    }
    const ReplicaSet* target = TargetOf(situation, role, present, nullptr);
    // Service and Rollout are often made at once: before its first Pod, a Service may be missing.
    const bool may_come = target == nullptr && !situation.workload.kept_revision;
    if (named->service == nullptr && may_come) continue;
    add(TroubleWith(situation, *named, role, target));
    if (named->service == nullptr) continue;
    add(RefusalOf(situation, *named->service));
    add(LossOf(situation, *named));
  }
  for (const NamedService& left : facts.left) add(RefusalOf(situation, *left.service));
  return first;
}

std::string NamesOf(const ServiceFacts& facts) {
  const std::string stable(facts.stable.name);
  const std::string canary(facts.canary.name);
  if (stable.empty() || canary.empty()) return "Service " + stable + canary;
  return "Services " + stable + " and " + canary;
}

Condition Judge(const Situation& situation, const ServiceFacts& facts) {
  const auto condition = [&](std::string_view status, std::string_view reason, std::string text) {
    return workload::NewCondition(kServicesSynced, status, reason, std::move(text), situation.now);
  };
  if (facts.known == ServicesKnown::kForbidden) {
    const ServiceTrouble trouble = Forbidden(facts);
    return condition("False", trouble.reason, trouble.message);
  }
  if (facts.known == ServicesKnown::kFailed) {
    return condition("Unknown", "ServicesNotRead",
                     "Services cannot be read, and Windlass goes on trying: " + facts.trouble);
  }
  if (auto trouble = FirstTrouble(situation, facts)) {
    return condition("False", trouble->reason, std::move(trouble->message));
  }
  for (const NamedService* named : {&facts.stable, &facts.canary}) {
    if (!named->failed_until || *named->failed_until <= situation.now) continue;
    return condition("Unknown", "ServiceNotWritten",
                     "the API server did not answer, or was in trouble, when Windlass wrote to "
                     "Service " +
                         std::string(named->name) + ". Windlass tries again every half a minute");
  }
  for (const NamedService* named : {&facts.stable, &facts.canary}) {
    if (named->name.empty() || IsWritten(situation, *named)) continue;
    const std::string service = "Service " + std::string(named->name);
    return condition(
        "Unknown", "NoPodAvailable",
        service + " gets pod-template-hash into spec.selector once a Pod is available");
  }
  return condition("True", "Synced",
                   NamesOf(facts) + ": Windlass writes pod-template-hash into spec.selector");
}

// Returns true if the words of the API server, which may differ each time, are told once only.
bool KeepsWords(const Condition& shown, const Condition& next) {
  return shown.status == next.status && shown.reason == next.reason &&
         (next.reason == kServiceUpdateRefused || next.reason == "ServicesNotRead");
}

}  // namespace

Step MoveServicesFirst(const Situation& situation, const ServiceFacts& facts, Step planned) {
  if (!facts.wanted || situation.extended.new_one_unknown) return planned;
  const ReplicaSet* leaving = FindLeaving(situation, planned);
  if (leaving == nullptr && !EndsSync(planned) && !IsStatusWrite(planned)) return planned;
  if (facts.known == ServicesKnown::kLoading && leaving != nullptr) {
    return Wait{.look_again_in = kWhileLoading};
  }
  if (facts.known != ServicesKnown::kYes) return planned;
  if (auto write = DueWrite(situation, facts, leaving)) return *std::move(write);
  return LookAgainNoLater(std::move(planned), UntilTriedAgain(situation, facts));
}

void ShowServices(const Situation& situation, const ServiceFacts& facts, WorkloadStatus& status) {
  const bool names = !facts.stable.name.empty() || !facts.canary.name.empty();
  const bool is_over = facts.known == ServicesKnown::kYes && !names && facts.left.empty();
  if (!facts.wanted || is_over) {
    return workload::RemoveCondition(status.conditions, kServicesSynced);
  }
  const bool unknown = situation.extended.new_one_unknown;
  if (unknown || facts.known == ServicesKnown::kIgnored || facts.known == ServicesKnown::kLoading) {
    return;
  }
  const Condition* shown = FindCondition(status.conditions, kServicesSynced);
  if (!names && facts.known == ServicesKnown::kYes && shown != nullptr &&
      !FirstTrouble(situation, facts)) {
    return;  // the last ones are being released
  }
  Condition next = Judge(situation, facts);
  next.observed_generation = status.observed_generation;
  if (shown != nullptr) {
    if (KeepsWords(*shown, next)) next.message = shown->message;
    const bool same = shown->status == next.status && shown->reason == next.reason &&
                      shown->message == next.message &&
                      shown->observed_generation == next.observed_generation;
    if (same) return;
  }
  workload::RefreshCondition(status.conditions, std::move(next));
}

std::optional<Event> TellServices(const Situation& situation, const WorkloadStatus& status) {
  const Condition* next = FindCondition(status.conditions, kServicesSynced);
  if (next == nullptr || next->status != "False") return std::nullopt;
  const Condition* stored = FindCondition(situation.workload.status.conditions, kServicesSynced);
  if (stored != nullptr && stored->status == "False" && stored->reason == next->reason) {
    return std::nullopt;
  }
  return Event{.type = Event::Type::kWarning,
               .reason = std::string(next->reason.text()),
               .message = next->message,
               .at_most_every = kToldAgain};
}

}  // namespace windlass::rollout
