// pause, resume, restart, undo, history: requests, texts and exit codes.
#include <algorithm>

#include "test/unit/kubectl/kubectl_run.h"

namespace windlass::cli::rollout_commands_test {
namespace {

constexpr const ResourceId& kDeployments = resources::kDeployments;
constexpr const ResourceId& kRollouts = resources::kRollouts;

// Deployment web with the image v2, and ReplicaSets of revisions 1 (v1) and 2 (v2).
void CreateWebWithHistory(KubectlRun& run, const ResourceId& resource = kDeployments) {
  const bool rollout = resource == kRollouts;
  Json web =
      rollout ? sim::SampleRollout("web", 3, "app:v2") : sim::SampleDeployment("web", 3, "app:v2");
  web["metadata"]["annotations"] = {{"deployment.kubernetes.io/revision", "2"}, {"team", "shop"}};
  run.Create(resource, web);
  const Json owner = run.Stored(resource, "web");
  for (const int revision : {1, 2}) {
    const std::string number = std::to_string(revision);
    Json rs = sim::SampleReplicaSet("web-" + number, revision == 2 ? 3 : 0, "app:v" + number);
    rs["metadata"]["labels"]["app"] = "web";
    rs["spec"]["selector"]["matchLabels"]["app"] = "web";
    rs["spec"]["template"] = owner["spec"]["template"];
    rs["spec"]["template"]["spec"]["containers"][0]["image"] = "app:v" + number;
    rs["spec"]["template"]["metadata"]["labels"]["pod-template-hash"] = number;
    rs["metadata"]["annotations"] = {{"deployment.kubernetes.io/revision", number},
                                     {"deployment.kubernetes.io/desired-replicas", "3"},
                                     {"kubernetes.io/change-cause", "cause " + number}};
    rs["metadata"]["ownerReferences"] = sim::ControlledBy(owner);
    // Only the first one was complete.
    if (rollout && revision == 1) {
      rs["metadata"]["labels"]["pod-template-hash"] = number;
      rs["metadata"]["annotations"]["internal.windlass.dev/complete"] = "1/1";
    }
    if (rollout && revision == 2) {
      rs["metadata"]["annotations"]["windlass.dev/requested-template"] = RequestedTemplate(owner);
    }
    run.Create(resources::kReplicaSets, rs);
  }
}

// The controller has seen the object as it is.
void Observe(KubectlRun& run) {
  run.Edit(kDeployments, "web", "status", [](Json& o) { SetCounters(o, 3, 3, 3); });
}

TEST_CASE("pause and resume send what kubectl rollout sends") {
  KubectlRun run;
  run.Create(kDeployments, sim::SampleDeployment("web"));
  Ran ran = run.Run({"pause", "web"});
  CHECK(ran.out == "deployment.apps/web paused\n");
  CHECK(ran.code == ExitCode::kDone);
  REQUIRE(run.writes.size() == 1);
  CHECK(run.writes[0].target ==
        "/apis/apps/v1/namespaces/default/deployments/web?fieldManager=kubectl-rollout");
  CHECK(run.writes[0].content_type == "application/strategic-merge-patch+json");
  CHECK(run.writes[0].body == R"({"spec":{"paused":true}})");

  ran = run.Run({"pause", "deployment/web"});
  CHECK(ran.messages == "error: deployments.apps \"web\" is already paused\n");
  CHECK(ran.code == ExitCode::kError);

  ran = run.Run({"resume", "deploy", "web"});
  CHECK(ran.out == "deployment.apps/web resumed\n");
  CHECK(run.writes[1].body == R"({"spec":{"paused":null}})");
  ran = run.Run({"resume", "web"});
  CHECK(ran.messages == "error: deployments.apps \"web\" is not paused\n");
  CHECK(run.writes.size() == 2);
}

TEST_CASE("Rollouts are paused by a merge patch that names their uid") {
  KubectlRun run;
  run.Create(kRollouts, sim::SampleRollout("web"));
  const Json before = run.Stored(kRollouts, "web")["metadata"];
  CHECK(run.Run({"pause", "wro/web"}).out == "rollout.windlass.dev/web paused\n");
  REQUIRE(run.writes.size() == 1);
  CHECK(run.writes[0].target ==
        "/apis/windlass.dev/v1alpha1/namespaces/default/rollouts/web?fieldManager=windlass-plugin");
  CHECK(run.writes[0].content_type == "application/merge-patch+json");
  // The object that the user named, as it was read.
  CHECK(
      Json::parse(run.writes[0].body) ==
      Json({{"metadata", {{"uid", before["uid"]}, {"resourceVersion", before["resourceVersion"]}}},
            {"spec", {{"paused", true}}}}));
  CHECK(run.Run({"resume", "rollout", "web"}).code == ExitCode::kDone);
  CHECK(run.Stored(kRollouts, "web")["spec"]["paused"] == false);
}

// What holds of the object that was read may not hold of the one that is changed.
TEST_CASE("A Rollout that was changed meanwhile is looked at again") {
  KubectlRun run;
  run.Create(kRollouts, sim::SampleRollout("web"));
  bool once = false;
  run.fate = [&](const HttpRequest& request) {
    if (request.method == HttpMethod::kPatch && !std::exchange(once, true)) {
      run.Edit(kRollouts, "web", "", [](Json& o) { o["spec"]["rollbackTo"] = {{"revision", 1}}; });
    }
    return sim::Fate::kDelivered;
  };
  const Ran ran = run.Run({"restart", "wro/web"});
  CHECK(ran.code == ExitCode::kOtherUpdate);
  CHECK(ran.messages.find("as spec.rollbackTo asks") != std::string::npos);
  CHECK_FALSE(run.Stored(kRollouts, "web")["spec"]["template"]["metadata"].contains("annotations"));
}

TEST_CASE("restart writes kubectl's annotation into the template, unless it is paused") {
  KubectlRun run;
  run.Create(kDeployments, sim::SampleDeployment("web"));
  const Ran ran = run.Run({"restart", "web"});
  CHECK(ran.out == "deployment.apps/web restarted\n");
  CHECK(run.writes[0].body ==
        R"({"spec":{"template":{"metadata":{"annotations":)"
        R"({"kubectl.kubernetes.io/restartedAt":"2026-01-01T00:00:00Z"}}}}})");
  CHECK(run.Run({"restart", "web"}).messages.find("within this second") != std::string::npos);
  run.Edit(kDeployments, "web", "", [](Json& o) { o["spec"]["paused"] = true; });
  const Ran refused = run.Run({"restart", "web"});
  CHECK(refused.code == ExitCode::kHeld);
  CHECK(refused.messages ==
        "error: deployments.apps \"web\" can't restart paused deployment (run kubectl windlass "
        "resume deployment/web -n default first)\n");
}

TEST_CASE("undo of a Deployment replaces template and annotations, as kubectl does") {
  KubectlRun run;
  CreateWebWithHistory(run);
  Observe(run);
  const Ran ran = run.Run({"undo", "web"});
  CHECK(ran.out == "deployment.apps/web rolled back\n");
  REQUIRE(run.writes.size() == 1);
  CHECK(run.writes[0].target == "/apis/apps/v1/namespaces/default/deployments/web");
  CHECK(run.writes[0].content_type == "application/json-patch+json");
  const Json patch = Json::parse(run.writes[0].body);
  REQUIRE(patch.size() == 2);
  CHECK(patch[0]["path"] == "/spec/template");
  CHECK(patch[0]["value"]["spec"]["containers"][0]["image"] == "app:v1");
  CHECK_FALSE(patch[0]["value"]["metadata"]["labels"].contains("pod-template-hash"));
  CHECK(patch[1]["path"] == "/metadata/annotations");
  // Of the Deployment only what belongs to its controller stays; the cause is the revision's.
  CHECK(patch[1]["value"] == Json({{"deployment.kubernetes.io/revision", "2"},
                                   {"kubernetes.io/change-cause", "cause 1"}}));
  CHECK(run.Stored(kDeployments, "web")["spec"]["template"]["spec"]["containers"][0]["image"] ==
        "app:v1");
}

// For the user who sees the mistake at once, before any controller does.
TEST_CASE("undo of a Deployment goes back from what its template is, not from what was seen last") {
  KubectlRun run;
  CreateWebWithHistory(run);
  const auto image = [&run] {
    return run.Stored(kDeployments, "web")["spec"]["template"]["spec"]["containers"][0]["image"];
  };
  const auto set_image = [&run](const std::string& to) {
    run.Edit(kDeployments, "web", "",
             [&to](Json& o) { o["spec"]["template"]["spec"]["containers"][0]["image"] = to; });
  };
  set_image("app:v3");
  SECTION("to the newest revision, if the template has none yet") {
    CHECK(run.Run({"undo", "web", "--dry-run=client"}).out.find("app:v2") != std::string::npos);
    CHECK(run.Run({"undo", "web"}).code == ExitCode::kDone);
    CHECK(image() == "app:v2");
  }
  SECTION("to the newest revision, if Only refuses a template, though that was one before") {
    set_image("app:v1");
    run.Edit(kDeployments, "web", "",
             [](Json& o) { o["metadata"]["annotations"]["windlass.dev/in-place"] = "Only"; });
    run.Edit(kDeployments, "web", "status", [](Json& o) {
      SetCounters(o, 3, 0, 3);
      o["status"]["conditions"] = Json::array({{{"type", "windlass.dev/InPlace"},
                                                {"status", "False"},
                                                {"reason", "NotPossible"},
                                                {"message", "no"}}});
    });
    CHECK(run.Run({"undo", "web"}).code == ExitCode::kDone);
    CHECK(image() == "app:v2");
  }
  SECTION("not to and fro, if another undo was faster") {
    set_image("app:v1");
    const Ran ran = run.Run({"undo", "web"});
    CHECK(ran.code == ExitCode::kOtherUpdate);
    CHECK(ran.messages ==
          "error: deployments.apps \"web\" has the template of revision 1 since a change that no "
          "controller has seen yet, so it is not certain which revision comes before: name the one "
          "to go back to with --to-revision\n");
    CHECK(image() == "app:v1");
    CHECK(run.Run({"undo", "web", "--to-revision=2"}).code == ExitCode::kDone);
  }
  SECTION("nor one further, if another undo has brought the newest one back") {
    REQUIRE(run.Run({"undo", "web"}).code == ExitCode::kDone);
    CHECK(run.Run({"undo", "web"}).code == ExitCode::kOtherUpdate);
    CHECK(image() == "app:v2");
  }
}

TEST_CASE("--dry-run=client of undo refuses what undo refuses, and names the object") {
  KubectlRun run;
  CreateWebWithHistory(run);
  Observe(run);
  CHECK(run.Run({"undo", "web", "--dry-run=client"}).out.starts_with("# deployment.apps/web\n"));
  CHECK(run.Run({"undo", "web", "--dry-run=client", "-o", "name"}).out == "deployment.apps/web\n");
  run.Edit(kDeployments, "web", "", [](Json& o) { o["spec"]["paused"] = true; });
  CHECK(run.Run({"undo", "web", "--dry-run=client"}).code == ExitCode::kHeld);
}

TEST_CASE("undo says why it changes nothing") {
  KubectlRun run;
  CreateWebWithHistory(run);
  Observe(run);
  Ran ran = run.Run({"undo", "web", "--to-revision=2"});
  CHECK(ran.out ==
        "deployment.apps/web skipped rollback (current template already matches revision 2)\n");
  CHECK(ran.code == ExitCode::kDone);
  ran = run.Run({"undo", "web", "--to-revision=7"});
  CHECK(ran.code == ExitCode::kError);
  CHECK(ran.messages ==
        "error: unable to find specified revision 7 in history: kubectl windlass history "
        "deployment/web -n default lists what there is\n");
  ran = run.Run({"undo", "web", "--dry-run=client"});
  CHECK(ran.out.find("image: app:v1") != std::string::npos);
  run.Edit(kDeployments, "web", "", [](Json& o) { o["spec"]["paused"] = true; });
  ran = run.Run({"undo", "web"});
  CHECK(ran.code == ExitCode::kHeld);
  CHECK(ran.messages ==
        "error: you cannot rollback a paused deployment; resume it first with 'kubectl windlass "
        "resume deployment/web -n default' and try again\n");
  CHECK(run.writes.empty());
}

TEST_CASE("undo without an earlier revision says that there is none") {
  KubectlRun run;
  run.Create(kDeployments, sim::SampleDeployment("web"));
  const Ran ran = run.Run({"undo", "web"});
  CHECK(ran.messages ==
        "error: no rollout history found for deployment \"web\": there is no revision before the "
        "present one\n");
  CHECK(ran.code == ExitCode::kError);
}

// Windlass answers while the command waits: it has gone back to `revision`.
void GoesBackTo(KubectlRun& run, int revision) {
  run.After(seconds(1), [&run, revision] {
    const int64_t generation = run.Stored(kRollouts, "web")["metadata"]["generation"];
    run.Edit(kRollouts, "web", "status", [&](Json& o) {
      o["status"]["rolledBack"] = {
          {"revision", revision}, {"became", 3}, {"generation", generation + 1}};
    });
    run.Edit(kRollouts, "web", "", [](Json& o) { o["spec"].erase("rollbackTo"); });
  });
}

// What Windlass does a second after the command: it takes spec.rollbackTo away, and, if it refuses,
// says why before that.
void Answer(KubectlRun& run, const std::string& reason) {
  if (reason.empty()) return GoesBackTo(run, 1);
  run.After(seconds(1), [&run, reason] {
    run.Edit(kRollouts, "web", "status", [&](Json& o) {
      o["status"]["conditions"] =
          Json::array({{{"type", "RollbackRefused"},
                        {"status", "True"},
                        {"reason", reason},
                        {"message", "it cannot be"},
                        {"observedGeneration", o["metadata"]["generation"].get<int64_t>() + 1}}});
    });
    CHECK(run.Stored(kRollouts, "web")["spec"]["rollbackTo"] == Json({{"revision", 1}}));
    run.Edit(kRollouts, "web", "", [](Json& o) { o["spec"].erase("rollbackTo"); });
  });
}

TEST_CASE("undo of a Rollout asks Windlass by spec.rollbackTo, and tells its answer") {
  struct Row {
    std::string reason;
    ExitCode code;
    std::string out, messages;
  };
  const std::vector<Row> rows = {
      {"", ExitCode::kDone, "rollout.windlass.dev/web rolled back\n", ""},
      {"RollbackRevisionNotFound", ExitCode::kError, "",
       "error: unable to find specified revision 1 in history: kubectl windlass history "
       "rollout/web -n default lists what there is\n"},
      {"Other", ExitCode::kError, "", "error: it cannot be\n"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.reason);
    KubectlRun run;
    CreateWebWithHistory(run, kRollouts);
    Answer(run, row.reason);
    const Ran ran = run.Run({"undo", "wro/web", "--to-revision=1"});
    CHECK(ran.code == row.code);
    CHECK(ran.out == row.out);
    CHECK(ran.messages == row.messages);
  }
}

TEST_CASE("undo of a Rollout whose request is taken away is no success") {
  KubectlRun run;
  CreateWebWithHistory(run, kRollouts);
  run.After(seconds(1), [&run] {
    run.Edit(kRollouts, "web", "", [](Json& o) { o["spec"].erase("rollbackTo"); });
    run.Edit(kRollouts, "web", "status",
             [](Json& o) { o["status"]["observedGeneration"] = o["metadata"]["generation"]; });
  });
  const Ran ran = run.Run({"undo", "wro/web"});
  CHECK(ran.code == ExitCode::kError);
  CHECK(ran.out.empty());
  CHECK(ran.messages.find("was taken away before Windlass looked at it") != std::string::npos);
}

TEST_CASE("undo of a Rollout needs the rights to get and patch alone") {
  KubectlRun run;
  CreateWebWithHistory(run, kRollouts);
  run.fate = [](const HttpRequest& request) {
    const bool list = request.method == HttpMethod::kGet &&
                      request.target.find("/rollouts/") == std::string::npos;
    return list ? sim::Fate::kForbidden : sim::Fate::kDelivered;
  };
  Answer(run, "");
  CHECK(run.Run({"undo", "wro/web", "--to-revision=1"}).code == ExitCode::kDone);
}

// Otherwise the user who was told "rollback requested" would never learn of it.
TEST_CASE("undo beside a rollback that waits for the end of a pause is refused") {
  KubectlRun run;
  CreateWebWithHistory(run, kRollouts);
  run.Edit(kRollouts, "web", "", [](Json& o) {
    o["spec"]["paused"] = true;
    o["spec"]["rollbackTo"] = {{"revision", 2}};
  });
  const Ran ran = run.Run({"undo", "wro/web"});
  CHECK(ran.code == ExitCode::kOtherUpdate);
  CHECK(
      ran.messages ==
      "error: rollout \"web\" is to go back to revision 2 already, when spec.paused ends: kubectl "
      "patch rollouts.windlass.dev web -n default --type=merge -p "
      "'{\"spec\":{\"rollbackTo\":null}}' takes that request away\n");
  CHECK(run.Stored(kRollouts, "web")["spec"]["rollbackTo"]["revision"] == 2);
}

TEST_CASE("undo whose request somebody else replaces does not take theirs for its own") {
  KubectlRun run;
  CreateWebWithHistory(run, kRollouts);
  SECTION("while it waits") {
    run.After(seconds(1), [&run] {
      run.Edit(kRollouts, "web", "", [](Json& o) { o["spec"]["rollbackTo"]["revision"] = 2; });
    });
  }
  SECTION("and Windlass has carried that out") { GoesBackTo(run, 2); }
  const Ran ran = run.Run({"undo", "wro/web", "--to-revision=1"});
  CHECK(ran.code == ExitCode::kOtherUpdate);
  CHECK(ran.messages ==
        "error: rollout \"web\" is asked by another client to go back to revision 2, after this "
        "command asked for revision 1\n");
}

// The refusal is of this request also if somebody has scaled the Rollout since.
TEST_CASE("undo tells the refusal of its request") {
  KubectlRun run;
  CreateWebWithHistory(run, kRollouts);
  run.After(seconds(1), [&run] {
    const int64_t generation = run.Stored(kRollouts, "web")["metadata"]["generation"];
    run.Edit(kRollouts, "web", "status", [&](Json& o) {
      o["status"]["conditions"] = Json::array({{{"type", "RollbackRefused"},
                                                {"status", "True"},
                                                {"reason", "RollbackTemplateUnchanged"},
                                                {"message", "there is nothing to do"},
                                                {"observedGeneration", generation + 1}}});
    });
    run.Edit(kRollouts, "web", "", [](Json& o) {
      o["spec"].erase("rollbackTo");
      o["spec"]["replicas"] = 5;
    });
    run.Edit(kRollouts, "web", "", [](Json& o) { o["spec"]["replicas"] = 6; });
  });
  const Ran ran = run.Run({"undo", "wro/web", "--to-revision=1"});
  CHECK(ran.code == ExitCode::kError);
  CHECK(ran.messages == "error: there is nothing to do\n");
}

TEST_CASE("undo that a pause holds up meanwhile leaves its request, and says that it waits") {
  KubectlRun run;
  CreateWebWithHistory(run, kRollouts);
  run.After(seconds(1), [&run] {
    run.Edit(kRollouts, "web", "", [](Json& o) { o["spec"]["paused"] = true; });
  });
  const Ran ran = run.Run({"undo", "wro/web", "--to-revision=1"});
  CHECK(ran.code == ExitCode::kDone);
  CHECK(ran.out == "rollout.windlass.dev/web rollback requested\n");
  CHECK(ran.messages ==
        "Warning: rollout \"web\" is paused: it goes back when kubectl windlass resume rollout/web "
        "-n default ends spec.paused\n");
  CHECK(run.Stored(kRollouts, "web")["spec"].contains("rollbackTo"));
}

// For the user who mends the Rollout in another way after the command has failed.
TEST_CASE("undo of a Rollout that gets no answer takes its request away again") {
  KubectlRun run;
  CreateWebWithHistory(run, kRollouts);
  SECTION("after Ctrl-C") {
    run.interrupt_after = seconds(3);
    const Ran ran = run.Run({"undo", "wro/web"});
    CHECK(ran.code == ExitCode::kInterrupted);
    CHECK(ran.messages ==
          "error: interrupted: rollout.windlass.dev/web is not rolled back: the request is taken "
          "away again. Windlass had not looked at the request yet\n");
  }
  SECTION("after --timeout") {
    const Ran ran = run.Run({"undo", "wro/web", "--to-revision=1", "--timeout=2s"});
    CHECK(ran.code == ExitCode::kTimeout);
    CHECK(ran.messages.starts_with("error: timed out waiting for the condition: "));
  }
  SECTION("after half a minute") {
    const Ran ran = run.Run({"undo", "wro/web"});
    CHECK(ran.code == ExitCode::kTimeout);
    CHECK(ran.messages ==
          "error: rollout.windlass.dev/web is not rolled back: the request is taken away again. "
          "Windlass has not looked at the request for 30 s, so check that it runs in the cluster, "
          "with --controllers=rollout\n");
  }
  CHECK_FALSE(run.Stored(kRollouts, "web")["spec"].contains("rollbackTo"));
}

TEST_CASE("undo of a Rollout says if its request could not be taken away") {
  KubectlRun run;
  CreateWebWithHistory(run, kRollouts);
  run.interrupt_after = seconds(3);
  // The API server is gone.
  run.fate = [](const HttpRequest& request) {
    const bool withdraws = request.body.find("\"remove\"") != std::string::npos;
    return withdraws ? sim::Fate::kRequestLost : sim::Fate::kDelivered;
  };
  const Ran ran = run.Run({"undo", "wro/web"});
  CHECK(ran.code == ExitCode::kInterrupted);
  CHECK(ran.messages.find("may still be rolled back") != std::string::npos);
  CHECK(ran.messages.ends_with("-p '{\"spec\":{\"rollbackTo\":null}}' takes it away\n"));
  CHECK(run.Stored(kRollouts, "web")["spec"].contains("rollbackTo"));
}

TEST_CASE("undo takes its request away also from a Rollout that was changed since") {
  KubectlRun run;
  CreateWebWithHistory(run, kRollouts);
  run.interrupt_after = seconds(3);
  run.After(seconds(1),
            [&run] { run.Edit(kRollouts, "web", "", [](Json& o) { o["spec"]["replicas"] = 5; }); });
  const Ran ran = run.Run({"undo", "wro/web"});
  CHECK(ran.code == ExitCode::kInterrupted);
  CHECK(ran.messages.find("the request is taken away again") != std::string::npos);
  CHECK_FALSE(run.Stored(kRollouts, "web")["spec"].contains("rollbackTo"));
}

TEST_CASE("undo that joins a request of somebody else leaves it there") {
  KubectlRun run;
  CreateWebWithHistory(run, kRollouts);
  run.Edit(kRollouts, "web", "", [](Json& o) { o["spec"]["rollbackTo"] = {{"revision", 1}}; });
  const Ran ran = run.Run({"undo", "wro/web", "--to-revision=1", "--timeout=2s"});
  CHECK(ran.code == ExitCode::kTimeout);
  CHECK(ran.messages.find("another client had made the same request before") != std::string::npos);
  CHECK(run.Stored(kRollouts, "web")["spec"].contains("rollbackTo"));
}

TEST_CASE("undo takes its request away when it cannot wait for the answer") {
  KubectlRun run;
  CreateWebWithHistory(run, kRollouts);
  bool asked = false;
  run.fate = [&asked](const HttpRequest& request) {
    if (request.method == HttpMethod::kPatch) asked = true;
    const bool reads = request.method == HttpMethod::kGet && asked;
    return reads ? sim::Fate::kForbidden : sim::Fate::kDelivered;
  };
  const Ran ran = run.Run({"undo", "wro/web"});
  CHECK(ran.code == ExitCode::kError);
  CHECK(ran.messages.find("the request is taken away again") != std::string::npos);
  CHECK_FALSE(run.Stored(kRollouts, "web")["spec"].contains("rollbackTo"));
}

TEST_CASE("undo beside a request of somebody else that is not answered yet is refused") {
  KubectlRun run;
  CreateWebWithHistory(run, kRollouts);
  const auto ask = [&run] {
    run.Edit(kRollouts, "web", "", [](Json& o) { o["spec"]["rollbackTo"] = {{"revision", 1}}; });
  };
  SECTION("there already") { ask(); }
  SECTION("written at the same time") {
    bool once = false;
    run.fate = [&, ask](const HttpRequest& request) {
      if (request.method == HttpMethod::kPatch && !std::exchange(once, true)) ask();
      return sim::Fate::kDelivered;
    };
  }
  const Ran ran = run.Run({"undo", "wro/web", "--to-revision=2"});
  CHECK(ran.code == ExitCode::kOtherUpdate);
  CHECK(ran.messages.starts_with(
      "error: rollout \"web\" is to go back to revision 1 already, which Windlass has not answered "
      "yet: kubectl patch"));
  CHECK(run.Stored(kRollouts, "web")["spec"]["rollbackTo"]["revision"] == 1);
}

TEST_CASE("A dry run of undo to the present revision of a Rollout says that nothing is to do") {
  KubectlRun run;
  CreateWebWithHistory(run, kRollouts);
  run.Edit(kRollouts, "web", "status", [](Json& o) {
    SetCounters(o, 3, 3, 3);
    o["status"]["currentRevision"] = 2;
  });
  const std::string dry = GENERATE("client", "server");
  const Ran ran = run.Run({"undo", "wro/web", "--to-revision=2", "--dry-run=" + dry});
  CHECK(ran.code == ExitCode::kError);
  CHECK(ran.messages ==
        "error: rollout \"web\" has the template of revision 2 already: there is nothing to do\n");
}

TEST_CASE("undo of a paused Rollout is stored, and says that it waits") {
  KubectlRun run;
  CreateWebWithHistory(run, kRollouts);
  run.Edit(kRollouts, "web", "", [](Json& o) { o["spec"]["paused"] = true; });
  const Ran ran = run.Run({"undo", "wro/web"});
  CHECK(ran.code == ExitCode::kDone);
  CHECK(ran.out == "rollout.windlass.dev/web rollback requested\n");
  CHECK(ran.messages ==
        "Warning: rollout \"web\" is paused: it goes back when kubectl windlass resume "
        "rollout/web -n default ends spec.paused\n");
  CHECK(run.Stored(kRollouts, "web")["spec"]["rollbackTo"] == Json({{"revision", 1}}));
}

// For the user who runs a bad template, and whose colleague applies another one before Windlass
// looks: of a 0 Windlass would go back to the bad one.
TEST_CASE("undo of a Rollout without a number asks for the revision that its user sees") {
  KubectlRun run;
  CreateWebWithHistory(run, kRollouts);
  SECTION("which is the one before the template") {
    Answer(run, "");
    CHECK(run.Run({"undo", "wro/web"}).code == ExitCode::kDone);
  }
  SECTION("and once more while it waits, the same") {
    run.Edit(kRollouts, "web", "", [](Json& o) { o["spec"]["paused"] = true; });
    REQUIRE(run.Run({"undo", "wro/web"}).code == ExitCode::kDone);
    CHECK(run.Run({"undo", "wro/web"}).code == ExitCode::kDone);
    CHECK(run.Stored(kRollouts, "web")["spec"]["rollbackTo"]["revision"] == 1);
  }
  SECTION("beside a 0 that is asked for already, that") {
    run.Edit(kRollouts, "web", "", [](Json& o) {
      o["spec"]["paused"] = true;
      o["spec"]["rollbackTo"] = {{"revision", 0}};
    });
    CHECK(run.Run({"undo", "wro/web"}).code == ExitCode::kDone);
    CHECK(run.Stored(kRollouts, "web")["spec"]["rollbackTo"]["revision"] == 0);
  }
}

// For the user who asks twice, and for the colleague who resumes.
TEST_CASE("A rollback that a pause holds up is told wherever the Rollout is") {
  KubectlRun run;
  CreateWebWithHistory(run, kRollouts);
  run.Edit(kRollouts, "web", "", [](Json& o) { o["spec"]["paused"] = true; });
  REQUIRE(run.Run({"undo", "wro/web", "--to-revision=1"}).code == ExitCode::kDone);
  run.Edit(kRollouts, "web", "status", [](Json& o) {
    SetCounters(o, 3, 3, 3);
    o["status"]["phase"] = "Paused";
  });
  const Ran status = run.Run({"status", "wro/web"});
  CHECK(status.code == ExitCode::kHeld);
  CHECK(status.messages ==
        "error: rollout \"web\" is paused: kubectl windlass resume rollout/web -n default lets it "
        "go back to revision 1, as spec.rollbackTo asks\n");
  CHECK(run.Run({"get", "wro/web"}).out.find("lets it go back to revision 1") != std::string::npos);
  SECTION("resume says what follows") {
    const Ran resumed = run.Run({"resume", "wro/web"});
    CHECK(resumed.code == ExitCode::kDone);
    CHECK(resumed.messages ==
          "Warning: rollout \"web\" is asked by spec.rollbackTo to go back to revision 1\n");
  }
}

// An abort acts at once, paused or not (RO-135), and so does a rollback meanwhile.
TEST_CASE("undo of a paused Rollout that is aborted waits for the answer") {
  KubectlRun run;
  CreateWebWithHistory(run, kRollouts);
  run.Edit(kRollouts, "web", "", [](Json& o) {
    o["spec"]["paused"] = true;
    o["spec"]["abort"] = true;
  });
  GoesBackTo(run, 1);
  const Ran ran = run.Run({"undo", "wro/web", "--to-revision=1"});
  CHECK(ran.code == ExitCode::kDone);
  CHECK(ran.out == "rollout.windlass.dev/web rolled back\n");
  CHECK(ran.messages ==
        "Warning: rollout \"web\" is aborted: its template is rolled out when kubectl windlass "
        "retry rollout/web -n default ends spec.abort, and kubectl windlass resume rollout/web -n "
        "default ends spec.paused\n");
}

TEST_CASE("undo of an aborted Rollout says if what it goes back to was never complete") {
  KubectlRun run;
  CreateWebWithHistory(run, kRollouts);
  run.Edit(resources::kReplicaSets, "web-1", "",
           [](Json& o) { o["metadata"]["annotations"].erase("internal.windlass.dev/complete"); });
  run.Edit(kRollouts, "web", "", [](Json& o) { o["spec"]["abort"] = true; });
  run.interrupt_after = seconds(1);
  const Ran ran = run.Run({"undo", "wro/web"});
  CHECK(ran.messages.find("ends spec.abort. It goes back to revision 1, which was never rolled out "
                          "completely: --to-revision names another one\n") != std::string::npos);
}

TEST_CASE("undo that another command takes its request from says so") {
  KubectlRun run;
  CreateWebWithHistory(run, kRollouts);
  run.Edit(kRollouts, "web", "", [](Json& o) { o["spec"]["rollbackTo"] = {{"revision", 1}}; });
  run.After(seconds(2), [&run] {
    run.Edit(kRollouts, "web", "", [](Json& o) { o["spec"].erase("rollbackTo"); });
  });
  const Ran ran = run.Run({"undo", "wro/web", "--to-revision=1"});
  CHECK(ran.code == ExitCode::kError);
  CHECK(ran.messages ==
        "error: rollout \"web\" is not rolled back: spec.rollbackTo was taken away before Windlass "
        "looked at it\n");
}

// Revisions 1 to 4 of Rollout web, `present` that of its template. `complete` were rolled out
// completely once. Returns the image that undo without a revision would bring back.
std::string PreviewOfUndo(KubectlRun& run, const std::vector<int>& complete, int present = 4) {
  Json web = sim::SampleRollout("web", 3, "app:v" + std::to_string(present));
  run.Create(kRollouts, web);
  const Json owner = run.Stored(kRollouts, "web");
  for (int revision = 1; revision <= 4; ++revision) {
    const std::string number = std::to_string(revision);
    Json rs = sim::SampleReplicaSet("web-" + number, 0, "app:v" + number);
    rs["metadata"]["labels"]["app"] = "web";
    rs["spec"]["selector"]["matchLabels"]["app"] = "web";
    rs["spec"]["template"] = owner["spec"]["template"];
    rs["spec"]["template"]["spec"]["containers"][0]["image"] = "app:v" + number;
    rs["metadata"]["annotations"] = {{"deployment.kubernetes.io/revision", number}};
    if (revision == present) {
      rs["metadata"]["annotations"]["windlass.dev/requested-template"] = RequestedTemplate(owner);
    }
    if (std::ranges::count(complete, revision) > 0) {
      rs["metadata"]["labels"]["pod-template-hash"] = number;
      rs["metadata"]["annotations"]["internal.windlass.dev/complete"] = number + "/" + number;
    }
    rs["metadata"]["ownerReferences"] = sim::ControlledBy(owner);
    run.Create(resources::kReplicaSets, rs);
  }
  const Ran ran = run.Run({"undo", "wro/web", "--dry-run=client", "-o", "json"});
  CHECK(ran.code == ExitCode::kDone);
  return Json::parse(ran.out)["spec"]["containers"][0]["image"];
}

TEST_CASE("undo of a Rollout previews the newest earlier revision that was complete") {
  struct Row {
    std::vector<int> complete;
    std::string image;
  };
  const Row row = GENERATE(values<Row>({
      {{1, 2}, "app:v2"},
      {{1}, "app:v1"},
      {{1, 4}, "app:v1"},  // the present one is no earlier one
      {{4}, "app:v3"},     // no note: as upstream
      {{}, "app:v3"},
  }));
  KubectlRun run;
  CAPTURE(row.complete);
  CHECK(PreviewOfUndo(run, row.complete) == row.image);
  CHECK(run.writes.empty());
}

// A template of before has its old number until Windlass has numbered it anew. What was left for it
// is the revision before, as it is for Windlass.
TEST_CASE("undo previews what was complete before a template of before came back") {
  KubectlRun run;
  CHECK(PreviewOfUndo(run, {1, 4}, 3) == "app:v4");
}

TEST_CASE("undo previews the stable revision although no note says that it was complete") {
  KubectlRun run;
  PreviewOfUndo(run, {1});
  run.Edit(kRollouts, "web", "status", [](Json& o) { o["status"]["stableRevision"] = 2; });
  const Ran ran = run.Run({"undo", "wro/web", "--dry-run=client"});
  CHECK(ran.out.find("image: app:v2") != std::string::npos);
}

TEST_CASE("undo finds the ReplicaSet of the template by its published revision, too") {
  KubectlRun run;
  PreviewOfUndo(run, {});
  run.Edit(resources::kReplicaSets, "web-4", "",
           [](Json& o) { o["metadata"]["annotations"].erase("windlass.dev/requested-template"); });
  run.Edit(kRollouts, "web", "status", [](Json& o) {
    SetCounters(o, 3, 3, 3);
    o["status"]["currentRevision"] = 4;
  });
  const Ran ran = run.Run({"undo", "wro/web", "--dry-run=client"});
  CHECK(ran.out.find("image: app:v3") != std::string::npos);
}

// It is paused, or the API server refuses it. Windlass goes back to what was complete last.
TEST_CASE("undo previews the published revision while the template has no ReplicaSet") {
  KubectlRun run;
  PreviewOfUndo(run, {2}, 2);
  run.Edit(kRollouts, "web", "", [](Json& o) {
    o["spec"]["paused"] = true;
    o["spec"]["template"]["spec"]["containers"][0]["image"] = "app:v5";
  });
  run.Edit(kRollouts, "web", "status", [](Json& o) {
    SetCounters(o, 3, 3, 3);
    o["status"]["currentRevision"] = 2;
    o["status"]["stableRevision"] = 2;
  });
  const Ran ran = run.Run({"undo", "wro/web", "--dry-run=client"});
  CHECK(ran.out.find("image: app:v2") != std::string::npos);
}

// Windlass finds them also by the number that they had before (RO-022).
TEST_CASE("undo previews a former number where Windlass takes it") {
  KubectlRun run;
  PreviewOfUndo(run, {});
  SECTION("of the stable revision") {
    run.Edit(resources::kReplicaSets, "web-3", "", [](Json& o) {
      o["metadata"]["annotations"]["deployment.kubernetes.io/revision"] = "5";
    });
    run.Edit(kRollouts, "web", "status", [](Json& o) {
      o["status"]["stableRevision"] = 3;
      o["status"]["stableReplicaSet"] = "web-3";
    });
  }
  SECTION("of any other") {
    run.Edit(resources::kReplicaSets, "web-3", "", [](Json& o) {
      o["metadata"]["annotations"]["deployment.kubernetes.io/revision"] = "5";
      o["metadata"]["annotations"]["deployment.kubernetes.io/revision-history"] = "3";
    });
  }
  const Ran ran = run.Run({"undo", "wro/web", "--to-revision=3", "--dry-run=client"});
  CHECK(ran.out.find("image: app:v3") != std::string::npos);
}

TEST_CASE("undo during an abort previews the revision that Pods follow") {
  KubectlRun run;
  PreviewOfUndo(run, {});
  // Revision 3 is followed, and has the highest number since.
  run.Edit(resources::kReplicaSets, "web-3", "", [](Json& o) {
    o["metadata"]["annotations"]["deployment.kubernetes.io/revision"] = "5";
  });
  run.Edit(kRollouts, "web", "", [](Json& o) { o["spec"]["abort"] = true; });
  const Ran ran = run.Run({"undo", "wro/web", "--dry-run=client"});
  CHECK(ran.out.find("image: app:v3") != std::string::npos);
}

TEST_CASE("history lists revisions as kubectl does, and shows one") {
  KubectlRun run;
  CreateWebWithHistory(run);
  CHECK(run.Run({"history", "web"}).out ==
        "deployment.apps/web \n"
        "REVISION  CHANGE-CAUSE\n"
        "1         cause 1\n"
        "2         cause 2\n\n");
  const Ran one = run.Run({"history", "web", "--revision=1"});
  CHECK(one.out.starts_with("deployment.apps/web with revision #1\nPod Template:\n  metadata:\n"));
  CHECK(one.out.find("image: app:v1") != std::string::npos);
  const Ran none = run.Run({"history", "web", "--revision=9"});
  CHECK(none.code == ExitCode::kError);
  CHECK(none.messages.starts_with("error: unable to find the specified revision: kubectl"));
  CHECK(run.Run({"history", "web", "-o", "name"}).out ==
        "replicaset.apps/web-1\nreplicaset.apps/web-2\n");
  CHECK(run.writes.empty());
}

TEST_CASE("history of a Rollout has the images, too") {
  KubectlRun run;
  CreateWebWithHistory(run, kRollouts);
  CHECK(run.Run({"history", "rollout", "web"}).out ==
        "rollout.windlass.dev/web \n"
        "REVISION  REPLICASET  PODS  IMAGES  CHANGE-CAUSE\n"
        "1         web-1       0     app:v1  cause 1\n"
        "2         web-2       0     app:v2  cause 2\n\n");
}

TEST_CASE("Several objects: one that fails does not stop the others") {
  KubectlRun run;
  run.Create(kDeployments, sim::SampleDeployment("a"));
  run.Create(kDeployments, sim::SampleDeployment("c"));
  const Ran ran = run.Run({"pause", "deployment/a", "deployment/b", "deployment/c"});
  CHECK(ran.out == "deployment.apps/a paused\ndeployment.apps/c paused\n");
  CHECK(ran.code == ExitCode::kError);
  CHECK(ran.messages ==
        "error: deployments.apps \"b\" not found in namespace default: kubectl get "
        "deployments.apps -n default lists what there is; -n and --context choose another "
        "place\n");
}

}  // namespace
}  // namespace windlass::cli::rollout_commands_test
