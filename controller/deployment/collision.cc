#include "controller/deployment/collision.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "controller/deployment/annotations.h"
#include "controller/deployment/create_error.h"
#include "controller/deployment/new_replica_set.h"
#include "kubeclient/api/canonical.h"

namespace windlass::deployment {
namespace {

// So many names of one template, all taken, are no accident.
constexpr int32_t kCollisionsOfOneTemplate = 3;

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

// This sync created it, and what came back is not our new one.
bool CreatedInThisSync(const Situation& situation, const std::string& name) {
  const Request request =
      Request::Create(Resource::kReplicaSets, {situation.deployment.meta.namespace_, name}, "");
  const std::string what = request.Describe() + " ";
  return std::any_of(situation.learned.begin(), situation.learned.end(), [&](const Outcome& o) {
    return o.said.ok() && o.asked.text.starts_with(what);
  });
}

}  // namespace

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

// Our ReplicaSet of that name whose revision no status has acknowledged yet.
bool CameBackChanged(const Situation& situation, const std::string& name) {
  if (CreatedInThisSync(situation, name)) return true;
  const int64_t acknowledged = RevisionOf(situation.deployment.meta).value_or(0);
  for (const ReplicaSet* rs : situation.all) {
    if (rs->meta.name == name) return RevisionOf(rs->meta).value_or(0) > acknowledged;
  }
  return false;
}

}  // namespace windlass::deployment
