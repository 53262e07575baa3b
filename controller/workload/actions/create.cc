#include "controller/workload/actions/create.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "controller/workload/actions/collision.h"
#include "controller/workload/annotations/annotations.h"
#include "controller/workload/decisions.h"
#include "controller/workload/replica_set_size.h"
#include "controller/workload/revisions/new_replica_set.h"
#include "controller/workload/revisions/uncached_parts.h"
#include "controller/workload/sizes/room_to_grow.h"
#include "controller/workload/status/create_failure.h"
#include "controller/workload/workload_kind.h"
#include "kubeclient/api/canonical.h"
#include "kubeclient/api/selector.h"

namespace windlass::workload {
namespace {

// Returns the create of a ReplicaSet that this sync sent and that failed; nullopt if there is none.
// Compares only verb and resource, because the body of a create would differ now if other
// ReplicaSets have changed size.
std::optional<RefusedCreate> FindRefusedCreate(const Situation& situation) {
  for (const Outcome& outcome : situation.learned) {
    const RequestKey& asked = outcome.asked;
    const bool creates = asked.verb == Verb::kCreate && asked.resource == resources::kReplicaSets;
    if (creates && !outcome.said.ok()) return RefusedCreate{asked.key.name, outcome.said.error()};
  }
  return std::nullopt;
}

Step AfterRefusal(const Situation& situation, const RefusedCreate& refused,
                  const NewReplicaSet& parts) {
  switch (refused.error.kind) {
    case ErrorKind::kAlreadyExists: return AfterNameWasTaken(situation, refused, parts);
    case ErrorKind::kNamespaceTerminating:
      return GiveUp(situation, refused.name, refused.error, Retry::kForget);
    case ErrorKind::kInvalid:
      return GiveUp(situation, refused.name, refused.error, Retry::kOnSpecChange);
    default: return GiveUp(situation, refused.name, refused.error, Retry::kBackOff);
  }
}

// Returns an error if the workload's selector does not match the label pod-template-hash that every
// ReplicaSet gets. In that case the workload would release each new ReplicaSet at once, and make
// another. Example: a user copied all labels of a Pod, pod-template-hash included, into the
// selector. Returns nullopt if the selector matches.
std::optional<Error> WhyUnselected(const Workload& workload, const std::string& hash) {
  LabelSelector of_hash;
  of_hash.present = true;
  if (const auto value = workload.selector.match_labels.Find(kPodTemplateHashLabel)) {
    of_hash.match_labels.Set(kPodTemplateHashLabel, *value);
  }
  std::ranges::copy_if(workload.selector.match_expressions,
                       std::back_inserter(of_hash.match_expressions),
                       [](const auto& one) { return one.key == kPodTemplateHashLabel; });
  StringMap label_of_hash;
  label_of_hash.Set(kPodTemplateHashLabel, hash);
  if (Matches(of_hash, label_of_hash)) return std::nullopt;
  const std::string label(kPodTemplateHashLabel);
  return Error{ErrorKind::kInvalid,
               "spec.selector does not match the label " + label + "=" + hash +
                   ", which every ReplicaSet and its Pods get. Leave " + label +
                   " out of spec.selector and spec.template.metadata.labels. Because spec.selector "
                   "cannot be changed, delete the " +
                   std::string(workload.kind.traits().noun) +
                   " with --cascade=orphan, which keeps its Pods, and create it anew"};
}

std::optional<Step> RefuseImpossible(const Situation& situation, const NewReplicaSet& parts) {
  const std::optional<Error> why = WhyUnselected(situation.workload, parts.hash);
  if (!why) return std::nullopt;
  return GiveUp(situation, parts.name, *why, Retry::kOnSpecChange);
}

}  // namespace

std::optional<Step> RefuseImpossible(const Situation& situation) {
  if (auto step = ReadOwnParts(situation.workload, situation.learned)) return step;
  const Result<NewReplicaSet> parts = PartsOfNewReplicaSet(situation);
  return parts.ok() ? RefuseImpossible(situation, *parts) : std::nullopt;
}

bool IsCreateRefused(const Situation& situation) {
  if (situation.new_replica_set != nullptr) return false;
  if (const auto refused = FindRefusedCreate(situation)) {
    return IsRefusal(refused->error.kind) && !MayPass(refused->error.kind);
  }
  if (situation.workload.template_json == nullptr) return false;  // the template is not read yet
  const Result<NewReplicaSet> parts = PartsOfNewReplicaSet(situation);
  return parts.ok() && WhyUnselected(situation.workload, parts->hash).has_value();
}

Step CreateNewReplicaSet(const Situation& situation, std::optional<int32_t> replicas) {
  const Workload& workload = situation.workload;
  if (auto step = ReadOwnParts(workload, situation.learned)) return *step;
  Result<NewReplicaSet> parts = PartsOfNewReplicaSet(situation);
  if (!parts.ok()) return Failed{.error = parts.error(), .retry = Retry::kOnSpecChange};
  if (replicas) parts->replicas = *replicas;
  if (auto step = RefuseImpossible(situation, *parts)) return *step;
  if (const auto refused = FindRefusedCreate(situation)) {
    return AfterRefusal(situation, *refused, *parts);
  }
  if (auto step = AfterCreate(situation, parts->name)) return *step;
  if (auto step = situation.extension().Next(situation, Moment::kBeforeCreation)) return *step;
  parts->replicas = GrowthOf(situation, nullptr, parts->replicas).size;

  Result<Request> request = CreateReplicaSet(workload, *parts);
  if (!request.ok()) return Failed{.error = request.error(), .retry = Retry::kOnSpecChange};
  Write write{.request = *request,
              .because = {decisions::kCreateNewReplicaSet,
                          {{"replicaset", parts->name},
                           {"revision", parts->annotations[std::string(kRevision)]},
                           {"to", parts->replicas},
                           {"total", TotalReplicas(situation.all)},
                           {"max_total", situation.limits.max_total()}},
                          parts->counted_reason},
              .go_on_if_refused = true,
              .check = CheckReplicaSetSize(request->key(), parts->replicas)};
  if (parts->replicas > 0) {
    write.on_success.push_back(
        {Event::Type::kNormal, "ScalingReplicaSet",
         "Scaled up replica set " + parts->name + " from 0 to " + std::to_string(parts->replicas)});
  }
  return write;
}

}  // namespace windlass::workload
