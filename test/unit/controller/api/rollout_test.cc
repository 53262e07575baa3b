// What is kept of a Rollout.
#include "controller/api/rollout.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "kubeclient/api/decode.h"
#include "kubeclient/api/deployment.h"
#include "kubeclient/api/time.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/support/must.h"
#include "test/unit/controller/api/fixtures.h"

namespace windlass::rollout_test {
namespace {

struct Fixture {
  // Returns the Rollout `n` with these spec and status, which must be well-formed.
  Rollout Decode(const std::string& spec, const std::string& status = "{}") {
    const Rollout rollout = Must(DecodeRollout(
        decoder, R"({"metadata":{"name":"n"},"spec":)" + spec + R"(,"status":)" + status + "}"));
    return rollout;
  }

  SymbolTable symbols;
  Decoder decoder{symbols};
};

TEST_CASE("a Rollout is read from what the server sends") {
  Fixture f;
  const Rollout decoded = Must(DecodeRollout(f.decoder, test::kRolloutJson));
  CHECK(decoded.meta.name == "web");
  CHECK(decoded.meta.generation == 12);
  CHECK(decoded.meta.annotations.Find("windlass.dev/promote") == "2@8");

  const RolloutSpec& spec = decoded.spec;
  CHECK(spec.replicas == 14);
  CHECK(spec.selector.match_labels == StringMap{{"app", "web"}});
  CHECK(spec.min_ready_seconds == 20);
  CHECK(spec.paused);
  CHECK(spec.abort);
  CHECK(spec.rollback_to == 7);
  CHECK(spec.progress_deadline_seconds == 600);
  CHECK(spec.revision_history_limit == 10);
  CHECK(spec.template_json->starts_with(R"({"metadata":{"labels":{"app":"web"}})"));

  const RolloutStrategy& strategy = spec.strategy;
  CHECK(strategy.type == "InPlaceIfPossible");
  CHECK(strategy.max_unavailable == IntOrPercent::Percent("25%"));
  CHECK(strategy.max_surge == IntOrPercent::Int(0));
  CHECK(strategy.partition == IntOrPercent::Percent("80%"));
  CHECK(strategy.services == RolloutServices{.stable = "web", .canary = "web-next"});
  CHECK(strategy.in_place ==
        std::map<std::string, std::string, std::less<>>{
            {"canaryFirst", "true"}, {"drainSeconds", "5"}, {"surge", "Never"}});
  CHECK(strategy.steps == std::vector<RolloutStep>{{.set_updated = IntOrPercent::Int(1)},
                                                   {.pause = true, .duration = "1h30m"},
                                                   {.set_updated = IntOrPercent::Percent("50%")},
                                                   {.pause = true}});
}

TEST_CASE("a Rollout's status is read from what the server sends") {
  Fixture f;
  const Rollout decoded = Must(DecodeRollout(f.decoder, test::kRolloutJson));
  const RolloutStatus& status = decoded.status;
  CHECK(status.observed_generation == 11);
  CHECK(status.replicas == 14);
  CHECK(status.updated_replicas == 7);
  CHECK(status.ready_replicas == 13);
  CHECK(status.available_replicas == 12);
  CHECK(status.unavailable_replicas == 2);
  CHECK(status.terminating_replicas == 0);
  CHECK(status.collision_count == 1);
  CHECK(status.selector == "app=web");
  CHECK(status.current_revision == "8");
  CHECK(status.stable_revision == 7);
  CHECK(status.stable_template == "t-0123456789abcdef0123456789abcdef");
  CHECK(status.current_replica_set == NamedReplicaSet{"web-7c9d", "7c9d"});
  CHECK(status.stable_replica_set == NamedReplicaSet{"web-5f6b", "5f6b"});
  CHECK(status.images == "web:1.2,agent:3");
  CHECK(status.stable_images == "web:1.1");
  CHECK(status.step_text == "2/4");
  CHECK(status.phase == "Progressing");
  CHECK(status.message == "7 of 14 updated");
  CHECK(status.step == RolloutStepStatus{.index = 2,
                                         .total = 4,
                                         .started_at = *ParseTime("2026-01-02T15:05:00Z"),
                                         .revision = 8,
                                         .template_id = "t-fedcba9876543210fedcba9876543210"});
  CHECK(status.rolled_back == RolledBack{.revision = 5, .became = 7, .generation = 9});
  REQUIRE(status.conditions.size() == 1);
  CHECK(status.conditions.front().type == "Ready");
  CHECK(status.conditions.front().last_update_time == *ParseTime("2026-01-02T15:05:05Z"));
  CHECK(status.conditions.front().observed_generation == 11);
}

TEST_CASE("a Rollout with nothing in it has one replica, an empty template and asks for nothing") {
  Fixture f;
  const Rollout rollout = f.Decode("{}");
  CHECK(rollout.spec.replicas == 1);
  CHECK(*rollout.spec.template_json == "{}");
  CHECK_FALSE(rollout.spec.abort);
  CHECK(rollout.spec.rollback_to == std::nullopt);
  CHECK(rollout.spec.strategy == RolloutStrategy{});
  CHECK(rollout.status == RolloutStatus{});
}

TEST_CASE("the CRD's default of a status is no generation that was observed (RO-060)") {
  Fixture f;
  const Rollout decoded = Must(DecodeRollout(
      f.decoder, R"({"metadata":{"name":"web"},"status":{"observedGeneration":-1}})"));
  CHECK(decoded.status == RolloutStatus{});
  Proves("RO-060");
}

TEST_CASE("a Rollout is asked to roll back to a revision, or to the one before") {
  struct Row {
    std::string spec;
    std::optional<int64_t> want;
  };
  const Row row = GENERATE(values<Row>({
      {"{}", std::nullopt},
      {R"({"rollbackTo":null})", std::nullopt},
      {R"({"rollbackTo":{}})", 0},
      {R"({"rollbackTo":{"revision":null}})", 0},
      {R"({"rollbackTo":{"revision":0}})", 0},
      {R"({"rollbackTo":{"revision":9223372036854775807}})", INT64_MAX},
  }));
  CAPTURE(row.spec);
  Fixture f;
  CHECK(f.Decode(row.spec).spec.rollback_to == row.want);
}

TEST_CASE("the label of drain Label is read as part of the drain, wherever it stands") {
  struct Row {
    std::string in_place;
    std::string want;
  };
  const Row row = GENERATE(values<Row>({
      {R"("drain":"Label","drainLabel":{"key":"a.b/c","serving":"on","drained":"off"})",
       "Label:a.b/c=on/off"},
      {R"("drainLabel":{"drained":"0","key":"t","serving":"1"},"drain":"Label")", "Label:t=1/0"},
      {R"("drain":"Label")", "Label"},
      {R"("drain":"Label","drainLabel":null)", "Label"},
      {R"("drain":"Gate","drainLabel":{"key":"t","serving":"1","drained":"0"})", "Gate"},
  }));
  CAPTURE(row.in_place);
  Fixture f;
  const Rollout rollout = f.Decode(R"({"strategy":{"inPlace":{)" + row.in_place + "}}}");
  CHECK(rollout.spec.strategy.in_place ==
        std::map<std::string, std::string, std::less<>>{{"drain", row.want}});
}

TEST_CASE("a Rollout's template has the fingerprints that it has in a Deployment") {
  Fixture f;
  const std::string text = R"({"metadata":{"name":"n"},"spec":{"template":{"spec":{"x":[1]}}}})";
  const Rollout rollout = Must(DecodeRollout(f.decoder, text));
  const Deployment deployment = Must(DecodeDeployment(f.decoder, text));
  CHECK(rollout.spec.template_fingerprint == deployment.spec.template_fingerprint);
  CHECK(rollout.spec.template_text == deployment.spec.template_text);
}

}  // namespace
}  // namespace windlass::rollout_test
