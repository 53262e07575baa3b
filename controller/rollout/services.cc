#include "controller/rollout/services.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "controller/rollout/decisions.h"
#include "controller/rollout/service_patch.h"
#include "controller/rollout/service_target.h"
#include "controller/rollout/service_trouble.h"
#include "controller/workload/annotations.h"
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
// A write that takes the last Pods of a revision waits this long if another client has just changed
// their Service, and at most this many times in a row: a Service that changes all the time must not
// hold up a rollout.
constexpr Duration kAfterConflict = seconds(1);
constexpr int kConflictsWaitedFor = 3;
// The most patches of one Service in one sync: the limit for an API server that keeps none of them,
// even if its replies do not show that.
constexpr auto kPatchesOfOneService = 3;

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

// Returns true if this sync has sent this patch already, or three patches of the Service, and the
// API server kept none. Then workload::Next would end the sync instead of going on with the step
// that the patch comes before (RO-185).
bool IsInVain(const Situation& situation, const Write& write) {
  if (FindOutcome(situation.learned, write.request.Identity()) != nullptr) return true;
  const auto patches = std::ranges::count_if(situation.learned, [&](const Outcome& outcome) {
    return write.request.IsLike(outcome.asked);
  });
  return patches >= kPatchesOfOneService;
}

Write PatchService(const Service& service, const ServicePatch& patch, Because because) {
  return {.request = RequestFor(service, patch),
          .because = std::move(because),
          .go_on_if_refused = true};
}

// Returns the write that makes the Service select the Pods of `target`; nullopt if it does so.
std::optional<Write> Select(const Situation& situation, const NamedService& named,
                            const ReplicaSet& target) {
  const Service& service = *named.service;
  const std::string hash(target.meta.labels.Find(kPodTemplateHashLabel).value_or(""));
  if (hash.empty()) return std::nullopt;
  const ServicePatch patch{.note = NoteText(situation.workload.meta, hash), .hash = hash};
  if (Shows(service, patch)) return std::nullopt;
  Write write = PatchService(
      service, patch,
      {decisions::kSelectPods,
       {{"service", service.meta.name}, {"replicaset", target.meta.name}, {"hash", hash}}});
  // If a key has to be written again, the Event was sent when it was written first.
  const bool is_told = service.meta.annotations.Find(kServiceOf) == patch.note ||
                       (named.not_kept != nullptr && *named.not_kept == patch);
  if (HashOf(service) != hash && !is_told) {
    write.on_success.push_back({.type = Event::Type::kNormal,
                                .reason = "ServiceSwitched",
                                .message = "Service " + service.meta.name +
                                           " selects the Pods of revision " +
                                           std::string(workload::RevisionText(target.meta)) +
                                           ", pod-template-hash " + hash});
  }
  return write;
}

// Returns the write that takes the annotation and the key away from a Service that is not named any
// more. A key that another client wrote stays.
Write Release(const Service& service) {
  const std::optional<ServiceNote> note = NoteOf(service);
  const bool ours = note && HashOf(service) == note->hash;
  return PatchService(service, {.note = "", .hash = ours ? std::optional("") : std::nullopt},
                      {decisions::kReleaseService, {{"service", service.meta.name}}});
}

// Returns true if a write to the Service would be in vain now, or end the sync, or if it is not
// known what the Service selects.
bool MayNotWrite(const Situation& situation, const NamedService& named) {
  if (named.service == nullptr || named.service->meta.cut()) return true;
  if (FailedWrite(situation, *named.service) != nullptr) return true;
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
  return Select(situation, named, *target);
}

// Returns all writes that are due, also those that are in vain.
std::vector<Write> DueWrites(const Situation& situation, const ServiceFacts& facts,
                             const ReplicaSet* leaving) {
  std::vector<Write> due;
  const auto add = [&](std::optional<Write> write) {
    if (write) due.push_back(*std::move(write));
  };
  add(Due(situation, facts.stable, ServiceRole::kStable, leaving));
  add(Due(situation, facts.canary, ServiceRole::kCanary, leaving));
  for (const NamedService& left : facts.left) {
    if (!MayNotWrite(situation, left)) due.push_back(Release(*left.service));
  }
  return due;
}

// Returns true if another client changed a Service just when Windlass was moving it away from
// `leaving`. That is no refusal: the next sync knows the new version.
bool LostRace(const Situation& situation, const ServiceFacts& facts, const ReplicaSet& leaving) {
  const auto lost = [&](const NamedService& named) {
    if (named.service == nullptr || named.conflicts > kConflictsWaitedFor) return false;
    if (FindByHash(situation, HashOf(*named.service).value_or("")) != &leaving) return false;
    return WasInConflict(situation, *named.service);
  };
  return lost(facts.stable) || lost(facts.canary) || std::ranges::any_of(facts.left, lost);
}

std::optional<Duration> UntilTriedAgain(const Situation& situation, const ServiceFacts& facts) {
  std::optional<Duration> due;
  const auto no_later = [&](Duration than) { due = Sooner(due, std::optional(than)); };
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

}  // namespace

Step MoveServicesFirst(const Situation& situation, const ServiceFacts& facts, Step planned) {
  if (!facts.wanted || situation.extended.new_one_unknown) return planned;
  const ReplicaSet* leaving = FindLeaving(situation, planned);
  if (leaving == nullptr && !EndsSync(planned) && !IsStatusWrite(planned)) return planned;
  // Without replicas, and with Recreate, no other revision has Pods: no Service would be moved.
  const bool others = situation.workload.replicas > 0 && !situation.recreate();
  if (facts.known == ServicesKnown::kLoading && leaving != nullptr && others) {
    return Wait{.look_again_in = kWhileLoading};
  }
  if (facts.known != ServicesKnown::kYes) return planned;
  std::optional<Duration> again = UntilTriedAgain(situation, facts);
  for (Write& write : DueWrites(situation, facts, leaving)) {
    if (!IsInVain(situation, write)) return std::move(write);
    again = Sooner(again, std::optional(kTryAgainAfter));
  }
  if (leaving != nullptr && LostRace(situation, facts, *leaving)) {
    return Wait{.look_again_in = kAfterConflict};
  }
  return LookAgainNoLater(std::move(planned), again);
}

}  // namespace windlass::rollout
