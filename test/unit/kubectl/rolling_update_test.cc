// rolling-update: arguments, manifests, and the object that is written (RC-1 to RC-3).
#include "cmd/kubectl-windlass/rolling_update.h"

#include "cmd/kubectl-windlass/manifest.h"
#include "test/support/folder.h"
#include "test/unit/kubectl/kubectl_run.h"

namespace windlass::cli::rolling_update_test {
namespace {

constexpr const char* kHint = "\nSee 'kubectl windlass rolling-update -h' for help and examples\n";

TEST_CASE("rolling-update refuses arguments in kubectl 1.17's words") {
  struct Row {
    std::vector<std::string> arguments;
    std::string message;
  };
  const Row row = GENERATE(values<Row>({
      {{"old"}, "Must specify --filename or --image for new controller"},
      {{"--image=i"}, "Must specify the controller to update"},
      {{},
       "[Must specify --filename or --image for new controller, Must specify the controller to "
       "update]"},
      {{"old", "--image=i", "-f", "x"}, "--filename and --image can not both be specified"},
      {{"old", "-f", "x", "-f", "y"}, "May only specify a single filename for new controller"},
      {{"old", "--rollback", "--image=i"}, "Don't specify --filename or --image on rollback"},
      {{"old", "--rollback", "-f", "x"}, "Don't specify --filename or --image on rollback"},
      {{"old", "--image=i", "--deployment-label-key", ""},
       "--deployment-label-key can not be empty"},
      {{"old", "new", "more", "--image=i"}, "at most two names: OLD and NEW"},
  }));
  CAPTURE(row.message);
  KubectlRun run;
  std::vector<std::string> arguments = row.arguments;
  arguments.insert(arguments.begin(), "rolling-update");
  const Ran ran = run.Run(arguments);
  CHECK(ran.code == ExitCode::kUsage);
  CHECK(ran.messages == "error: " + row.message + kHint);
  CHECK(run.requests.empty());
}

TEST_CASE("A file that has no ReplicationController is refused in kubectl's words") {
  const Folder folder;
  struct Row {
    std::string content;
    std::string message;  // with %s for the path
  };
  const Row row = GENERATE(values<Row>({
      {"", "please make sure %s exists and is not empty"},
      {"kind: Service\nmetadata: {name: a}\n", "%s contains a Service not a ReplicationController"},
      {"kind: ReplicationController\n---\nkind: ReplicationController\n",
       "%s specifies multiple items"},
      {"kind: List\nitems: [{kind: ReplicationController}, {kind: Service}]\n",
       "%s specifies multiple items"},
      {"kind: ReplicationController\n",
       "%s: metadata.name is missing: name the new ReplicationController"},
  }));
  CAPTURE(row.message);
  folder.Write("new.yaml", row.content);
  const std::string path = folder.Path("new.yaml");
  std::string message = row.message;
  message.replace(message.find("%s"), 2, path);
  const Result<Json> read = ReadControllerManifest(path);
  REQUIRE_FALSE(read.ok());
  CHECK(read.error().message == message);
  CHECK(ReadControllerManifest(folder.Path("none")).error().message ==
        "please make sure " + folder.Path("none") + " exists and is not empty");
}

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
