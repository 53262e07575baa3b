// The bodies of the writes a rollout makes. What is not named in them stays as the server has it.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "kubeclient/api/deployment.h"
#include "kubeclient/api/replica_set.h"
#include "kubeclient/api/request.h"
#include "kubeclient/base/result.h"

namespace windlass::deployment {

// What is to change in one ReplicaSet: one patch, however many reasons there are for it.
// Annotations are only ever added or overwritten (D-163), so a merge of single keys is exact.
struct ReplicaSetChange {
  std::optional<int32_t> replicas;
  std::optional<int32_t> min_ready_seconds;
  std::map<std::string, std::string> annotations;
  std::string fallback_reason{};  // as in Because, for which it is meant

  bool empty() const { return !replicas && !min_ready_seconds && annotations.empty(); }
};

Request PatchReplicaSet(const ReplicaSet& rs, const ReplicaSetChange& change);

// Annotations by key, with their new value; nullopt: taken away.
Request PatchAnnotations(const ReplicaSet& rs,
                         const std::map<std::string, std::optional<std::string>>& annotations);

// Writes `status` whole: every field we own is named, null when absent; conditions replace the
// list. `revision`, if not empty, becomes the Deployment's revision annotation. It travels with the
// status because that endpoint keeps annotations and does not bump the generation (D-166, D-703).
// For the same reason our notes go in it that an undo brought to the Deployment (P-074).
Request PatchStatus(const Deployment& deployment, const DeploymentStatus& status,
                    std::string_view revision);

// What a ReplicaSet to be created is made of, beside what it takes from its Deployment (D-173).
struct NewReplicaSet {
  std::string name;
  std::string hash;
  int32_t replicas = 0;
  std::map<std::string, std::string> annotations;
  std::string fallback_reason{};  // as in Because, for which it is meant
};

// Error kMalformed when the Deployment's template is no JSON object.
Result<Request> CreateReplicaSet(const Deployment& deployment, const NewReplicaSet& parts);

// Makes the Deployment the controller of `rs`: one more owner, or the one it is already (D-104).
Request AdoptReplicaSet(const Deployment& deployment, const ReplicaSet& rs);

// Takes the Deployment out of the owners of `rs` (D-105).
Request ReleaseReplicaSet(const Deployment& deployment, const ReplicaSet& rs);

// Template and annotations of the Deployment, both replaced whole: a merge would leave volumes,
// containers and labels of the present template inside the old one (docs/design/003).
// `template_json` is a ReplicaSet's; its hash label is left out. Error kMalformed when it is no
// JSON object. Requires that the Deployment has annotations.
Result<Request> PatchRolledBack(const Deployment& deployment, const std::string& template_json,
                                const std::map<std::string, std::string>& annotations);

// Takes the rollback annotation off the Deployment, through its main endpoint (D-468).
Request PatchRollbackCleared(const Deployment& deployment);

}  // namespace windlass::deployment
