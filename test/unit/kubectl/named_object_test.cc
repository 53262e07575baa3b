// A name without a type: the one object of that name, whatever kind it has.
#include "kubeclient/api/time.h"
#include "test/proves.h"
#include "test/unit/kubectl/error_row.h"

namespace windlass::cli::named_object_test {
namespace {

constexpr const ResourceId& kDeployments = resources::kDeployments;
constexpr const ResourceId& kRollouts = resources::kRollouts;

TEST_CASE("A name is that of the one object that has it") {
  KubectlRun run;
  run.Create(kRollouts, sim::SampleRollout("pa"));
  run.Create(resources::kReplicationControllers, sim::SampleReplicationController("old"));
  CHECK(run.Run("pause pa").out == "rollout.windlass.dev/pa paused\n");
  CHECK(run.Run("get pa -o name").out.starts_with("rollout.windlass.dev/pa\n"));
  CHECK(run.Run("get old -o name").out.starts_with("replicationcontroller/old\n"));
  CHECK(run.Run("abort pa").out == "rollout.windlass.dev/pa aborted\n");
}

TEST_CASE("Two objects of one name are listed, and nothing is done") {
  KubectlRun run;
  run.Create(kRollouts, sim::SampleRollout("web"));
  run.Create(kDeployments, sim::SampleDeployment("web"));
  CHECK(
      run.Run("pause web") ==
      Ends(ExitCode::kUsage,
           "error: there are several objects \"web\": write one of deployment/web, rollout/web\n"));
  CHECK(run.writes.empty());
  // There is only one that can be aborted.
  CHECK(run.Run("abort web").out == "rollout.windlass.dev/web aborted\n");
}

TEST_CASE("A name that nothing has names the kinds that the command takes") {
  KubectlRun run;
  CHECK(run.Run("pause web") ==
        Ends(ExitCode::kError,
             "error: there is no deployment, rollout or replicationcontroller \"web\" in namespace "
             "default: kubectl windlass get -n default lists those that exist; -n and --context "
             "choose another namespace or cluster\n"));
}

TEST_CASE("A kind that is not served or may not be read hides no other one") {
  const sim::Fate fate = GENERATE(sim::Fate::kNotServed, sim::Fate::kForbidden);
  KubectlRun run;
  run.Create(kDeployments, sim::SampleDeployment("web"));
  run.fate = FateOf("windlass.dev", fate);
  CHECK(run.Run("pause web").out == "deployment.apps/web paused\n");
}

TEST_CASE("A name of a kind that the cluster does not serve names the manifest") {
  KubectlRun run;
  run.fate = FateOf("windlass.dev", sim::Fate::kNotServed);
  CHECK(run.Run("promote web")
            .messages.starts_with("error: the cluster does not serve rollouts.windlass.dev"));
}

TEST_CASE("A command says why it does nothing with the object that has the name") {
  KubectlRun run;
  run.Create(kDeployments, sim::SampleDeployment("web"));
  run.Create(resources::kReplicationControllers, sim::SampleReplicationController("old"));
  CHECK(run.Run("promote web").messages.starts_with("error: a Deployment has no steps"));
  CHECK(run.Run("restart old")
            .messages.starts_with("error: a ReplicationController is restarted by an update"));
}

// --- nobody looks at the object ---

// Changes the spec `ago` before now; the status is that of before.
void Change(KubectlRun& run, const ResourceId& resource, seconds ago) {
  run.Edit(resource, "web", "status", [](Json& object) {
    object["status"]["observedGeneration"] = object["metadata"]["generation"];
  });
  run.Edit(resource, "web", "", [&](Json& object) {
    object["spec"]["minReadySeconds"] = object["spec"].value("minReadySeconds", 0) + 1;
    const WallTime at = run.loop.clock().Wall() + -ago;
    object["metadata"]["managedFields"] =
        Json::array({{{"manager", "kubectl"}, {"operation", "Apply"}, {"time", FormatTime(at)}},
                     {{"manager", "other"},
                      {"operation", "Update"},
                      {"subresource", "status"},
                      {"time", FormatTime(run.loop.clock().Wall())}}});
  });
}

TEST_CASE("A change that no controller has seen for ten seconds is the first thing that is said") {
  KubectlRun run;
  run.Create(kRollouts, sim::SampleRollout("web"));
  const std::string warning =
      "Warning: Windlass has not seen the last change of rollout/web, so its status is out of "
      "date: check that Windlass runs with --controllers=rollout (kubectl get pods -A -l "
      "app.kubernetes.io/name=windlass shows the Pods of Windlass)\n";
  Change(run, kRollouts, seconds(9));
  CHECK(run.Run("get rollout/web").messages.empty());
  Change(run, kRollouts, seconds(11));
  for (const std::string command : {"get", "promote", "pause", "abort"}) {
    CAPTURE(command);
    CHECK(run.Run(command + " rollout/web").messages.starts_with(warning));
  }
}

TEST_CASE("If Windlass waits for a newer CustomResourceDefinition, the warning says so (RO-101)") {
  KubectlRun run;
  run.Create(kRollouts, sim::SampleRollout("web"));
  run.HasCrd("rollouts.windlass.dev", 1);
  const std::string warning =
      "Warning: Windlass has not seen the last change of rollout/web, so its status is out of "
      "date: CustomResourceDefinition rollouts.windlass.dev has revision 1, and this version of "
      "Windlass needs 3: kubectl apply --server-side -f crds/windlass.dev_rollouts.yaml\n";
  CHECK(run.Run("status rollout/web --timeout=12s").messages.starts_with(warning));
  Change(run, kRollouts, seconds(11));
  CHECK(run.Run("get rollout/web").messages == warning);
  CHECK(run.Run("get rollouts").messages == warning);
  run.HasCrd("rollouts.windlass.dev", 3);
  CHECK(run.Run("get rollouts") == DoneSaying("…check that Windlass runs…"));
  Proves("RO-101");
}

TEST_CASE("Of a Deployment both controllers that may have it are named") {
  KubectlRun run;
  run.Create(kDeployments, sim::SampleDeployment("web"));
  Change(run, kDeployments, seconds(60));
  CHECK(run.Run("get web").messages ==
        "Warning: no controller has seen the last change of deployment/web, so its status is out "
        "of date: check that Windlass runs with --controllers=deployment, or that "
        "kube-controller-manager has its Deployment controller (kubectl get pods -A -l "
        "app.kubernetes.io/name=windlass shows the Pods of Windlass)\n");
}

TEST_CASE("A change with which Windlass cannot begin is not taken for an unseen one") {
  const auto [type, status, reason] = GENERATE(
      values<std::array<const char*, 3>>({{"Progressing", "False", "ReplicaSetCreateError"},
                                          {"ReplicaFailure", "True", "ReplicaSetUpdateRefused"},
                                          {"ReplicaFailure", "True", "WindlassOutOfMemory"}}));
  KubectlRun run;
  run.Create(kDeployments, sim::SampleDeployment("web"));
  Change(run, kDeployments, seconds(60));
  run.SetCondition(kDeployments, "web", {type, status, reason, "not today"});
  const Ran get = run.Run("get web");
  CHECK(get.messages.empty());
  CHECK(get.out.find(std::string(reason) + ": not today") != std::string::npos);
  CHECK(run.Run("get deployments").out.find(reason) != std::string::npos);
  CHECK(run.Run("status web --watch=false").out ==
        "Waiting for deployment spec update to be observed (not today)...\n");
  // Who watches is told the cause, and not that nobody has seen the change.
  CHECK(run.Run("status web --timeout=12s")
            .messages.starts_with("Warning: it is not known whether a controller has seen the last "
                                  "change of deployment/web, because its condition " +
                                  std::string(type) +
                                  " may be about an earlier change: check that Windlass runs"));
  run.Edit(kDeployments, "web", "status", [&](Json& web) {
    const std::string at = FormatTime(run.loop.clock().Wall());
    SetCondition(web, {type, status, reason, "not today", {{"lastUpdateTime", at}}});
  });
  CHECK(run.Run("status web --timeout=12s").messages.find("Warning") == std::string::npos);
}

// Whom this serves: who waits for a Rollout whose dry run a webhook denies, and would look for
// Windlass instead.
TEST_CASE("Nor is one whose defaults the API server does not tell (RO-097)") {
  const bool of_this = GENERATE(true, false);
  KubectlRun run;
  run.Create(kRollouts, sim::SampleRollout("web"));
  Change(run, kRollouts, seconds(60));
  run.Edit(kRollouts, "web", "status", [&](Json& web) {
    const int64_t generation = web["metadata"]["generation"];
    SetCondition(web, {"Ready",
                       "False",
                       "TemplateNotChecked",
                       "denied",
                       {{"observedGeneration", of_this ? generation : generation - 1}}});
  });
  CHECK(run.Run("get rollout/web").messages.empty() == of_this);
  CHECK(run.Run("status rollout/web --watch=false").out ==
        (of_this ? "Waiting for rollout spec update to be observed (denied)...\n"
                 : "Waiting for rollout spec update to be observed...\n"));
}

// Whom this serves: whose size waits for an update in place, and who would look for Windlass.
TEST_CASE("Nor is one that an update in place keeps back, if its condition is of afterwards") {
  const int seconds_after = GENERATE(1, -1);
  const auto [status, reason] = GENERATE(
      values<std::array<const char*, 2>>({{"True", "Patching"}, {"False", "NotPossible"}}));
  KubectlRun run;
  run.Create(kDeployments, sim::SampleDeployment("web"));
  Change(run, kDeployments, seconds(60));
  run.Edit(kDeployments, "web", "status", [&](Json& web) {
    const WallTime at = run.loop.clock().Wall() + seconds(seconds_after - 60);
    SetCondition(web, {"windlass.dev/InPlace",
                       status,
                       reason,
                       "1 of 3 Pods are patched",
                       {{"lastUpdateTime", FormatTime(at)}}});
  });
  const Ran ran = run.Run("get web");
  CHECK(ran.messages.empty() == (seconds_after > 0));
  // The line "In place" has the text.
  CHECK(ran.out.find(std::string(reason) + ": 1 of 3 Pods are patched") != std::string::npos);
  CHECK(ran.out.find("Warning") == std::string::npos);
  Proves("P-084");
}

// It is an annotation, which changes no generation.
TEST_CASE("A promotion that nobody carries out for ten seconds is such a change") {
  KubectlRun run;
  CreateAvailableRollout(run, 2);
  run.Edit(kRollouts, "web", "status",
           [](Json& web) { web["status"]["step"]["availableOf"] = web["spec"]["replicas"]; });
  REQUIRE(run.Run("promote rollout/web").code == ExitCode::kDone);
  run.Edit(kRollouts, "web", "", [&](Json& web) {
    const WallTime at = run.loop.clock().Wall() + seconds(-11);
    web["metadata"]["managedFields"] = Json::array(
        {{{"manager", "windlass-plugin"}, {"operation", "Update"}, {"time", FormatTime(at)}}});
  });
  for (const std::string command : {"get", "promote"}) {
    CHECK(
        run.Run(command + " rollout/web")
            .messages.starts_with("Warning: Windlass has not seen the last change of rollout/web"));
  }
}

TEST_CASE("status says so after ten seconds, and waits on") {
  KubectlRun run;
  run.Create(kRollouts, sim::SampleRollout("web"));
  CHECK(run.Run("status rollout/web --timeout=12s") ==
        Ends(ExitCode::kTimeout, "Warning: Windlass has not seen the last change of rollout/web…"));
  CHECK(run.Run("status rollout/web --timeout=8s").messages.starts_with("error: timed out"));
}

}  // namespace
}  // namespace windlass::cli::named_object_test
