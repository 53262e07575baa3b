// status, history, undo, abort, pause and resume of a ReplicationController: they steer its rolling
// update. Windlass is played by hand: it writes the statuses.
#include "test/proves.h"
#include "test/unit/kubectl/kubectl_run.h"

namespace windlass::cli::controller_commands_test {
namespace {

constexpr const ResourceId& kUpdates = resources::kReplicationControllerUpdates;
constexpr const ResourceId& kControllers = resources::kReplicationControllers;

struct Fixture : KubectlRun {
  Fixture() {
    Json old = sim::SampleReplicationController("old", 4, "app:v1");
    Create(kControllers, old);
    Edit(kControllers, "old", "status", [](Json& object) { SetCounters(object, 4, 4, 4); });
  }
  // An update from old to new: 2 of 4 Pods are new, and 1 of these is available.
  void BeginUpdate(const std::string& phase = "Progressing",
                   const std::function<void(Json& update)>& change = {}) {
    Json created = sim::SampleReplicationController("new", 2, "app:v2");
    created["metadata"]["annotations"] = {
        {"kubectl.kubernetes.io/update-source-id",
         "old:" + Stored(kControllers, "old")["metadata"]["uid"].get<std::string>()}};
    Create(kControllers, created);
    CreateUpdate("old", {{"newName", "new"}, {"image", "app:v2"}});
    if (change) Edit(kUpdates, "old", "", change);
    Says(phase);
  }
  void Says(const std::string& phase, const std::string& message = "",
            const std::string& reason = "") {
    Edit(kUpdates, "old", "status", [&](Json& update) {
      Json& status = update["status"];
      status["observedGeneration"] = update["metadata"]["generation"];
      status["phase"] = phase;
      status["message"] = message;
      status["step"] = "Scale";
      status["newName"] = "new";
      status["desiredReplicas"] = 4;
      status["oldReplicas"] = 3;
      status["newReplicas"] = 2;
      status["availableReplicas"] = 1;
      status["lines"] = {"Created new", "Scaling new up to 2"};
      status["lineCount"] = 2;
      status["conditions"] = Json::array();
      if (reason.empty()) return;
      const char* type = phase == "Failed" ? "Stalled" : "Reconciling";
      status["conditions"].push_back({{"type", type}, {"status", "True"}, {"reason", reason}});
    });
  }
  void Succeeds() {
    Says("Succeeded");
    Edit(kControllers, "new", "", [](Json& created) { created["metadata"].erase("annotations"); });
  }
  Json Spec() { return Stored(kUpdates, "old")["spec"]; }
};

TEST_CASE_METHOD(Fixture, "status without an update is about the Pods") {
  CHECK(Run("status rc/old") == Done("replicationcontroller \"old\" has no rolling update under "
                                     "way: 4 of 4 Pods are available\n"));
  Edit(kControllers, "old", "status", [](Json& object) { SetCounters(object, 4, 4, 1); });
  CHECK(Run("status rc/old --watch=false") ==
        Ends(ExitCode::kTimeout, "…",
             "Waiting for replicationcontroller \"old\": 1 of 4 Pods are available...\n"));
  CHECK(Run("status rc/old --timeout=5s") ==
        Ends(ExitCode::kTimeout,
             "error: timed out waiting for the condition: 1 of 4 Pods of rc/old are available; "
             "kubectl windlass get rc/old -n default shows why not all\n"));
  Edit(kControllers, "old", "", [](Json& object) { object["spec"]["replicas"] = 1; });
  CHECK(Run("status rc/old --timeout=5s") ==
        Ends(ExitCode::kTimeout,
             "error: timed out waiting for the condition: the last change of rc/old is not "
             "observed yet\n"));
}

// For the script that deploys only if all is well: half an update is not.
TEST_CASE_METHOD(Fixture, "status of a controller in the middle of an update that stopped is red") {
  BeginUpdate();
  REQUIRE(server.Delete("setup", {kUpdates, "default", "old"}).ok());
  Edit(kControllers, "old", "", [](Json& old) {
    old["metadata"]["annotations"]["kubectl.kubernetes.io/original-replicas"] = "4";
    old["spec"]["replicas"] = 3;
  });
  const std::string unfinished =
      "is in the middle of a rolling update from old to new. No ReplicationControllerUpdate asks "
      "Windlass to continue that update. To go on with the update, repeat the command that began "
      "it. To take it back: kubectl windlass rolling-update old new --rollback -n default\n";
  for (const std::string name : {"old", "new"}) {
    const Ran ran = Run("status rc/" + name);
    CHECK(ran ==
          Ends(ExitCode::kHeld, "error: replicationcontroller \"" + name + "\" " + unfinished));
    const std::string available = name == "old" ? "4" : "0";
    const std::string row =
        name + "    Paused   -         " + available + "           0s    unfinished update\n";
    CHECK(Run("get rc").out.find(row) != std::string::npos);
    // Nobody steers it.
    CHECK(Run("undo rc/" + name).messages == ran.messages);
  }
  // Once the new one is gone, and after an update that ended long ago, whose note kubectl keeps.
  Remove(kControllers, "new");
  Edit(kControllers, "old", "status", [](Json& old) { SetCounters(old, 3, 3, 3); });
  CHECK(Run("status rc/old").code == ExitCode::kDone);
  CHECK(Run("get rc").out.find("old    Healthy") != std::string::npos);
}

// The command reads the controllers before the update. If the update ends in between, it has seen
// annotations of an update that is over.
TEST_CASE_METHOD(Fixture, "An update that ends while a command reads is not called unfinished") {
  BeginUpdate();
  Edit(kControllers, "old", "", [](Json& old) {
    old["metadata"]["annotations"] = {{"kubectl.kubernetes.io/next-controller-id", "new"},
                                      {"kubectl.kubernetes.io/original-replicas", "4"}};
  });
  Edit(kControllers, "new", "status", [](Json& created) { SetCounters(created, 2, 2, 2); });
  const std::string phase = GENERATE("Succeeded", "RolledBack");
  bool ended = false;
  answering.answer = [&](const HttpRequest& request) -> std::optional<Result<HttpResponse>> {
    if (ended || request.target.find("/replicationcontrollerupdates") == std::string::npos) {
      return std::nullopt;
    }
    ended = true;
    for (const char* name : {"old", "new"}) {
      Edit(kControllers, name, "", [](Json& object) { object["metadata"].erase("annotations"); });
    }
    Says(phase);
    return std::nullopt;
  };
  CAPTURE(phase);
  SECTION("the table") {
    const std::string table = Run("get rc").out;
    CAPTURE(table);
    CHECK(ended);
    CHECK(table.find("unfinished") == std::string::npos);
    CHECK(table.find("old    Healthy") != std::string::npos);
  }
  SECTION("one controller") {
    const std::string name = GENERATE("old", "new");
    CAPTURE(name);
    CHECK(Run("status rc/" + name).code == ExitCode::kDone);
    CHECK(ended);
  }
}

TEST_CASE_METHOD(Fixture, "An update that has ended does not hide one between other controllers") {
  BeginUpdate();
  Succeeds();
  // A program with --local has begun another one, and was stopped.
  Json created = sim::SampleReplicationController("next", 1, "app:v3");
  created["metadata"]["annotations"] = {
      {"kubectl.kubernetes.io/update-source-id",
       "old:" + Stored(kControllers, "old")["metadata"]["uid"].get<std::string>()}};
  Create(kControllers, created);
  Edit(kControllers, "old", "", [](Json& old) {
    old["metadata"]["annotations"] = {{"kubectl.kubernetes.io/next-controller-id", "next"},
                                      {"kubectl.kubernetes.io/original-replicas", "4"}};
  });
  const std::string table = Run("get rc").out;
  CAPTURE(table);
  for (const char* row : {"old    Paused", "next   Paused", "new    Progressing"}) {
    CHECK(table.find(row) != std::string::npos);
  }
}

// A program with --local has begun an update, back to the former controller or once more to the
// new one, and was stopped.
TEST_CASE_METHOD(Fixture, "An update that has ended does not hide a later one of its controllers") {
  const std::string phase = GENERATE("Succeeded", "RolledBack");
  const std::string from = GENERATE("new", "old");
  const std::string to = from == "new" ? "old" : "new";
  // Windlass removes its annotations before it writes the end of the update. So annotations that
  // are not newer than the end are from before it.
  const auto [written, later] =
      GENERATE(table<std::string, bool>({{"2026-01-15T07:59:00Z", false},
                                         {"2026-01-15T08:00:00Z", false},
                                         {"2026-01-15T09:00:00Z", true}}));
  // The clock of Windlass is right, an hour behind or two hours ahead. If it is wrong, only the API
  // server's time of the write of the status counts.
  const std::string end = "2026-01-15T08:00:00Z";
  const std::string told =
      GENERATE("2026-01-15T08:00:00Z", "2026-01-15T07:00:00Z", "2026-01-15T10:00:00Z");
  CAPTURE(phase, from, written, told);
  BeginUpdate();
  Says(phase);
  SetCondition(kUpdates, "old", {"Ready", "True", phase, "", {{"lastTransitionTime", told}}});
  if (told != end) {
    Edit(kUpdates, "old", "", [&](Json& object) {
      object["metadata"]["managedFields"] = Json::array({{{"manager", "windlass"},
                                                          {"operation", "Update"},
                                                          {"subresource", "status"},
                                                          {"time", end}}});
    });
  }
  const auto annotate = [&](const std::string& name, const Json& annotations) {
    Edit(kControllers, name, "", [&](Json& object) {
      object["metadata"]["annotations"] = annotations;
      object["metadata"]["managedFields"] = Json::array(
          {{{"manager", "windlass-plugin"}, {"operation", "Update"}, {"time", written}}});
    });
  };
  const std::string uid = Stored(kControllers, from)["metadata"]["uid"];
  annotate(from, {{"kubectl.kubernetes.io/next-controller-id", to},
                  {"kubectl.kubernetes.io/original-replicas", "4"}});
  annotate(to, {{"kubectl.kubernetes.io/update-source-id", from + ":" + uid}});
  const std::string table = Run("get rc").out;
  CAPTURE(table);
  for (const char* row : {"old    Paused", "new    Paused"}) {
    CHECK((table.find(row) != std::string::npos) == later);
  }
  Proves("RC-18");
}

TEST_CASE_METHOD(Fixture, "status follows the update of either controller to its end") {
  BeginUpdate();
  const std::string name = GENERATE("rc/old", "rc/new", "replicationcontrollerupdate/old");
  After(seconds(1), [this] { Says("Succeeded"); });
  CHECK(Run("status " + name) ==
        Done("Waiting for the rolling update of replicationcontroller \"old\" to finish: 2 of 4 "
             "Pods are those of new, 1 is available...\n"
             "the rolling update of replicationcontroller \"old\" has succeeded\n"));
}

TEST_CASE_METHOD(Fixture, "status of an update with all new Pods says what is left of it") {
  struct Row {
    std::string phase;
    int old_replicas;
    std::string left;
  };
  const Row row = GENERATE(values<Row>({
      {"Progressing", 2,
       "; the next Pods of the other controller are removed when spec.updatePeriod has passed"},
      {"Progressing", 0, ""},  // the status lags behind
      {"CleaningUp", 0, "; only the clean-up is left"},
  }));
  CAPTURE(row.phase, row.old_replicas);
  BeginUpdate(row.phase);
  Edit(kUpdates, "old", "status", [&](Json& update) {
    update["status"]["oldReplicas"] = row.old_replicas;
    update["status"]["newReplicas"] = 4;
    update["status"]["availableReplicas"] = 4;
  });
  CHECK(Run("status rc/old --watch=false").out ==
        "Waiting for the rolling update of replicationcontroller \"old\" to finish: 4 of 4 Pods "
        "are those of new, 4 are available" +
            row.left + "...\n");
}

// For the user whose policy drops what Windlass writes: the message names the remedy.
TEST_CASE_METHOD(Fixture, "status of an update whose write is not kept says so (RC-25)") {
  BeginUpdate(GENERATE("Progressing", "CleaningUp"));
  Edit(kUpdates, "old", "status",
       [](Json& update) { update["status"]["message"] = "the API server keeps old at 4 Pods"; });
  const std::string told = "2026-01-01T00:00:00Z";
  SetCondition(kUpdates, "old",
               {"Reconciling", "True", "WriteRefused", "", {{"lastTransitionTime", told}}});
  CHECK(Run("status rc/old --watch=false").out ==
        "Waiting for the rolling update of replicationcontroller \"old\" to finish: the API server "
        "keeps old at 4 Pods...\n");
}

TEST_CASE_METHOD(Fixture, "The update of a controller that another update has made is found") {
  BeginUpdate();
  // It was made from "first", whose update has ended.
  Edit(kControllers, "old", "", [](Json& object) {
    object["metadata"]["annotations"]["kubectl.kubernetes.io/update-source-id"] = "first:uid";
  });
  const Ran ran = Run("pause rc/old");
  CHECK(ran.out == "replicationcontrollerupdate.windlass.dev/old paused\n");
}

TEST_CASE_METHOD(Fixture, "The exit code of status says how the update stands") {
  struct Row {
    std::string phase, message, reason;
    ExitCode code;
    std::string messages;
  };
  const std::string subject = "error: the rolling update of replicationcontroller \"old\" ";
  const Row row = GENERATE_COPY(values<Row>({
      {"Failed", "no image", "TimedOut", ExitCode::kFailed,
       subject + "has failed (TimedOut): no image\n"},
      {"Paused", "old was scaled by somebody else", "ExternalScale", ExitCode::kHeld,
       subject + "is paused: old was scaled by somebody else\n"},
      {"RolledBack", "", "", ExitCode::kAborted,
       subject + "was rolled back: old has its Pods again, meanwhile\n"},
      // Turned round while the command waits: it is still a failure, with its cause.
      {"Failed", "Could not find new to rollback.", "NotFound", ExitCode::kFailed,
       "error: the rollback of the rolling update of replicationcontroller \"old\" has failed "
       "(NotFound): Could not find new to rollback.\n"},
      {"Succeeded", "", "", ExitCode::kFailed,
       "error: the update of replicationcontroller/old was not rolled back, but has succeeded: "
       "spec.rollback was set to true at the end of the update, which was too late. To go back, "
       "update to the old image\n"},
  }));
  BeginUpdate();
  After(seconds(1), [this, row] {
    if (row.phase == "RolledBack" || row.phase == "Succeeded" || row.reason == "NotFound") {
      Edit(kUpdates, "old", "", [](Json& update) { update["spec"]["rollback"] = true; });
    }
    Says(row.phase, row.message, row.reason);
  });
  CHECK(Run("status rc/old") == Ends(row.code, row.messages));
}

TEST_CASE_METHOD(Fixture, "pause and resume set spec.paused of the update") {
  BeginUpdate();
  CHECK(Run("pause rc/old").out == "replicationcontrollerupdate.windlass.dev/old paused\n");
  CHECK(Spec()["paused"] == true);
  CHECK(Run("pause rc/new").messages == "error: replicationcontroller \"new\" is already paused\n");
  CHECK(Run("resume rc/new").out == "replicationcontrollerupdate.windlass.dev/old resumed\n");
  CHECK(Spec()["paused"] == false);
}

TEST_CASE_METHOD(Fixture, "resume of an update that another scaling holds says what holds it") {
  BeginUpdate("Paused");
  Says("Paused", "old was scaled by somebody else", "ExternalScale");
  CHECK(Run("resume rc/old") ==
        Ends(ExitCode::kHeld,
             "error: replicationcontroller \"old\" cannot be resumed, because it is not paused by "
             "spec.paused: the rolling update of replicationcontroller \"old\" is paused: old was "
             "scaled by somebody else\n"));
  CHECK(writes.empty());
}

// The user wants the damage undone, and must not have to know that a pause is in the way.
TEST_CASE_METHOD(Fixture, "abort turns the update round, also one that is paused") {
  BeginUpdate("Paused", [](Json& update) { update["spec"]["paused"] = true; });
  CHECK(Run("abort rc/old") == Done("replicationcontrollerupdate.windlass.dev/old aborted\n"));
  CHECK(Spec()["rollback"] == true);
  CHECK(Spec()["paused"] == false);
  CHECK(Run("abort rc/old").messages ==
        "error: replicationcontroller \"old\" is being rolled back already: kubectl windlass "
        "status rc/old -n default waits for the end\n");
}

// Any change of the spec of an update that has ended would begin another one.
TEST_CASE_METHOD(Fixture, "Nothing is written into an update that ends meanwhile") {
  BeginUpdate();
  bool ended = false;
  fate = [&](const HttpRequest& request) {
    if (request.method == HttpMethod::kPatch && !std::exchange(ended, true)) Succeeds();
    return sim::Fate::kDelivered;
  };
  const std::string command = GENERATE("pause", "abort", "undo");
  CHECK(Run(command + " rc/old") == Ends(ExitCode::kError, "…has no rolling update under way…"));
  CHECK_FALSE(Spec().value("paused", false));
  CHECK_FALSE(Spec().value("rollback", false));
}

TEST_CASE_METHOD(Fixture, "An update that has timed out is not paused, but can be taken back") {
  BeginUpdate();
  Says("Failed", "timed out", "TimedOut");
  CHECK(Run("pause rc/old").code == ExitCode::kError);
  CHECK(writes.empty());
  CHECK(Run("abort rc/old").code == ExitCode::kDone);
  CHECK(Spec()["rollback"] == true);
}

TEST_CASE_METHOD(Fixture, "An update whose old controller was deleted is steered no more") {
  BeginUpdate();
  const std::string advice = "old was deleted on the way. Scale new, and delete the update";
  Says("Failed", advice, "OldControllerDeleted");
  const Json before = Stored(kUpdates, "old");
  const std::string command = GENERATE("pause", "resume", "abort", "undo");
  CHECK(Run(command + " rc/new") == Ends(ExitCode::kFailed, "…" + advice + "\n"));
  CHECK(Stored(kUpdates, "old") == before);
}

// While the old one is there, an abort gives it its size back.
TEST_CASE_METHOD(Fixture, "An update both of whose controllers are deleted is steered no more") {
  BeginUpdate();
  const std::string advice = "old and new do not exist. Delete the update";
  Says("Failed", advice, "NotFound");
  Remove(kControllers, "new");
  const bool has_old = GENERATE(true, false);
  if (!has_old) Remove(kControllers, "old");
  const Json before = Stored(kUpdates, "old");
  const Ran ran = Run("abort rc/old");
  if (has_old) {
    CHECK(ran.code == ExitCode::kDone);
    CHECK(Spec()["rollback"] == true);
  } else {
    CHECK(ran == Ends(ExitCode::kFailed, "…" + advice + "\n"));
    CHECK(Stored(kUpdates, "old") == before);
  }
  Proves("RC-15");
}

TEST_CASE_METHOD(Fixture, "The two controllers of one update are steered once") {
  BeginUpdate();
  CHECK(Run("pause rc/old rc/new") ==
        Done("replicationcontrollerupdate.windlass.dev/old paused\n"));
  CHECK(writes.size() == 1);
}

TEST_CASE_METHOD(Fixture, "When the old one is gone, status and get say how its update ended") {
  BeginUpdate("Succeeded");
  Remove(kControllers, "old");
  CHECK(Run("status rc/old") ==
        Done("the rolling update of replicationcontroller \"old\" has succeeded\n"));
  CHECK(Run("get rc/old") == Ends(ExitCode::kError, "…kubectl windlass get rc -n default lists…"));
}

TEST_CASE_METHOD(Fixture, "undo waits for the answer of Windlass") {
  BeginUpdate();
  SECTION("which rolls back") {
    After(seconds(1), [this] { Says("Progressing"); });
    CHECK(Run("undo rc/old") ==
          Done("replicationcontrollerupdate.windlass.dev/old rollback requested\n"));
  }
  SECTION("which cannot") {
    After(seconds(1), [this] { Says("Failed", "Could not find new to rollback.", "NotFound"); });
    CHECK(Run("undo rc/old") ==
          Ends(ExitCode::kFailed, "…(NotFound): Could not find new to rollback.\n"));
  }
  SECTION("which does not come") {
    CHECK(Run("undo rc/old") ==
          Ends(ExitCode::kTimeout, "…is not rolled back: this command has withdrawn its request…"));
    CHECK(Spec()["rollback"] == false);
    return;
  }
  CHECK(Spec()["rollback"] == true);
}

// For the user who reads "is not rolled back" and goes home.
TEST_CASE_METHOD(Fixture, "undo of an update that had ended does not begin it again") {
  BeginUpdate();
  Says("Failed", "timed out", "TimedOut");
  CHECK(Run("undo rc/old") ==
        Ends(ExitCode::kTimeout, "…is paused, so that it does not begin again…"));
  CHECK(Spec()["rollback"] == false);
  CHECK(Spec()["paused"] == true);
}

TEST_CASE_METHOD(Fixture, "A controller that gave Pods to one that is gone is not called whole") {
  Edit(kControllers, "old", "", [](Json& old) {
    old["metadata"]["annotations"] = {{"kubectl.kubernetes.io/original-replicas", "4"},
                                      {"windlass.dev/original-replicas-of", "uid-of-new"},
                                      {"kubectl.kubernetes.io/next-controller-id", "new"}};
    old["spec"]["replicas"] = 1;
  });
  Edit(kControllers, "old", "status", [](Json& old) { SetCounters(old, 1, 1, 1); });
  CHECK(Run("status rc/old") == Ends(ExitCode::kHeld,
                                     "…. To restore the 4 replicas of old: kubectl windlass "
                                     "rolling-update old new --rollback -n default\n"));
}

TEST_CASE_METHOD(Fixture, "A rollback that nobody carries out is not taken for an update") {
  BeginUpdate();
  REQUIRE(server.Delete("setup", {kUpdates, "default", "old"}).ok());
  const std::string uid = Stored(kControllers, "new")["metadata"]["uid"];
  Edit(kControllers, "old", "", [&](Json& old) {
    old["metadata"]["annotations"]["kubectl.kubernetes.io/update-source-id"] = "new:" + uid;
    old["metadata"]["annotations"]["kubectl.kubernetes.io/next-controller-id"] = "new";
  });
  for (const std::string name : {"old", "new"}) {
    CHECK(Run("status rc/" + name).messages ==
          "error: replicationcontroller \"" + name +
              "\" is in the middle of a rollback of the update from old to new. No "
              "ReplicationControllerUpdate asks Windlass to continue that rollback. To go on with "
              "it: kubectl windlass rolling-update old new --rollback -n default\n");
  }
}

// Restored from a backup, a controller has another uid than the one that replaces it names.
TEST_CASE_METHOD(Fixture, "A rollback that nobody carries out is one also after a restore") {
  BeginUpdate();
  REQUIRE(server.Delete("setup", {kUpdates, "default", "old"}).ok());
  Edit(kControllers, "old", "", [](Json& old) {
    old["metadata"]["annotations"]["kubectl.kubernetes.io/update-source-id"] = "new:before";
  });
  CHECK(Run("status rc/old").messages ==
        "error: replicationcontroller \"old\" is in the middle of a rollback; the other "
        "ReplicationController is new. No ReplicationControllerUpdate asks Windlass to continue "
        "that rollback. To go on with it, repeat the rolling-update command with --rollback\n");
}

TEST_CASE_METHOD(Fixture, "Without an update that is under way there is nothing to steer") {
  const std::string command = GENERATE("pause", "resume", "abort", "undo");
  SECTION("there was none") {}
  SECTION("it has succeeded") {
    BeginUpdate();
    Succeeds();
  }
  CHECK(Run(command + " rc/old") ==
        Ends(ExitCode::kError,
             "error: replicationcontroller \"old\" has no rolling update under way. To update it, "
             "or to go back to an earlier image: kubectl windlass rolling-update old -n default "
             "--image=IMAGE. This command cannot change an update that runs with --local: stop "
             "that update with Ctrl-C where it runs\n"));
  CHECK(writes.empty());
}

TEST_CASE_METHOD(Fixture, "history shows both controllers and what the update has done") {
  BeginUpdate();
  CHECK(Run("history rc/old") ==
        Done("replicationcontroller/old \n"
             "CONTROLLER  PODS  IMAGES\n"
             "old         4     app:v1\n"
             "new         0     app:v2\n"
             "Waiting for the rolling update of replicationcontroller \"old\" to finish: 2 of 4 "
             "Pods are those of new, 1 is available...\n"
             "Created new\n"
             "Scaling new up to 2\n\n"));
}

TEST_CASE_METHOD(Fixture, "The table shows where an update stands, in the row of the old one") {
  BeginUpdate();
  const std::string table = Run("get rc").out;
  CAPTURE(table);
  CHECK(table.find("old    Progressing   2/4       1") != std::string::npos);
  CHECK(table.find("update to new") != std::string::npos);
  CHECK(table.find("unfinished") == std::string::npos);
  CHECK(Run("get rc -o name").out == "replicationcontroller/new\nreplicationcontroller/old\n");
}

// For the user who asked for an update that was refused: "Healthy" would say that nothing is wrong.
TEST_CASE_METHOD(Fixture, "The table shows a refused update in the row of the old one only") {
  BeginUpdate();
  Edit(kControllers, "new", "", [](Json& object) { object["metadata"].erase("annotations"); });
  Edit(kControllers, "new", "status", [](Json& object) { SetCounters(object, 2, 2, 2); });
  Says("Failed", "new was not made for this update", "UnexpectedAnnotations");
  Edit(kUpdates, "old", "status", [](Json& update) {
    for (const char* counter : {"desiredReplicas", "oldReplicas", "newReplicas"}) {
      update["status"].erase(counter);
    }
    update["status"].erase("availableReplicas");
    update["status"]["step"] = "";
  });
  const std::string table = Run("get rc").out;
  CAPTURE(table);
  CHECK(table.find("old    Stalled   -         4") != std::string::npos);
  CHECK(table.find("UnexpectedAnnotations") != std::string::npos);
  CHECK(table.find("new    Healthy   -         2") != std::string::npos);
  Proves("RC-20");
}

TEST_CASE_METHOD(Fixture, "get --watch of an update has the exit code that the table has") {
  const auto [phase, code] =
      GENERATE(table<std::string, ExitCode>({{"Progressing", ExitCode::kTimeout},
                                             {"Paused", ExitCode::kDone},
                                             {"Failed", ExitCode::kDone}}));
  const std::string shown = GENERATE("rc/old", "rc");
  CAPTURE(phase, shown);
  BeginUpdate(phase);
  terminal = true;
  CHECK(Run("get " + shown + " -w --timeout=5s").code == code);
}

// "0" would say that no update is under way.
TEST_CASE_METHOD(Fixture, "Who may not read updates sees the controller, but no verdict") {
  fate = FateOf("replicationcontrollerupdates", sim::Fate::kForbidden);
  CHECK(Run("status rc/old").code == ExitCode::kError);
  CHECK(Run("pause rc/old").code == ExitCode::kError);
  CHECK(Run("get rc/old") == DoneSaying("Warning: …"));
}

// Its spec was changed on the way, which Windlass refuses as if nothing had begun.
TEST_CASE_METHOD(Fixture, "What has noted a new controller is taken back, also without a step") {
  BeginUpdate("Failed");
  Edit(kControllers, "old", "", [](Json& object) {
    object["metadata"]["annotations"]["kubectl.kubernetes.io/next-controller-id"] = "new";
  });
  Edit(kUpdates, "old", "status", [](Json& update) {
    update["status"].erase("step");
    update["status"]["phase"] = "Paused";
  });
  const std::string name = GENERATE("rc/old", "rc/new");
  CHECK(Run("abort " + name).code == ExitCode::kDone);
  CHECK(Spec()["rollback"] == true);
}

TEST_CASE_METHOD(Fixture, "Who may go on with a paused rollback is told") {
  BeginUpdate("Paused", [](Json& update) {
    update["spec"]["rollback"] = true;
    update["spec"]["paused"] = true;
  });
  CHECK(Run("undo rc/old").messages.find("kubectl windlass resume rc/old -n default") !=
        std::string::npos);
}

TEST_CASE_METHOD(Fixture, "An empty name of a rolling update is refused") {
  CHECK(Run({"rolling-update", "", "new", "--image=app:v2"}).code == ExitCode::kUsage);
  CHECK(requests.empty());
}

TEST_CASE_METHOD(Fixture, "What has changed nothing is not taken back, but deleted") {
  BeginUpdate("Paused", [](Json& update) { update["spec"]["paused"] = true; });
  Edit(kUpdates, "old", "status", [](Json& update) { update["status"].erase("step"); });
  CHECK(Run("undo rc/old") ==
        Ends(ExitCode::kError, "…kubectl delete replicationcontrollerupdates.windlass.dev old…"));
  CHECK(writes.empty());
}

// Windlass would create it again.
TEST_CASE_METHOD(Fixture, "What an annotation asks for is taken away with the annotation") {
  BeginUpdate("Paused", [](Json& update) { update["spec"]["paused"] = true; });
  Edit(kUpdates, "old", "status", [](Json& update) { update["status"].erase("step"); });
  Edit(kControllers, "old", "",
       [](Json& old) { old["metadata"]["annotations"]["windlass.dev/rolling-update-to"] = "new"; });
  CHECK(Run("undo rc/old")
            .messages.find("To remove the update: kubectl annotate rc old -n default "
                           "windlass.dev/rolling-update-to- && kubectl delete "
                           "replicationcontrollerupdates.windlass.dev old -n default") !=
        std::string::npos);
}

// For the user who reads "rollback requested", and whose manifest is applied a moment later.
TEST_CASE_METHOD(Fixture, "undo whose request is turned off meanwhile is no success") {
  BeginUpdate("Progressing");
  After(milliseconds(500), [this] {
    Edit(kUpdates, "old", "", [](Json& update) { update["spec"]["rollback"] = false; });
    Edit(kUpdates, "old", "status", [](Json& update) {
      update["status"]["observedGeneration"] = update["metadata"]["generation"];
    });
  });
  CHECK(Run("undo rc/old") ==
        Ends(ExitCode::kFailed, "…another client has set spec.rollback to false meanwhile…"));
}

TEST_CASE_METHOD(Fixture,
                 "Who takes back an update that is declared is told what to do before the next") {
  BeginUpdate("Progressing", [](Json& update) {
    update["metadata"]["annotations"] = {
        {"kubectl.kubernetes.io/last-applied-configuration", "{}"}};
  });
  CHECK(Run("abort rc/old") ==
        DoneSaying(
            "Warning: …/old comes from an applied manifest. This command has set its "
            "spec.rollback to true. Wait for the end of the rollback: kubectl windlass status "
            "rc/old -n default. Then write spec.rollback: false into the manifest, so that the "
            "next update can begin. If you apply spec.rollback: false before the end, the rollback "
            "stops\n"));
}

}  // namespace
}  // namespace windlass::cli::controller_commands_test
