// spec.strategy: limits, partition, and settings of updates in place.
#include "controller/rollout/strategy.h"

#include <map>
#include <string>
#include <utility>

#include "controller/in_place/template/options.h"
#include "controller/workload/workload_kind.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/rollout/stored_rollout.h"

namespace windlass::rollout::strategy_test {
namespace {

using Json = nlohmann::json;

// Has 10 replicas and this strategy.
struct With : StoredRollout {
  explicit With(const std::string& strategy) { object["spec"]["strategy"] = Json::parse(strategy); }
};

struct LimitsRow {
  std::string id;
  std::string strategy;
  Strategy want;
  int32_t surge = 0;
  int32_t unavailable = 0;
  int32_t updated_max = kUnlimited;
};

TEST_CASE("strategy and limits of 10 replicas are resolved") {
  const LimitsRow row = GENERATE(values<LimitsRow>({
      {"RO-070 no limits", R"({"type":"RollingUpdate"})", Strategy::kRollingUpdate, 3, 2},
      {"RO-070 no type", "{}", Strategy::kRollingUpdate, 3, 2},
      {"RO-070 both", R"({"type":"RollingUpdate","rollingUpdate":{"maxSurge":0,
                          "maxUnavailable":"35%"}})",
       Strategy::kRollingUpdate, 0, 3},
      {"RO-071 in place if possible", R"({"type":"InPlaceIfPossible"})", Strategy::kRollingUpdate,
       3, 2},
      {"RO-071 in place only", R"({"type":"InPlaceOnly","rollingUpdate":{"maxSurge":1,
                                   "maxUnavailable":0}})",
       Strategy::kRollingUpdate, 1, 0},
      {"RO-070 a surge above all",
       R"({"rollingUpdate":{"maxSurge":"200%","maxUnavailable":"100%"}})", Strategy::kRollingUpdate,
       20, 10},
      {"RO-071 recreate", R"({"type":"Recreate"})", Strategy::kRecreate},
      {"RO-072 a partition", R"({"partition":4})", Strategy::kRollingUpdate, 3, 2, 6},
      {"RO-072 a percentage rounds up", R"({"partition":"25%"})", Strategy::kRollingUpdate, 3, 2,
       7},
      {"RO-072 all are kept", R"({"partition":"100%"})", Strategy::kRollingUpdate, 3, 2, 0},
      {"RO-072 more than all are kept", R"({"partition":12})", Strategy::kRollingUpdate, 3, 2, 0},
      {"RO-072 none is kept", R"({"partition":0})", Strategy::kRollingUpdate, 3, 2},
      {"RO-072 in place", R"({"type":"InPlaceOnly","partition":9})", Strategy::kRollingUpdate, 3, 2,
       1},
  }));
  CAPTURE(row.id);
  With rollout(row.strategy);
  const Workload workload = rollout.Look();
  CHECK(workload.strategy_error.empty());
  CHECK(workload.strategy == row.want);
  CHECK(workload.limits.desired == 10);
  CHECK(workload.limits.surge == row.surge);
  CHECK(workload.limits.max_unavailable == row.unavailable);
  CHECK(workload.limits.updated_max == row.updated_max);
  CHECK(workload.limits_field == "spec.strategy.rollingUpdate");
  Proves(row.id);
}

TEST_CASE("updates in place know the limits that the strategy has by default (RO-070)") {
  With rollout(R"({"type":"InPlaceIfPossible"})");
  const Workload workload = rollout.Look();
  CHECK(workload.max_surge == IntOrPercent::Percent("25%"));
  CHECK(workload.max_unavailable == IntOrPercent::Percent("25%"));
  const in_place::Configuration read = in_place::ReadOptions(workload);
  CHECK(read.errors.empty());
  CHECK(read.options.max_surge == 3);
  CHECK(read.options.max_unavailable == 2);
  Proves("RO-070");
}

// Whom this serves: whose old CRD accepts both, and who would see a false deadline at the
// partition.
TEST_CASE("steps and a partition together are refused (RO-072)") {
  With rollout(R"({"partition":0,"steps":[{"setUpdated":1}]})");
  CHECK(
      rollout.Look().strategy_error ==
      "spec.strategy.partition and spec.strategy.steps both say how many Pods are updated: remove "
      "one of them. To hold Pods back with steps, write a step with setUpdated and then a step "
      "with pause");
  Proves("RO-072");
}

