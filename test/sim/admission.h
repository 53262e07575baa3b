// What admission refuses before an object is created.
//
// The model has annotations of the namespace instead of quotas, policies and webhooks:
//
// | annotation | what is refused |
// |---|---|
// | windlass.example/replicaset-quota: "3" | the fourth ReplicaSet, with 403 |
#pragma once

#include <optional>

#include "test/sim/api_answer.h"
#include "test/sim/object_store.h"

namespace windlass::sim {

// Returns the answer that refuses to create `object`; nullopt if nothing refuses it. Its namespace
// must exist.
std::optional<ApiAnswer> Admit(const ObjectStore& store, const ApiResource& resource,
                               const Json& object);

}  // namespace windlass::sim
