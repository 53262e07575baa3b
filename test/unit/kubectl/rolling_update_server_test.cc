// rolling-update by Windlass: what is written, what is printed, and how it ends. Windlass is played
// by hand: it writes the statuses.
#include "kubeclient/api/time.h"
#include "test/proves.h"
#include "test/unit/kubectl/played_update.h"

namespace windlass::cli::rolling_update_server_test {
namespace {

constexpr const ResourceId& kUpdates = resources::kReplicationControllerUpdates;
constexpr const ResourceId& kControllers = resources::kReplicationControllers;

constexpr const char* kUnseen =
    "Warning: Windlass has not looked at replicationcontrollerupdate.windlass.dev/old for 10 s: "
    "check that Windlass runs in the cluster, with --controllers=replicationcontrollerupdate. This "
    "command goes on waiting. To do without Windlass, press Ctrl-C, run kubectl delete "
    "replicationcontrollerupdates.windlass.dev old -n default, and repeat the command with "
    "--local\n";

using Report = UpdateReport;
using Fixture = PlayedUpdate;

TEST_CASE_METHOD(Fixture, "The lines of Windlass are printed once each, until the update ends") {
  Proves("RC-1 RC-12");
  SaysAfter(milliseconds(100), {"Progressing", {"Created new", "Scaling new up to 1"}});
  SaysAfter(milliseconds(200), {"Progressing", {"Scaling old down to 1"}});
  CHECK(RunUntil({"Succeeded", {"the end"}}, "old new --image=app:v2") ==
        Done("Created new\nScaling new up to 1\nScaling old down to 1\nthe end\n", ""));
}

TEST_CASE_METHOD(Fixture, "The phase at the end says the exit code") {
  struct Row {
    Report end;
    Words arguments;
    ExitCode code;
    std::string messages;
  };
  const Row row = GENERATE(values<Row>({
      {Report{"Succeeded"}, "old new --image=app:v2", ExitCode::kDone, ""},
      {Report{"Failed", {}, "no such thing", "NotFound"}, "old new --image=app:v2",
       ExitCode::kFailed,
       "error: no such thing\n"
       "Windlass continues the update as soon as the cause is corrected. Run the same command "
       "again to begin it anew, or use --rollback to take it back.\n"},
      {Report{"Failed", {}, "timed out", "TimedOut"}, "old new --image=app:v2", ExitCode::kFailed,
       "error: timed out\n"
       "The update stops here. Run the same command again to continue it, or use --rollback to "
       "take it back.\n"},
      {Report{"Paused", {}, "another client scaled it"}, "old new --image=app:v2", ExitCode::kHeld,
       "error: another client scaled it\n"},
      {Report{"RolledBack"}, "old new --image=app:v2", ExitCode::kAborted,
       "error: replicationcontrollerupdate.windlass.dev/old was rolled back meanwhile: old has its "
       "Pods again\n"},
      {Report{"RolledBack"}, "old new --rollback", ExitCode::kDone, ""},
      {Report{"Succeeded"}, "old --rollback", ExitCode::kFailed,
       "error: the update of replicationcontroller/old was not rolled back, but has succeeded: "
       "spec.rollback was set to true at the end of the update, which was too late. To go back, "
       "update to the old image\n"},
  }));
  CAPTURE(row.end.phase, row.arguments);
  if (row.arguments.back() == "--rollback") BeginUpdateOfOld();
  Report end = row.end;
  end.lines = {"a line"};
  CHECK(RunUntil(end, row.arguments) == Ends(row.code, row.messages, "a line\n"));
}

TEST_CASE_METHOD(Fixture, "What an update prepares for longer than ten seconds is said once") {
  SaysAfter(seconds(1), {"Preparing", {}, "waiting for the first", "", "Prepare", true});
  SaysAfter(seconds(10), {"Preparing", {}, "waiting for the second", "", "Prepare", true});
  SaysAfter(seconds(40),
            {"Progressing", {}, "new has 1 of 2 replicas, 0 of them available; old has 2 left"});
  SaysAfter(seconds(60), {"Succeeded"});
  CHECK(Update("old new --image=app:v2") == DoneSaying("Warning: waiting for the second\n"));
}

TEST_CASE_METHOD(Fixture, "An update that stands still for half a minute is told, once") {
  interrupt_after = std::chrono::minutes(5);
  SaysAfter(seconds(1), {"Progressing", {"Created new"}, "new has 1 of 2 replicas"});
  const bool rests = GENERATE(false, true);  // between two scalings
  if (rests) {
    After(milliseconds(1500), [this] {
      Edit(kUpdates, "old", "status", [this](Json& update) {
        update["status"]["lastScaleTime"] = FormatTime(loop.clock().Wall());
      });
    });
    SaysAfter(seconds(65), {"Progressing", {"Scaling new up to 2"}, "new has 2 of 2 replicas"});
    SaysAfter(seconds(70), {"Succeeded"});
  }
  const Ran ran = Update("old new --image=app:v2 --update-period=1m");
  if (rests) {
    CHECK(ran.messages.empty());
  } else {
    CHECK(ran.messages.starts_with("Warning: nothing has moved since "));
    CHECK(ran.messages.find(": new has 1 of 2 replicas. kubectl windlass get rc/old") !=
          std::string::npos);
    CHECK(ran.messages.find("nothing has moved", 20) == std::string::npos);
  }
}

// The command may come from somebody who has not begun the update: what its flags do not name
// stays.
TEST_CASE_METHOD(Fixture, "A command that joins an update changes only what its flags name") {
  Update("old new --image=app:v2 --cleanup=Preserve --update-period=12s --no-wait");
  Says({"Progressing", {"Created new"}});
  Edit(kUpdates, "old", "", [](Json& update) { update["spec"]["paused"] = true; });
  Says({"Paused", {}, "spec.paused is true"});
  SaysAfter(seconds(1), {"Succeeded"});
  CHECK(Update("old new --image=app:v2 --max-surge=3").code == ExitCode::kDone);
  const Json spec = Stored(kUpdates, "old")["spec"];
  CHECK(spec["cleanup"] == "Preserve");
  CHECK(spec["updatePeriod"] == "12s");
  CHECK(spec["maxSurge"] == 3);
  CHECK(spec["paused"] == false);
}

TEST_CASE_METHOD(Fixture, "--rollback of an update that has succeeded changes nothing") {
  Update("old new --image=app:v2 --no-wait");
  Says({"Succeeded"});
  writes.clear();
  CHECK(Update("old --rollback") == Ends(ExitCode::kFailed, "…there is nothing to roll back…"));
  CHECK(writes.empty());
}

TEST_CASE_METHOD(Fixture, "What is declared for an old one that does not exist is not changed") {
  CreateUpdate("ghost", {{"newName", "ghost-2"}, {"image", "app:v2"}});
  Edit(kUpdates, "ghost", "status", [](Json& update) {
    Apply({"Failed", {}, "replicationcontrollers \"ghost\" not found", "NotFound", ""}, update);
  });
  CHECK(Update("ghost ghost-2 --image=app:v5") ==
        Ends(ExitCode::kOtherUpdate,
             "…To delete that update, which has changed nothing yet: kubectl delete…"));
  CHECK(Stored(kUpdates, "ghost")["spec"]["image"] == "app:v2");
  CHECK(writes.empty());
}

TEST_CASE_METHOD(Fixture, "--rollback changes the direction and the times, and nothing else") {
  Update("old new --image=app:v2 --max-surge=2 --no-wait");
  Says({"Progressing", {"Created new"}});
  writes.clear();
  CHECK(RunUntil({"RolledBack", {"back"}}, "old --rollback --progress-timeout=7s") ==
        Done("back\n"));
  CHECK(writes.size() == 1);
  const Json spec = Stored(kUpdates, "old")["spec"];
  CHECK(spec["rollback"] == true);
  CHECK(spec["timeout"] == "7s");
  CHECK(spec["image"] == "app:v2");
  CHECK(spec["newName"] == "new");
  CHECK(spec["maxSurge"] == 2);
}

TEST_CASE_METHOD(Fixture, "--rollback says what a scaling by somebody else means, if it is told") {
  Update("old new --image=app:v2 --on-external-scale=Adopt --no-wait");
  Says({"Progressing", {"Created new"}});
  const bool told = GENERATE(false, true);
  const std::string flag = told ? "--on-external-scale=Override" : "";
  CHECK(Update("old --rollback --no-wait " + flag).code == ExitCode::kDone);
  const Json spec = Stored(kUpdates, "old")["spec"];
  CHECK(spec["rollback"] == true);
  CHECK(spec["onExternalScale"] == (told ? "Override" : "Adopt"));
  Proves("RC-16");
}

TEST_CASE_METHOD(Fixture, "Ctrl-C ends the command, not the update") {
  interrupt_after = seconds(3);
  SaysAfter(seconds(1), {"Progressing", {"Created new"}});
  CHECK(Update("old new --image=app:v2") ==
        Ends(ExitCode::kInterrupted,
             "Windlass goes on with the update: kubectl windlass status rc/old -n default follows "
             "it, and kubectl windlass undo rc/old -n default takes it back\n",
             "Created new\n"));
  CHECK(HasUpdate());
  CHECK(writes.size() == 1);
}

TEST_CASE_METHOD(Fixture, "--timeout ends the command, not the update") {
  SaysAfter(seconds(1), {"Progressing", {"Created new"}});
  CHECK(Update("old new --image=app:v2 --timeout=7s") ==
        Ends(ExitCode::kTimeout, "error: timed out waiting for the condition: Windlass goes on…"));
  CHECK(HasUpdate());
  CHECK(Stored(kUpdates, "old")["spec"]["timeout"] == "300s");
}

TEST_CASE_METHOD(Fixture, "--no-wait writes the update, and ends") {
  CHECK(Update("old new --image=app:v2 --no-wait") ==
        Done("replicationcontrollerupdate.windlass.dev/old created\n"));
  CHECK(Update("old new --image=app:v2 --max-surge=2 --no-wait").out ==
        "replicationcontrollerupdate.windlass.dev/old configured\n");
}

// --- refused ---

const Report kRefused = {"Failed", {}, "refused", "Autoscaled", ""};

TEST_CASE_METHOD(Fixture, "What a refused command had created is removed again") {
  SaysAfter(seconds(1), kRefused);
  CHECK(Update("old new --image=app:v2") ==
        Ends(ExitCode::kFailed,
             "error: refused\nNothing was changed, and "
             "replicationcontrollerupdate.windlass.dev/old is removed again.\n"));
  CHECK_FALSE(HasUpdate());
  Proves("RC-20");
}

TEST_CASE_METHOD(Fixture, "An update that was there before the refused command stays") {
  REQUIRE(RunUntil({"Succeeded"}, "old new --image=app:v3").code == ExitCode::kDone);
  SaysAfter(seconds(1), kRefused);
  CHECK(Update("old new --image=app:v2") ==
        Ends(ExitCode::kFailed,
             "error: refused\nNothing was changed, and nothing happens until this command is "
             "repeated or the spec of replicationcontrollerupdate.windlass.dev/old changes.\n"));
  CHECK(HasUpdate());
  Proves("RC-20");
}

TEST_CASE_METHOD(Fixture, "What somebody else has edited since it was refused is not removed") {
  After(seconds(1), [this] {
    Says(kRefused);
    fate = [this](const HttpRequest& request) {
      if (request.method == HttpMethod::kDelete) {
        Edit(kUpdates, "old", "", [](Json& update) { update["spec"]["timeout"] = "9m"; });
      }
      return sim::Fate::kDelivered;
    };
  });
  CHECK(Update("old new --image=app:v2") ==
        Ends(ExitCode::kFailed,
             "error: refused\nNothing was changed. replicationcontrollerupdate.windlass.dev/old "
             "could not be removed: …"));
  CHECK(HasUpdate());
  Proves("RC-20");
}

// For the user who reads "error": nothing is left that could begin later.
TEST_CASE_METHOD(Fixture, "What Windlass would refuse is refused before anything is written") {
  struct Row {
    Words arguments;
    std::string message;
    std::function<void(Fixture&)> prepare = [](Fixture&) {};
  };
  const auto row = GENERATE(values<Row>({
      {"old new --image=app:v2",
       "Invalid controller spec for new; required: > 0 replicas, actual: 0. ReplicationController "
       "old has 0 replicas, so there are no Pods to replace. Scale it up, and begin this update "
       "again",
       [](Fixture& f) {
         f.Edit(kControllers, "old", "", [](Json& old) { old["spec"]["replicas"] = 0; });
       }},
      {"old new --image=app:v1",
       "--image-pull-policy (Always|Never|IfNotPresent) must be provided when --image is the same "
       "as existing container image"},
      {"old new --image=app:v2 --container=nosuch", "container nosuch not found in pod"},
      {"old new --rollback", "Could not find new to rollback."},
      {"old NEW --image=app:v2",
       "the API server refused to create replicationcontrollers default/NEW: no such name",
       [](Fixture& f) { f.RefusesCreation(); }},
  }));
  CAPTURE(row.arguments);
  row.prepare(*this);
  const bool over_ended = GENERATE(false, true);
  if (over_ended) {
    CreateUpdate("old", {{"newName", "new"}});
    Says({"Succeeded", {"an earlier one"}});
  }
  writes.clear();
  const Ran ran = Update(row.arguments);
  CHECK(ran == Ends(ExitCode::kFailed, "error: " + row.message + "…"));
  CHECK(ran.messages.ends_with("\nNothing was changed.\n"));
  CHECK(writes.empty());
  Proves("RC-20");
}

// A right that the user lacks, Windlass may have.
TEST_CASE_METHOD(Fixture, "What the user may not ask is left to Windlass") {
  fate = FateOf("dryRun=All", sim::Fate::kForbidden);
  CHECK(RunUntil({"Succeeded"}, "old new --image=app:v2").code == ExitCode::kDone);
}

TEST_CASE_METHOD(Fixture, "--rollback of an update that has changed nothing yet is refused") {
  Update("old new --image=app:v2 --no-wait");
  Edit(kUpdates, "old", "", [](Json& update) { update["spec"]["paused"] = true; });
  Says({"Paused", {}, "spec.paused is true", "", ""});
  const Json before = Stored(kUpdates, "old");
  CHECK(Update("old --rollback") ==
        Ends(ExitCode::kError,
             "error: replicationcontroller \"old\" has an update that has changed nothing yet, so "
             "there is nothing to roll back. To remove the update: kubectl delete "
             "replicationcontrollerupdates.windlass.dev old -n default\n"));
  CHECK(Stored(kUpdates, "old") == before);
  Proves("RC-15");
}

TEST_CASE_METHOD(Fixture, "A change of an update that had succeeded is taken back by deleting it") {
  RunUntil({"Succeeded", {"first"}, "", "", "Done"}, "old new --image=app:v2");
  REQUIRE(Update("old newer --image=app:v3 --no-wait").code == ExitCode::kDone);
  CHECK(Update("old --rollback") == Ends(ExitCode::kError, "…has changed nothing yet…"));
  CHECK(Stored(kUpdates, "old")["spec"]["rollback"] == false);
}

TEST_CASE_METHOD(Fixture, "A NEW that another update has is refused") {
  Create(kControllers, sim::SampleReplicationController("other", 2, "app:v1"));
  REQUIRE(Update("other new --image=app:v2 --no-wait").code == ExitCode::kDone);
  CHECK(Update("old new --image=app:v2") ==
        Ends(ExitCode::kOtherUpdate,
             "error: the update of replicationcontroller/other has the same new controller, new. "
             "That update has neither succeeded nor been rolled back, so nothing was changed. Give "
             "another name for NEW, or end that update first. To see where it stands: kubectl "
             "windlass status rc/other -n default\n"));
  CHECK_FALSE(HasUpdate());
}

TEST_CASE_METHOD(Fixture, "--local does not end before the update") {
  CHECK(Update("old new --image=app:v2 --local --no-wait").code == ExitCode::kUsage);
  CHECK(writes.empty());
}

// For the user who tries again: the sizes, and what to do, must not get lost.
TEST_CASE_METHOD(Fixture, "An update whose old controller was deleted says what to do, for ever") {
  const std::string advice = "old was deleted on the way. Scale new, and delete the update";
  const Report lost = {"Failed", {"Created new"}, advice, "OldControllerDeleted"};
  REQUIRE(RunUntil(lost, "old new --image=app:v2").messages == "error: " + advice + '\n');
  const Json before = Stored(kUpdates, "old");
  const std::string arguments =
      GENERATE("old new --image=app:v2", "old --rollback", "old new --image=app:v3");
  CHECK(Update(arguments) == Ends(ExitCode::kFailed, "error: " + advice + '\n'));
  CHECK(Stored(kUpdates, "old") == before);
}

// --- the same command again ---

TEST_CASE_METHOD(Fixture, "The same command again begins an update anew that has ended") {
  struct Row {
    Report end;
    Words arguments;
  };
  const Row row = GENERATE(values<Row>({
      {{"Succeeded", {"first"}}, "old new --image=app:v2 --image-pull-policy=Always"},
      {{"Failed", {"first"}, "timed out", "TimedOut"}, "old new --image=app:v2"},
      {{"RolledBack", {"first"}}, "old new --rollback"},
  }));
  CAPTURE(row.end.phase);
  if (row.end.phase == "RolledBack") BeginUpdateOfOld();
  RunUntil(row.end, row.arguments);
  Edit(kUpdates, "old", "", [](Json& update) { update["metadata"]["labels"]["team"] = "shop"; });
  const Json before = Stored(kUpdates, "old");
  writes.clear();

  SaysAfter(seconds(1), {"Progressing", {"second"}});
  SaysAfter(seconds(2), {row.end.phase == "RolledBack" ? "RolledBack" : "Succeeded", {"third"}});
  CHECK(Update(row.arguments) == Done("second\nthird\n", ""));

  const Json after = Stored(kUpdates, "old");
  CHECK(after["metadata"]["uid"] != before["metadata"]["uid"]);
  CHECK(after["metadata"]["labels"]["team"] == "shop");
  CHECK(after["spec"] == before["spec"]);
  // A patch that changes nothing, a dry run, DELETE, POST.
  REQUIRE(writes.size() == 4);
  CHECK(writes[1].target.find("dryRun=All") != std::string::npos);
  CHECK(Json::parse(writes[2].body)["preconditions"]["uid"] == before["metadata"]["uid"]);
}

TEST_CASE_METHOD(Fixture, "Another command for an update that has ended changes it") {
  RunUntil({"Succeeded", {"first"}}, "old new --image=app:v2");
  const std::string uid = Uid();
  CHECK(RunUntil({"Succeeded", {"second"}}, "old new --image=app:v3") == Done("second\n"));
  CHECK(Uid() == uid);
}

TEST_CASE_METHOD(Fixture, "The same command goes on with an update that is under way") {
  Update("old new --image=app:v2 --no-wait");
  Says({"Progressing", {"first"}});
  const std::string uid = Uid();
  const Ran ran = RunUntil({"Succeeded", {"second"}}, "old new --image=app:v2");
  CHECK(ran.out == "second\n");
  CHECK(Uid() == uid);
}

TEST_CASE_METHOD(Fixture, "An update that somebody else is faster to begin anew is followed") {
  RunUntil({"Succeeded", {"first"}}, "old new --image=app:v2");
  bool once = false;
  fate = [&](const HttpRequest& request) {
    // As Windlass does for the annotation rolling-update-to, between DELETE and POST.
    const bool of_update = request.target.find("replicationcontrollerupdates") != std::string::npos;
    const bool dry = request.target.find("dryRun=All") != std::string::npos;
    if (request.method == HttpMethod::kPost && of_update && !dry && !once) {
      once = true;
      CreateUpdate("old", {{"newName", "new"}});
    }
    return sim::Fate::kDelivered;
  };
  CHECK(RunUntil({"Succeeded", {"second"}}, "old new --image=app:v2") == Done("second\n"));
  CHECK(Stored(kUpdates, "old")["spec"]["image"] == "app:v2");
}

// --- what is refused before anything is written ---

TEST_CASE_METHOD(Fixture, "An old controller that does not exist is refused, and nothing written") {
  struct Row {
    Words arguments;
    std::string message;
  };
  const std::string missing =
      "replicationcontrollers \"odl\" not found in namespace default: kubectl get "
      "replicationcontrollers -n default lists those that exist; -n and --context choose another "
      "namespace or cluster\n";
  const Row row = GENERATE_COPY(values<Row>({
      {"odl new --image=app:v2", "error: " + missing},
      {"odl new --rollback", "error: " + missing},
      {"odl --image=app:v2",
       "error: couldn't find a replication controller with source id == default/odl: " + missing},
      {"odl new --image=app:v2 --local", "error: " + missing},
  }));
  CHECK(Update(row.arguments) == Ends(ExitCode::kError, row.message));
  CHECK(writes.empty());
}

TEST_CASE_METHOD(Fixture, "An update whose old controller is deleted already is finished") {
  Json created = sim::SampleReplicationController("new", 2, "app:v2");
  created["metadata"]["annotations"] = {{"kubectl.kubernetes.io/update-source-id", "odl:1234"},
                                        {"kubectl.kubernetes.io/desired-replicas", "2"}};
  Create(kControllers, created);
  const Ran ran = Update("odl new --image=app:v2 --no-wait");
  CHECK(ran.code == ExitCode::kDone);
}

TEST_CASE_METHOD(Fixture, "A user who may not read ReplicationControllers may write an update") {
  fate = FateOf("/replicationcontrollers/", sim::Fate::kForbidden);
  CHECK(Update("old new --image=app:v2 --no-wait").code == ExitCode::kDone);
}

// For the user who reads "error": nothing happens later.
TEST_CASE_METHOD(Fixture, "A user who may not follow the update writes none, but with --no-wait") {
  fate = FateOf("fieldSelector", sim::Fate::kForbidden);
  CHECK(Update("old new --image=app:v2") == Ends(ExitCode::kError, "…, or give --no-wait\n"));
  CHECK_FALSE(HasUpdate());
  CHECK(Update("old new --image=app:v2 --no-wait").code == ExitCode::kDone);
}

// For the colleague who has declared an update before its new controller.
TEST_CASE_METHOD(Fixture, "What is declared, and waits for its new one, is another update") {
  CreateUpdate("old", {{"newName", "new"}});
  Says({"Failed", {}, "there is no ReplicationController \"new\"", "NotFound", ""});
  const Ran ran = Update("old other --image=app:v2");
  CHECK(ran.code == ExitCode::kOtherUpdate);
  CHECK(Stored(kUpdates, "old")["spec"]["newName"] == "new");
}

TEST_CASE_METHOD(Fixture, "A user who may not follow takes no failed update back either") {
  Update("old new --image=app:v2 --no-wait");
  Says({"Failed", {"Created new"}, "timed out", "TimedOut"});
  const Json before = Stored(kUpdates, "old");
  fate = FateOf("fieldSelector", sim::Fate::kForbidden);
  CHECK(Update("old new --image=app:v3").code == ExitCode::kError);
  CHECK(Stored(kUpdates, "old") == before);
}

TEST_CASE_METHOD(Fixture, "--dry-run=server asks also whether an ended update may be deleted") {
  Update("old new --image=app:v2 --no-wait");
  Says({"Failed", {"Created new"}, "timed out", "TimedOut"});
  const Json before = Stored(kUpdates, "old");
  const bool may = GENERATE(true, false);
  std::string asked;
  answering.answer = [&](const HttpRequest& request) -> std::optional<Result<HttpResponse>> {
    if (request.method == HttpMethod::kPatch) {
      return HttpResponse{200, "application/json", before.dump(), {}};
    }
    if (request.method != HttpMethod::kDelete) return std::nullopt;
    asked = request.body;
    HttpResponse answer = Refusal(403, "Forbidden", "no");
    if (may) answer.status = 200;
    return answer;
  };
  const Ran ran = Update("old new --image=app:v2 --dry-run=server");
  CHECK(ran.code == (may ? ExitCode::kDone : ExitCode::kError));
  // The API server reads no query beside a body.
  CHECK(Json::parse(asked)["dryRun"] == Json({"All"}));
  CHECK(Stored(kUpdates, "old") == before);
}

// --- no Windlass ---

TEST_CASE_METHOD(Fixture, "An update that nobody looks at: one warning, and the command waits") {
  SaysAfter(seconds(30), {"Progressing", {"Created new"}});
  SaysAfter(seconds(50), {"Succeeded", {"the end"}});
  CHECK(Update("old new --image=app:v2") == Done("Created new\nthe end\n", kUnseen));
}

TEST_CASE_METHOD(Fixture, "An update that is looked at in time is not warned about") {
  SaysAfter(seconds(9), {"Progressing", {"Created new"}});
  SaysAfter(seconds(30), {"Succeeded", {"the end"}});
  CHECK(Update("old new --image=app:v2").messages.empty());
}

}  // namespace
}  // namespace windlass::cli::rolling_update_server_test