TEST_CASE("a strategy that cannot be carried out says what to write (RO-071 RO-072)") {
  using Row = std::pair<std::string, std::string>;
  const auto [strategy, want] = GENERATE(values<Row>({
      {R"({"type":"Canary"})",
       "unexpected rollout strategy type: Canary: set spec.strategy.type to RollingUpdate, "
       "Recreate, InPlaceIfPossible or InPlaceOnly"},
      {R"({"type":"Recreate","partition":3})",
       "spec.strategy.partition: Recreate updates all Pods at once: remove this field, or set "
       "spec.strategy.type to RollingUpdate"},
      {R"({"type":"Recreate","steps":[{"setUpdated":1}]})",
       "spec.strategy.steps: Recreate updates all Pods at once: remove this field, or set "
       "spec.strategy.type to RollingUpdate"},
      {R"({"partition":"some"})",
       "spec.strategy.partition: \"some\" is not a percentage: write a count of Pods such as 1, "
       "or a percentage such as \"25%\""},
      {R"({"partition":"101%"})",
       "spec.strategy.partition: \"101%\" is more than all Pods: write a count of Pods such as 1, "
       "or a percentage of at most 100%"},
      {R"({"rollingUpdate":{"maxUnavailable":"200%"}})",
       "spec.strategy.rollingUpdate.maxUnavailable: \"200%\" is more than all Pods: write a count "
       "of Pods such as 1, or a percentage of at most 100%"},
      {R"({"rollingUpdate":{"maxSurge":-1}})",
       "spec.strategy.rollingUpdate.maxSurge: \"-1\" is negative: write a count of Pods such as "
       "1, or a percentage such as \"25%\""},
  }));
  CAPTURE(strategy);
  With rollout(strategy);
  const Workload workload = rollout.Look();
  CHECK(workload.strategy_error == want);
  CHECK(workload.limits.desired == 10);
  CHECK(workload.limits.surge == 0);
  CHECK(workload.limits.max_unavailable == 0);
  Proves("RO-071 RO-072");
}

TEST_CASE("Services that cannot be told apart, or are none, are refused (RO-180)") {
  using Row = std::pair<std::string, std::string>;
  const auto [strategy, want] = GENERATE(values<Row>({
      {R"({"type":"InPlaceOnly","services":{"canary":"next"}})",
       "spec.strategy.services: Pods keep their pod-template-hash through an update in place, so "
       "no "
       "Service can select one revision: remove spec.strategy.services, or set "
       "spec.strategy.type to RollingUpdate"},
      {R"({"services":{"stable":"web","canary":"web"}})",
       "spec.strategy.services: stable and canary are both web, and one Service cannot select two "
       "revisions: name two Services, or remove one of them"},
      {R"({"services":{"canary":"Web"}})",
       "spec.strategy.services.canary: \"Web\" is not a valid Service name: write at most 63 lower "
       "case letters, digits and '-', which begin and end with a letter or digit"},
      {R"({"type":"Recreate","services":{"stable":"-web"}})",
       "spec.strategy.services.stable: \"-web\" is not a valid Service name: write at most 63 "
       "lower case letters, digits and '-', which begin and end with a letter or digit"},
      {R"({"services":{}})", ""},
      {R"({"services":{"canary":"next-1"}})", ""},
      {R"({"type":"Recreate","services":{"stable":"web"}})", ""},
      {R"({"type":"Recreate","partition":3,"services":{"stable":"web"}})",
       "spec.strategy.partition: Recreate updates all Pods at once: remove this field, or set "
       "spec.strategy.type to RollingUpdate"},
  }));
  CAPTURE(strategy);
  With rollout(strategy);
  CHECK(rollout.Look().strategy_error == want);
  Proves("RO-180");
}

std::map<std::string, std::string> SettingsOf(const Workload& workload) {
  std::map<std::string, std::string> settings;
  for (const Setting& setting : workload.in_place_settings) {
    settings.emplace(setting.key, setting.value);
  }
  return settings;
}

TEST_CASE("fields of updates in place are the settings that a Deployment has (RO-073)") {
  With rollout(R"({"type":"InPlaceOnly","inPlace":{"maxUnavailable":"20%",
"surge":"Always","canaryFirst":false,"drain":"Label","drainSeconds":5,"onFailure":"Revert",
"pdb":"Ignore","resources":"IfPossible","unblock":8,"tomorrow":"x",
"drainLabel":{"key":"example.com/traffic","serving":"on","drained":"off"}}})");
  rollout.object["spec"]["template"]["metadata"]["labels"]["example.com/traffic"] = "on";
  const Workload workload = rollout.Look();
  CHECK(SettingsOf(workload) ==
        std::map<std::string, std::string>{
            {"windlass.dev/in-place", "Only"},
            {"windlass.dev/in-place-max-unavailable", "20%"},
            {"windlass.dev/in-place-surge", "Always"},
            {"windlass.dev/in-place-canary-first", "false"},
            {"windlass.dev/in-place-drain", "Label:example.com/traffic=on/off"},
            {"windlass.dev/in-place-drain-seconds", "5"},
            {"windlass.dev/in-place-on-failure", "Revert"},
            {"windlass.dev/in-place-pdb", "Ignore"},
            {"windlass.dev/in-place-resources", "IfPossible"},
            {"windlass.dev/in-place-unblock", "8"}});

  const in_place::Configuration read = in_place::ReadOptions(workload);
  CHECK(read.errors.empty());
  CHECK(read.warnings.empty());
  CHECK(read.options.policy == in_place::Policy::kOnly);
  CHECK(read.options.max_unavailable == 2);
  CHECK(read.options.max_surge == 3);
  CHECK(read.options.surge == in_place::Surge::kAlways);
  CHECK_FALSE(read.options.canary_first);
  CHECK(read.options.drain.mode == in_place::Drain::Mode::kLabel);
  CHECK(read.options.drain_seconds == 5);
  CHECK(read.options.on_failure == in_place::OnFailure::kRevert);
  CHECK(read.options.pdb == in_place::PdbPolicy::kIgnore);
  CHECK(read.options.unblock == 8);
  Proves("RO-073");
}

