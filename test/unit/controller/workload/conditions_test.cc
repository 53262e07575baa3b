#include "controller/workload/conditions.h"

#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/workload/world.h"

namespace windlass::workload::conditions_test {
namespace {

constexpr WallTime kEarlier{1'700'000'000};

std::vector<Condition> Present() {
  return {NewCondition("Progressing", "True", "ReplicaSetUpdated", "before", kEarlier),
          NewCondition("StatusUpdate", "Maybe", "Foreign", "somebody else's", kEarlier),
          NewCondition("Available", "True", "MinimumReplicasAvailable", "yes", kEarlier)};
}

TEST_CASE("a condition with the same status and reason stays as it is (D-410)") {
  auto conditions = Present();
  SetCondition(conditions, NewCondition("Progressing", "True", "ReplicaSetUpdated", "now", kNow));
  CHECK(conditions == Present());
  Proves("D-410");
}

TEST_CASE("a new reason moves the condition to the end and keeps its transition time (D-410)") {
  auto conditions = Present();
  SetCondition(conditions,
               NewCondition("Progressing", "True", "NewReplicaSetAvailable", "m", kNow));
  CHECK(TypesOf(conditions) == "StatusUpdate Available Progressing");
  CHECK(conditions.back().last_update_time == kNow);
  CHECK(conditions.back().last_transition_time == kEarlier);
  Proves("D-410 D-412");
}

TEST_CASE("a new status value is a transition (D-410)") {
  auto conditions = Present();
  SetCondition(conditions, NewCondition("Progressing", "False", "ReplicaSetUpdated", "m", kNow));
  CHECK(conditions.back().last_update_time == kNow);
  CHECK(conditions.back().last_transition_time == kNow);
  Proves("D-410");
}

TEST_CASE("an unknown type is appended (D-410)") {
  auto conditions = Present();
  SetCondition(conditions, NewCondition("ReplicaFailure", "True", "FailedCreate", "m", kNow));
  CHECK(TypesOf(conditions) == "Progressing StatusUpdate Available ReplicaFailure");
  Proves("D-410");
}

// Whom this serves: who reads why nothing is rolled out, after the first cause has gone and another
// one has come.
TEST_CASE("words of the API server that differ in more than numbers are told anew (D-175)") {
  auto conditions = Present();
  WallTime now = kNow;
  const auto tell = [&](const char* words) {
    TellCondition(conditions, NewCondition("Progressing", "True", "ReplicaSetUpdated",
                                           "ReplicaSet \"web-1\": " + std::string(words), now));
    return conditions.back().message;
  };
  CHECK(tell("exceeded quota: used 5") == "ReplicaSet \"web-1\": exceeded quota: used 5");
  CHECK(tell("exceeded quota: used 6") == "ReplicaSet \"web-1\": exceeded quota: used 5");
  CHECK(conditions.back().last_update_time == kNow);
  CHECK(tell("denied by a policy") == "ReplicaSet \"web-1\": denied by a policy");
  CHECK(conditions.back().last_transition_time == kEarlier);
  // A number may be the name of another cause.
  CHECK(tell("exceeded quota: team-1") == "ReplicaSet \"web-1\": exceeded quota: team-1");
  now = kNow + seconds(59);
  CHECK(tell("exceeded quota: team-2") == "ReplicaSet \"web-1\": exceeded quota: team-1");
  now = kNow + seconds(60);
  CHECK(tell("exceeded quota: team-2") == "ReplicaSet \"web-1\": exceeded quota: team-2");
  TellCondition(conditions, NewCondition("Progressing", "True", "ReplicaSetUpdated",
                                         "ReplicaSet \"web-2\": denied by a policy", kNow));
  CHECK(conditions.back().message == "ReplicaSet \"web-2\": denied by a policy");
  Proves("D-175");
}

TEST_CASE("refreshing renews the message and the update time of the same reason (D-424)") {
  auto conditions = Present();
  RefreshCondition(conditions,
                   NewCondition("Progressing", "True", "ReplicaSetUpdated", "now", kNow));
  CHECK(TypesOf(conditions) == "StatusUpdate Available Progressing");
  CHECK(conditions.back().message == "now");
  CHECK(conditions.back().last_update_time == kNow);
  CHECK(conditions.back().last_transition_time == kEarlier);
  Proves("D-424");
}

TEST_CASE("removing a condition leaves the others in place (D-411, D-413)") {
  auto conditions = Present();
  RemoveCondition(conditions, "ReplicaFailure");
  CHECK(conditions == Present());
  RemoveCondition(conditions, "StatusUpdate");
  CHECK(TypesOf(conditions) == "Progressing Available");
  Proves("D-413");
}

}  // namespace
}  // namespace windlass::workload::conditions_test
