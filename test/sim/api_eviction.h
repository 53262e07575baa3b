// What kube-apiserver decides about an eviction (pkg/registry/core/pod/storage/eviction.go).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "test/sim/api_answer.h"

namespace windlass::sim {

// Returns true if the Pod is evicted whatever its budgets say: it is Pending, has ended, or is
// being deleted.
bool IgnoresBudgets(const Json& pod);

struct EvictionVerdict {
  std::optional<ApiAnswer> refusal{};  // the answer, if the eviction is refused
  Object takes_from{};                 // the budget that loses one disruption; null: none does
};
// Returns what `budgets`, those of the Pod's namespace, say about evicting the Pod.
EvictionVerdict JudgeEviction(const std::vector<Object>& budgets, const Json& pod);

// Takes one disruption for the Pod from the status of `budget`.
void TakeDisruption(Json& budget, const std::string& pod, WallTime now);

// Adds the condition that an eviction gives a Pod before it deletes the Pod.
void MarkEvicted(Json& pod, WallTime now);

// The answer to an eviction that is carried out: 201.
ApiAnswer Evicted();

}  // namespace windlass::sim
