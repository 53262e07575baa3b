#include "controller/deployment/create.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "controller/deployment/annotations.h"
#include "controller/deployment/new_replica_set.h"
#include "controller/deployment/status.h"
#include "kubeclient/api/canonical.h"

namespace windlass::deployment {
namespace {

// So many names of one template, all taken, are no accident.
constexpr int32_t kCollisionsOfOneTemplate = 3;

struct RefusedCreate {
  std::string name;
  Error error;
};

// The create this sync has tried and the server has refused. Looked for by verb and resource,
// because the body may differ by now: other ReplicaSets may have changed size.
std::optional<RefusedCreate> FindRefusedCreate(const Situation& situation) {
  const std::string what = std::string(Name(Verb::kCreate)) + " " +
                           std::string(Info(Resource::kReplicaSets).plural) + " " +
                           std::string(situation.deployment.meta.namespace_.text()) + "/";
  for (const Outcome& outcome : situation.learned) {
    if (outcome.said.ok() || !outcome.asked.text.starts_with(what)) continue;
    const std::string rest = outcome.asked.text.substr(what.size());
    return RefusedCreate{rest.substr(0, rest.find(' ')), outcome.said.error()};
  }
  return std::nullopt;
}

std::string CreateErrorMessage(const std::string& name, const std::string& error) {
  return "Failed to create new replica set \"" + name + "\": " + error;
}

// A status write whose outcome does not matter; nullopt when it was refused already.
std::optional<Step> UnlessTried(const Situation& situation, Write write) {
  if (FindOutcome(situation.learned, write.request.Identity()) != nullptr) return std::nullopt;
  write.go_on_if_refused = true;
  return write;
}

// Progressing=False first, in a write of its own that leaves counters and generation alone and may
// fail; then the Warning and the error (D-175).
Step GiveUp(const Situation& situation, const std::string& name, const Error& error, Retry retry) {
  const std::string message = CreateErrorMessage(name, error.message);
  if (auto step = WriteProgressing(situation, "False", "ReplicaSetCreateError", message)) {
    if (auto write = UnlessTried(situation, std::get<Write>(std::move(*step)))) return *write;
  }
  return Failed{.error = {error.kind, message, error.retry_after_ms},
                .retry = retry,
                .events = {{Event::Type::kWarning, "ReplicaSetCreateError", message}}};
}

// The names that were counted as taken before this one, for this very template, are taken still:
// whoever changes what we make would have us make ReplicaSets without end (contract B-10). Asks for
// them one by one; only ever in the case of several collisions.
std::optional<Step> StopIfClimbing(const Situation& situation, const NewReplicaSet& parts) {
  const Deployment& deployment = situation.deployment;
  const Result<std::string> canonical = CanonicalTemplate(*deployment.spec.template_json);
  int32_t collisions = deployment.status.collision_count.value_or(0);
  if (!canonical.ok() || collisions < kCollisionsOfOneTemplate - 1) return std::nullopt;
  std::string names = parts.name;
  for (int32_t i = 1; i < kCollisionsOfOneTemplate; ++i) {
    --collisions;  // the first one is found under no count at all (D-171)
    const std::string hash = ComputeHash(*canonical, collisions == 0 ? -1 : collisions);
    const std::string name = ReplicaSetName(deployment.meta.name, hash);
    Request read = Request::Get(Resource::kReplicaSets, {deployment.meta.namespace_, name});
    const Outcome* found = FindOutcome(situation.learned, read.Identity());
    if (found == nullptr) return Read{std::move(read), "names of one template are taken again"};
    if (!found->said.ok()) return std::nullopt;
    names += ", " + name;
  }
  return GiveUp(situation, parts.name,
                {ErrorKind::kInvalid,
                 "every ReplicaSet made for this pod template was changed or taken away: " + names +
                     "; an admission webhook or controller that does so must leave them alone. "
                     "Then delete these ReplicaSets"},
                Retry::kOnSpecChange);
}

Step AfterNameWasTaken(const Situation& situation, const RefusedCreate& refused,
                       const NewReplicaSet& parts) {
  const Deployment& deployment = situation.deployment;
  const Failed failed{.error = refused.error, .retry = Retry::kBackOff};
  if (parts.name != refused.name) return failed;  // counted already

  Request read = Request::Get(Resource::kReplicaSets, {deployment.meta.namespace_, refused.name});
  const Outcome* found = FindOutcome(situation.learned, read.Identity());
  if (found == nullptr) return Read{std::move(read), "the name of the new replicaset is taken"};
  if (!found->said.ok()) return failed;  // gone again, or not known: no collision (D-176)

  if (auto step = StopIfClimbing(situation, parts)) return *step;

  const int32_t collisions = deployment.status.collision_count.value_or(0);
  if (collisions == kUnlimited) return failed;  // cannot be counted any further
  DeploymentStatus status = deployment.status;
  status.collision_count = collisions + 1;
  auto write = UnlessTried(
      situation,
      Write{.request = PatchStatus(deployment, status, ""),
            .because = {"count name collision",
                        {{"replicaset", refused.name}, {"collisions", collisions + 1}}}});
  return write ? *write : failed;  // the next sync collides again, and counts then (D-178)
}

Step AfterRefusal(const Situation& situation, const RefusedCreate& refused,
                  const NewReplicaSet& parts) {
  switch (refused.error.kind) {
    case ErrorKind::kAlreadyExists: return AfterNameWasTaken(situation, refused, parts);
    case ErrorKind::kNamespaceTerminating:  // no event, no condition (D-175)
      return Failed{.error = refused.error, .retry = Retry::kForget};
    case ErrorKind::kInvalid:
      return GiveUp(situation, refused.name, refused.error, Retry::kOnSpecChange);
    default: return GiveUp(situation, refused.name, refused.error, Retry::kBackOff);
  }
}

// This sync created it, and what came back is not our new one.
bool CreatedInThisSync(const Situation& situation, const std::string& name) {
  const Request request =
      Request::Create(Resource::kReplicaSets, {situation.deployment.meta.namespace_, name}, "");
  const std::string what = request.Describe() + " ";
  return std::any_of(situation.learned.begin(), situation.learned.end(), [&](const Outcome& o) {
    return o.said.ok() && o.asked.text.starts_with(what);
  });
}

// Our ReplicaSet of that name whose revision no status has acknowledged yet.
bool CameBackChanged(const Situation& situation, const std::string& name) {
  if (CreatedInThisSync(situation, name)) return true;
  const int64_t acknowledged = RevisionOf(situation.deployment.meta).value_or(0);
  for (const ReplicaSet* rs : situation.all) {
    if (rs->meta.name == name) return RevisionOf(rs->meta).value_or(0) > acknowledged;
  }
  return false;
}

}  // namespace

Step CreateNewReplicaSet(const Situation& situation, std::optional<int32_t> replicas) {
  const Deployment& deployment = situation.deployment;
  Result<NewReplicaSet> parts = PartsOfNewReplicaSet(situation);
  if (!parts.ok()) return Failed{.error = parts.error(), .retry = Retry::kOnSpecChange};
  if (replicas) parts->replicas = *replicas;
  if (const auto refused = FindRefusedCreate(situation)) {
    return AfterRefusal(situation, *refused, *parts);
  }
  if (CameBackChanged(situation, parts->name)) {
    return GiveUp(
        situation, parts->name,
        {ErrorKind::kInvalid,
         "it came back with another pod template, or with other labels, than were sent; an "
         "admission webhook that changes ReplicaSets must leave them alone. Then delete this "
         "ReplicaSet"},
        Retry::kOnSpecChange);
  }

  Result<Request> request = CreateReplicaSet(deployment, *parts);
  if (!request.ok()) return Failed{.error = request.error(), .retry = Retry::kOnSpecChange};
  Write write{.request = *request,
              .because = {"create new replicaset",
                          {{"replicaset", parts->name},
                           {"revision", parts->annotations[std::string(kRevision)]},
                           {"to", parts->replicas},
                           {"total", TotalReplicas(situation.all)},
                           {"max_total", situation.limits.max_total()}}},
              .go_on_if_refused = true};
  if (parts->replicas > 0) {
    write.on_success.push_back(
        {Event::Type::kNormal, "ScalingReplicaSet",
         "Scaled up replica set " + parts->name + " from 0 to " + std::to_string(parts->replicas)});
  }
  return write;
}

}  // namespace windlass::deployment
