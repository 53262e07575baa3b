#include "controller/rollout/services.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "controller/api/custom_resources.h"
#include "controller/rollout/decisions.h"
#include "controller/rollout/service_patch.h"
#include "controller/rollout/service_target.h"
#include "controller/rollout/service_trouble.h"
#include "controller/workload/annotations/annotations.h"
#include "controller/workload/replica_set_size.h"
#include "controller/workload/requests/body_json.h"

namespace windlass::rollout {
namespace {

using workload::Situation;

// If a write to a Service fails, Windlass tries it again after this time, or earlier if something
// wakes the Rollout. Used if the API server refused the write, or if another client had changed the
// Service.
constexpr Duration kTryAgainAfter = seconds(60);
// While the Services are not known yet, a write that removes the last Pods of a revision is tried
// again after this time. The end of the first list of Services may wake the Rollout before that.
constexpr Duration kWhileLoading = seconds(1);
// The write that removes the last Pods of a revision waits for kAfterConflict if another client has
// just changed a Service that selects these Pods. The write waits at most kConflictsWaitedFor times
// in a row, because a Service that changes all the time must not hold up a rollout.
constexpr Duration kAfterConflict = seconds(1);
constexpr int kConflictsWaitedFor = 3;
// The most patches of one Service in one sync. Without this limit, a sync might not end: if the API
// server keeps none of the patches, and its replies cannot be read, the next patch can be due after
// each reply.
constexpr auto kPatchesOfOneService = 3;

bool IsStatusWrite(const Step& step) {
  const auto* write = std::get_if<Write>(&step);
  return write != nullptr && write->request.resource() == resources::kRollouts &&
         write->request.subresource() == "status";
}

bool EndsSync(const Step& step) {
  return std::holds_alternative<Wait>(step) || std::holds_alternative<Failed>(step);
}

// If `step` scales a ReplicaSet with available Pods to 0, returns that ReplicaSet; otherwise null.
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

// Returns true if `write`, a patch of a Service, is not worth sending. This is so if the API server
// refused or did not keep
//   - the same patch in this sync
//   - or kPatchesOfOneService patches of the Service in this sync
// Another patch would probably not help, but could end the sync before the planner's step (RO-185).
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
          .go_on_if_refused = true,
          .check = CheckKept(KeyOf(service.meta), patch)};
}

// Returns the write that makes the Service select the Pods of `target`, and notes this in the
// annotation. Returns nullopt if key and annotation are right already, or if `target` has no label
// pod-template-hash.
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
  // If the Service has the note for this key already, the first write of the key sent an Event.
  // Then there is no second Event. Exception: a write that the API server did not keep sent no
  // Event (CheckKept).
  const bool is_told =
      named.not_kept == nullptr && service.meta.annotations.Find(kServiceOf) == patch.note;
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

// Returns the write that removes the annotation and the key from a Service that the Rollout no
// longer names. If another client wrote the key, the key stays.
Write Release(const Service& service) {
  const std::optional<ServiceNote> note = NoteOf(service);
  const bool ours = note && HashOf(service) == note->hash;
  return PatchService(service, {.note = "", .hash = ours ? std::optional("") : std::nullopt},
                      {decisions::kReleaseService, {{"service", service.meta.name}}});
}

// Returns true if Windlass is not to write to the Service now:
//   - the Service does not exist
//   - the latest version of the Service cannot be read, so its selector is not known
//   - the Service was too large for the cache, so its selector is not known
//   - a write to the Service failed in this sync
//   - NamedService::not_before or failed_until is not reached yet
bool MayNotWrite(const Situation& situation, const NamedService& named) {
  if (named.unreadable != nullptr) return true;
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

// Returns all writes that are due, including those that are in vain (IsInVain).
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

// Returns true if a write that moves a Service away from `leaving` met a conflict (409) in this
// sync. The next sync knows the new version and can try again. Returns false after more than
// kConflictsWaitedFor conflicts in a row.
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
  // If spec.replicas is 0, or the strategy is Recreate, no other revision has Pods to which a
  // Service could be moved. So there is no reason to wait for the list of Services.
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