TEST_CASE("without a type that asks for them, fields of updates in place say nothing (RO-073)") {
  const std::string type = GENERATE(values<std::string>({"RollingUpdate", "Recreate", "Canary"}));
  With rollout(R"({"type":")" + type + R"(","inPlace":{"surge":"Never"}})");
  const Workload workload = rollout.Look();
  CHECK(workload.in_place_settings.empty());
  CHECK_FALSE(in_place::Asks(workload));
  Proves("RO-073");
}

TEST_CASE("a wrong setting is told by the name of its field (RO-073)") {
  With rollout(R"({"type":"InPlaceIfPossible","inPlace":{"surge":"often"}})");
  const in_place::Configuration read = in_place::ReadOptions(rollout.Look());
  REQUIRE(read.errors.size() == 1);
  CHECK(read.errors.front().message ==
        "rollout shop/web: field spec.strategy.inPlace.surge: \"often\" is not known: write Auto, "
        "Never or Always");
  CHECK(read.options.policy == in_place::Policy::kDisabled);
  Proves("RO-073");
}

TEST_CASE("a label that selects the Pods is told to belong to a Rollout (RO-073)") {
  With rollout(R"({"type":"InPlaceOnly","inPlace":{"drain":"Label:app=web/out"}})");
  const in_place::Configuration read = in_place::ReadOptions(rollout.Look());
  REQUIRE(read.errors.size() == 1);
  CHECK(read.errors.front().message ==
        "rollout shop/web: field spec.strategy.inPlace.drain: \"Label:app=web/out\" is not valid: "
        "label \"app\" is in spec.selector. A drain changes this label, so the Pod might no longer "
        "belong to the Rollout: drain by another label");
  Proves("RO-073");
}

TEST_CASE("a type of updates in place is told as it is written (RO-073)") {
  const RolloutKind kind;
  CHECK(kind.WordOf("windlass.dev/in-place", "Only") == "InPlaceOnly");
  CHECK(kind.WordOf("windlass.dev/in-place", "IfPossible") == "InPlaceIfPossible");
  CHECK(kind.WordOf("windlass.dev/in-place-surge", "Always") == "Always");
  Proves("RO-073");
}

TEST_CASE("every setting has a field (RO-073)") {
  using Row = std::pair<std::string, std::string>;
  const auto [key, want] = GENERATE(values<Row>({
      {"windlass.dev/in-place", "spec.strategy.type"},
      {"windlass.dev/in-place-partition", "spec.strategy.partition"},
      {"windlass.dev/in-place-max-unavailable", "spec.strategy.inPlace.maxUnavailable"},
      {"windlass.dev/in-place-surge", "spec.strategy.inPlace.surge"},
      {"windlass.dev/in-place-canary-first", "spec.strategy.inPlace.canaryFirst"},
      {"windlass.dev/in-place-drain", "spec.strategy.inPlace.drain"},
      {"windlass.dev/in-place-drain-seconds", "spec.strategy.inPlace.drainSeconds"},
      {"windlass.dev/in-place-on-failure", "spec.strategy.inPlace.onFailure"},
      {"windlass.dev/in-place-pdb", "spec.strategy.inPlace.pdb"},
      {"windlass.dev/in-place-resources", "spec.strategy.inPlace.resources"},
      {"windlass.dev/in-place-unblock", "spec.strategy.inPlace.unblock"},
      {"windlass.dev/in-place-tomorrow", "windlass.dev/in-place-tomorrow"},
  }));
  CHECK(PlaceOf(key).noun == "field");
  CHECK(PlaceOf(key).name == want);
  Proves("RO-073");
}

}  // namespace
}  // namespace windlass::rollout::strategy_test
