// Which changes of CPU and memory a running Pod can take: P-009.
#include "controller/in_place/template/resources.h"

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "controller/in_place/template/eligibility.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/in_place/template/template_rows.h"

namespace windlass::in_place::resources_test {
namespace {

using Json = nlohmann::json;

const std::string kAppLimits = kApp + "/resources/limits";
const std::string kAppRequests = kApp + "/resources/requests";

// Both templates: a request below the limit, so that the Pods are Burstable.
const Edits kBurstable = Put(kAppRequests, R"({"cpu":"250m","memory":"512Mi"})");
const Edits kProxySizes =
    Put(kProxy + "/resources", R"({"requests":{"cpu":"10m"},"limits":{"memory":"64Mi"}})");

Row Resized(std::string id, Edits change, std::string want, Edits before = kBurstable) {
  return {std::move(id), std::move(change), std::move(want), std::move(before), true};
}

TEST_CASE("CPU and memory of containers and sidecars can change (P-009)") {
  const std::vector<Row> rows = {
      Resized("P-009 a request", PutText(kAppRequests + "/cpu", "500m"),
              "resize app requests.cpu 250m>500m"),
      Resized("P-009 a limit", PutText(kAppLimits + "/memory", "2Gi"),
              "resize app limits.memory 1Gi>2Gi"),
      Resized("P-009 the same number", PutText(kAppLimits + "/memory", "1024Mi"), "unchanged"),
      Resized("P-009 with an image",
              Together(Image(kLog, "r/log:2"), PutText(kAppLimits + "/cpu", "2")),
              "image log r/log:1>r/log:2; resize app limits.cpu 1>2"),
      Resized("P-009 with a label",
              Together(PutText(kLabels + "/tier", "back"), PutText(kAppLimits + "/cpu", "2")),
              "label tier=back; resize app limits.cpu 1>2"),
      Resized("P-009 of a sidecar", PutText(kProxy + "/resources/requests/cpu", "20m"),
              "resize proxy requests.cpu 10m>20m", Together(kBurstable, kProxySizes)),
      Resized("P-009 of an init container", PutText(kSetup + "/resources/requests/cpu", "20m"),
              "resize setup requests.cpu 10m>20m",
              Together(kBurstable, Put(kSetup + "/resources", R"({"requests":{"cpu":"10m"}})"))),
      Resized("P-009 with a restart", PutText(kAppLimits + "/memory", "2Gi"),
              "resize app with a restart limits.memory 1Gi>2Gi",
              Together(kBurstable,
                       Put(kApp + "/resizePolicy",
                           R"([{"resourceName":"memory","restartPolicy":"RestartContainer"}])"))),
      Resized("P-009 the other resource restarts", PutText(kAppLimits + "/cpu", "2"),
              "resize app limits.cpu 1>2",
              Together(kBurstable,
                       Put(kApp + "/resizePolicy",
                           R"([{"resourceName":"memory","restartPolicy":"RestartContainer"}])"))),
  };
  for (const Row& row : rows) Check(row);
  Proves("P-009");
}

TEST_CASE("a limit alone is the request as well, as in a Pod (P-009)") {
  // Log has no resources, so the Pods are Burstable.
  Check(Resized("P-009 defaulted request", PutText(kAppLimits + "/cpu", "2"),
                "resize app requests.cpu 1>2 limits.cpu 1>2", {}));
  Check(Resized("P-009 the default, written", Put(kAppRequests, R"({"cpu":"1"})"), "nothing", {}));
  Proves("P-009");
}

TEST_CASE("what a running Pod cannot take means new Pods (P-009)") {
  const std::vector<Row> rows = {
      Resized("P-009 a limit less", Remove(kAppLimits + "/cpu"), "ResourcesAddedOrRemoved:"),
      Resized("P-009 a limit more", Put(kLog + "/resources", R"({"limits":{"cpu":"1"}})"),
              "ResourcesAddedOrRemoved:/spec/containers/1/resources/requests/cpu"),
      Resized("P-009 another resource", PutText(kAppLimits + "/example.com~1gpu", "1"),
              "OtherResources:"),
      Resized("P-009 storage", PutText(kAppLimits + "/ephemeral-storage", "1Gi"),
              "OtherResources:"),
      Resized("P-009 of the Pod", Put("/spec/resources", R"({"limits":{"cpu":"1"}})"),
              "OtherResources:"),
      Resized("P-009 in a Pod with its own", PutText(kAppLimits + "/cpu", "2"),
              "OtherResources:/spec/resources",
              Together(kBurstable, Put("/spec/resources", R"({"limits":{"cpu":"4"}})"))),
      Resized("P-009 Windows", PutText(kAppLimits + "/cpu", "2"),
              "FieldChanged:", Together(kBurstable, Put("/spec/os", R"({"name":"windows"})"))),
      Resized("P-009 the policy", Put(kApp + "/resizePolicy", R"([{"resourceName":"cpu"}])"),
              "FieldChanged:"),
      Resized("P-009 an init container that would restart",
              PutText(kSetup + "/resources/requests/cpu", "20m"), "FieldChanged:",
              Together(kBurstable, Put(kSetup + "/resources", R"({"requests":{"cpu":"10m"}})"),
                       Put(kSetup + "/resizePolicy",
                           R"([{"resourceName":"cpu","restartPolicy":"RestartContainer"}])"))),
  };
  for (const Row& row : rows) Check(row);
  Proves("P-009");
}

TEST_CASE("a container that has read its CPU needs a restart (P-009)") {
  const auto env = [](const std::string& container, const std::string& resource) {
    return Put(container + "/env",
               R"([{"name":"N","valueFrom":{"resourceFieldRef":{)" +
                   std::string(container == kLog ? R"("containerName":"app",)" : "") +
                   R"("resource":")" + resource + R"("}}}])");
  };
  const Edits more = PutText(kAppLimits + "/cpu", "2");
  Check(Resized("P-009 own limit", more,
                "EnvFromResources:/spec/containers/0/env/0/valueFrom/resourceFieldRef",
                Together(kBurstable, env(kApp, "limits.cpu"))));
  Check(Resized("P-009 of another container", more,
                "EnvFromResources:/spec/containers/1/env/0/valueFrom/resourceFieldRef",
                Together(kBurstable, env(kLog, "limits.cpu"))));
  Check(Resized("P-009 a quantity that stays", more, "resize app limits.cpu 1>2",
                Together(kBurstable, env(kApp, "limits.memory"))));
  Check(Resized("P-009 restarted for its image", Together(Image(kApp, "r/app:2"), more),
                "image app r/app:1>r/app:2; resize app limits.cpu 1>2",
                Together(kBurstable, env(kApp, "limits.cpu"))));
  Proves("P-009");
}

TEST_CASE("a change that would make Guaranteed Pods Burstable means new Pods (P-009)") {
  const auto pod_template = [](const char* cpu) {
    return Json::parse(
        std::string(R"({"spec":{"containers":[{"name":"a","image":"i","resources":)") +
        R"({"limits":{"cpu":"1","memory":"1Gi"},"requests":{"cpu":")" + cpu +
        R"(","memory":"1Gi"}}}]}})");
  };
  CHECK(Judged(pod_template("1"), pod_template("500m"), true) == "QOSClassChanged:");
  Proves("P-009");
}

