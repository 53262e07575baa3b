// The texts of test/differential/expected.
#include "test/sim/script_expected.h"

#include <stdexcept>

#include "test/catch.h"

namespace windlass::sim::script_expected_test {
namespace {

// A rollout begins, and its old ReplicaSet gets another revision.
constexpr const char* kText = R"(step 1: apply web
  + deployment web replicas=3 updated=3
  + condition web Available=True MinimumReplicasAvailable
  + annotation web note=a b
  + replicaset web/1 spec=3 minReadySeconds=0
  + annotation web/1 note=a b
    event web ScalingReplicaSet web/1 +3
step 2: apply web image=app:2
  ~ deployment web replicas=4 updated=1
  ~ condition web Available=False MinimumReplicasUnavailable
  ~ annotation web note=a c=d
  + replicaset web/12 spec=1 minReadySeconds=0
step 3: undo web
  - annotation web note
  - replicaset web/1
    refused web
  ~ replicaset web/12 minReadySeconds=5
step 4: delete web
  - deployment web
)";

TEST_CASE("Expected texts tell what changed, and are read as whole states") {
  const std::vector<std::vector<std::string>> expected = {
      {"step 1: apply web", "annotation web note=a b", "annotation web/1 note=a b",
       "condition web Available=True MinimumReplicasAvailable",
       "deployment web replicas=3 updated=3", "replicaset web/1 spec=3 minReadySeconds=0",
       "event web ScalingReplicaSet web/1 +3"},
      {"step 2: apply web image=app:2", "annotation web note=a c=d", "annotation web/1 note=a b",
       "condition web Available=False MinimumReplicasUnavailable",
       "deployment web replicas=4 updated=1", "replicaset web/1 spec=3 minReadySeconds=0",
       "replicaset web/12 spec=1 minReadySeconds=0"},
      {"step 3: undo web", "condition web Available=False MinimumReplicasUnavailable",
       "deployment web replicas=4 updated=1", "replicaset web/12 spec=1 minReadySeconds=5",
       "refused web"},
      {"step 4: delete web", "replicaset web/12 spec=1 minReadySeconds=5"}};
  CHECK(ParseExpected(kText) == expected);
}

TEST_CASE("A change that does not fit the expected state before it is refused") {
  const auto refused = [](const std::string& change) -> std::string {
    try {
      ParseExpected("step 1: apply web\n  + deployment web replicas=3\n" + change + "\n");
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
    return "";
  };
  for (const char* change :
       {"", "deployment web replicas=3", "~ deployment web replicas=4",
        "  * deployment web replicas=4", "  + deployment web replicas=4",
        "  ~ deployment web updated=4", "  ~ deployment api replicas=4", "  ~ annotation web a=b",
        "  - replicaset web/1", "    condition web Available=True X"}) {
    CHECK(refused(change) == "does not fit the state before: " + std::string(change));
  }
  CHECK_THROWS_AS(ParseExpected("  + deployment web replicas=3\n"), std::invalid_argument);
}

}  // namespace
}  // namespace windlass::sim::script_expected_test
