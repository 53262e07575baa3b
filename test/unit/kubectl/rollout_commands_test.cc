// pause, resume, restart, undo, history: requests, texts and exit codes.
#include <algorithm>

#include "test/proves.h"
#include "test/unit/kubectl/kubectl_run.h"

namespace windlass::cli::rollout_commands_test {
namespace {

constexpr const ResourceId& kDeployments = resources::kDeployments;
constexpr const ResourceId& kRollouts = resources::kRollouts;

constexpr const char* kRevision = "deployment.kubernetes.io/revision";

// Returns ReplicaSet web-`number` of `owner`, a revision with the image app:v`number`.
Json RevisionOf(const Json& owner, const std::string& number, int replicas) {
  Json rs = ReplicaSetOf(owner, "web-" + number, replicas);
  rs["spec"]["template"]["spec"]["containers"][0]["image"] = "app:v" + number;
  return rs;
}

// Deployment web with the image v2, and ReplicaSets of revisions 1 (v1) and 2 (v2).
void CreateWebWithHistory(KubectlRun& run, const ResourceId& resource = kDeployments) {
  const bool rollout = resource == kRollouts;
  Json web =
      rollout ? sim::SampleRollout("web", 3, "app:v2") : sim::SampleDeployment("web", 3, "app:v2");
  web["metadata"]["annotations"] = {{kRevision, "2"}, {"team", "shop"}};
  run.Create(resource, web);
  const Json owner = run.Stored(resource, "web");
  for (const std::string number : {"1", "2"}) {
    Json rs = RevisionOf(owner, number, number == "2" ? 3 : 0);
    rs["spec"]["template"]["metadata"]["labels"]["pod-template-hash"] = number;
    Json& annotations = rs["metadata"]["annotations"];
    annotations = {{kRevision, number},
                   {"deployment.kubernetes.io/desired-replicas", "3"},
                   {"kubernetes.io/change-cause", "cause " + number}};
    // Only the first one was complete.
    if (rollout && number == "1") {
      rs["metadata"]["labels"]["pod-template-hash"] = number;
      annotations["internal.windlass.dev/complete"] = "1/1";
    }
    if (rollout && number == "2") {
      annotations["windlass.dev/requested-template"] = RequestedTemplate(owner);
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
  CHECK(run.Run("pause web") == Done("deployment.apps/web paused\n"));
  REQUIRE(run.writes.size() == 1);
  CHECK(run.writes[0].target ==
        "/apis/apps/v1/namespaces/default/deployments/web?fieldManager=kubectl-rollout");
  CHECK(run.writes[0].content_type == "application/strategic-merge-patch+json");
  CHECK(run.writes[0].body == R"({"spec":{"paused":true}})");

  CHECK(run.Run("pause deployment/web") ==
        Ends(ExitCode::kError, "error: deployments.apps \"web\" is already paused\n"));

  Ran ran = run.Run("resume deploy web");
  CHECK(ran.out == "deployment.apps/web resumed\n");
  CHECK(run.writes[1].body == R"({"spec":{"paused":null}})");
  ran = run.Run("resume web");
  CHECK(ran.messages == "error: deployments.apps \"web\" is not paused\n");
  CHECK(run.writes.size() == 2);
}

TEST_CASE("Rollouts are paused by a merge patch that names their uid") {
  KubectlRun run;
  run.Create(kRollouts, sim::SampleRollout("web"));
  const Json before = run.Stored(kRollouts, "web")["metadata"];
  CHECK(run.Run("pause wro/web").out == "rollout.windlass.dev/web paused\n");
  REQUIRE(run.writes.size() == 1);
  CHECK(run.writes[0].target ==
        "/apis/windlass.dev/v1alpha1/namespaces/default/rollouts/web?fieldManager=windlass-plugin");
  CHECK(run.writes[0].content_type == "application/merge-patch+json");
  // The object that the user named, as it was read.
  CHECK(
      Json::parse(run.writes[0].body) ==
      Json({{"metadata", {{"uid", before["uid"]}, {"resourceVersion", before["resourceVersion"]}}},
            {"spec", {{"paused", true}}}}));
  CHECK(run.Run("resume rollout web").code == ExitCode::kDone);
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
  CHECK(run.Run("restart wro/web") == Ends(ExitCode::kOtherUpdate, "…as spec.rollbackTo asks…"));
  CHECK_FALSE(run.Stored(kRollouts, "web")["spec"]["template"]["metadata"].contains("annotations"));
}

TEST_CASE("restart writes kubectl's annotation into the template, unless it is paused") {
  KubectlRun run;
  run.Create(kDeployments, sim::SampleDeployment("web"));
  const Ran ran = run.Run("restart web");
  CHECK(ran.out == "deployment.apps/web restarted\n");
  CHECK(run.writes[0].body ==
        R"({"spec":{"template":{"metadata":{"annotations":)"
        R"({"kubectl.kubernetes.io/restartedAt":"2026-01-01T00:00:00Z"}}}}})");
  CHECK(run.Run("restart web").messages.find("within this second") != std::string::npos);
  run.Edit(kDeployments, "web", "", [](Json& o) { o["spec"]["paused"] = true; });
  CHECK(run.Run("restart web") ==
        Ends(ExitCode::kHeld,
             "error: deployments.apps \"web\" can't restart paused deployment (run kubectl "
             "windlass resume deployment/web -n default first)\n"));
}

TEST_CASE("undo of a Deployment replaces template and annotations, as kubectl does") {
  KubectlRun run;
  CreateWebWithHistory(run);
  Observe(run);
  const Ran ran = run.Run("undo web");
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
    CHECK(run.Run("undo web --dry-run=client").out.find("app:v2") != std::string::npos);
    CHECK(run.Run("undo web").code == ExitCode::kDone);
    CHECK(image() == "app:v2");
  }
  SECTION("to the newest revision, if Only refuses a template, though that was one before") {
    set_image("app:v1");
    run.Edit(kDeployments, "web", "",
             [](Json& o) { o["metadata"]["annotations"]["windlass.dev/in-place"] = "Only"; });
    run.Edit(kDeployments, "web", "status", [](Json& o) {
      SetCounters(o, 3, 0, 3);
      SetCondition(o, {"windlass.dev/InPlace", "False", "NotPossible", "no"});
    });
    CHECK(run.Run("undo web").code == ExitCode::kDone);
    CHECK(image() == "app:v2");
  }
  SECTION("not to and fro, if another undo was faster") {
    set_image("app:v1");
    CHECK(run.Run("undo web") ==
          Ends(ExitCode::kOtherUpdate,
               "error: deployments.apps \"web\" has the template of revision 1, and no controller "
               "has seen this change yet. So the revision before the present one is not known. "
               "Choose a revision with --to-revision. To list the revisions: kubectl windlass "
               "history deployment/web -n default\n"));
    CHECK(image() == "app:v1");
    CHECK(run.Run("undo web --to-revision=2").code == ExitCode::kDone);
  }
  SECTION("nor one further, if another undo has brought the newest one back") {
    REQUIRE(run.Run("undo web").code == ExitCode::kDone);
    CHECK(run.Run("undo web").code == ExitCode::kOtherUpdate);
    CHECK(image() == "app:v2");
  }
  SECTION("nor at all, if Windlass has no room for it, and says so") {
    set_image("app:v2");
    Observe(run);
    run.Edit(kDeployments, "web", "", [](Json& o) { o["spec"]["replicas"] = 4; });
    run.SetCondition(kDeployments, "web",
                     {"ReplicaFailure", "True", "WindlassOutOfMemory", "web-2 takes 20000 bytes"});
    CHECK(run.Run("undo web") ==
          Ends(ExitCode::kOtherUpdate,
               "error: deployments.apps \"web\" has the template of revision 2, and its last "
               "change is not carried out yet (WindlassOutOfMemory: web-2 takes 20000 bytes). So "
               "the revision before the present one is not known. Choose a revision with "
               "--to-revision. To list the revisions: kubectl windlass history deployment/web -n "
               "default\n"));
    CHECK(image() == "app:v2");
  }
}

// A wrong setting holds an update before its revision has a ReplicaSet, or in its middle.
TEST_CASE("undo goes back from an update that Only holds for a wrong setting (P-014)") {
  KubectlRun run;
  CreateWebWithHistory(run);
  const bool midway = GENERATE(true, false);
  // Without a progress deadline, no condition says that a change waits.
  const bool has_deadline = GENERATE(true, false);
  run.Edit(kDeployments, "web", "", [&](Json& o) {
    o["metadata"]["annotations"]["windlass.dev/in-place"] = "Only";
    if (!midway) o["spec"]["template"]["spec"]["containers"][0]["image"] = "app:v1";
  });
  run.Edit(kDeployments, "web", "status", [&](Json& o) {
    SetCounters(o, 3, has_deadline ? 1 : 3, 3);
    SetCondition(o, {"windlass.dev/InPlace", "False", "InvalidConfig", "the drain is wrong"});
    if (!has_deadline) return;
    AddCondition(o, {"Progressing", "False", "InPlaceNotPossible", "the drain is wrong"});
  });
  CHECK(run.Run("undo web").code == ExitCode::kDone);
  CHECK(run.Stored(kDeployments, "web")["spec"]["template"]["spec"]["containers"][0]["image"] ==
        (midway ? "app:v1" : "app:v2"));
  Proves("P-014");
}

TEST_CASE("--dry-run=client of undo refuses what undo refuses, and names the object") {
  KubectlRun run;
  CreateWebWithHistory(run);
  Observe(run);
  CHECK(run.Run("undo web --dry-run=client").out.starts_with("# deployment.apps/web\n"));
  CHECK(run.Run("undo web --dry-run=client -o name").out == "deployment.apps/web\n");
  run.Edit(kDeployments, "web", "", [](Json& o) { o["spec"]["paused"] = true; });
  CHECK(run.Run("undo web --dry-run=client").code == ExitCode::kHeld);
}

TEST_CASE("undo says why it changes nothing") {
  KubectlRun run;
  CreateWebWithHistory(run);
  Observe(run);
  CHECK(
      run.Run("undo web --to-revision=2") ==
      Done("deployment.apps/web skipped rollback (current template already matches revision 2)\n"));
  CHECK(run.Run("undo web --to-revision=7") ==
        Ends(ExitCode::kError,
             "error: unable to find specified revision 7 in history: kubectl windlass history "
             "deployment/web -n default lists the revisions\n"));
  const Ran ran = run.Run("undo web --dry-run=client");
  CHECK(ran.out.find("image: app:v1") != std::string::npos);
  run.Edit(kDeployments, "web", "", [](Json& o) { o["spec"]["paused"] = true; });
  CHECK(run.Run("undo web") ==
        Ends(ExitCode::kHeld,
             "error: you cannot rollback a paused deployment; resume it first with 'kubectl "
             "windlass resume deployment/web -n default' and try again\n"));
  CHECK(run.writes.empty());
}

// Rollout web of CreateWebWithHistory. Windlass is played by hand.
struct WebRollout : KubectlRun {
  WebRollout() { CreateWebWithHistory(*this, kRollouts); }

  // Merges `change` into the spec; a null takes the field away.
  void Spec(const Json& change) {
    Edit(kRollouts, "web", "", [&](Json& o) { o["spec"].merge_patch(change); });
  }
  void SpecAfter(Duration delay, const Json& change) {
    After(delay, [this, change] { Spec(change); });
  }
  Json AskedFor() { return Stored(kRollouts, "web")["spec"].value("rollbackTo", Json()); }
  int64_t NextGeneration() {
    return Stored(kRollouts, "web")["metadata"]["generation"].get<int64_t>() + 1;
  }
  // Windlass answers while the command waits: it has gone back to `revision`.
  void GoesBackTo(int revision) {
    After(seconds(1), [this, revision] {
      const int64_t generation = NextGeneration();
      Edit(kRollouts, "web", "status", [&](Json& o) {
        o["status"]["rolledBack"] = {
            {"revision", revision}, {"became", 3}, {"generation", generation}};
      });
      Spec({{"rollbackTo", nullptr}});
    });
  }
  // Windlass answers that it does not go back to revision 1. Then it takes the request away.
  void Refuses(const std::string& reason, const std::string& message) {
    After(seconds(1), [=, this] {
      SetCondition(
          kRollouts, "web",
          {"RollbackRefused", "True", reason, message, {{"observedGeneration", NextGeneration()}}});
      CHECK(AskedFor() == Json({{"revision", 1}}));
      Spec({{"rollbackTo", nullptr}});
    });
  }
  // Calls `change` before the first patch arrives.
  void BeforePatch(std::function<void()> change) {
    fate = [change, once = false](const HttpRequest& request) mutable {
      if (request.method == HttpMethod::kPatch && !std::exchange(once, true)) change();
      return sim::Fate::kDelivered;
    };
  }
};

struct UndoRow {
  std::string id;
  Words flags;
  Wanted wanted;
  Json asked_for;  // spec.rollbackTo at the end; null: there is none
  std::function<void(WebRollout&)> prepare;
};

const Json kRevision1 = {{"revision", 1}};
const Json kRevision2 = {{"revision", 2}};

// What Windlass and others do with the request.
std::vector<UndoRow> AnsweredUndos() {
  const Wanted rolled_back = Done("rollout.windlass.dev/web rolled back\n", "");
  const Wanted replaced = Ends(ExitCode::kOtherUpdate,
                               "error: rollout \"web\" goes back to revision 2 and not to revision "
                               "1: another client has replaced the request of this command\n");
  return {
      {"Windlass goes back", "--to-revision=1", rolled_back, nullptr,
       [](WebRollout& web) { web.GoesBackTo(1); }},
      // For the user who runs a bad template, and whose colleague applies another one before
      // Windlass looks: of a 0 Windlass would go back to the bad one.
      {"without a number, it asks for the revision before the template", "", rolled_back, nullptr,
       [](WebRollout& web) {
         web.GoesBackTo(1);
         web.After(milliseconds(500), [&web] { CHECK(web.AskedFor() == kRevision1); });
       }},
      {"the revision is not found", "--to-revision=1",
       Ends(ExitCode::kError,
            "error: unable to find specified revision 1 in history: kubectl windlass history "
            "rollout/web -n default lists the revisions\n",
            ""),
       nullptr, [](WebRollout& web) { web.Refuses("RollbackRevisionNotFound", "it cannot be"); }},
      {"it is refused", "--to-revision=1", Ends(ExitCode::kError, "error: it cannot be\n", ""),
       nullptr, [](WebRollout& web) { web.Refuses("Other", "it cannot be"); }},
      {"the refusal is of this request also if somebody has scaled the Rollout since",
       "--to-revision=1", Ends(ExitCode::kError, "error: there is nothing to do\n"), nullptr,
       [](WebRollout& web) {
         web.Refuses("RollbackTemplateUnchanged", "there is nothing to do");
         for (const int replicas : {5, 6}) web.SpecAfter(seconds(1), {{"replicas", replicas}});
       }},
      {"a request that is taken away is no success", "",
       Ends(ExitCode::kError,
            "…another client removed spec.rollbackTo before Windlass looked at it. To ask for the "
            "rollback again, run…",
            ""),
       nullptr,
       [](WebRollout& web) {
         web.SpecAfter(seconds(1), {{"rollbackTo", nullptr}});
         web.After(seconds(1), [&web] {
           web.Edit(kRollouts, "web", "status", [](Json& o) {
             o["status"]["observedGeneration"] = o["metadata"]["generation"];
           });
         });
       }},
      {"another command takes the same request away", "--to-revision=1",
       Ends(ExitCode::kError,
            "error: rollout \"web\" is not rolled back: another client removed spec.rollbackTo "
            "before Windlass looked at it. To ask for the rollback again, run the command again\n"),
       nullptr,
       [](WebRollout& web) {
         web.Spec({{"rollbackTo", kRevision1}});
         web.SpecAfter(seconds(2), {{"rollbackTo", nullptr}});
       }},
      {"it needs the rights to get and patch alone", "--to-revision=1", rolled_back, nullptr,
       [](WebRollout& web) {
         web.GoesBackTo(1);
         web.fate = [](const HttpRequest& request) {
           const bool list = request.method == HttpMethod::kGet &&
                             request.target.find("/rollouts/") == std::string::npos;
           return list ? sim::Fate::kForbidden : sim::Fate::kDelivered;
         };
       }},
      {"another client's request, which replaces it, is not taken for its own", "--to-revision=1",
       replaced, kRevision2,
       [](WebRollout& web) { web.SpecAfter(seconds(1), {{"rollbackTo", kRevision2}}); }},
      {"nor one that Windlass has carried out", "--to-revision=1", replaced, nullptr,
       [](WebRollout& web) { web.GoesBackTo(2); }},
      // An abort acts at once, paused or not (RO-135), and so does a rollback meanwhile.
      {"of a paused Rollout that is aborted it waits for the answer", "--to-revision=1",
       Done("rollout.windlass.dev/web rolled back\n",
            "Warning: rollout \"web\" is aborted. To roll out spec.template: kubectl windlass "
            "retry rollout/web -n default && kubectl windlass resume rollout/web -n default\n"),
       nullptr,
       [](WebRollout& web) {
         web.Spec({{"paused", true}, {"abort", true}});
         web.GoesBackTo(1);
       }},
  };
}

// A request that waits for the end of a pause, or meets another one.
std::vector<UndoRow> WaitingUndos() {
  const Wanted waits = Done("rollout.windlass.dev/web rollback requested\n",
                            "Warning: rollout \"web\" is paused by spec.paused. To let it go "
                            "back: kubectl windlass resume rollout/web -n default\n");
  const Wanted unanswered = Ends(ExitCode::kOtherUpdate,
                                 "error: rollout \"web\" already has a request to go back to "
                                 "revision 1, which Windlass has not answered yet. To withdraw "
                                 "that request: kubectl patch…");
  return {
      {"of a paused Rollout it is stored, and waits", "", waits, kRevision1,
       [](WebRollout& web) { web.Spec({{"paused", true}}); }},
      {"a pause meanwhile holds it up", "--to-revision=1", waits, kRevision1,
       [](WebRollout& web) { web.SpecAfter(seconds(1), {{"paused", true}}); }},
      {"once more while it waits, it asks for the same", "", waits, kRevision1,
       [](WebRollout& web) {
         web.Spec({{"paused", true}});
         REQUIRE(web.Run("undo wro/web").code == ExitCode::kDone);
       }},
      {"beside a 0 that is asked for already, it asks for that",
       "",
       waits,
       {{"revision", 0}},
       [](WebRollout& web) { web.Spec({{"paused", true}, {"rollbackTo", {{"revision", 0}}}}); }},
      // Otherwise the user who was told "rollback requested" would never learn of it.
      {"beside another one that waits it is refused", "",
       Ends(ExitCode::kOtherUpdate,
            "error: rollout \"web\" already has a request to go back to revision 2, which waits "
            "until spec.paused is false. To withdraw that request: kubectl patch "
            "rollouts.windlass.dev web -n default --type=merge -p "
            "'{\"spec\":{\"rollbackTo\":null}}'\n"),
       kRevision2,
       [](WebRollout& web) { web.Spec({{"paused", true}, {"rollbackTo", kRevision2}}); }},
      {"beside another one that is not answered yet it is refused", "--to-revision=2", unanswered,
       kRevision1, [](WebRollout& web) { web.Spec({{"rollbackTo", kRevision1}}); }},
      {"also if that one is written at the same time", "--to-revision=2", unanswered, kRevision1,
       [](WebRollout& web) {
         web.BeforePatch([&web] { web.Spec({{"rollbackTo", kRevision1}}); });
       }},
  };
}

// For the user who mends the Rollout in another way after the command has failed.
std::vector<UndoRow> UnansweredUndos() {
  const auto nothing = [](WebRollout&) {};
  const auto interrupted = [](WebRollout& web) { web.interrupt_after = seconds(3); };
  return {
      {"after Ctrl-C the request is taken away again", "",
       Ends(ExitCode::kInterrupted,
            "error: interrupted: rollout.windlass.dev/web is not rolled back: this command has "
            "withdrawn its request. Windlass had not answered the request yet\n"),
       nullptr, interrupted},
      {"after --timeout, too", "--to-revision=1 --timeout=2s",
       Ends(ExitCode::kTimeout, "error: timed out waiting for the condition: …"), nullptr, nothing},
      {"after half a minute, too", "",
       Ends(ExitCode::kTimeout,
            "error: rollout.windlass.dev/web is not rolled back: this command has withdrawn its "
            "request. Windlass has not looked at the request for 30 s: check that Windlass runs in "
            "the cluster, with --controllers=rollout\n"),
       nullptr, nothing},
      {"then it names a CustomResourceDefinition that is too old", "",
       Ends(ExitCode::kTimeout,
            "…has not looked at the request for 30 s: CustomResourceDefinition "
            "rollouts.windlass.dev has revision 1, and this version of Windlass needs 3: kubectl "
            "apply --server-side -f crds/windlass.dev_rollouts.yaml\n"),
       nullptr, [](WebRollout& web) { web.HasCrd("rollouts.windlass.dev", 1); }},
      {"then it says what keeps Windlass from it", "",
       Ends(ExitCode::kTimeout,
            "error: rollout.windlass.dev/web is not rolled back: this command has withdrawn its "
            "request. Windlass has seen the request, but has not carried it out within 30 s: web "
            "takes 20000 bytes\n"),
       nullptr,
       [](WebRollout& web) {
         web.After(seconds(1), [&web] {
           const Json present = {{"observedGeneration", web.NextGeneration() - 1}};
           web.SetCondition(kRollouts, "web",
                            {"Ready", "False", "Progressing", "web takes 20000 bytes", present});
         });
       }},
      {"but not what may be of an earlier change", "",
       Ends(ExitCode::kTimeout, "…Windlass has not looked at the request for 30 s: check…"),
       nullptr,
       [](WebRollout& web) {
         web.SetCondition(kRollouts, "web",
                          {"ReplicaFailure", "True", "WindlassOutOfMemory", "20000 bytes"});
       }},
      {"also from a Rollout that was changed since", "",
       Ends(ExitCode::kInterrupted, "…this command has withdrawn its request…"), nullptr,
       [=](WebRollout& web) {
         interrupted(web);
         web.SpecAfter(seconds(1), {{"replicas", 5}});
       }},
      {"also if the command cannot wait for the answer", "",
       Ends(ExitCode::kError, "…this command has withdrawn its request…"), nullptr,
       [](WebRollout& web) {
         web.fate = [asked = false](const HttpRequest& request) mutable {
           if (request.method == HttpMethod::kPatch) asked = true;
           const bool reads = request.method == HttpMethod::kGet && asked;
           return reads ? sim::Fate::kForbidden : sim::Fate::kDelivered;
         };
       }},
      {"it says if the API server is gone", "",
       Ends(ExitCode::kInterrupted,
            "…may still be rolled back…. This command could not withdraw its request. To withdraw "
            "the request: …-p '{\"spec\":{\"rollbackTo\":null}}'\n"),
       kRevision1,
       [=](WebRollout& web) {
         interrupted(web);
         web.fate = [](const HttpRequest& request) {
           const bool withdraws = request.body.find("\"remove\"") != std::string::npos;
           return withdraws ? sim::Fate::kRequestLost : sim::Fate::kDelivered;
         };
       }},
      {"a request of somebody else that it has joined stays", "--to-revision=1 --timeout=2s",
       Ends(ExitCode::kTimeout, "…. Another client had made the same request before…"), kRevision1,
       [](WebRollout& web) { web.Spec({{"rollbackTo", kRevision1}}); }},
      {"during an abort it says if what it goes back to was never complete", "",
       Ends(ExitCode::kInterrupted,
            "…retry rollout/web -n default. The rollout goes back to revision 1, which was never "
            "rolled out completely: --to-revision chooses another revision\n…"),
       nullptr,
       [](WebRollout& web) {
         web.Edit(resources::kReplicaSets, "web-1", "", [](Json& o) {
           o["metadata"]["annotations"].erase("internal.windlass.dev/complete");
         });
         web.Spec({{"abort", true}});
         web.interrupt_after = seconds(1);
       }},
  };
}

TEST_CASE("undo of a Rollout asks Windlass by spec.rollbackTo, and tells its answer") {
  for (const auto& rows : {AnsweredUndos(), WaitingUndos(), UnansweredUndos()}) {
    for (const UndoRow& row : rows) {
      CAPTURE(row.id);
      WebRollout web;
      row.prepare(web);
      CHECK(web.Run("undo wro/web" + row.flags) == row.wanted);
      CHECK(web.AskedFor() == row.asked_for);
    }
  }
}

// For the user whose admission webhook keeps rollbackTo: nothing waits for a rollback that is over.
TEST_CASE("an answered rollbackTo that is still there holds up no command (RO-082)") {
  WebRollout web;
  web.Spec({{"rollbackTo", {{"revision", 1}}}});
  REQUIRE(web.Run("restart wro/web").code == ExitCode::kOtherUpdate);
  web.SetCondition(kRollouts, "web", {"RollbackToNotRemoved", "True", "Revision1", "it is kept"});
  SECTION("restart") { CHECK(web.Run("restart wro/web").code == ExitCode::kDone); }
  SECTION("undo to the same revision says why it is still there") {
    CHECK(web.Run("undo wro/web --to-revision=1") == Ends(ExitCode::kError, "error: it is kept\n"));
  }
  SECTION("another revision has not been answered") {
    web.Spec({{"rollbackTo", {{"revision", 2}}}});
    CHECK(web.Run("restart wro/web").code == ExitCode::kOtherUpdate);
  }
}

// Without --to-revision, undo joins a request for 0 that waits. One that is answered is over.
TEST_CASE("undo without a revision does not join an answered rollbackTo for 0 (RO-082)") {
  WebRollout web;
  web.Spec({{"rollbackTo", {{"revision", 0}}}});
  web.SetCondition(kRollouts, "web",
                   {"RollbackToNotRemoved", "True", "RevisionBefore", "it is kept"});
  web.GoesBackTo(1);
  web.After(milliseconds(500), [&web] { CHECK(web.AskedFor() == kRevision1); });
  CHECK(web.Run("undo wro/web") == Done("rollout.windlass.dev/web rolled back\n", ""));
  CHECK(web.AskedFor() == nullptr);
}

TEST_CASE("A dry run of undo to the present revision of a Rollout says that nothing is to do") {
  WebRollout web;
  web.Edit(kRollouts, "web", "status", [](Json& o) {
    SetCounters(o, 3, 3, 3);
    o["status"]["currentRevision"] = 2;
  });
  const std::string dry = GENERATE("client", "server");
  CHECK(web.Run("undo wro/web --to-revision=2 --dry-run=" + dry) ==
        Ends(ExitCode::kError,
             "error: rollout \"web\" has the template of revision 2 already: there is nothing to "
             "do\n"));
}

// For the user who aborted, found that the template was right, and wants it again.
TEST_CASE("undo to the template of an aborted Rollout names what rolls it out") {
  WebRollout web;
  const bool paused = GENERATE(false, true);
  web.Spec({{"abort", true}, {"paused", paused}});
  CHECK(web.Run("undo wro/web --to-revision=2") ==
        Ends(ExitCode::kError,
             "error: rollout \"web\" has the template of revision 2 already. To roll out that "
             "template: kubectl windlass retry rollout/web -n default" +
                 std::string(paused ? " && kubectl windlass resume rollout/web -n default" : "") +
                 "\n"));
}

// Serves users who are told to end the abort although that would change nothing.
TEST_CASE("undo to the template of an aborted Rollout says which revision Pods follow") {
  const auto [stable, phase, text] = GENERATE(table<int, std::string, std::string>({
      {1, "Aborted",
       ". Pods follow revision 1. To roll out that template: kubectl windlass retry rollout/web -n "
       "default"},
      {1, "Stalled",  // for example, because spec.strategy cannot be carried out: no Pod moves
       ". To roll out that template: kubectl windlass retry rollout/web -n default"},
      {2, "Aborted", ": the abort also brings Pods to this revision, so there is nothing to do"},
  }));
  WebRollout web;
  web.Spec({{"abort", true}});
  web.Edit(kRollouts, "web", "status", [revision = stable, now = phase](Json& o) {
    o["status"]["stableRevision"] = revision;
    o["status"]["phase"] = now;
  });
  CHECK(web.Run("undo wro/web --to-revision=2") ==
        Ends(ExitCode::kError,
             "error: rollout \"web\" has the template of revision 2 already" + text + "\n"));
  Proves("RO-025");
}

// For the user who asks twice, and for the colleague who resumes.
TEST_CASE("A rollback that a pause holds up is told wherever the Rollout is") {
  WebRollout web;
  web.Spec({{"paused", true}});
  REQUIRE(web.Run("undo wro/web --to-revision=1").code == ExitCode::kDone);
  web.Edit(kRollouts, "web", "status", [](Json& o) {
    SetCounters(o, 3, 3, 3);
    o["status"]["phase"] = "Paused";
  });
  CHECK(web.Run("status wro/web") ==
        Ends(ExitCode::kHeld,
             "error: rollout \"web\" is paused: kubectl windlass resume rollout/web -n default "
             "lets it go back to revision 1, as spec.rollbackTo asks\n"));
  CHECK(web.Run("get wro/web") == Done("…lets it go back to revision 1…"));
  CHECK(web.Run("resume wro/web") ==
        DoneSaying(
            "Warning: rollout \"web\" goes back to revision 1 now, as spec.rollbackTo asks\n"));
}

// Revisions 1 to 4 of Rollout web, `present` that of its template. `complete` were rolled out
// completely once.
void CreateRevisions(KubectlRun& run, const std::vector<int>& complete, int present) {
  run.Create(kRollouts, sim::SampleRollout("web", 3, "app:v" + std::to_string(present)));
  const Json owner = run.Stored(kRollouts, "web");
  for (int revision = 1; revision <= 4; ++revision) {
    const std::string number = std::to_string(revision);
    Json rs = RevisionOf(owner, number, 0);
    Json& annotations = rs["metadata"]["annotations"];
    annotations = {{kRevision, number}};
    if (revision == present)
      annotations["windlass.dev/requested-template"] = RequestedTemplate(owner);
    if (std::ranges::count(complete, revision) > 0) {
      rs["metadata"]["labels"]["pod-template-hash"] = number;
      annotations["internal.windlass.dev/complete"] = number + "/" + number;
    }
    run.Create(resources::kReplicaSets, rs);
  }
}

struct PreviewRow {
  std::string id;
  std::vector<int> complete;
  int present;
  std::string image;  // that undo would bring back
  std::function<void(KubectlRun&)> change = [](KubectlRun&) {};
};

TEST_CASE("undo of a Rollout previews what Windlass would go back to") {
  using Run = KubectlRun;
  // Writes a status after a rollout; `fields` are in it, too.
  const auto says = [](Run& run, const Json& fields) {
    run.Edit(kRollouts, "web", "status", [&](Json& o) {
      SetCounters(o, 3, 3, 3);
      o["status"].update(fields);
    });
  };
  const auto annotate = [](Run& run, const std::string& name, const Json& annotations) {
    run.Edit(resources::kReplicaSets, name, "",
             [&](Json& o) { o["metadata"]["annotations"].merge_patch(annotations); });
  };
  const PreviewRow row = GENERATE_COPY(values<PreviewRow>({
      {"the newest earlier revision that was complete", {1, 2}, 4, "app:v2"},
      {"also if that is not the one before", {1}, 4, "app:v1"},
      {"the present one is no earlier one", {1, 4}, 4, "app:v1"},
      {"no note: as upstream", {4}, 4, "app:v3"},
      {"no note at all", {}, 4, "app:v3"},
      // A template of before has its old number until Windlass has numbered it anew. What was left
      // for it is the revision before, as it is for Windlass.
      {"what was complete before a template of before came back", {1, 4}, 3, "app:v4"},
      {"the stable revision, although no note says that it was complete",
       {1},
       4,
       "app:v2",
       [=](Run& run) { says(run, {{"stableRevision", 2}}); }},
      {"the ReplicaSet of the template is found by its published revision, too",
       {},
       4,
       "app:v3",
       [=](Run& run) {
         annotate(run, "web-4", {{"windlass.dev/requested-template", nullptr}});
         says(run, {{"currentRevision", 4}});
       }},
      // It is paused, or the API server refuses it. Windlass goes back to what was complete last.
      {"the published revision while the template has no ReplicaSet",
       {2},
       2,
       "app:v2",
       [=](Run& run) {
         run.Edit(kRollouts, "web", "", [](Json& o) {
           o["spec"]["paused"] = true;
           o["spec"]["template"]["spec"]["containers"][0]["image"] = "app:v5";
         });
         says(run, {{"currentRevision", 2}, {"stableRevision", 2}});
       }},
      // It has the highest number since.
      {"during an abort the revision that Pods follow",
       {},
       4,
       "app:v3",
       [=](Run& run) {
         annotate(run, "web-3", {{kRevision, "5"}});
         run.Edit(kRollouts, "web", "", [](Json& o) { o["spec"]["abort"] = true; });
       }},
  }));
  CAPTURE(row.id);
  Run run;
  CreateRevisions(run, row.complete, row.present);
  row.change(run);
  const Ran ran = run.Run("undo wro/web --dry-run=client -o json");
  REQUIRE(ran.code == ExitCode::kDone);
  CHECK(Json::parse(ran.out)["spec"]["containers"][0]["image"] == row.image);
  CHECK(run.Run("undo wro/web --dry-run=client") == Done("…image: " + row.image + "…"));
  CHECK(run.writes.empty());
}

// Windlass finds it also by the number that it had before. How it finds the stable ReplicaSet
// although its annotations are spoilt: undo_spoilt_test.cc.
TEST_CASE("undo previews a former number where Windlass takes it (RO-022)") {
  KubectlRun run;
  CreateRevisions(run, {}, 4);
  run.Edit(resources::kReplicaSets, "web-3", "", [](Json& o) {
    Json& annotations = o["metadata"]["annotations"];
    annotations[kRevision] = "5";
    annotations["deployment.kubernetes.io/revision-history"] = "3";
  });
  CHECK(run.Run("undo wro/web --to-revision=3 --dry-run=client") == Done("…image: app:v3…"));
}

TEST_CASE("history lists revisions as kubectl does, and shows one") {
  KubectlRun run;
  CreateWebWithHistory(run);
  CHECK(run.Run("history web").out ==
        "deployment.apps/web \n"
        "REVISION  CHANGE-CAUSE\n"
        "1         cause 1\n"
        "2         cause 2\n\n");
  const Ran one = run.Run("history web --revision=1");
  CHECK(one.out.starts_with("deployment.apps/web with revision #1\nPod Template:\n  metadata:\n"));
  CHECK(one.out.find("image: app:v1") != std::string::npos);
  CHECK(run.Run("history web --revision=9") ==
        Ends(ExitCode::kError, "error: unable to find the specified revision: kubectl…"));
  CHECK(run.Run("history web -o name").out == "replicaset.apps/web-1\nreplicaset.apps/web-2\n");
  CHECK(run.writes.empty());
}

TEST_CASE("history of a Rollout has the images, too") {
  KubectlRun run;
  CreateWebWithHistory(run, kRollouts);
  CHECK(run.Run("history rollout web").out ==
        "rollout.windlass.dev/web \n"
        "REVISION  REPLICASET  PODS  IMAGES  CHANGE-CAUSE\n"
        "1         web-1       0     app:v1  cause 1\n"
        "2         web-2       0     app:v2  cause 2\n\n");
}

TEST_CASE("Several objects: one that fails does not stop the others") {
  KubectlRun run;
  run.Create(kDeployments, sim::SampleDeployment("a"));
  run.Create(kDeployments, sim::SampleDeployment("c"));
  CHECK(run.Run("pause deployment/a deployment/b deployment/c") ==
        Ends(ExitCode::kError,
             "error: deployments.apps \"b\" not found in namespace default: kubectl get "
             "deployments.apps -n default lists those that exist; -n and --context choose another "
             "namespace or cluster\n",
             "deployment.apps/a paused\ndeployment.apps/c paused\n"));
}

}  // namespace
}  // namespace windlass::cli::rollout_commands_test
