// get: what is read, and what is shown.
#include <algorithm>

#include "kubeclient/config/yaml_reader.h"
#include "test/support/must.h"
#include "test/unit/kubectl/kubectl_run.h"

namespace windlass::cli::get_command_test {
namespace {

constexpr const ResourceId& kDeployments = resources::kDeployments;

// Deployment web with one ReplicaSet and two Pods, one of which cannot pull its image.
void CreateWeb(KubectlRun& run) {
  Json web = sim::SampleDeployment("web", 2);
  web["metadata"]["annotations"]["deployment.kubernetes.io/revision"] = "1";
  run.Create(kDeployments, web);
  Json rs = ReplicaSetOf(run.Stored(kDeployments, "web"), "web-1", 2);
  rs["metadata"]["annotations"]["deployment.kubernetes.io/revision"] = "1";
  run.Create(resources::kReplicaSets, rs);
  const Json set = run.Stored(resources::kReplicaSets, "web-1");
  for (const char* pod : {"web-1-a", "web-1-b"}) run.Create(resources::kPods, PodOf(set, pod));
  run.Edit(resources::kPods, "web-1-a", "status", [](Json& o) {
    o["status"]["phase"] = "Running";
    o["status"]["conditions"] = Json::array(
        {{{"type", "Ready"}, {"status", "True"}, {"lastTransitionTime", "2026-01-01T00:00:00Z"}}});
    o["status"]["containerStatuses"] =
        Json::array({{{"name", "web"}, {"ready", true}, {"restartCount", 2}}});
  });
  run.Edit(resources::kPods, "web-1-b", "status", [](Json& o) {
    o["status"]["containerStatuses"] = Json::array(
        {{{"name", "web"},
          {"ready", false},
          {"restartCount", 0},
          {"state", {{"waiting", {{"reason", "ImagePullBackOff"}, {"message", "no such tag"}}}}}}});
  });
  run.Edit(resources::kReplicaSets, "web-1", "status", [](Json& o) {
    o["status"]["replicas"] = 2;
    o["status"]["readyReplicas"] = 1;
  });
  run.Edit(kDeployments, "web", "status", [](Json& o) { SetCounters(o, 2, 2, 1); });
}

TEST_CASE("get shows the tree once in a pipe, what is wrong first") {
  KubectlRun run;
  CreateWeb(run);
  const Ran ran = run.Run("get web");
  CHECK(ran == Done("Deployment   default/web\n"
                    "Status       Progressing: Waiting for deployment \"web\" rollout to finish: 1 "
                    "of 2 updated replicas are available...\n"
                    "Revision     1\n"
                    "Replicas     2 desired, 2 updated, 1 ready, 1 available\n"
                    "Strategy     RollingUpdate, maxSurge 25%, maxUnavailable 25%\n"
                    "Images       web registry.example/web:1\n"
                    "\n"
                    "NAME            STATUS             READY   RESTARTS   AGE   NODE     WHY\n"
                    "web             Progressing        1/2                0s\n"
                    "└─ web-1        revision 1         1/2                0s             new\n"
                    "   ├─ web-1-b   ImagePullBackOff   0/1     0          0s    <none>   web: "
                    "ImagePullBackOff: no such tag\n"
                    "   └─ web-1-a   Running            1/1     2          0s    <none>\n"));
  CHECK(ran.out.find('\x1b') == std::string::npos);
  // Pods and ReplicaSets are asked for by the workload's selector alone.
  for (const std::string& target : run.requests) {
    if (target.find("/pods") == std::string::npos) continue;
    CHECK(target.find("labelSelector=app%3Dweb") != std::string::npos);
    CHECK(target.find("limit=500") != std::string::npos);
  }
}

TEST_CASE("get --watch draws again in a terminal until Ctrl-C, at most five times a second") {
  KubectlRun run;
  CreateWeb(run);
  run.terminal = true;
  for (int i = 0; i < 100; ++i) {
    run.After(milliseconds(10 * i), [&run, i] {
      run.Edit(kDeployments, "web", "status", [i](Json& o) { SetCounters(o, 2 + i, 2, 1); });
    });
  }
  run.interrupt_after = seconds(2);
  const Ran ran = run.Run("get web -w");
  CHECK(ran.code == ExitCode::kDone);
  size_t drawn = 0;
  for (size_t at = 0; (at = ran.out.find("\x1b[J", at)) != std::string::npos; ++at) ++drawn;
  CHECK(drawn >= 3);
  CHECK(drawn <= 10);
}

TEST_CASE("get --watch prints once in a pipe") {
  KubectlRun run;
  CreateWeb(run);
  const Ran ran = run.Run("get web -w");
  CHECK(ran.code == ExitCode::kDone);
  CHECK(std::ranges::count(ran.out, '\n') == 12);
}

TEST_CASE("get --watch ends with --timeout: 3 while something is under way") {
  KubectlRun run;
  CreateWeb(run);
  run.terminal = true;
  CHECK(run.Run("get web -w --timeout=5s").code == ExitCode::kTimeout);
  run.Edit(kDeployments, "web", "status", [](Json& o) { SetCounters(o, 2, 2, 2); });
  CHECK(run.Run("get web -w --timeout=5s").code == ExitCode::kDone);
}

TEST_CASE("get --watch ends when its output is lost") {
  KubectlRun run;
  CreateWeb(run);
  run.interrupt_after = seconds(5);
  run.lost = "no space left on device";
  CHECK(run.Run("get web -w -o json").code == ExitCode::kError);
}

TEST_CASE("get --watch keeps the Pods while the list after 410 Gone fails") {
  KubectlRun run;
  CreateWeb(run);
  int watches = 0;
  int lists = 0;
  run.answering.answer_watch = [&](const HttpRequest& request) -> std::optional<StreamEnd> {
    if (request.target.find("/pods") == std::string::npos || ++watches > 1) return std::nullopt;
    StreamEnd end;
    end.status = 410;
    return end;
  };
  run.answering.answer = [&](const HttpRequest& request) -> std::optional<Result<HttpResponse>> {
    if (request.target.find("/pods") == std::string::npos || ++lists != 2) return std::nullopt;
    return Refusal(503, "ServiceUnavailable", "try again");
  };
  run.After(seconds(5), [&run] {
    run.Edit(resources::kPods, "web-1-a", "", [](Json& o) { o["metadata"]["labels"]["a"] = "b"; });
  });
  run.interrupt_after = seconds(10);
  std::istringstream states(run.Run("get web -w -o json").out);
  int seen = 0;
  for (std::string state; std::getline(states, state); ++seen) {
    CHECK(Json::parse(state)["items"].size() == 4);
  }
  CHECK(seen == 2);
  CHECK(lists == 3);
}

TEST_CASE("get --watch says that the object is gone") {
  KubectlRun run;
  CreateWeb(run);
  run.terminal = true;
  run.After(seconds(1),
            [&] { REQUIRE(run.server.Delete("setup", {kDeployments, "default", "web"}).ok()); });
  CHECK(run.Run("get web -w") ==
        Ends(ExitCode::kError, "error: deployment.apps/web has been deleted\n"));
}

TEST_CASE("get -o json is a List of the workload, its Pods and ReplicaSets") {
  KubectlRun run;
  CreateWeb(run);
  const Json list = Json::parse(run.Run("get web -o json").out);
  CHECK(list["kind"] == "List");
  REQUIRE(list["items"].size() == 4);
  CHECK(list["items"][0]["kind"] == "Deployment");
  CHECK(list["items"][3]["kind"] == "ReplicaSet");
  CHECK(run.Run("get web -o name").out ==
        "deployment.apps/web\npod/web-1-a\npod/web-1-b\nreplicaset.apps/web-1\n");
}

TEST_CASE("A table of Deployments is read in pages") {
  KubectlRun run;
  for (int i = 0; i < 1000; ++i) {
    run.Create(kDeployments, sim::SampleDeployment("web-" + std::to_string(i)), "shop");
  }
  const Ran ran = run.Run("get deployments -A");
  CHECK(ran.code == ExitCode::kDone);
  CHECK(std::ranges::count(ran.out, '\n') == 1001);
  CHECK(ran.out.starts_with("NAMESPACE   KIND         NAME      PHASE"));
  CHECK(run.requests.size() == 2);
}

TEST_CASE("A table has the kinds that can be read, and a line for each that cannot") {
  struct Row {
    std::string resource;
    sim::Fate fate;
    ExitCode code;
    std::string messages;
  };
  const std::vector<Row> rows = {
      {"rollouts", sim::Fate::kNotServed, ExitCode::kDone, ""},
      {"replicationcontrollers", sim::Fate::kForbidden, ExitCode::kError,
       "auth can-i list replicationcontrollers -n default\n"},
      {"rollouts", sim::Fate::kForbidden, ExitCode::kError,
       "auth can-i list rollouts.windlass.dev -n default\n"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.resource, row.messages);
    KubectlRun run;
    CreateWeb(run);
    run.fate = FateOf('/' + row.resource, row.fate);
    const Ran ran = run.Run("get");
    CHECK(ran == Ends(row.code, "…", "…Deployment   web…"));
    CHECK(std::ranges::count(ran.messages, '\n') == (row.messages.empty() ? 0 : 1));
    CHECK(ran.messages.ends_with(row.messages));
  }
}

TEST_CASE("Of several objects those are shown that can be read") {
  const sim::Fate fate = GENERATE(sim::Fate::kNotServed, sim::Fate::kForbidden);
  KubectlRun run;
  CreateWeb(run);
  run.fate = [fate](const HttpRequest& request) {
    const bool ours = request.target.find("/rollouts") != std::string::npos;
    return ours ? fate : sim::Fate::kDelivered;
  };
  const Ran ran = run.Run("get deployment/web rollout/shop");
  CHECK(ran == Ends(ExitCode::kError, "…", "…Deployment   web…"));
  CAPTURE(ran.messages);
  CHECK(ran.messages.starts_with(fate == sim::Fate::kForbidden
                                     ? "error: HTTP 403: no: ask for the right"
                                     : "error: the cluster does not serve rollouts.windlass.dev"));
}

TEST_CASE("A user who may not read Pods sees the object, and a warning") {
  KubectlRun run;
  CreateWeb(run);
  run.fate = FateOf("/pods", sim::Fate::kForbidden);
  CHECK(run.Run("get web") == Done("…default/web…", "Warning: …"));
}

TEST_CASE("Where there is nothing, get says so in kubectl's words") {
  KubectlRun run;
  CHECK(run.Run("get").messages == "No resources found in default namespace.\n");
  CHECK(run.Run("get deployments -A").messages == "No resources found.\n");
  run.Create(resources::kReplicationControllers, sim::SampleReplicationController("old"));
  run.CreateUpdate("old", {{"newName", "new"}});
  const Ran none = run.Run("get rc -l app=zz");
  CHECK(none.out == "");
  CHECK(none.messages == "No resources found in default namespace.\n");
  CHECK(run.Run("get -o name").messages.empty());
}

TEST_CASE("A kind that was asked for alone and cannot be read is an error") {
  KubectlRun run;
  run.fate = [](const HttpRequest&) { return sim::Fate::kNotServed; };
  CHECK(run.Run("get rollouts") ==
        Ends(ExitCode::kError, "error: the cluster does not serve rollouts.windlass.dev…"));
}

TEST_CASE("get -w -o yaml is a stream of documents") {
  KubectlRun run;
  CreateWeb(run);
  run.interrupt_after = seconds(5);
  run.After(seconds(1), [&run] {
    run.Edit(kDeployments, "web", "", [](Json& o) { o["spec"]["replicas"] = 3; });
  });
  const Ran ran = run.Run("get deployment/web -w -o yaml");
  const auto documents = Must(ParseYamlDocuments(ran.out));
  REQUIRE(documents.size() == 2);
  for (const YamlNode& document : documents) {
    REQUIRE(document.Find("kind") != nullptr);
    CHECK(document.Find("kind")->scalar == "List");
  }
  CHECK(ran.out.find("\n---\n") != std::string::npos);
}

TEST_CASE("A ReplicationController that cannot make Pods says why") {
  KubectlRun run;
  run.Create(resources::kReplicationControllers, sim::SampleReplicationController("old", 2));
  run.SetCondition(resources::kReplicationControllers, "old",
                   {"ReplicaFailure", "True", "FailedCreate", "exceeded quota: pods"});
  CHECK(run.Run("get rc/old").out.find("FailedCreate: exceeded quota: pods") != std::string::npos);
  CHECK(run.Run("get rc").out.find("FailedCreate") != std::string::npos);
}

// Whom this serves: who waits for a rollout whose new ReplicaSet goes with its Pods.
TEST_CASE("A ReplicaSet that is being deleted is said to be") {
  KubectlRun run;
  CreateWeb(run);
  sim::DeleteOptions options;
  options.propagation = sim::Propagation::kForeground;
  REQUIRE(run.server.Delete("user", {resources::kReplicaSets, "default", "web-1"}, options).ok());
  CHECK(run.Run("get web").out.find("new, is being deleted") != std::string::npos);
}

TEST_CASE("A ReplicationController in the middle of an update is shown with the other one") {
  KubectlRun run;
  const ResourceId& controllers = resources::kReplicationControllers;
  run.Create(controllers, sim::SampleReplicationController("old", 2, "app:v1"));
  Json created = sim::SampleReplicationController("new", 1, "app:v2");
  created["metadata"]["annotations"]["kubectl.kubernetes.io/update-source-id"] =
      "old:" + run.Stored(controllers, "old")["metadata"]["uid"].get<std::string>();
  run.Create(controllers, created);
  run.CreateUpdate("old", {{"image", "app:v2"}, {"newName", "new"}});
  run.Edit(resources::kReplicationControllerUpdates, "old", "status", [](Json& o) {
    o["status"] = {{"observedGeneration", o["metadata"]["generation"]},
                   {"phase", "Progressing"},
                   {"message", "new has 1 of 2 replicas"},
                   {"newName", "new"},
                   {"desiredReplicas", 2}};
  });
  const std::string shown = run.Run("get rc/old").out;
  CHECK(shown.find("0 of 2 Pods are those of new, 0 are available") != std::string::npos);
  CHECK(shown.find("├─ old") != std::string::npos);
  CHECK(shown.find("└─ new") != std::string::npos);
  CHECK(run.Run("get rc/new").out == shown);
  run.Edit(resources::kReplicationControllerUpdates, "old", "status",
           [](Json& o) { o["status"]["phase"] = "Succeeded"; });
  CHECK(run.Run("get rc/new").out.find("Update") == std::string::npos);
}

TEST_CASE("A controller that only its ended update shows is gone, or cannot be read") {
  KubectlRun run;
  run.CreateUpdate("old", {{"image", "app:v2"}, {"newName", "new"}});
  run.Edit(resources::kReplicationControllerUpdates, "old", "status", [](Json& o) {
    o["status"] = {{"observedGeneration", o["metadata"]["generation"]},
                   {"phase", "Succeeded"},
                   {"newName", "new"}};
  });
  CHECK(run.Run("get rc/old") ==
        Ends(ExitCode::kError,
             "error: replicationcontroller/old does not exist: its last update, to new, has ended. "
             "kubectl windlass get rc -n default lists the ReplicationControllers\n"));
  run.fate = FateOf("/replicationcontrollers/", sim::Fate::kForbidden);
  CHECK(run.Run("get rc/old") ==
        Ends(ExitCode::kError, "…kubectl auth can-i get replicationcontrollers -n default\n"));
}

}  // namespace
}  // namespace windlass::cli::get_command_test
