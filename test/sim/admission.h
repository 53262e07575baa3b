// What admission changes in an object, and what it refuses before one is created.
//
// Instead of quotas, policies and webhooks, the model has annotations of the namespace, all with
// the prefix windlass.example/:
// - replicaset-quota: "3" refuses the fourth ReplicaSet with 403;
// - no-dry-run: "true" refuses every dry run with 400, as for a webhook that has side effects;
// - pod-refused: "422" refuses every Pod, dry run or not, with 422; likewise 400, 403, 429 and 500;
// - pod-refused: "422 app:v2" does so for Pods with a container of image app:v2;
// - no-annotations: "true" drops all annotations of ReplicaSets, whenever one is written;
// - no-pod-annotations: "true" does so for Pods;
// - keep-rollback: "true" puts the annotation deprecated.deployment.rollback.to back into each
//   Deployment from which a write removes it.
#pragma once

#include <optional>

#include "test/sim/api_answer.h"
#include "test/sim/object_store.h"

namespace windlass::sim {

// Changes `object` as mutating webhooks do, before it is validated. Its namespace must exist.
void Mutate(const ObjectStore& store, const ApiResource& resource, Json& object);

// Returns the answer that refuses to create `object`; nullopt if nothing refuses it. Its namespace
// must exist. A dry run counts against a quota like a creation, and uses up nothing of it.
std::optional<ApiAnswer> Admit(const ObjectStore& store, const ApiResource& resource,
                               const Json& object, bool dry_run);

}  // namespace windlass::sim
