// An update or a rollback that has stopped: whatever a command says leads on when it is followed.
#include "test/proves.h"
#include "test/unit/kubectl/played_update.h"

namespace windlass::cli::way_on_test {
namespace {

constexpr const ResourceId& kUpdates = resources::kReplicationControllerUpdates;
constexpr const ResourceId& kControllers = resources::kReplicationControllers;
constexpr const char* kBack = "kubectl windlass rolling-update old --rollback -n default";

struct Fixture : PlayedUpdate {
  void TurnRound() {
    Edit(kUpdates, "old", "", [](Json& update) { update["spec"]["rollback"] = true; });
  }
  // The update is at its end: "new" is deleted, and "old" is about to become what it was.
  void LeaveRename(const UpdateReport& report) {
    const std::string journal =
        R"({"name":"new","uid":"00000000-0000-4000-8000-00000000000a","replicas":2,)"
        R"("minReadySeconds":0,"selector":{"app":"new"},"labels":{},)"
        R"("template":{"spec":{"containers":[{"name":"app","image":"app:v2"}]}}})";
    Edit(kControllers, "old", "", [&](Json& old) {
      old["metadata"]["annotations"]["windlass.dev/rename-journal"] = journal;
      old["spec"]["replicas"] = 0;
    });
    if (!HasUpdate()) return;
    Edit(kUpdates, "old", "status", [&](Json& update) {
      Apply(report, update);
      update["status"]["newName"] = "new";
      update["status"]["journal"] = journal;
    });
  }
  void WebhookFails() {
    answering.answer = AnswerTo("/replicationcontrollers",
                                Refusal(500, "InternalError",
                                        "Internal error occurred: failed calling webhook "
                                        "\"rules.example\": connection refused"),
                                HttpMethod::kPost);
  }
};

TEST_CASE_METHOD(Fixture, "undo of a rollback that has stopped names the way on") {
  Update("old new --image=app:v2 --no-wait");
  BeginUpdateOfOld();
  TurnRound();
  const std::string command = GENERATE("undo", "abort");
  Says({"Failed", {}, "no progress", "TimedOut"});
  CHECK(Run(command + " rc/old") ==
        Ends(ExitCode::kFailed,
             "error: replicationcontroller \"old\" is being rolled back, and the rollback has "
             "stopped: the rollback of the rolling update of replicationcontroller \"old\" has "
             "failed (TimedOut): no progress. " +
                 std::string(kBack) + " begins the rollback anew\n"));
  Says({"Paused", {}, "old was scaled by somebody else"});
  CHECK(Run(command + " rc/old") ==
        Ends(ExitCode::kHeld, "…is paused: old was scaled by somebody else\n"));
  // What it names works.
  Says({"Failed", {}, "no progress", "TimedOut"});
  SaysAfter(seconds(1), {"RolledBack"});
  CHECK(Update("old --rollback").code == ExitCode::kDone);
}

TEST_CASE_METHOD(Fixture,
                 "Who follows an update that another turns round is told how that goes on") {
  const std::string reason = GENERATE("NotFound", "TimedOut");
  After(milliseconds(500), [this] { TurnRound(); });
  const Ran ran = RunUntil({"Failed", {}, "no such thing", reason}, "old new --image=app:v2");
  CHECK(ran.code == ExitCode::kFailed);
  const std::string after =
      reason == "TimedOut"
          ? "The rollback stops here. Run " + std::string(kBack) + " to continue it.\n"
          : "Windlass continues the rollback as soon as the cause is corrected. Run " +
                std::string(kBack) + " to begin it anew.\n";
  CHECK(ran.messages == "error: no such thing\n" + after);
}

TEST_CASE_METHOD(Fixture, "An update that has succeeded is not taken back while OLD still goes") {
  Update("old new --image=app:v2 --no-wait");
  BeginUpdateOfOld();
  Says({"Succeeded", {}, "", "", "Done"});
  Edit(kControllers, "old", "", [](Json& old) {
    old["metadata"]["finalizers"] = {"backup.example/hold"};
    old["spec"]["replicas"] = 0;
  });
  Remove(kControllers, "old");
  writes.clear();
  for (const char* command : {"old --rollback", "old new --rollback"}) {
    CHECK(Update(command) == Ends(ExitCode::kFailed, "…there is nothing to roll back…"));
  }
  CHECK(writes.empty());
}

// It was gone for a moment, which has ended the update.
TEST_CASE_METHOD(Fixture, "An update whose old controller was restored is taken back") {
  Update("old new --image=app:v2 --no-wait");
  BeginUpdateOfOld();
  Says({"Failed", {}, "old was deleted on the way", "OldControllerDeleted"});
  SECTION("by undo") {
    SaysAfter(seconds(1), {"Progressing"});
    CHECK(Run("undo rc/old").code == ExitCode::kDone);
  }
  SECTION("by --rollback") {
    SaysAfter(seconds(1), {"RolledBack"});
    CHECK(Update("old --rollback").code == ExitCode::kDone);
  }
  SECTION("but not in a rename, whose Pods have no owner") {
    LeaveRename({"Failed", {}, "create one that selects them", "OldControllerDeleted", "CleanUp"});
    Edit(kControllers, "old", "", [](Json& old) {
      old["metadata"]["annotations"].erase("windlass.dev/rename-journal");
      old["metadata"]["annotations"]["kubectl.kubernetes.io/next-controller-id"] = "new";
    });
    Remove(kControllers, "new");
    const Json before = Stored(kUpdates, "old");
    CHECK(Run("undo rc/old").code == ExitCode::kFailed);
    CHECK(Update("old new --image=app:v2").messages == "error: create one that selects them\n");
    CHECK(Stored(kUpdates, "old") == before);
    return;
  }
  SECTION("but not one that was made anew") {
    Edit(kControllers, "old", "", [](Json& old) { old["metadata"].erase("annotations"); });
    CHECK(Run("undo rc/old").code == ExitCode::kFailed);
    return;
  }
  CHECK(Stored(kUpdates, "old")["spec"]["rollback"] == true);
}

TEST_CASE_METHOD(Fixture, "Past the point of return no command advises a rollback") {
  const UpdateReport report = {"Failed", {}, "a policy denies it", "WriteRefused", "CleanUp"};
  const Words command = "old --image=app:v2";
  SECTION("of an update that fails there") {
    After(seconds(1), [&, this] { LeaveRename(report); });
    const Ran ran = Update(command);
    CHECK(ran.messages.ends_with("Run the same command again to begin it anew.\n"));
  }
  SECTION("of an update that the command does not wait for") {
    After(seconds(1), [&, this] { LeaveRename({"CleaningUp", {}, "", "", "CleanUp"}); });
    CHECK(Update("old --image=app:v2 --timeout=5s") ==
          Ends(ExitCode::kTimeout, "…kubectl windlass status rc/old -n default follows it\n"));
  }
  SECTION("of an update that another image is asked for beside") {
    Update("old --image=app:v2 --no-wait");
    LeaveRename(report);
    const Json before = Stored(kUpdates, "old");
    const std::string dry = GENERATE("none", "client");
    const Ran ran = Update("old --image=app:v3 --dry-run=" + dry);
    CHECK(ran.code == ExitCode::kOtherUpdate);
    CHECK(ran.messages.find("--rollback") == std::string::npos);
    CHECK(Stored(kUpdates, "old") == before);
  }
  SECTION("of an update that somebody deletes") {
    After(seconds(1), [&, this] { LeaveRename({"CleaningUp", {}, "", "", "CleanUp"}); });
    After(seconds(2), [this] { Remove(kUpdates, "old"); });
    const Ran ran = Update(command);
    CHECK(ran.messages.ends_with("Run the same command again to continue it\n"));
  }
  SECTION("of one that is to be turned round") {
    Update("old --image=app:v2 --no-wait");
    LeaveRename(report);
    const std::string verb = GENERATE("undo", "abort", "pause");
    CHECK(Run(verb + " rc/old") == Ends(ExitCode::kFailed,
                                        "…The update goes on when this is corrected: a policy "
                                        "denies it. To go back afterwards, update to the old "
                                        "image\n"));
  }
}

TEST_CASE_METHOD(Fixture, "A dry run says that a rename which was cut off is finished first") {
  LeaveRename({});
  const std::string where = GENERATE("--local", "--no-wait");
  CHECK(Update("old other --image=app:v3 --dry-run=client " + where) ==
        Done("Rolling from:\nold\nTo:\nother\n",
             "The rename of new to old, which was cut off, would be finished first.\n"));
  CHECK(Update("old --image=app:v2 --dry-run=client " + where) == Done(""));
}

TEST_CASE_METHOD(Fixture, "An update that has changed nothing yet is not said to be taken back") {
  SaysAfter(seconds(1), {"Preparing", {}, "ReplicationController new is being created", "", ""});
  CHECK(Update("old new --image=app:v2 --timeout=7s") ==
        Ends(ExitCode::kTimeout,
             "…and kubectl delete replicationcontrollerupdates.windlass.dev old -n default removes "
             "it\n"));
}

TEST_CASE_METHOD(Fixture, "--local that could not begin says that nothing was changed") {
  WebhookFails();
  CHECK(Update("old new --image=app:v2 --local --timeout=6s") ==
        Ends(ExitCode::kTimeout, "…error: timed out: nothing was changed\n"));
}

TEST_CASE_METHOD(Fixture, "A rollback of what is not known leaves the update as it was") {
  Update("old new --image=app:v2 --no-wait");
  BeginUpdateOfOld();
  // One that stood still would begin anew, forward.
  const bool failed = GENERATE(false, true);
  Says(failed ? UpdateReport{"Failed", {}, "new is gone", "NotFound"}
              : UpdateReport{"Progressing"});
  SaysAfter(seconds(1), {"Failed", {}, "no such size", "NothingToRollBack"});
  CHECK(Run("undo rc/old") ==
        Ends(ExitCode::kFailed,
             "…no such size. This command has set spec.rollback to false again. " +
                 std::string(failed ? "The update, which had failed, is paused, so that it does "
                                      "not begin again\n"
                                    : "The update goes on\n")));
  CHECK(Stored(kUpdates, "old")["spec"]["rollback"] == false);
  CHECK(Stored(kUpdates, "old")["spec"]["paused"] == failed);
}

TEST_CASE_METHOD(Fixture, "A request that nobody answers does not begin what had failed") {
  Update("old new --image=app:v2 --no-wait");
  BeginUpdateOfOld();
  Says({"Failed", {}, "new is gone", "NotFound"});
  const Ran ran = Run("undo rc/old");
  CHECK(ran.code == ExitCode::kTimeout);
  CHECK(Stored(kUpdates, "old")["spec"]["rollback"] == false);
  CHECK(Stored(kUpdates, "old")["spec"]["paused"] == true);
}

TEST_CASE_METHOD(Fixture, "status says what an update that prepares waits for") {
  Update("old new --image=app:v2 --no-wait");
  Says({"Preparing", {}, "a webhook cannot be called", "", ""});
  const Ran ran = Run("status rc/old --watch=false");
  CHECK(ran.out ==
        "Waiting for the rolling update of replicationcontroller \"old\" to finish: a webhook "
        "cannot be called...\n");
}

TEST_CASE_METHOD(Fixture, "Where Windlass is not installed, the way back has --local") {
  BeginUpdateOfOld();
  answering.answer = AnswerTo("windlass.dev", NotServed());
  const std::string verb = GENERATE("status", "undo", "pause");
  CHECK(Run(verb + " rc/old")
            .messages.ends_with("To take it back: kubectl windlass rolling-update old new "
                                "--rollback -n default --local\n"));
}

// For the script that names ten, of which its user may not read one kind.
TEST_CASE_METHOD(Fixture, "A name of a kind that the user may not read does not stop the others") {
  Create(resources::kDeployments, sim::SampleDeployment("web"));
  fate = FateOf("/rollouts/", sim::Fate::kForbidden);
  CHECK(Run("pause shop web") == Ends(ExitCode::kError, "…", "deployment.apps/web paused\n"));
}

}  // namespace
}  // namespace windlass::cli::way_on_test
