// rolling-update: the object that is written (RC-1 to RC-3). Errors: rolling_update_errors.cc.
#include "cmd/kubectl-windlass/rolling_update.h"

#include "test/unit/kubectl/kubectl_run.h"

namespace windlass::cli::rolling_update_test {
namespace {

TEST_CASE("The update says what the command line says") {
  const auto line = ParseCommandLine({"rolling-update", "old", "new", "--image=app:v2",
                                      "--container=app", "--update-period=90s", "--timeout=10m",
                                      "--max-surge=25%", "--max-unavailable=2",
                                      "--min-ready-seconds=7", "--on-external-scale=Adopt"});
  REQUIRE(line.ok());
  const Result<Json> update = UpdateOf(*line, "shop", Json());
  REQUIRE(update.ok());
  CHECK((*update)["metadata"] == Json({{"name", "old"}, {"namespace", "shop"}}));
  CHECK((*update)["spec"] == Json({{"newName", "new"},
                                   {"image", "app:v2"},
                                   {"container", "app"},
                                   {"deploymentLabelKey", "deployment"},
                                   {"updatePeriod", "90s"},
                                   {"timeout", "600s"},
                                   {"maxSurge", "25%"},
                                   {"maxUnavailable", 2},
                                   {"minReadySeconds", 7},
                                   {"cleanup", "Delete"},
                                   {"onExternalScale", "Adopt"}}));
}

TEST_CASE("With one name the new controller takes over the name of the old one") {
  const auto line = ParseCommandLine({"rolling-update", "old", "--image=app:v2"});
  REQUIRE(line.ok());
  const Result<Json> update = UpdateOf(*line, "shop", Json());
  CHECK((*update)["spec"]["cleanup"] == "Rename");
  CHECK((*update)["spec"]["timeout"] == "300s");
  CHECK_FALSE((*update)["spec"].contains("newName"));
}

TEST_CASE("A manifest gives name and content, and must be of the same namespace") {
  const auto line = ParseCommandLine({"rolling-update", "old", "-f", "new.yaml"});
  REQUIRE(line.ok());
  const Json controller = Json::parse(R"({"kind":"ReplicationController",
      "metadata":{"name":"new","labels":{"a":"b"},"uid":"x"},
      "spec":{"replicas":2,"selector":{"app":"new"},"template":{"spec":{}}},
      "status":{"replicas":9}})");
  const Result<Json> update = UpdateOf(*line, "shop", controller);
  REQUIRE(update.ok());
  CHECK((*update)["spec"]["newName"] == "new");
  CHECK((*update)["spec"]["controller"] == Json::parse(R"({"metadata":{"labels":{"a":"b"}},
            "spec":{"replicas":2,"selector":{"app":"new"},"template":{"spec":{}}}})"));
  Json other = controller;
  other["metadata"]["namespace"] = "prod";
  CHECK(UpdateOf(*line, "shop", other).error().message ==
        "the namespace of new.yaml, prod, is not shop: give -n prod, or correct the file");
}

}  // namespace
}  // namespace windlass::cli::rolling_update_test
