#include "controller/deployment/create.h"

#include <optional>
#include <string>

#include "controller/deployment/annotations.h"
#include "controller/deployment/new_replica_set.h"
#include "controller/deployment/status.h"

namespace windlass::deployment {
namespace {

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

// Progressing=False first, in a write of its own that leaves counters and generation alone; then
// the Warning and the error (D-175).
Step GiveUp(const Situation& situation, const std::string& name, const Error& error, Retry retry) {
  const std::string message = CreateErrorMessage(name, error.message);
  if (auto write = WriteProgressing(situation, "False", "ReplicaSetCreateError", message)) {
    return *write;
  }
  return Failed{.error = {error.kind, message, error.retry_after_ms},
                .retry = retry,
                .events = {{Event::Type::kWarning, "ReplicaSetCreateError", message}}};
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

  const int32_t collisions = deployment.status.collision_count.value_or(0);
  if (collisions == kUnlimited) return failed;  // cannot be counted any further
  DeploymentStatus status = deployment.status;
  status.collision_count = collisions + 1;
  return Write{.request = PatchStatus(deployment, status, ""),
               .because = {"count name collision",
                           {{"replicaset", refused.name}, {"collisions", collisions + 1}}}};
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

// Our ReplicaSet of that name whose revision no status has acknowledged yet.
bool CameBackChanged(const Situation& situation, const std::string& name) {
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
         "its pod template is not the one that was sent; an admission webhook that changes "
         "ReplicaSets must leave it alone. Then delete this ReplicaSet"},
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
