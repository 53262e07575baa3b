// The bodies of the writes a rollout makes. What is not named in them stays as the server has it.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "controller/workload.h"
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

// What a ReplicaSet to be created is made of, beside what it takes from its workload (D-173).
struct NewReplicaSet {
  std::string name;
  std::string hash;
  int32_t replicas = 0;
  std::map<std::string, std::string> annotations;
  std::string fallback_reason{};  // as in Because, for which it is meant
};

// Error kMalformed when the workload's template is no JSON object.
Result<Request> CreateReplicaSet(const Workload& workload, const NewReplicaSet& parts);

// Makes the workload the controller of `rs`: one more owner, or the one it is already (D-104).
Request AdoptReplicaSet(const Workload& workload, const ReplicaSet& rs);

// Takes the workload out of the owners of `rs` (D-105).
Request ReleaseReplicaSet(const Workload& workload, const ReplicaSet& rs);

}  // namespace windlass::deployment
