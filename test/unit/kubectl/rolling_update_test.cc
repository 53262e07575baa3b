// rolling-update: the object that is written (RC-1 to RC-3). Errors: rolling_update_errors.cc.
#include "cmd/kubectl-windlass/rolling_update.h"

#include <sstream>

#include "cmd/kubectl-windlass/manifest.h"
#include "cmd/kubectl-windlass/output.h"
#include "cmd/kubectl-windlass/parse.h"
#include "test/property.h"
#include "test/proves.h"
#include "test/support/folder.h"
#include "test/support/must.h"
#include "test/unit/kubectl/kubectl_run.h"

namespace windlass::cli::rolling_update_test {
namespace {

TEST_CASE("The hint for help and examples is true") {
  const auto line = Must(ParseCommandLine({"rolling-update", "-h"}));
  for (const char* part :
       {"Examples:", "kubectl windlass rolling-update web --image=registry.example/web:2",
        "rolling-update web-1 -f web-2.yaml", "rolling-update web-1 web-2 --rollback"}) {
    CAPTURE(part);
    CHECK(line.help.find(part) != std::string::npos);
  }
}

TEST_CASE("A ReplicationController may be named as completion offers it") {
  for (const std::string prefix : {"rc/", "replicationcontroller/", "replicationcontrollers/"}) {
    CAPTURE(prefix);
    KubectlRun run;
    run.Create(resources::kReplicationControllers, sim::SampleReplicationController("old"));
    const Ran ran =
        run.Run({"rolling-update", prefix + "old", prefix + "new", "--image=i", "--no-wait"});
    CHECK(ran.messages.empty());
    CHECK(run.Stored(resources::kReplicationControllerUpdates, "old")["spec"]["newName"] == "new");
  }
}

TEST_CASE("A file must tell the Pods of the two apart") {
  Proves("RC-4");
  const Folder folder;
  KubectlRun run;
  run.Create(resources::kReplicationControllers, sim::SampleReplicationController("old"));
  const std::string path = folder.Path("new.yaml");
  const auto update = [&](const std::string& name, const std::string& app) {
    folder.Write("new.yaml", "{apiVersion: v1, kind: ReplicationController, metadata: {name: " +
                                 name + "}, spec: {selector: {app: " + app +
                                 "}, template: {metadata: {labels: {app: " + app +
                                 "}}, spec: {containers: [{name: web, image: \"app:v2\"}]}}}}");
    return run.Run({"rolling-update", "old", "-f", path, "--no-wait"});
  };
  CHECK(update("new", "old") ==
        Ends(ExitCode::kUsage,
             "error: " + path +
                 " must specify a matching key with non-equal value in Selector for old\n"));
  CHECK(update("old", "new") ==
        Ends(ExitCode::kUsage,
             "error: " + path +
                 " cannot have the same name as the existing ReplicationController old\n"));
  CHECK(run.writes.empty());
  CHECK(update("new", "new").code == ExitCode::kDone);
}

// As kubectl's validation does: what the API server would drop is never run. The real API server
// is asked in test/nightly/kubectl_windlass_test.sh.
TEST_CASE("A file with a field that does not exist is refused before anything is written") {
  Proves("RC-3");
  const Folder folder;
  folder.Write("new.yaml",
               "{apiVersion: v1, kind: ReplicationController, metadata: {name: new}, spec: "
               "{selector: {app: new}, replcas: 3, template: {metadata: {labels: {app: new}}, "
               "spec: {containers: [{name: web, image: \"app:v2\"}]}}}}");
  KubectlRun run;
  run.Create(resources::kReplicationControllers, sim::SampleReplicationController("old"));
  run.answering.answer =
      AnswerTo("dryRun=All&fieldValidation=Strict",
               Refusal(400, "BadRequest", "strict decoding error: unknown field \"spec.replcas\""));
  const bool local = GENERATE(false, true);
  const std::string path = folder.Path("new.yaml");
  CHECK(
      run.Run({"rolling-update", "old", "-f", path, local ? "--local" : "--progress-timeout=5m"}) ==
      Ends(ExitCode::kError,
           "error: " + path + ": strict decoding error: unknown field \"spec.replcas\"\n"));
  CHECK(run.writes.empty());
}

// For the user who corrects the file and repeats the command: the new Pods have the old image.
TEST_CASE("A file with other images than the new controller has is refused") {
  Proves("RC-5");
  const Folder folder;
  const auto write = [&](const std::string& image) {
    folder.Write("new.yaml",
                 "{apiVersion: v1, kind: ReplicationController, metadata: {name: new}, spec: "
                 "{selector: {app: new}, template: {metadata: {labels: {app: new}}, spec: "
                 "{containers: [{name: app, image: \"" +
                     image + "\"}]}}}}");
  };
  KubectlRun run;
  run.Create(resources::kReplicationControllers, sim::SampleReplicationController("old", 2));
  const std::string path = folder.Path("new.yaml");
  const bool local = GENERATE(false, true);
  const std::string command =
      "rolling-update old --dry-run=client -f " + path + (local ? " --local" : " --no-wait");
  Json created = sim::SampleReplicationController("new", 0, "mirror/app:v2");
  created["metadata"]["annotations"] = {
      {"kubectl.kubernetes.io/desired-replicas", "2"},
      {"kubectl.kubernetes.io/update-source-id",
       "old:" + run.Stored(resources::kReplicationControllers, "old")["metadata"]["uid"]
                    .get<std::string>()}};
  run.Create(resources::kReplicationControllers, created);
  // The API server answers `code`; with 201, that a webhook has changed the image.
  const auto answer = [&run](int code) {
    run.answering.answer =
        [code](const HttpRequest& request) -> std::optional<Result<HttpResponse>> {
      if (request.method != HttpMethod::kPost) return std::nullopt;
      if (code != 201) return Refusal(code, "Forbidden", "exceeded quota");
      Json made = Json::parse(request.body);
      made["metadata"] = {{"name", "new-x"},
                          {"namespace", "default"},
                          {"uid", "00000000-0000-4000-8000-00000000000b"},
                          {"resourceVersion", "1"}};
      Json& image = made["spec"]["template"]["spec"]["containers"][0]["image"];
      image = "mirror/" + image.get<std::string>();
      return HttpResponse{201, "application/json", made.dump(), {}};
    };
  };
  write("app:v3");
  for (const int code : {201, 403}) {
    answer(code);
    CHECK(run.Run(command) ==
          Ends(ExitCode::kOtherUpdate, "… has other images than " + path + "…"));
  }
  write("app:v2");
  answer(201);
  CHECK(run.Run(command) == DoneSaying(""));
}

TEST_CASE("-f - reads standard input") {
  Proves("RC-3");
  std::istringstream full("{kind: ReplicationController, metadata: {name: new}}");
  CHECK(Must(ReadControllerManifest("-", full))["metadata"]["name"] == "new");
  std::istringstream empty;
  CHECK(ReadControllerManifest("-", empty).error().message ==
        "please make sure - exists and is not empty");
  std::istringstream large(std::string(kManifestBytesMax + 1, ' '));
  CHECK(ReadControllerManifest("-", large).error().message ==
        "standard input has more than 4 MiB: give a smaller file, or name the objects");
}

Result<Json> ReadPiped(const std::string& text) {
  std::istringstream in(text);
  return ReadControllerManifest("-", in);
}

TEST_CASE("A manifest is read as kubectl reads it") {
  const Json read = Must(ReadPiped(
      "---\nkind: ReplicationController\nmetadata:\n  name: new\n"
      "spec: {mode: 0644, text: '0644', flag: True, off: off, image: \"app:v2\"}\n---\n"));
  CHECK(
      read["spec"] ==
      Json({{"mode", 420}, {"text", "0644"}, {"flag", true}, {"off", false}, {"image", "app:v2"}}));
}

// Of files: rolling_update_errors.cc.
TEST_CASE("What is no manifest is refused by its name") {
  CHECK(ReadPiped("a: 1\n---\nb: 2\n").error().message == "- specifies multiple items");
  CHECK(ReadPiped("kind: &x ReplicationController\n").error().message ==
        "-: line 1: anchors are not supported: write the value out");
}

TEST_CASE("What -o yaml prints is read as the same value again") {
  const std::string pieces[] = {"a",  " ", "\n", "\n\n", "\t",   ":", "#",    "-", "'", "\"",
                                "\\", "%", "\r", "0644", "true", "~", "\x01", "ä", "|", ">"};
  CheckProperty("a value survives -o yaml", [&pieces] {
    std::string text;
    const auto picks =
        *rc::gen::container<std::vector<size_t>>(rc::gen::inRange<size_t>(0, std::size(pieces)));
    for (const size_t pick : picks) text += pieces[pick];
    const Json object = {{"kind", "ReplicationController"},
                         {"metadata", {{"name", "new"}}},
                         {"text", text},
                         {"list", {text, 5, 1.5, true, nullptr, Json::object(), Json::array()}},
                         {"map", {{text, text}}}};
    const Result<Json> read = ReadPiped(PrintValue(object, OutputFormat::kYaml));
    RC_ASSERT(read.ok());
    const bool same = *read == object;  // RapidCheck would show it as a text
    RC_ASSERT(same);
  });
}

TEST_CASE("Durations below a second are kept") {
  const auto line = Must(ParseCommandLine(
      {"rolling-update", "old", "--image=i", "--update-period=500ms", "--progress-timeout=1.5s"}));
  const Result<Json> update = UpdateOf(line, "shop", Json());
  CHECK((*update)["spec"]["updatePeriod"] == "500ms");
  CHECK((*update)["spec"]["timeout"] == "1500ms");
}

TEST_CASE("The update says what the command line says") {
  const auto line = Must(ParseCommandLine(
      {"rolling-update", "old", "new", "--image=app:v2", "--container=app", "--update-period=90s",
       "--progress-timeout=10m", "--max-surge=25%", "--max-unavailable=2", "--min-ready-seconds=7",
       "--on-external-scale=Adopt"}));
  const Json update = Must(UpdateOf(line, "shop", Json()));
  CHECK(update["metadata"] == Json({{"name", "old"}, {"namespace", "shop"}}));
  CHECK(update["spec"] == Json({{"newName", "new"},
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
  const auto line = Must(ParseCommandLine({"rolling-update", "old", "--image=app:v2"}));
  const Result<Json> update = UpdateOf(line, "shop", Json());
  CHECK((*update)["spec"]["cleanup"] == "Rename");
  CHECK((*update)["spec"]["timeout"] == "300s");
  CHECK_FALSE((*update)["spec"].contains("newName"));
}

TEST_CASE("A manifest gives name and content, and must be of the same namespace") {
  Proves("RC-3");
  const auto line = Must(ParseCommandLine({"rolling-update", "old", "-f", "new.yaml"}));
  const Json controller = Json::parse(R"({"kind":"ReplicationController",
      "metadata":{"name":"new","labels":{"a":"b"},"uid":"x"},
      "spec":{"replicas":2,"minReadySeconds":7,"selector":{"app":"new"},"template":{"spec":{}}},
      "status":{"replicas":9}})");
  const Json update = Must(UpdateOf(line, "shop", controller));
  CHECK(update["spec"]["newName"] == "new");
  CHECK(update["spec"]["controller"] == Json::parse(R"({"metadata":{"labels":{"a":"b"}},
            "spec":{"replicas":2,"minReadySeconds":7,"selector":{"app":"new"},
            "template":{"spec":{}}}})"));
  const auto named = Must(ParseCommandLine({"rolling-update", "old", "newer", "-f", "new.yaml"}));
  CHECK(UpdateOf(named, "shop", controller).error().message ==
        "the new controller is called new in new.yaml, and newer on the command line: correct one "
        "of the two");
  Json other = controller;
  other["metadata"]["namespace"] = "prod";
  CHECK(UpdateOf(line, "shop", other).error().message ==
        "the namespace of new.yaml, prod, is not shop: give -n prod, or correct the file");
}

}  // namespace
}  // namespace windlass::cli::rolling_update_test
