#include "test/sim/expectations.h"

#include <utility>

namespace windlass::sim {

void Expectations::ExpectCreations(const StoreKey& replica_set, size_t count, MonotonicTime now) {
  expected_[replica_set] = {count, {}, now};
}

void Expectations::ExpectDeletions(const StoreKey& replica_set, std::set<std::string> pods,
                                   MonotonicTime now) {
  expected_[replica_set] = {0, std::move(pods), now};
}

void Expectations::CreationObserved(const StoreKey& replica_set) {
  const auto found = expected_.find(replica_set);
  if (found != expected_.end() && found->second.creations > 0) --found->second.creations;
}

void Expectations::DeletionObserved(const StoreKey& replica_set, const std::string& pod) {
  const auto found = expected_.find(replica_set);
  if (found != expected_.end()) found->second.deletions.erase(pod);
}

bool Expectations::Satisfied(const StoreKey& replica_set, MonotonicTime now) const {
  const auto found = expected_.find(replica_set);
  if (found == expected_.end()) return true;
  const Expected& expected = found->second;
  return (expected.creations == 0 && expected.deletions.empty()) || now - expected.since > kTimeout;
}

}  // namespace windlass::sim
