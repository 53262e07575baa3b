// The conditions Ready, Reconciling and Stalled, and conditions as JSON.
#include "controller/kind/conditions.h"

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "test/catch.h"
#include "test/proves.h"

namespace windlass::kind::conditions_test {
namespace {

constexpr WallTime kNow{1'800'000'000};
constexpr WallTime kLater{1'800'000'060};

Ruling Says(Way way, const std::string& reason = "Why") {
  return {.phase = "Sailing", .way = way, .reason = reason, .message = "because"};
}

// Returns "Ready=False Stalled=True".
std::string TextOf(const std::vector<Condition>& conditions) {
  std::string text;
  for (const Condition& condition : conditions) {
    text += (text.empty() ? "" : " ") + std::string(condition.type.text()) + "=" +
            std::string(condition.status.text());
  }
  return text;
}

TEST_CASE("an object is ready, or it says which way it is not") {
  struct Row {
    Way way;
    std::string conditions;
  };
  const Row row = GENERATE(values<Row>({{Way::kReady, "Ready=True"},
                                        {Way::kReconciling, "Ready=False Reconciling=True"},
                                        {Way::kStalled, "Ready=False Stalled=True"}}));
  const std::vector<Condition> conditions = ConditionsOf(Says(row.way), 7, {}, kNow);
  CHECK(TextOf(conditions) == row.conditions);
  for (const Condition& condition : conditions) {
    CHECK(condition.reason == "Why");
    CHECK(condition.message == "because");
    CHECK(condition.observed_generation == 7);
    CHECK(condition.last_transition_time == kNow);
    CHECK(condition.last_update_time.IsZero());
  }
}

TEST_CASE("a condition keeps its transition time while its status is the same (RO-068)") {
  const std::vector<Condition> stored = ConditionsOf(Says(Way::kReconciling), 7, {}, kNow);
  SECTION("time alone changes nothing") {
    CHECK(ConditionsOf(Says(Way::kReconciling), 7, stored, kLater) == stored);
  }
  SECTION("another reason and another generation are no transition") {
    for (const Condition& next :
         ConditionsOf(Says(Way::kReconciling, "Other"), 8, stored, kLater)) {
      CHECK(next.reason == "Other");
      CHECK(next.last_transition_time == kNow);
    }
  }
  SECTION("Ready stays False when the object stalls, and Stalled is new") {
    const auto next = ConditionsOf(Says(Way::kStalled), 7, stored, kLater);
    REQUIRE(next.size() == 2);
    CHECK(next[0].last_transition_time == kNow);
    CHECK(next[1].last_transition_time == kLater);
  }
  SECTION("Ready becomes True") {
    CHECK(ConditionsOf(Says(Way::kReady), 7, stored, kLater)[0].last_transition_time == kLater);
  }
  SECTION("a stored condition without a time gets one") {
    std::vector<Condition> timeless = stored;
    for (Condition& condition : timeless) condition.last_transition_time = {};
    for (const Condition& next : ConditionsOf(Says(Way::kReconciling), 7, timeless, kLater)) {
      CHECK(next.last_transition_time == kLater);
    }
  }
  Proves("RO-068");
}

TEST_CASE("as JSON, conditions have no member without a value") {
  CHECK(ToJson({}).is_null());
  std::vector<Condition> conditions = ConditionsOf(Says(Way::kReady), 7, {}, kNow);
  CHECK(ToJson(conditions).dump() ==
        R"([{"type":"Ready","status":"True","observedGeneration":7,)"
        R"("lastTransitionTime":"2027-01-15T08:00:00Z","reason":"Why","message":"because"}])");
  conditions[0].last_transition_time = {};
  conditions[0].last_update_time = kLater;
  conditions[0].observed_generation = 0;
  CHECK(ToJson(conditions).dump() ==
        R"([{"type":"Ready","status":"True","lastUpdateTime":"2027-01-15T08:01:00Z",)"
        R"("reason":"Why","message":"because"}])");
}

}  // namespace
}  // namespace windlass::kind::conditions_test
