#include "controller/rollout/service_trouble.h"

#include <algorithm>

#include "controller/rollout/stable.h"
#include "controller/rollout/stuck_pods.h"
#include "controller/workload/status/no_cache_room.h"

namespace windlass::rollout {
namespace {

using workload::Situation;

std::string FieldOf(ServiceRole role) {
  return role == ServiceRole::kStable ? "spec.strategy.services.stable"
                                      : "spec.strategy.services.canary";
}

// Returns the first label of the Service's selector that the Pods of `rs` do not have, for example
// "app=other"; "" if they have all. Reads the labels of `rs`, which normally has all labels of its
// Pods.
std::string OtherLabel(const Service& service, const ReplicaSet& rs) {
  for (const auto& [key, value] : service.selector) {
    if (key == kPodTemplateHashLabel || rs.meta.labels.Find(key.text()) == value.text()) continue;
    return std::string(key.text()) + "=" + std::string(value.text());
  }
  return {};
}

bool SelectsNothing(const Service& service) {
  if (service.external_name) return true;
  for (const auto& [key, value] : service.selector) {
    if (!(key == kPodTemplateHashLabel)) return false;
  }
  return true;
}

// Returns how another client changed the key that Windlass wrote; "" if the key is right or absent.
// An absent key is no such change: a server-side apply of the selector removes the key without
// meaning to.
std::string ChangeOf(const Service& service, const ReplicaSet* target) {
  const std::optional<ServiceNote> note = NoteOf(service);
  if (!note) return {};
  const std::optional<std::string_view> hash = HashOf(service);
  if (!hash || hash == note->hash) return {};
  const auto right = target != nullptr ? target->meta.labels.Find(kPodTemplateHashLabel)
                                       : std::optional<std::string_view>();
  if (hash == right) return {};
  return "changed spec.selector[pod-template-hash] to " + std::string(*hash) +
         "; Windlass had set " + std::string(note->hash);
}

}  // namespace

std::optional<ServiceTrouble> TroubleWith(const Situation& situation, const NamedService& named,
                                          ServiceRole role, const ReplicaSet* target) {
  if (named.name.empty()) return std::nullopt;
  const std::string name = "Service " + std::string(named.name);
  if (named.service == nullptr) {
    return ServiceTrouble{"ServiceMissing",
                          name + " does not exist: create it, or change " + FieldOf(role)};
  }
  const Service& service = *named.service;
  if (service.meta.cut()) {
    return ServiceTrouble{
        workload::kLeftOutReason,
        name + " needs " + std::to_string(service.meta.cut_bytes >> 10U) +
            " KiB of memory, which Windlass does not have, so Windlass leaves the Service alone: "
            "make its labels and its selector smaller, or change " +
            FieldOf(role)};
  }
  if (SelectsNothing(service)) {
    const std::string why = service.external_name
                                ? " has type ExternalName"
                                : " has an empty spec.selector; the label pod-template-hash "
                                  "alone does not count";
    return ServiceTrouble{"ServiceWithoutSelector",
                          name + why +
                              ": let the Service select the Pods of the Rollout, or change " +
                              FieldOf(role)};
  }
  if (!named.other_rollout.empty()) {
    return ServiceTrouble{"ServiceShared",
                          "Windlass writes the selector of " + name + " for Rollout " +
                              std::string(named.other_rollout) +
                              ", which also names this Service: name another Service in " +
                              FieldOf(role)};
  }
  const ReplicaSet* pods = target != nullptr ? target : CurrentReplicaSet(situation);
  if (const std::string other = pods != nullptr ? OtherLabel(service, *pods) : ""; !other.empty()) {
    return ServiceTrouble{"ServiceSelectsOtherPods",
                          name + " selects " + other +
                              ", which Pods of the Rollout do not have: correct its "
                              "spec.selector, or change " +
                              FieldOf(role)};
  }
  if (target != nullptr && !target->meta.labels.Has(kPodTemplateHashLabel)) {
    return ServiceTrouble{"PodsWithoutHash",
                          name + " cannot select the Pods of ReplicaSet " + target->meta.name +
                              ": Windlass did not make that ReplicaSet, so its Pods have no label "
                              "pod-template-hash. Roll out another template"};
  }
  if (const std::string change = ChangeOf(service, target); !change.empty()) {
    return ServiceTrouble{"ServiceChanged",
                          name + ": another client " + change +
                              ". Windlass leaves the Service alone until its annotation " +
                              std::string(kServiceOf) + " is removed"};
  }
  return std::nullopt;
}

std::optional<ServiceTrouble> Unreadable(const NamedService& named) {
  if (named.unreadable == nullptr) return std::nullopt;
  return ServiceTrouble{
      "ServiceUnreadable",
      "Windlass cannot read the latest version of Service " + std::string(named.name) + " (" +
          InOneLine(named.unreadable->why) +
          "), so it leaves the Service alone. Correct the Service, or delete it and create it "
          "again"};
}

std::optional<ServiceTrouble> LossOf(const Situation& situation, const NamedService& named) {
  if (!named.told_until || *named.told_until <= situation.now) return std::nullopt;
  return ServiceTrouble{
      "ServiceTakenAway",
      "Service " + std::string(named.name) +
          ": another client removed pod-template-hash from spec.selector, or the annotation "
          "windlass.dev/service-of, twice within an hour. A server-side apply of a selector that "
          "lacks pod-template-hash can do this. Windlass writes both again, at most twice a "
          "minute. Make that client leave them alone"};
}

const Error* FailedWrite(const Situation& situation, const Service& service) {
  const auto failed = std::ranges::find_if(situation.learned, [&](const Outcome& outcome) {
    return IsPatchOf(outcome, resources::kServices, service.meta) && !outcome.said.ok();
  });
  return failed == situation.learned.end() ? nullptr : &failed->said.error();
}

std::optional<ServiceTrouble> RefusalOf(const Situation& situation, const NamedService& named) {
  const Error* error = FailedWrite(situation, *named.service);
  if (error == nullptr || !IsRefusal(error->kind)) return std::nullopt;
  const FirstRefusal* first = named.first_refusal;
  const bool is_known = first != nullptr && first->kind == error->kind;
  std::string message = "the API server refuses to change Service " + named.service->meta.name +
                        ": " + InOneLine(is_known ? first->words : error->message);
  if (error->kind == ErrorKind::kForbidden) {
    message += ". If Windlass lacks the right, apply " + std::string(kServicesComponent);
  }
  return ServiceTrouble{"ServiceUpdateRefused", std::move(message)};
}

std::optional<ServiceTrouble> NotKept(const NamedService& named) {
  if (named.not_kept == nullptr) return std::nullopt;
  return ServiceTrouble{
      "ServiceNotKept",
      "Service " + std::string(named.name) +
          ": the API server accepted what Windlass wrote and did not keep it, probably because a "
          "mutating webhook sets spec.selector. Make that webhook leave pod-template-hash alone"};
}

bool WasInConflict(const Situation& situation, const Service& service) {
  const Error* error = FailedWrite(situation, service);
  return error != nullptr && error->kind == ErrorKind::kConflict;
}

ServiceTrouble Forbidden(const ServiceFacts& facts) {
  const bool names = !facts.stable.name.empty() || !facts.canary.name.empty();
  std::string message = "Windlass has no right to read Services, and ";
  message += names ? "leaves their selectors as they are"
                   : "cannot take pod-template-hash out of the selectors of Services that "
                     "spec.strategy.services named before";
  return {"ServicesForbidden", message + ": apply " + std::string(kServicesComponent)};
}

}  // namespace windlass::rollout