TEST_CASE("the quality of service of a template (P-009)") {
  const auto of = [](const char* resources) {
    const auto read = ReadTemplateResources(
        std::string(R"({"spec":{"containers":[{"name":"a","resources":)") + resources + "}]}}");
    REQUIRE(read.ok());
    return QosOf(*read);
  };
  CHECK(of("{}") == Qos::kBestEffort);
  CHECK(of(R"({"limits":{"cpu":"0"}})") == Qos::kBestEffort);
  CHECK(of(R"({"requests":{"cpu":"1"}})") == Qos::kBurstable);
  CHECK(of(R"({"limits":{"cpu":"1"}})") == Qos::kBurstable);
  CHECK(of(R"({"limits":{"cpu":1,"memory":1e9}})") == Qos::kGuaranteed);  // as in a Rollout
  CHECK(of(R"({"limits":{"cpu":"1","memory":"1Gi"}})") == Qos::kGuaranteed);
  CHECK(of(R"({"limits":{"cpu":"1","memory":"1Gi"},"requests":{"cpu":"1000m"}})") ==
        Qos::kGuaranteed);
  CHECK(of(R"({"limits":{"cpu":"1","memory":"1Gi"},"requests":{"cpu":"900m"}})") ==
        Qos::kBurstable);
  Proves("P-009");
}

}  // namespace
}  // namespace windlass::in_place::resources_test
