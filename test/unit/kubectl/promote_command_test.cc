// promote: what it writes, and when it writes nothing.
#include "test/proves.h"
#include "test/unit/kubectl/error_row.h"

namespace windlass::cli::promote_command_test {
namespace {

constexpr const ResourceId& kRollouts = resources::kRollouts;
using Edit = std::function<void(Json&)>;

void CreateAtPause(KubectlRun& run) { CreateAvailableRollout(run, 2); }

void EditStatus(KubectlRun& run, const Edit& edit) {
  run.Edit(kRollouts, "web", "status", [&](Json& object) { edit(object["status"]); });
}

std::string Promotion(KubectlRun& run) {
  const Json web = run.Stored(kRollouts, "web");
  return web.value(Json::json_pointer("/metadata/annotations/windlass.dev~1promote"), "");
}

TEST_CASE("promote names the step and the revision of the pause (RO-054)") {
  KubectlRun run;
  CreateAtPause(run);
  CHECK(run.Run("promote rollout/web") ==
        Done("rollout.windlass.dev/web promoted past step 2 of 2\n"));
  CHECK(Promotion(run) == "2@8");
  // The object that the user named, and not another one that got its name since.
  const std::string uid = run.Stored(kRollouts, "web")["metadata"]["uid"];
  REQUIRE(run.writes.size() == 1);
  CHECK(run.writes[0].body.find(uid) != std::string::npos);
  CHECK(run.writes[0].target.ends_with("?fieldManager=windlass-plugin"));
  CHECK(run.requests.size() == 2);  // no Pods are read
}

TEST_CASE("promote --full ends all steps of the revision, from any of them on") {
  KubectlRun run;
  const auto [step, done] = GENERATE(table<int, std::string>({
      {1,
       "to be promoted past all steps, step 1 of 2 included, as soon as the updated Pods are "
       "available"},
      {2, "promoted past all steps, step 2 of 2 included"},
  }));
  CreateAvailableRollout(run, step);
  CHECK(run.Run("promote rollout/web --full").out == "rollout.windlass.dev/web " + done + '\n');
  CHECK(Promotion(run) == "full@8");
}

// For the colleague who has asked for more a moment ago.
TEST_CASE("promote replaces no promotion that asks for more and is not carried out yet (RO-133)") {
  struct Row {
    std::string stored;
    std::string flags;
    std::string both;  // "": it is written
  };
  const Row row = GENERATE(values<Row>({
      {"full@8", "", "--full"},
      {"full@8", "--force", "--full --force"},
      {"full@8/force", "", "--full --force"},
      {"2@8/force", "--full", "--full --force"},
      {"2@8", "--full", ""},
      {"full@8", "--full --force", ""},
      {"1@8/force", "", ""},  // of a step that is over
  }));
  CAPTURE(row.stored, row.flags);
  KubectlRun run;
  CreateAvailableRollout(run, 2, [&](Json& web) {
    web["metadata"]["annotations"]["windlass.dev/promote"] = row.stored;
  });
  const bool refused = !row.both.empty();
  const std::string text =
      "…To combine the two promotions: kubectl windlass promote rollout/web -n "
      "default " +
      row.both + '\n';
  CHECK(run.Run("promote rollout/web " + row.flags) ==
        (refused ? Ends(ExitCode::kOtherUpdate, text) : Done("…")));
  CHECK((Promotion(run) == row.stored) == refused);
}

// For the user whose promotion would act only once the strategy is corrected, maybe days later.
TEST_CASE("promote is refused while spec.strategy cannot be carried out (RO-062)") {
  KubectlRun run;
  CreateAvailableRollout(run, 2);
  const std::string flags = GENERATE("", " --full", " --force", " --full --force");
  const std::string reason = GENERATE("InvalidStrategy", "ProgressDeadlineExceeded");
  CAPTURE(flags, reason);
  EditStatus(run, [&](Json& status) { SetInvalidStrategy(status, reason); });
  const Ran ran = run.Run("promote rollout/web" + flags);
  if (reason != "InvalidStrategy") {  // the reason decides, and not the text
    CHECK(ran.code == ExitCode::kDone);
    return;
  }
  CHECK(ran == Ends(ExitCode::kError,
                    "error: rollout \"web\" is not promoted, because it is stalled "
                    "(InvalidStrategy): spec.strategy cannot be carried out: step 2 is empty. …",
                    ""));
  CHECK(run.writes.empty());
  CHECK(Promotion(run).empty());
}

std::string NotPromoted(const std::string& cause) {
  return "error: rollout \"web\" is not promoted past step 2 of 2: canary not available: " + cause +
         ". kubectl windlass abort rollout/web -n default takes the rollout back, and --force "
         "promotes it nevertheless\n";
}

TEST_CASE("promote is refused while a Pod of the step is not available, and says why (RO-131)") {
  KubectlRun run;
  CreateRolloutWithCanary(run);
  CreateCanaryPod(run, "web-1-a", "web-1", kNoImage);  // of another revision: no cause
  CreateCanaryPod(run, "web-2-a", "web-2", kNoImage);
  std::string text = NotPromoted("web-2-a: web: ImagePullBackOff: no such tag");
  CHECK(run.Run("promote rollout/web") == Ends(ExitCode::kHeld, text, ""));
  text.replace(text.find("step 2 of 2"), 11, "all steps");
  CHECK(run.Run("promote rollout/web --full") == Ends(ExitCode::kHeld, text, ""));
  CHECK(run.writes.empty());
}

TEST_CASE("promote --force writes that it is forced, and reads no Pods") {
  KubectlRun run;
  CreateRolloutWithCanary(run);
  CreateCanaryPod(run, "web-2-a", "web-2", kNoImage);
  CHECK(run.Run("promote rollout/web --force") ==
        Done("rollout.windlass.dev/web promoted past step 2 of 2, by force\n"));
  CHECK(Promotion(run) == "2@8/force");
  CHECK(run.requests.size() == 2);
  const Ran ran = run.Run("promote rollout/web --force --full");
  CHECK(ran.out ==
        "rollout.windlass.dev/web promoted past all steps, step 2 of 2 included, by force\n");
  CHECK(Promotion(run) == "full@8/force");
}

TEST_CASE("A Pod that is being deleted is no cause") {
  KubectlRun run;
  CreateRolloutWithCanary(run);
  for (const char* name : {"web-2-a", "web-2-b"}) CreateCanaryPod(run, name, "web-2", kNoImage);
  run.Edit(resources::kPods, "web-2-a", "",
           [](Json& o) { o["metadata"]["finalizers"] = Json::array({"example.dev/keeps-it"}); });
  REQUIRE(run.server.Delete("setup", {resources::kPods, "default", "web-2-a"}).ok());
  CHECK(run.Run("promote rollout/web").messages ==
        NotPromoted("web-2-b: web: ImagePullBackOff: no such tag"));
}

// It is still listed, but the ReplicaSet has replaced it.
TEST_CASE("A Pod that has ended is no cause") {
  KubectlRun run;
  CreateRolloutWithCanary(run);
  for (const char* name : {"web-2-a", "web-2-b"}) CreateCanaryPod(run, name, "web-2", kRuns);
  const std::string phase = GENERATE("Failed", "Succeeded");
  run.Edit(resources::kPods, "web-2-a", "status", [&](Json& pod) {
    pod["status"] = {{"phase", phase}, {"reason", "Evicted"}, {"message", "low on memory"}};
  });
  EditStatus(run, [](Json& status) {
    status["step"]["index"] = 1;
    status["phase"] = "Stalled";
  });
  const std::string work = GENERATE("works", "is missing");
  CAPTURE(phase, work);
  if (work == "works") {
    CHECK(run.Run("promote rollout/web --full").code == ExitCode::kDone);
    CHECK(Promotion(run) == "full@8");
    return;
  }
  run.Remove(resources::kPods, "web-2-b");
  CHECK(run.Run("promote rollout/web --full") ==
        Ends(ExitCode::kHeld,
             "error: rollout \"web\" is not promoted past all steps: canary not available: no Pod "
             "is updated to revision 8; …"));
}

TEST_CASE("The cause is that of the worst Pod, and the others are counted") {
  KubectlRun run;
  CreateRolloutWithCanary(run);
  CreateCanaryPod(run, "web-2-a", "web-2", {{"waiting", {{"reason", "ContainerCreating"}}}});
  CreateCanaryPod(run, "web-2-b", "web-2", kNoImage);
  CreateCanaryPod(run, "web-2-c", "web-2", kRuns);
  CHECK(run.Run("promote rollout/web").messages ==
        NotPromoted("web-2-b: web: ImagePullBackOff: no such tag (and 1 more)"));
}

TEST_CASE(
    "Without a Pod to name, the cause is that of the ReplicaSet, or that it is not seen yet") {
  KubectlRun run;
  CreateRolloutWithCanary(run);
  CHECK(run.Run("promote rollout/web").messages ==
        NotPromoted("no Pod is updated to revision 8; kubectl windlass status rollout/web -n "
                    "default says what the rollout waits for"));
  run.SetCondition(resources::kReplicaSets, "web-2",
                   {"ReplicaFailure", "True", "FailedCreate", "exceeded quota: compute"});
  CHECK(run.Run("promote rollout/web").messages ==
        NotPromoted("web-2: FailedCreate: exceeded quota: compute"));
  CHECK(run.writes.empty());
}

TEST_CASE("If no Pod of the step shows a cause, promote says that Windlass reports one") {
  KubectlRun run;
  CreateRolloutWithCanary(run);
  CreateCanaryPod(run, "web-2-a", "web-2", kRuns);
  CHECK(run.Run("promote rollout/web").messages ==
        NotPromoted("Windlass reports Pods of revision 8 as not available, and no Pod shows a "
                    "cause; kubectl windlass get rollout/web -n default shows the Pods"));
}

// For the user of a first rollout: without a stable revision, abort moves no Pod.
TEST_CASE("promote names only commands that take the rollout back (RO-032)") {
  const auto [stable, current, back] = GENERATE(table<int, int, std::string>({
      {7, 8, "kubectl windlass abort rollout/web -n default takes the rollout back, and "},
      {0, 8, "kubectl windlass undo rollout/web -n default takes the rollout back, and "},
      {0, 1, ""},
  }));
  CAPTURE(stable, current);
  KubectlRun run;
  CreateRolloutWithCanary(run);
  CreateCanaryPod(run, "web-2-a", "web-2", kNoImage);
  EditStatus(run, [stable, current](Json& status) {
    status["currentRevision"] = current;
    if (stable == 0) status.erase("stableRevision");
  });
  CHECK(run.Run("promote rollout/web") ==
        Ends(ExitCode::kHeld, "…no such tag. " + back + "--force promotes it nevertheless\n"));
  EditStatus(run, [](Json& status) {
    status["step"]["index"] = 1;
    status["phase"] = "Stalled";
  });
  CHECK(run.Run("promote rollout/web") ==
        Ends(ExitCode::kHeld,
             "…stalled at step 1 of 2: " + back + "--full --force ends all steps nevertheless\n"));
  Proves("RO-032");
}

// In place, a Pod keeps the ReplicaSet of the old revision, and an annotation says what it got.
TEST_CASE("A Pod that was updated in place is a Pod of the step") {
  KubectlRun run;
  CreateRolloutWithCanary(run);
  run.Edit(resources::kReplicaSets, "web-2", "", [](Json& o) { o["spec"]["replicas"] = 0; });
  CreateCanaryPod(run, "web-1-a", "web-1", kNoImage);
  CreateCanaryPod(run, "web-1-b", "web-1", {{"waiting", {{"reason", "CrashLoopBackOff"}}}},
                  {{"windlass.dev/in-place-state", GENERATE("{}", R"({"rev":8})")}});
  // The update before left this one: it is not of this step.
  CreateCanaryPod(run, "web-1-c", "web-1", kNoImage,
                  {{"windlass.dev/in-place-state", R"({"rev":7})"}});
  std::string text = NotPromoted("web-1-b: web: CrashLoopBackOff");
  CHECK(run.Run("promote rollout/web").messages == text);
  // A stand-in gives the new ReplicaSet a Pod, and that one works.
  run.Edit(resources::kReplicaSets, "web-2", "", [](Json& o) { o["spec"]["replicas"] = 1; });
  CreateCanaryPod(run, "web-2-a", "web-2", kRuns);
  const auto set_state = [&](const std::string& state) {
    run.Edit(resources::kPods, "web-1-b", "",
             [&](Json& o) { o["metadata"]["annotations"]["windlass.dev/in-place-state"] = state; });
  };
  set_state(R"({"rev":8})");
  // These are not of the step: one that was updated back to revision 7, and one whose annotation
  // is a copy of another Pod's.
  CreateCanaryPod(run, "web-2-b", "web-2", kNoImage,
                  {{"windlass.dev/in-place-state", R"({"rev":7})"}});
  CreateCanaryPod(run, "web-1-d", "web-1", kNoImage,
                  {{"windlass.dev/in-place-state",
                    R"({"rev":8,"pod":"00000000-0000-4000-8000-000000000000"})"}});
  CHECK(run.Run("promote rollout/web").messages == text);
  EditStatus(run, [](Json& status) {
    status["step"]["index"] = 1;
    status["phase"] = "Progressing";
  });
  text.replace(text.find("step 2 of 2"), 11, "all steps");
  CHECK(run.Run("promote rollout/web --full").messages == text);
  CHECK(run.writes.empty());
  // While the new ReplicaSet has Pods, an annotation that cannot be read does not count.
  set_state("{}");
  CHECK(run.Run("promote rollout/web --full").code == ExitCode::kDone);
}

TEST_CASE("If the Pods may not be read, promote is refused and says so") {
  KubectlRun run;
  CreateRolloutWithCanary(run);
  run.answering.answer = AnswerTo("/pods", Refusal(403, "Forbidden", "pods is forbidden"));
  CHECK(run.Run("promote rollout/web") ==
        Ends(ExitCode::kHeld,
             "error: rollout \"web\" is not promoted past step 2 of 2: canary not available: the "
             "cause cannot be read: pods is forbidden: ask for the right…"));
  CHECK(run.writes.empty());
}

// A status of an older Windlass has no step.replicas: the counters decide, and where they leave it
// open, the Pods.
TEST_CASE("Of an older status, counters and Pods tell whether the step is available") {
  KubectlRun run;
  CreateRolloutWithCanary(run);
  const auto older = [&](int available) {
    EditStatus(run, [&](Json& status) {
      status["step"].erase("replicas");
      status["availableReplicas"] = available;
    });
  };
  SECTION("all Pods are available: no Pod is read") {
    older(4);
    CHECK(run.Run("promote rollout/web").code == ExitCode::kDone);
    CHECK(run.requests.size() == 2);
  }
  SECTION("an old Pod is not available") {
    older(3);
    CreateCanaryPod(run, "web-1-a", "web-1", kNoImage);
    CreateCanaryPod(run, "web-2-a", "web-2", kRuns);
    CHECK(run.Run("promote rollout/web").code == ExitCode::kDone);
    CHECK(Promotion(run) == "2@8");
  }
  SECTION("the new Pod is not available") {
    older(3);
    CreateCanaryPod(run, "web-2-a", "web-2", kNoImage);
    CHECK(run.Run("promote rollout/web") ==
          Ends(ExitCode::kHeld, NotPromoted("web-2-a: web: ImagePullBackOff: no such tag")));
  }
  SECTION("no Pod is updated yet, so none can be missing") {
    older(3);
    EditStatus(run, [](Json& status) { status["updatedReplicas"] = 0; });
    CHECK(run.Run("promote rollout/web").code == ExitCode::kDone);
    CHECK(run.requests.size() == 2);
  }
}

// Scaled to one replica, or to none. The one Pod there is has the old revision, and is available.
void CreateWithoutCanary(KubectlRun& run, int step, int replicas) {
  CreateAvailableRollout(run, step, [&](Json& object) { object["spec"]["replicas"] = replicas; });
  EditStatus(run, [&](Json& status) {
    status["phase"] = "Paused";
    status["replicas"] = status["readyReplicas"] = status["availableReplicas"] = replicas;
    status["updatedReplicas"] = 0;
    status["step"]["replicas"] = 10;
    status["step"].erase("availableSince");
  });
}

TEST_CASE("promote is refused where the size leaves the step no Pod, and names --force (RO-194)") {
  KubectlRun run;
  const int replicas = GENERATE(1, 0);
  CreateWithoutCanary(run, 2, replicas);
  const std::string why =
      (replicas == 1 ? "with 1 replica" : "with 0 replicas") +
      std::string(", no Pod gets revision 8. To test revision 8, scale up. To end ");
  CHECK(
      run.Run("promote rollout/web") ==
      Ends(
          ExitCode::kHeld,
          "error: rollout \"web\" is not promoted past step 2 of 2: " + why +
              "the pause without a test: kubectl windlass promote rollout/web -n default --force\n",
          ""));
  CHECK(run.Run("promote rollout/web --full") ==
        Ends(ExitCode::kHeld,
             "error: rollout \"web\" is not promoted past all steps: " + why +
                 "all steps without a test: kubectl windlass promote rollout/web -n default --full "
                 "--force\n"));
  CHECK(run.writes.empty());
  CHECK(run.Run("promote rollout/web --force").code == ExitCode::kDone);
  CHECK(Promotion(run) == "2@8/force");
  Proves("RO-194");
}

TEST_CASE("promote of a step setUpdated without a Pod names --full --force (RO-194)") {
  KubectlRun run;
  CreateWithoutCanary(run, 1, 1);
  const std::string why =
      ": with 1 replica, no Pod gets revision 8. To test revision 8, scale up. To end all steps "
      "without a test: kubectl windlass promote rollout/web -n default --full --force\n";
  for (const char* command : {"promote rollout/web", "promote rollout/web --force"}) {
    CHECK(run.Run(command) ==
          Ends(ExitCode::kHeld,
               "error: rollout \"web\" is not at a pause, but at step 1 of 2" + why));
  }
  CHECK(run.Run("promote rollout/web --full") ==
        Ends(ExitCode::kHeld, "error: rollout \"web\" is not promoted past all steps: with 1…"));
  CHECK(run.writes.empty());
  CHECK(run.Run("promote rollout/web --full --force").code == ExitCode::kDone);
  CHECK(Promotion(run) == "full@8/force");
  Proves("RO-194");
}

TEST_CASE("status says that a step waits for more replicas, also if it was promoted (RO-194)") {
  KubectlRun run;
  const int step = GENERATE(1, 2);
  CreateWithoutCanary(run, step, 1);
  const std::string promote = GENERATE("", "2@8", "full@8");
  run.Edit(kRollouts, "web", "", [&](Json& object) {
    object["metadata"]["annotations"]["windlass.dev/promote"] = promote;
  });
  CHECK(run.Run("status rollout/web") ==
        Ends(ExitCode::kHeld,
             "error: rollout \"web\" waits at step " + std::to_string(step) +
                 " of 2: with 1 replica, no Pod gets revision 8. To test revision 8, scale up. To "
                 "end " +
                 (step == 1
                      ? "all steps without a test: kubectl windlass promote rollout/web -n default "
                        "--full --force\n"
                      : "the pause without a test: kubectl windlass promote rollout/web -n default "
                        "--force\n")));
  Proves("RO-194");
}

TEST_CASE("The message of the status decides nothing") {
  KubectlRun run;
  CreateAtPause(run);
  EditStatus(run, [](Json& status) { status["message"] = "canary not available: web-2-a: no"; });
  CHECK(run.Run("promote rollout/web").code == ExitCode::kDone);
}

// Who ends all steps while a Pod of the new revision does not start, brings it to all.
TEST_CASE("promote --full on the way to a step needs --force if a Pod does not start") {
  KubectlRun run;
  CreateRolloutWithCanary(run);
  CreateCanaryPod(run, "web-2-a", "web-2", kNoImage);
  EditStatus(run, [](Json& status) {
    status["step"]["index"] = 1;
    status["phase"] = "Progressing";
  });
  CHECK(run.Run("promote rollout/web --full").code == ExitCode::kHeld);
  // One that only needs time is no reason.
  run.Edit(resources::kPods, "web-2-a", "status", [](Json& pod) {
    pod["status"]["containerStatuses"][0]["state"] = {
        {"waiting", {{"reason", "ContainerCreating"}}}};
  });
  CHECK(run.Run("promote rollout/web --full").code == ExitCode::kDone);
  EditStatus(run, [](Json& status) { status["phase"] = "Stalled"; });
  CHECK(run.Run("promote rollout/web --full").code == ExitCode::kHeld);
  CHECK(run.Run("promote rollout/web --full --force").code == ExitCode::kDone);
  // The new revision works: something else stalls the rollout.
  run.Edit(resources::kPods, "web-2-a", "status", [](Json& pod) {
    pod["status"] = {{"phase", "Running"},
                     {"conditions", Json::array({{{"type", "Ready"}, {"status", "True"}}})}};
  });
  run.Edit(kRollouts, "web", "", [](Json& web) { web["metadata"].erase("annotations"); });
  CHECK(run.Run("promote rollout/web --full").code == ExitCode::kDone);
}

// For example, a PodDisruptionBudget keeps an update in place from its first Pod.
TEST_CASE("promote --full of a stalled rollout needs a Pod that shows the revision (RO-131)") {
  KubectlRun run;
  CreateRolloutWithCanary(run);
  run.Edit(resources::kReplicaSets, "web-2", "", [](Json& o) { o["spec"]["replicas"] = 0; });
  CreateCanaryPod(run, "web-1-a", "web-1", kRuns);  // not patched
  EditStatus(run, [](Json& status) {
    status["step"]["index"] = 1;
    status["phase"] = "Stalled";
    status["updatedReplicas"] = 0;
  });
  std::string text = NotPromoted(
      "no Pod is updated to revision 8; kubectl windlass status rollout/web -n default says what "
      "the rollout waits for");
  text.replace(text.find("step 2 of 2"), 11, "all steps");
  CHECK(run.Run("promote rollout/web --full") == Ends(ExitCode::kHeld, text, ""));
  CHECK(run.writes.empty());
  // Before the deadline, the first Pod may still come.
  EditStatus(run, [](Json& status) { status["phase"] = "Progressing"; });
  CHECK(run.Run("promote rollout/web --full").code == ExitCode::kDone);
  CHECK(Promotion(run) == "full@8");
}

// Windlass removes the stand-in again, so it waits for the first patched Pod.
TEST_CASE("promote --full of a stalled update in place does not count stand-ins (RO-131)") {
  KubectlRun run;
  const std::string strategy = GENERATE("InPlaceOnly", "InPlaceIfPossible", "RollingUpdate");
  const std::string condition = GENERATE("True", "False");
  const bool patches = strategy != "RollingUpdate" && condition == "True";
  CAPTURE(strategy, condition);
  CreateRolloutWithCanary(run, [&](Json& web) { web["spec"]["strategy"]["type"] = strategy; });
  CreateCanaryPod(run, "web-1-a", "web-1", kRuns);  // not patched
  CreateCanaryPod(run, "web-2-a", "web-2", kRuns);  // the stand-in, while Windlass patches
  EditStatus(run, [](Json& status) {
    status["step"]["index"] = 1;
    status["phase"] = "Stalled";
  });
  run.SetCondition(kRollouts, "web", {"windlass.dev/InPlace", condition, "WaitingForPDB"});
  if (patches) {
    std::string text = NotPromoted(
        "no Pod is updated to revision 8; kubectl windlass status rollout/web -n default says what "
        "the rollout waits for");
    text.replace(text.find("step 2 of 2"), 11, "all steps");
    CHECK(run.Run("promote rollout/web --full") == Ends(ExitCode::kHeld, text, ""));
    CHECK(run.writes.empty());
    run.Edit(resources::kPods, "web-1-a", "", [](Json& pod) {
      pod["metadata"]["annotations"]["windlass.dev/in-place-state"] = R"({"rev":8})";
    });
  }
  CHECK(run.Run("promote rollout/web --full").code == ExitCode::kDone);
  CHECK(Promotion(run) == "full@8");
}

TEST_CASE("promote refuses where there is nothing to promote, and says what to do") {
  struct Row {
    std::string why;
    Edit change;
    Edit set_status;
    ExitCode code;
    std::string plain;  // what promote says, after the name
    std::string full;   // what promote --full says
  };
  const auto none = [](Json&) {};
  const std::string resume =
      "is paused by spec.paused. A promotion does not end that pause. To end it: kubectl windlass "
      "resume rollout/web -n default";
  const std::string retry =
      "is aborted, so nothing is rolled out: kubectl windlass retry rollout/web -n default ends "
      "the abort";
  const std::string partition =
      "waits at its partition, and has no steps: lower spec.strategy.partition to let it go on";
  const std::string over =
      "has no step left: kubectl windlass status rollout/web -n default waits for the end of the "
      "rollout";
  const std::string complete = "has nothing to promote (Healthy): no rollout is under way";
  const Row row = GENERATE_COPY(values<Row>({
      {"a step", none, [](Json& s) { s["step"]["index"] = 1; }, ExitCode::kError,
       "is not at a pause, but at step 1 of 2: kubectl windlass status rollout/web -n default "
       "waits for the next pause, and --full ends all steps",
       ""},
      {"spec.paused", [](Json& o) { o["spec"]["paused"] = true; }, none, ExitCode::kHeld, resume,
       resume},
      {"abort", [](Json& o) { o["spec"]["abort"] = true; }, [](Json& s) { s["phase"] = "Aborted"; },
       ExitCode::kAborted, retry, retry},
      {"both",
       [](Json& o) {
         o["spec"]["abort"] = true;
         o["spec"]["paused"] = true;
       },
       none, ExitCode::kAborted, retry, retry},
      {"partition",
       [](Json& o) {
         o["spec"]["strategy"].erase("steps");
         o["spec"]["strategy"]["partition"] = 3;
       },
       [](Json& s) { s.erase("step"); }, ExitCode::kError, partition, partition},
      {"a partition that is not reached yet",
       [](Json& o) {
         o["spec"]["strategy"].erase("steps");
         o["spec"]["strategy"]["partition"] = 3;
       },
       [](Json& s) {
         s.erase("step");
         s["phase"] = "Progressing";
       },
       ExitCode::kError, over, over},
      {"after the last step", none,
       [](Json& s) {
         s["step"]["index"] = 3;
         s["phase"] = "Progressing";
       },
       ExitCode::kError, over, over},
      {"complete", none,
       [](Json& s) {
         s["step"]["index"] = 3;
         s["phase"] = "Healthy";
       },
       ExitCode::kError, complete, complete},
      {"without steps", [](Json& o) { o["spec"]["strategy"].erase("steps"); },
       [](Json& s) {
         s.erase("step");
         s["phase"] = "Healthy";
       },
       ExitCode::kError, complete, complete},
  }));
  CAPTURE(row.why);
  KubectlRun run;
  CreateRolloutAtStep(run, 2, row.change, [&](Json& status) {
    status["phase"] = "Paused";
    row.set_status(status);
  });
  const Ran ran = run.Run("promote rollout/web");
  CHECK(ran == Ends(row.code, "error: rollout \"web\" " + row.plain + "\n"));
  // No force promotes what is not there.
  CHECK(run.Run("promote rollout/web --force").messages == ran.messages);
  CHECK(run.writes.empty());
  if (row.full.empty()) return;
  CHECK(run.Run("promote rollout/web --full") ==
        Ends(row.code, "error: rollout \"web\" " + row.full + "\n"));
  CHECK(run.writes.empty());
}

TEST_CASE("promote waits until Windlass has seen the last change (RO-054)") {
  KubectlRun run;
  CreateAtPause(run);
  run.Edit(kRollouts, "web", "",
           [](Json& o) { o["spec"]["template"]["spec"]["containers"][0]["image"] = "app:v9"; });
  for (const char* command : {"promote rollout/web", "promote rollout/web --full --force"}) {
    CHECK(
        run.Run(command) ==
        Ends(
            ExitCode::kError,
            "error: rollout \"web\" was changed, and Windlass has not seen the change yet: kubectl "
            "windlass status rollout/web -n default waits for Windlass\n"));
  }
  // Windlass has seen it, and says what keeps it back.
  run.Edit(kRollouts, "web", "status", [](Json& web) {
    SetCondition(web, {"Ready",
                       "False",
                       "Progressing",
                       "web takes 20000 bytes",
                       {{"observedGeneration", web["metadata"]["generation"]}}});
  });
  CHECK(run.Run("promote rollout/web") ==
        Ends(ExitCode::kError,
             "error: rollout \"web\" was changed, and Windlass cannot carry the change out: web "
             "takes 20000 bytes\n"));
  CHECK(run.writes.empty());
}

TEST_CASE("promote says that a Rollout is aborted, also before Windlass has seen the abort") {
  KubectlRun run;
  run.Create(resources::kRollouts, sim::SampleRollout("web"));
  run.Edit(resources::kRollouts, "web", "", [](Json& o) { o["spec"]["abort"] = true; });
  const Ran ran = run.Run("promote rollout/web");
  CHECK(ran.code == ExitCode::kAborted);
  CHECK(run.writes.empty());
}

}  // namespace
}  // namespace windlass::cli::promote_command_test
