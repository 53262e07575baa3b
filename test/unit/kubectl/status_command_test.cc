// status: the sentences, and how it ends.
#include "cmd/kubectl-windlass/json_fields.h"
#include "test/proves.h"
#include "test/unit/kubectl/kubectl_run.h"

namespace windlass::cli::status_command_test {
namespace {

constexpr const ResourceId& kDeployments = resources::kDeployments;
constexpr const ResourceId& kRollouts = resources::kRollouts;

TEST_CASE("status prints kubectl's sentences as the rollout goes on, and ends with 0") {
  KubectlRun run;
  run.Create(kDeployments, sim::SampleDeployment("web", 3));
  const auto counters = [&run](int replicas, int updated, int available) {
    run.Edit(kDeployments, "web", "status",
             [=](Json& o) { SetCounters(o, replicas, updated, available); });
  };
  run.After(seconds(1), [&] { counters(4, 2, 3); });
  run.After(seconds(2), [&] { counters(4, 3, 3); });
  run.After(seconds(3), [&] { counters(3, 3, 2); });
  run.After(seconds(4), [&] { counters(3, 3, 3); });
  CHECK(run.Run("status web") == Done("Waiting for deployment spec update to be observed...\n"
                                      "Waiting for deployment \"web\" rollout to finish: 2 out of "
                                      "3 new replicas have been updated...\n"
                                      "Waiting for deployment \"web\" rollout to finish: 1 old "
                                      "replicas are pending termination...\n"
                                      "Waiting for deployment \"web\" rollout to finish: 2 of 3 "
                                      "updated replicas are available...\n"
                                      "deployment \"web\" successfully rolled out\n",
                                      ""));
  CHECK(run.writes.empty());
}

// A Deployment at revision 2 whose new ReplicaSet has one Pod, in `state`.
void CreateStuckRollout(KubectlRun& run, const Json& state) {
  Json web = sim::SampleDeployment("web", 1);
  web["metadata"]["annotations"] = {{std::string(kRevisionAnnotation), "2"}};
  run.Create(kDeployments, web);
  run.Edit(kDeployments, "web", "status", [](Json& o) { SetCounters(o, 2, 1, 1); });
  Json set = ReplicaSetOf(run.Stored(kDeployments, "web"), "web-2", 1);
  set["metadata"]["annotations"] = {{std::string(kRevisionAnnotation), "2"}};
  run.Create(resources::kReplicaSets, set);
  run.Create(resources::kPods, PodOf(run.Stored(resources::kReplicaSets, "web-2"), "web-2-a"));
  run.Edit(resources::kPods, "web-2-a", "status", [&](Json& object) {
    object["status"] = {{"phase", "Pending"},
                        {"containerStatuses",
                         Json::array({{{"name", "app"}, {"ready", false}, {"state", state}}})}};
  });
}

Json Waiting(const std::string& reason, const std::string& message) {
  return {{"waiting", {{"reason", reason}, {"message", message}}}};
}

constexpr const char* kPending =
    "Waiting for deployment \"web\" rollout to finish: 1 old replicas are pending termination...";

TEST_CASE("status says why a Pod does not become ready, once for each reason") {
  KubectlRun run;
  CreateStuckRollout(run, Waiting("ContainerCreating", ""));
  const auto waits = [&run](const std::string& reason, const std::string& message) {
    run.Edit(resources::kPods, "web-2-a", "status", [&](Json& pod) {
      pod["status"]["containerStatuses"][0]["state"] = Waiting(reason, message);
    });
  };
  run.After(seconds(1), [&] { waits("ImagePullBackOff", "back-off 10s"); });
  run.After(seconds(2), [&] { waits("ImagePullBackOff", "back-off 20s"); });
  run.After(seconds(3), [&] { waits("ErrImagePull", "no such tag"); });
  run.After(seconds(4), [&] { waits("ImagePullBackOff", "back-off 40s"); });
  const Ran ran = run.Run("status web --timeout=10s");
  const std::string pending = kPending;
  CHECK(ran.out == pending + '\n' + pending + " (web-2-a: app: ImagePullBackOff: back-off 10s)\n" +
                       pending + " (web-2-a: app: ErrImagePull: no such tag)\n");
}

TEST_CASE("status says why no Pod can be made") {
  KubectlRun run;
  CreateStuckRollout(run, Waiting("ContainerCreating", ""));
  run.SetCondition(resources::kReplicaSets, "web-2",
                   {"ReplicaFailure", "True", "FailedCreate", "exceeded quota: q"});
  CHECK(run.Run("status web --watch=false") ==
        Ends(ExitCode::kTimeout, "…",
             std::string(kPending) + " (web-2: FailedCreate: exceeded quota: q)\n"));
}

// A webhook may come when the rollout has begun.
TEST_CASE("status says what holds up Windlass") {
  const std::string reason =
      GENERATE("ReplicaSetUpdateRefused", "ReplicaSetNotKept", "WindlassOutOfMemory");
  KubectlRun run;
  CreateStuckRollout(run, Waiting("ContainerCreating", ""));
  run.SetCondition(kDeployments, "web",
                   {"ReplicaFailure", "True", reason,
                    "the API server refused to patch replicasets shop/web-2: no changes"});
  const Ran ran = run.Run("status web --watch=false");
  CHECK(ran.out == std::string(kPending) +
                       " (the API server refused to patch replicasets shop/web-2: no changes)\n");
  CHECK(run.Run("get web").out.find(
            reason + ": the API server refused to patch replicasets shop/web-2: no changes") !=
        std::string::npos);
}

TEST_CASE("status says why an update in place stands still (P-084)") {
  const std::string reason = GENERATE("GivenUp", "AnnotationNotKept", "WaitingForPDB", "Failing");
  CAPTURE(reason);
  KubectlRun run;
  CreateStuckRollout(run, Waiting("ContainerCreating", ""));
  run.SetCondition(kDeployments, "web",
                   {"windlass.dev/InPlace", "True", reason,
                    "0 of 2 Pods are patched: revision 2 is given up: no image"});
  const Ran ran = run.Run("status web --watch=false");
  CHECK(ran.out ==
        std::string(kPending) + " (0 of 2 Pods are patched: revision 2 is given up: no image)\n");
}

TEST_CASE("status goes on for a user who may list and not watch") {
  KubectlRun run;
  CreateStuckRollout(run, Waiting("ImagePullBackOff", "no such tag"));
  const std::string what = GENERATE("/pods", "/deployments", "/");
  CAPTURE(what);
  run.answering.answer_watch = [what](const HttpRequest& request) -> std::optional<StreamEnd> {
    if (request.target.find(what) == std::string::npos) return std::nullopt;
    StreamEnd end;
    end.status = 403;
    return end;
  };
  run.After(seconds(2), [&run] {
    run.Edit(kDeployments, "web", "status", [](Json& o) { SetCounters(o, 1, 1, 1); });
  });
  CHECK(run.Run("status web") == DoneSaying(""));
}

TEST_CASE("status needs no right to read Pods") {
  KubectlRun run;
  CreateStuckRollout(run, Waiting("ImagePullBackOff", "no such tag"));
  run.fate = FateOf("/pods", sim::Fate::kForbidden);
  const Ran ran = run.Run("status web --watch=false");
  CHECK(ran.out == std::string(kPending) + '\n');
  CHECK(ran.messages.empty());
}

TEST_CASE("status that could not read the object in time says nothing of a rollout") {
  KubectlRun run;
  run.fate = [](const HttpRequest&) { return sim::Fate::kRequestLost; };
  CHECK(run.Run("status deployment/web --timeout=5s") ==
        Ends(ExitCode::kTimeout,
             "error: timed out waiting for the condition: no answer yet from the API server "
             "https://cluster.example:6443\n"));
}

// The other causes, and their exit codes: status_errors.cc.
TEST_CASE("status ends when the rollout is held, and with --watch=false at once") {
  KubectlRun run;
  run.Create(kDeployments, sim::SampleDeployment("web", 3));
  run.Edit(kDeployments, "web", "status", [](Json& o) { SetCounters(o, 3, 1, 3); });
  SECTION("3: --watch=false, and it goes on") {
    CHECK(run.Run("status web --watch=false") == Ends(ExitCode::kTimeout, ""));
  }
  SECTION("4: it is paused") {
    run.After(seconds(1), [&] {
      run.Edit(kDeployments, "web", "", [](Json& o) { o["spec"]["paused"] = true; });
      run.Edit(kDeployments, "web", "status", [](Json& o) { SetCounters(o, 3, 1, 3); });
    });
    CHECK(run.Run("status web") == Ends(ExitCode::kHeld,
                                        "error: deployment \"web\" is paused: kubectl windlass "
                                        "resume deployment/web -n default lets it go on\n"));
  }
  SECTION("4: with Only, its change is not possible in place") {
    run.Edit(kDeployments, "web", "",
             [](Json& o) { o["metadata"]["annotations"]["windlass.dev/in-place"] = "Only"; });
    run.Edit(kDeployments, "web", "status", [](Json& o) {
      SetCounters(o, 3, 0, 3);
      SetCondition(o, {"windlass.dev/InPlace", "False", "NotPossible", "it asks for new Pods"});
    });
    CHECK(run.Run("status web") ==
          Ends(ExitCode::kHeld,
               "error: deployment \"web\" is not rolled out: it asks for new Pods\n"));
    CHECK(run.Run("get web").out.find("NotPossible: it asks for new Pods") != std::string::npos);
  }
}

// A Deployment of three Pods with Only, `updated` of them with its template. One of its settings is
// invalid, and Progressing says `progressing`; "": there is no progress deadline, and so no such
// condition.
void CreateMisconfigured(KubectlRun& run, const std::string& progressing, int updated = 0) {
  Json web = sim::SampleDeployment("web", 3);
  web["metadata"]["annotations"]["windlass.dev/in-place"] = "Only";
  run.Create(kDeployments, web);
  run.Edit(kDeployments, "web", "status", [&](Json& o) {
    SetCounters(o, 3, updated, updated == 3 ? 2 : 3);
    SetCondition(o, {"windlass.dev/InPlace", "False", "InvalidConfig", "the drain is wrong"});
    if (progressing.empty()) return;
    AddCondition(o, {"Progressing", "False", progressing, "the drain is wrong"});
  });
}

TEST_CASE("status ends, too, if Only rolls out nothing because a setting is invalid (P-014)") {
  KubectlRun run;
  SECTION("4: a change waits for the setting") {
    CreateMisconfigured(run, "InPlaceNotPossible");
    CHECK(
        run.Run("status web") ==
        Ends(ExitCode::kHeld, "error: deployment \"web\" is not rolled out: the drain is wrong\n"));
    CHECK(run.Run("get web").out.find("InvalidConfig: the drain is wrong") != std::string::npos);
  }
  SECTION("4: a change waits, without a progress deadline, before or in its update") {
    CreateMisconfigured(run, "", GENERATE(0, 1));
    CHECK(
        run.Run("status web") ==
        Ends(ExitCode::kHeld, "error: deployment \"web\" is not rolled out: the drain is wrong\n"));
  }
  SECTION("3: none does, and the Deployment is scaled") {
    CreateMisconfigured(run, "ReplicaSetUpdated");
    CHECK(run.Run("status web --watch=false").code == ExitCode::kTimeout);
  }
  SECTION("3: none does, without a progress deadline") {
    CreateMisconfigured(run, "", 3);
    CHECK(run.Run("status web --watch=false").code == ExitCode::kTimeout);
  }
  Proves("P-014");
}

TEST_CASE("status goes on after the watch broke, and after 410 Gone") {
  KubectlRun run;
  run.Create(kDeployments, sim::SampleDeployment("web", 1));
  run.Edit(kDeployments, "web", "status", [](Json& o) { SetCounters(o, 1, 0, 1); });
  run.After(seconds(1), [&] { run.server.EndWatches(); });
  run.After(seconds(5), [&] {
    run.Edit(kDeployments, "web", "status", [](Json& o) { SetCounters(o, 1, 1, 1); });
  });
  CHECK(run.Run("status web").code == ExitCode::kDone);
}

// A Rollout with two steps, the second a pause, and a status that says `phase`.
void CreateRollout(KubectlRun& run, const std::string& phase, const Json& pause = Json::object()) {
  Json web = sim::SampleRollout("web", 4);
  web["spec"]["strategy"]["steps"] = Json::array({{{"setUpdated", 1}}, {{"pause", pause}}});
  run.Create(kRollouts, web);
  run.Edit(kRollouts, "web", "status", [&](Json& o) {
    SetCounters(o, 4, 1, 4);
    o["status"]["phase"] = phase;
    o["status"]["message"] = "the message";
    o["status"]["currentRevision"] = 8;
    o["status"]["stableRevision"] = 7;
    o["status"]["step"] = {{"index", 2},
                           {"total", 2},
                           {"revision", 8},
                           {"startedAt", "2026-01-01T00:00:00Z"},
                           {"template", "t-1"}};
    SetCondition(o, {"Stalled",
                     "True",
                     "InvalidTemplate",
                     "the message",
                     {{"lastTransitionTime", "2026-01-01T00:00:00Z"}}});
  });
}

TEST_CASE("status of a Rollout goes by its phase") {
  struct Row {
    std::string phase;
    ExitCode code;
    std::string message;
  };
  const Row row = GENERATE(values<Row>({
      {"Healthy", ExitCode::kDone, ""},
      {"RolledBack", ExitCode::kDone, ""},
      {"Stalled", ExitCode::kFailed,
       "error: rollout \"web\" is stalled (InvalidTemplate): the message. Correct the template, or "
       "run kubectl windlass abort or undo rollout/web -n default\n"},
      {"Aborted", ExitCode::kAborted, "error: rollout \"web\" is aborted: the message\n"},
      {"Paused", ExitCode::kHeld,
       "error: rollout \"web\" waits at step 2 of 2: kubectl windlass promote rollout/web -n "
       "default lets it go on, kubectl windlass abort rollout/web -n default takes it back\n"},
  }));
  KubectlRun run;
  CreateRollout(run, row.phase);
  CHECK(run.Run("status wro/web") == Ends(row.code, row.message));
}

// For the user whose template is wrong before any revision was complete: an abort moves no Pod
// then, and an undo goes to the revision before, if there is one.
TEST_CASE("status of a stalled Rollout names the commands that take it back (RO-026, RO-032)") {
  struct Row {
    std::string reason;
    int current;
    int stable;
    std::string commands;
  };
  const Row row = GENERATE(values<Row>({
      {"InvalidTemplate", 0, 0, ""},
      {"InvalidTemplate", 1, 0, "undo"},  // revision 1 has Pods, and its correction is refused
      {"InvalidTemplate", 2, 0, "undo"},
      {"InvalidTemplate", 1, 1, "abort or undo"},
      {"ReplicaSetCreateError", 0, 0, ""},
      {"ReplicaSetCreateError", 1, 0, "undo"},
      {"InPlaceNotPossible", 1, 0, "undo"},
      {"InvalidStrategy", 2, 1, ""},  // neither would correct it
      {"ProgressDeadlineExceeded", 1, 0, ""},
      {"ProgressDeadlineExceeded", 2, 0, "undo"},
      {"ProgressDeadlineExceeded", 2, 1, "abort or undo"},
  }));
  CAPTURE(row.reason, row.current, row.stable);
  KubectlRun run;
  CreateRollout(run, "Stalled");
  run.Edit(kRollouts, "web", "status", [&](Json& o) {
    SetCondition(o, {"Stalled",
                     "True",
                     row.reason,
                     "the message",
                     {{"lastTransitionTime", "2026-01-01T00:00:00Z"}}});
    o["status"]["currentRevision"] = row.current;
    o["status"]["stableRevision"] = row.stable;
    if (row.current == 0) o["status"].erase("currentRevision");
    if (row.stable == 0) o["status"].erase("stableRevision");
  });
  const std::string back = "run kubectl windlass " + row.commands + " rollout/web -n default\n";
  const Ran ran = run.Run("status wro/web");
  CHECK(ran.code == ExitCode::kFailed);
  CHECK(ran.messages.ends_with(back) == !row.commands.empty());
  CHECK((ran.messages.find("run kubectl") == std::string::npos) == row.commands.empty());
  Proves("RO-026 RO-032");
}

// For the user whose strategy is wrong: the message names the field, and the template is right.
TEST_CASE("status adds no remedy to the message if the strategy is not carried out (RO-062)") {
  KubectlRun run;
  CreateRollout(run, "Stalled");
  const bool aborted = GENERATE(false, true);
  CAPTURE(aborted);
  run.Edit(kRollouts, "web", "", [&](Json& o) { o["spec"]["abort"] = aborted; });
  run.Edit(kRollouts, "web", "status", [](Json& o) {
    o["status"]["observedGeneration"] = o["metadata"]["generation"];
    SetCondition(o, {"Stalled",
                     "True",
                     "InvalidStrategy",
                     "the message",
                     {{"lastTransitionTime", "2026-01-01T00:00:00Z"}}});
  });
  const std::string text = "rollout \"web\" is stalled (InvalidStrategy): the message.";
  CHECK(run.Run("status wro/web") == Ends(ExitCode::kFailed, "error: " + text + "\n"));
  CHECK(run.Run("get wro/web").out.find(text + "\n") != std::string::npos);
}

TEST_CASE("status of a pause before any revision was complete names undo, if there is another") {
  KubectlRun run;
  CreateRollout(run, "Paused");
  run.Edit(kRollouts, "web", "status", [](Json& o) {
    o["status"].erase("stableRevision");
    o["status"]["currentRevision"] = 1;
    o["status"].erase("conditions");  // a Rollout at a pause is not stalled
  });
  CHECK(run.Run("status wro/web") ==
        Ends(ExitCode::kHeld,
             "error: rollout \"web\" waits at step 2 of 2: kubectl windlass promote rollout/web -n "
             "default lets it go on\n"));
  run.Edit(kRollouts, "web", "status", [](Json& o) { o["status"]["currentRevision"] = 2; });
  CHECK(
      run.Run("status wro/web") ==
      Ends(ExitCode::kHeld,
           "error: rollout \"web\" waits at step 2 of 2: kubectl windlass promote rollout/web -n "
           "default lets it go on, kubectl windlass undo rollout/web -n default takes it back\n"));
  Proves("RO-032");
}

TEST_CASE("status says that a rollback of a Rollout was refused, and why") {
  const std::string phase = GENERATE("Healthy", "Stalled");
  CAPTURE(phase);
  const bool refused = GENERATE(false, true);
  KubectlRun run;
  CreateRollout(run, phase);
  run.Edit(kRollouts, "web", "status", [&](Json& o) {
    o["status"]["conditions"].push_back({{"type", "RollbackRefused"},
                                         {"status", refused ? "True" : "False"},
                                         {"reason", "RollbackRevisionNotFound"},
                                         {"message", "Revision 9 does not exist"}});
  });
  const Ran ran = run.Run("status wro/web");
  CHECK(ran.code == (phase == "Healthy" ? ExitCode::kDone : ExitCode::kFailed));
  const std::string& text = phase == "Healthy" ? ran.out : ran.messages;
  CHECK(text.ends_with("; spec.rollbackTo was refused: Revision 9 does not exist\n") == refused);
}

TEST_CASE("A pause that ends by itself is waited for") {
  KubectlRun run;
  CreateRollout(run, "Paused", {{"duration", "10m"}});
  run.After(seconds(30), [&] {
    run.Edit(kRollouts, "web", "status", [](Json& o) {
      SetCounters(o, 4, 4, 4);
      o["status"]["phase"] = "Healthy";
    });
  });
  CHECK(run.Run("status wro/web") ==
        Done("Waiting for rollout \"web\" to finish: at the pause of step 2 of 2...\n"
             "rollout \"web\" successfully rolled out\n"));
}

// The annotation does not change the generation, so the status may be that of before.
TEST_CASE("A pause that was promoted is waited for") {
  struct Row {
    std::string promote;
    bool ends;  // this pause
  };
  const Row row = GENERATE(values<Row>({{"2@8", true},
                                        {"2@8/force", true},
                                        {"full@8", true},
                                        {"full@8/force", true},
                                        {"1@8", false},
                                        {"2@7", false},
                                        {"full@7", false},
                                        {"2@8/forced", false},
                                        {"", false}}));
  CAPTURE(row.promote);
  KubectlRun run;
  CreateRollout(run, "Paused");
  run.Edit(kRollouts, "web", "",
           [&](Json& o) { o["metadata"]["annotations"]["windlass.dev/promote"] = row.promote; });
  run.After(seconds(1), [&] {
    run.Edit(kRollouts, "web", "status", [](Json& o) {
      SetCounters(o, 4, 4, 4);
      o["status"]["phase"] = "Healthy";
    });
  });
  const Ran ran = run.Run("status wro/web");
  CHECK(ran.code == (row.ends ? ExitCode::kDone : ExitCode::kHeld));
  if (!row.ends) return;
  CHECK(ran.out ==
        "Waiting for rollout \"web\" to finish: step 2 of 2 was promoted...\n"
        "rollout \"web\" successfully rolled out\n");
}

// Windlass says by values that a Pod of the step is not available, and in its message which.
TEST_CASE("At a pause whose Pods are not available, status waits for them") {
  const std::string phase = GENERATE("Progressing", "Paused");
  CAPTURE(phase);
  KubectlRun run;
  CreateRollout(run, phase);
  run.Edit(kRollouts, "web", "status", [](Json& o) { o["status"]["step"]["replicas"] = 4; });
  run.After(seconds(30), [&] {
    run.Edit(kRollouts, "web", "status", [](Json& o) {
      o["status"]["phase"] = "Paused";
      o["status"]["step"]["availableSince"] = "2026-01-01T00:00:30Z";
    });
  });
  CHECK(
      run.Run("status wro/web") ==
      Ends(
          ExitCode::kHeld, "error: rollout \"web\" waits at step 2 of 2: kubectl…",
          "Waiting for rollout \"web\" to finish: at the pause of step 2 of 2, whose Pods are not "
          "available (the message)...\n"
          "Waiting for rollout \"web\" to finish: 1 out of 4 new replicas have been updated...\n"));
}

TEST_CASE("status of a Rollout without Pods says that none is available") {
  const auto [terminating, more] = GENERATE(table<int, std::string>(
      {{0, ""}, {1, ", and 1 Pod is terminating"}, {2, ", and 2 Pods are terminating"}}));
  KubectlRun run;
  run.Create(kRollouts, sim::SampleRollout("web", 4));
  run.Edit(kRollouts, "web", "status", [count = terminating](Json& o) {
    SetCounters(o, 0, 0, 0);
    o["status"]["phase"] = "Progressing";
    if (count > 0) o["status"]["terminatingReplicas"] = count;
  });
  CHECK(run.Run("status wro/web --watch=false").out ==
        "Waiting for rollout \"web\" to finish: none of 4 Pods is available" + more + "...\n");
  // Of a Deployment, kubectl's sentence stays.
  run.Create(kDeployments, sim::SampleDeployment("web", 4));
  run.Edit(kDeployments, "web", "status", [](Json& o) { SetCounters(o, 0, 0, 0); });
  CHECK(run.Run("status deployment/web --watch=false").out ==
        "Waiting for deployment \"web\" rollout to finish: 0 out of 4 new replicas have been "
        "updated...\n");
}

// The write with which Windlass performs a rollback.
void PerformRollback(KubectlRun& run) {
  run.Edit(kRollouts, "web", "", [](Json& o) {
    o["spec"].erase("rollbackTo");
    o["spec"]["template"]["spec"]["containers"][0]["image"] = "app:v1";
  });
  run.Edit(kRollouts, "web", "status", [](Json& o) {
    SetCounters(o, 4, 4, 4);
    o["status"]["phase"] = "RolledBack";
    o["status"]["currentRevision"] = 9;
    o["status"]["rolledBack"] = {
        {"revision", 7}, {"became", 9}, {"generation", o["metadata"]["generation"]}};
  });
}

TEST_CASE("A rollback that was asked for before is what status waits for") {
  KubectlRun run;
  CreateRollout(run, "Progressing");
  run.Edit(kRollouts, "web", "", [](Json& o) { o["spec"]["rollbackTo"] = Json::object(); });
  run.After(seconds(1), [&] { PerformRollback(run); });
  CHECK(run.Run("status wro/web").code == ExitCode::kDone);
}

TEST_CASE("A rollback that comes meanwhile ends status with 5") {
  KubectlRun run;
  CreateRollout(run, "Progressing");
  // Windlass takes a moment, in which the request may be seen.
  if (GENERATE(false, true)) {
    run.After(milliseconds(500), [&] {
      run.Edit(kRollouts, "web", "", [](Json& o) { o["spec"]["rollbackTo"] = {{"revision", 7}}; });
    });
  }
  run.After(seconds(1), [&] { PerformRollback(run); });
  CHECK(run.Run("status wro/web") ==
        Ends(ExitCode::kAborted,
             "error: rollout \"web\" was rolled back meanwhile; it has revision 9 now\n"));
}

// For the pipeline that waits for several: what comes while it waits for the first counts, too.
TEST_CASE("status of several objects notices what happens to each while it waits for another") {
  KubectlRun run;
  run.Create(kDeployments, sim::SampleDeployment("first", 1));
  CreateRollout(run, "Progressing");
  run.After(seconds(1), [&] { PerformRollback(run); });
  run.After(seconds(2), [&] {
    run.Edit(kDeployments, "first", "status", [](Json& o) { SetCounters(o, 1, 1, 1); });
  });
  CHECK(run.Run("status deploy/first wro/web") ==
        Ends(ExitCode::kAborted,
             "error: rollout \"web\" was rolled back meanwhile; it has revision 9 now\n"));
}

TEST_CASE("status -o json prints a line for each change, and the exit code in the last one") {
  KubectlRun run;
  run.Create(kDeployments, sim::SampleDeployment("web", 1));
  run.After(seconds(1), [&] {
    run.Edit(kDeployments, "web", "status", [](Json& o) { SetCounters(o, 1, 1, 1); });
  });
  const Ran ran = run.Run("status web -o json");
  const size_t end = ran.out.find('\n');
  REQUIRE(end != std::string::npos);
  const Json first = Json::parse(ran.out.substr(0, end));
  const Json last = Json::parse(ran.out.substr(end + 1));
  CHECK(first["final"] == false);
  CHECK(first["phase"] == "Progressing");
  CHECK(last["final"] == true);
  CHECK(last["exitCode"] == 0);
  CHECK(last["available"] == 1);
  CHECK(run.Run("status web -o name").out == "deployment.apps/web\n");
  CHECK(run.Run("status web -o yaml").out.find("exitCode: 0\n") != std::string::npos);
}

}  // namespace
}  // namespace windlass::cli::status_command_test
