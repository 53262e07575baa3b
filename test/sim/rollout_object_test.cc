// A Deployment and the Rollout that is made of it ask for the same.
#include "test/sim/rollout_object.h"

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include "test/catch.h"
#include "test/sim/in_place_run.h"
#include "test/sim/in_place_words.h"
#include "test/sim/rollout_limits.h"
#include "test/sim/sample_objects.h"

namespace windlass::sim::rollout_object_test {
namespace {

TEST_CASE("A Rollout has the metadata and the spec of the Deployment it is made of") {
  const Json deployment = SampleDeployment("web", 3, "app:v1");
  const Json rollout = AsRollout(deployment);
  CHECK(rollout["apiVersion"] == "windlass.dev/v1alpha1");
  CHECK(rollout["kind"] == "Rollout");
  CHECK(rollout["metadata"] == deployment["metadata"]);
  CHECK(rollout["spec"] == deployment["spec"]);
}

struct Row {
  const char* annotation;
  const char* value;
  const char* strategy;  // without the limits
};

TEST_CASE("Annotations about updates in place become fields of a Rollout") {
  const Row row = GENERATE(values<Row>(
      {{"", "Only", R"({"type": "InPlaceOnly"})"},
       {"", "IfPossible", R"({"type": "InPlaceIfPossible"})"},
       {"partition", "1", R"({"type": "InPlaceOnly", "partition": 1})"},
       {"partition", "50%", R"({"type": "InPlaceOnly", "partition": "50%"})"},
       {"max-unavailable", "2", R"({"type": "InPlaceOnly", "inPlace": {"maxUnavailable": 2}})"},
       {"surge", "Always", R"({"type": "InPlaceOnly", "inPlace": {"surge": "Always"}})"},
       {"canary-first", "false", R"({"type": "InPlaceOnly", "inPlace": {"canaryFirst": false}})"},
       {"drain", "Gate", R"({"type": "InPlaceOnly", "inPlace": {"drain": "Gate"}})"},
       {"drain", "Label:example.com/t=on/off",
        R"({"type": "InPlaceOnly", "inPlace": {"drain": "Label", "drainLabel": )"
        R"({"key": "example.com/t", "serving": "on", "drained": "off"}}})"},
       {"drain-seconds", "5", R"({"type": "InPlaceOnly", "inPlace": {"drainSeconds": 5}})"},
       {"on-failure", "Revert", R"({"type": "InPlaceOnly", "inPlace": {"onFailure": "Revert"}})"},
       {"pdb", "Ignore", R"({"type": "InPlaceOnly", "inPlace": {"pdb": "Ignore"}})"},
       {"resources", "IfPossible",
        R"({"type": "InPlaceOnly", "inPlace": {"resources": "IfPossible"}})"},
       {"unblock", "7", R"({"type": "InPlaceOnly", "inPlace": {"unblock": 7}})"}}));
  CAPTURE(row.annotation, row.value);
  Json rollout = AsRollout(InPlaceDeployment(3, "app:v1", {{row.annotation, row.value}}));
  CHECK(rollout["metadata"]["annotations"].empty());
  rollout["spec"]["strategy"].erase("rollingUpdate");
  CHECK(rollout["spec"]["strategy"] == Json::parse(row.strategy));
}

TEST_CASE("A Deployment that asks for no update in place makes a Rollout without settings") {
  const Json rollout =
      AsRollout(InPlaceDeployment(3, "app:v1", {{"", "Disabled"}, {"surge", "Always"}}));
  CHECK(rollout["metadata"]["annotations"].empty());
  CHECK_FALSE(rollout["spec"]["strategy"].contains("inPlace"));
  CHECK_FALSE(WantsInPlace(rollout));
  CHECK_THROWS_AS(AsRollout(InPlaceDeployment(3, "app:v1", {{"", "Release"}})),
                  std::invalid_argument);
}

TEST_CASE("An empty value removes a field of a Rollout") {
  Json rollout = AsRollout(InPlaceDeployment(3, "app:v1", {{"partition", "1"}, {"drain", "Gate"}}));
  SetInPlaceField(rollout, "windlass.dev/in-place-partition", "");
  CHECK_FALSE(rollout["spec"]["strategy"].contains("partition"));
  SetInPlaceField(rollout, "windlass.dev/in-place-drain", "");
  CHECK(rollout["spec"]["strategy"]["inPlace"] == Json::object());
  SetInPlaceField(rollout, "windlass.dev/in-place", "");
  CHECK(rollout["spec"]["strategy"]["type"] == "RollingUpdate");
  CHECK_FALSE(rollout["spec"]["strategy"].contains("inPlace"));
}

TEST_CASE("The invariants read the same from a Deployment and from its Rollout") {
  const Annotations options =
      GENERATE(values<Annotations>({{},
                                    {{"max-unavailable", "2"}},
                                    {{"max-unavailable", "40%"}},
                                    {{"drain", "Gate"}},
                                    {{"drain", "Label:example.com/t=on/off"}}}));
  const Json deployment = InPlaceDeployment(5, "app:v1", options);
  const Json rollout = AsRollout(deployment);
  CHECK(WantsInPlace(deployment));
  CHECK(WantsInPlace(rollout));
  const RolloutLimits limits = InPlaceLimitsOf(deployment);
  CHECK(InPlaceLimitsOf(rollout).unavailable == limits.unavailable);
  CHECK(InPlaceLimitsOf(rollout).max_total() == limits.max_total());
  for (const char* value : {"on", "off"}) {
    Json pod = SamplePod("web-1", "web");
    pod["metadata"]["labels"]["example.com/t"] = value;
    pod["status"]["conditions"] =
        Json::array({{{"type", "windlass.dev/in-place-ready"},
                      {"status", std::string(value) == "on" ? "True" : "False"}}});
    CHECK(IsDrained(deployment, pod) == IsDrained(rollout, pod));
  }
}

}  // namespace
}  // namespace windlass::sim::rollout_object_test
