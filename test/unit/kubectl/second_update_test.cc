// A second rolling-update command of the same ReplicationController, while the update of the first
// is under way or after it failed.
#include "controller/replication_controller/run.h"
#include "test/proves.h"
#include "test/unit/kubectl/played_update.h"

namespace windlass::cli::second_update_test {
namespace {

using Fixture = PlayedUpdate;

constexpr const ResourceId& kUpdates = resources::kReplicationControllerUpdates;

TEST_CASE_METHOD(Fixture, "Another update than the one under way is refused and changes nothing") {
  struct Row {
    Words first, second;
    std::string messages;
  };
  const std::string under_way =
      "error: an update of replicationcontroller/old to new with image app:v2 is under way, so "
      "nothing was changed. To go on with that update: kubectl windlass rolling-update old new "
      "--image=app:v2";
  const std::string back =
      " -n default. To take it back: kubectl windlass rolling-update old --rollback -n default\n";
  const std::vector<Row> rows = {
      {"old new --image=app:v2", "old new --image=app:v3", under_way + back},
      {"old new --image=app:v2", "old new-2 --image=app:v2", under_way + back},
      {"old new --image=app:v2", "old new-2 --rollback", under_way + back},
      {"old new --image=app:v2 --container=web", "old new --image=app:v2",
       under_way + " --container=web" + back},
      {"old new --image=app:v2", "old new --image=app:v2 --image-pull-policy=Always",
       under_way + back},
  };
  const bool looked_at = GENERATE(false, true);
  for (const Row& row : rows) {
    CAPTURE(row.second, looked_at);
    Fixture fixture;
    REQUIRE(fixture.Update(row.first + "--no-wait").code == ExitCode::kDone);
    fixture.Says({"Progressing", {"Created new"}});
    fixture.Edit(kUpdates, "old", "status",
                 [](Json& update) { update["status"]["newName"] = "new"; });
    const Json before = fixture.Stored(kUpdates, "old");
    CHECK(fixture.Update(row.second) == Ends(ExitCode::kOtherUpdate, row.messages));
    CHECK(fixture.Stored(kUpdates, "old") == before);
  }
  Proves("RC-23");
}

// The Pods and both selectors have the first key already.
TEST_CASE_METHOD(Fixture, "Another label key than that of the update under way is refused") {
  REQUIRE(Update("old new --image=app:v2 --no-wait").code == ExitCode::kDone);
  Says({"Progressing", {"Created new"}});
  const Json before = Stored(kUpdates, "old");
  CHECK(Update("old new --image=app:v2 --deployment-label-key=track") ==
        Ends(ExitCode::kOtherUpdate,
             "error: an update of replicationcontroller/old is under way with "
             "--deployment-label-key=deployment, so nothing was changed. To go on with that "
             "update: kubectl windlass rolling-update old new --image=app:v2…"));
  CHECK(Stored(kUpdates, "old") == before);
}

TEST_CASE_METHOD(Fixture, "A rollback under way is not turned round by a second command") {
  REQUIRE(Update("old new --image=app:v2 --no-wait").code == ExitCode::kDone);
  Says({"Progressing", {"Created new"}});
  REQUIRE(Update("old --rollback --no-wait").code == ExitCode::kDone);
  const Json before = Stored(kUpdates, "old");
  CHECK(Update("old new --image=app:v2") ==
        Ends(ExitCode::kOtherUpdate,
             "error: an update of replicationcontroller/old to new with image app:v2 is being "
             "rolled back, so nothing was changed. To follow the rollback: kubectl windlass "
             "rolling-update old --rollback -n default\n"));
  CHECK(Stored(kUpdates, "old") == before);
}

// The limits of the new update are not those of the way back.
TEST_CASE_METHOD(Fixture, "Flags of the new update do not change the one that is taken back") {
  FailsOnTheWay();
  SaysAfter(seconds(1), {"RolledBack", {"back"}});
  SaysAfter(seconds(3), {"Succeeded", {"forward"}});
  Json back;
  After(milliseconds(500), [&] { back = Stored(kUpdates, "old")["spec"]; });
  const Ran ran =
      Update("old new --image=app:v3 --max-surge=3 --update-period=5s --on-external-scale=Adopt");
  CHECK(ran.code == ExitCode::kDone);
  CHECK(back["rollback"] == true);
  CHECK(back["image"] == "app:v2");
  CHECK(back["maxSurge"] == 1);
  CHECK(back["updatePeriod"] == "5s");
  CHECK(Stored(kUpdates, "old")["spec"]["maxSurge"] == 3);
}

TEST_CASE_METHOD(Fixture,
                 "A good image after one that failed: the failed one is taken back first") {
  FailsOnTheWay();
  SaysAfter(seconds(1), {"RolledBack", {"back"}});
  SaysAfter(seconds(3), {"Succeeded", {"forward"}});
  CHECK(Update("old new --image=app:v3") ==
        Done("back\nforward\n", "The update to new failed, so it is taken back first.\n"));
  const Json spec = Stored(kUpdates, "old")["spec"];
  CHECK(spec["image"] == "app:v3");
  CHECK_FALSE(spec.value("rollback", false));
  Proves("RC-23");
}

// Returns the status.target of an update of old to new with this image.
std::string TargetOf(const std::string& image) {
  ReplicationControllerUpdateSpec spec;
  spec.new_name = "new";
  spec.image = image;
  return replication_controller::TargetOf(spec);
}

// Leaves an update of old to new with image app:v2 that has failed on the way, because its spec now
// has the image `in_spec`, and its new controller another one.
void FailsForItsImage(Fixture& fixture, const std::string& in_spec, const std::string& reason) {
  fixture.FailsOnTheWay();
  fixture.Edit(kUpdates, "old", "", [&](Json& update) { update["spec"]["image"] = in_spec; });
  fixture.Says({"Failed", {}, "another image is under way", reason});
  fixture.Edit(kUpdates, "old", "status",
               [](Json& update) { update["status"]["target"] = TargetOf("app:v2"); });
}

// Before, this image alone could not be rolled out: the plan refused it for the image of NEW.
TEST_CASE_METHOD(Fixture, "The image of the spec is rolled out if the new controller has another") {
  const std::string reason = GENERATE("OtherImage", "OtherContent");
  // With app:v3 somebody has edited the spec, with app:v2 only the new controller.
  const std::string image = GENERATE("app:v3", "app:v2");
  FailsForItsImage(*this, image, reason);
  BeginUpdateOfOld();
  Edit(resources::kReplicationControllers, "new", "", [](Json& created) {
    created["spec"]["template"]["spec"]["containers"][0]["image"] = "app:v9";
  });
  SECTION("the failed one is taken back first") {
    const auto back = [this] {
      server.Delete("windlass", {resources::kReplicationControllers, "default", "new"});
      Edit(resources::kReplicationControllers, "old", "",
           [](Json& old) { old["metadata"].erase("annotations"); });
      Says({"RolledBack", {"back"}});
    };
    After(seconds(1), back);
    SaysAfter(seconds(3), {"Succeeded", {"forward"}});
    CHECK(Update("old new --image=" + image) ==
          Done("back\nforward\n", "The update to new failed, so it is taken back first.\n"));
    const Json spec = Stored(kUpdates, "old")["spec"];
    CHECK(spec["image"] == image);
    CHECK_FALSE(spec.value("rollback", false));
  }
  SECTION("without waiting it is refused, and no way on is named that there is not") {
    const Json before = Stored(kUpdates, "old");
    CHECK(Update("old new --no-wait --image=" + image) ==
          Ends(ExitCode::kOtherUpdate,
               "error: an update of replicationcontroller/old to new has failed half way, because "
               "new is not what the update asks for, so nothing was changed. To take it back: "
               "kubectl windlass rolling-update old --rollback -n default. Without --no-wait, this "
               "command would take the failed update back, and then begin the new one\n"));
    CHECK(Stored(kUpdates, "old") == before);
  }
  Proves("RC-5 RC-23");
}

TEST_CASE_METHOD(Fixture, "The image that is under way goes on after the spec was edited") {
  FailsForItsImage(*this, "app:v3", "OtherImage");
  CHECK(RunUntil({"Succeeded", {"the end"}}, "old new --image=app:v2") == Done("the end\n"));
  CHECK(Stored(kUpdates, "old")["spec"]["image"] == "app:v2");
  Proves("RC-23");
}

TEST_CASE_METHOD(Fixture, "A dry run says that a failed update would be taken back first") {
  FailsOnTheWay();
  const Json before = Stored(kUpdates, "old");
  CHECK(Update("old new-2 --image=app:v3 --dry-run=client") ==
        Done("Rolling from:\nold\nTo:\nnew-2\n",
             "The update to new failed, so it would be taken back first.\n"));
  CHECK(Stored(kUpdates, "old") == before);
  Proves("RC-23");
}

// For the user who names the image that the old one has, to go back: the half that is done stays,
// and can be taken back.
TEST_CASE_METHOD(Fixture,
                 "What refuses the next update refuses it before the failed one goes back") {
  FailsOnTheWay();
  BeginUpdateOfOld();
  const Json before = Stored(kUpdates, "old");
  writes.clear();
  const std::string dry = GENERATE("none", "client", "server");
  CHECK(Update("old new-2 --image=app:v1 --dry-run=" + dry) ==
        Ends(ExitCode::kFailed, "error: --image-pull-policy…"));
  CHECK(writes.empty());
  CHECK(Stored(kUpdates, "old") == before);
  Proves("RC-23");
}

TEST_CASE_METHOD(Fixture, "A NEW of another update, or of nobody, is refused before that, too") {
  FailsOnTheWay();
  BeginUpdateOfOld();
  const ResourceId& controllers = resources::kReplicationControllers;
  ExitCode code = ExitCode::kFailed;
  SECTION("it is there, and was not made for this update") {
    Create(controllers, sim::SampleReplicationController("new-2", 2, "app:v3"));
  }
  SECTION("it is the new one of another update") {
    Create(controllers, sim::SampleReplicationController("other", 2, "app:v1"));
    REQUIRE(Update("other new-2 --image=app:v2 --no-wait").code == ExitCode::kDone);
    code = ExitCode::kOtherUpdate;
  }
  writes.clear();
  CHECK(Update("old new-2 --image=app:v3").code == code);
  CHECK(writes.empty());
  Proves("RC-23");
}

TEST_CASE_METHOD(Fixture, "With -o a failed update that is taken back prints no object") {
  FailsOnTheWay();
  SaysAfter(seconds(1), {"RolledBack", {"back"}});
  SaysAfter(seconds(3), {"Succeeded", {"forward"}});
  CHECK(Update("old new-2 --image=app:v3 -o name").out ==
        "replicationcontrollerupdate.windlass.dev/old\n");
}

TEST_CASE_METHOD(Fixture, "An update to a NEW that there was is not given another content") {
  BeginUpdateOfOld();
  CreateUpdate("old", {{"newName", "new"}});
  Says({"Progressing", {"Continuing"}});
  const Json before = Stored(kUpdates, "old");
  CHECK(Update("old new --image=app:v3") ==
        Ends(ExitCode::kOtherUpdate,
             "…To go on with that update: kubectl windlass status rc/old -n default…"));
  CHECK(Stored(kUpdates, "old") == before);
  // That of the one that is there is no other.
  CHECK(Update("old new --image=app:v2 --no-wait").code == ExitCode::kDone);
  Proves("RC-23");
}

TEST_CASE_METHOD(Fixture, "A failed update that would be refused now is not begun anew") {
  FailsOnTheWay();
  BeginUpdateOfOld();
  Edit(resources::kReplicationControllers, "new", "", [](Json& created) {
    created["metadata"]["annotations"]["kubectl.kubernetes.io/desired-replicas"] = "two";
  });
  const Json before = Stored(kUpdates, "old");
  writes.clear();
  CHECK(Update("old new --image=app:v2") ==
        Ends(ExitCode::kFailed, "error: Unable to parse annotation for new…"));
  CHECK(writes.empty());
  CHECK(Stored(kUpdates, "old") == before);
}

TEST_CASE_METHOD(Fixture, "An update is not deleted if it cannot be created again") {
  RunUntil({"Failed", {"first"}, "timed out", "TimedOut"}, "old new --image=app:v2");
  answering.answer = AnswerTo("/replicationcontrollerupdates?",
                              Refusal(422, "Invalid", "no such name"), HttpMethod::kPost);
  const std::string uid = Uid();
  CHECK(Update("old new --image=app:v2") == Ends(ExitCode::kError, "error: no such name…"));
  CHECK(Uid() == uid);
}

TEST_CASE_METHOD(Fixture, "A rollback of an ended update is planned from what the two note") {
  // A client of its own has begun one since.
  RunUntil({"Succeeded", {"first"}}, "old other --image=app:v2");
  BeginUpdateOfOld();
  CHECK(RunUntil({"RolledBack", {"back"}}, "old --rollback").code == ExitCode::kDone);
  CHECK_FALSE(Stored(kUpdates, "old")["spec"].contains("newName"));
}

// What a read does not tell is not called nothing.
TEST_CASE_METHOD(Fixture, "An update whose old controller cannot be read may be taken back") {
  Update("old new --image=app:v2 --no-wait");
  fate = FateOf("/replicationcontrollers/", sim::Fate::kForbidden);
  CHECK(RunUntil({"RolledBack"}, "old --rollback").code == ExitCode::kDone);
}

TEST_CASE_METHOD(Fixture, "A dry run refuses what the command would refuse") {
  Update("old new --image=app:v2 --no-wait");
  Says({"Progressing", {"Created new"}});
  const std::string dry = GENERATE("client", "server");
  CHECK(Update("old new-2 --image=app:v2 --dry-run=" + dry).code == ExitCode::kOtherUpdate);
}

TEST_CASE_METHOD(Fixture, "A command that does not wait takes no failed update back") {
  FailsOnTheWay();
  const Json before = Stored(kUpdates, "old");
  CHECK(Update("old new --image=app:v3 --no-wait") ==
        Ends(ExitCode::kOtherUpdate,
             "error: an update of replicationcontroller/old to new with image app:v2 has failed "
             "half way, so nothing was changed. To go on with that update: kubectl windlass "
             "rolling-update old new --image=app:v2 -n default. To take it back: kubectl windlass "
             "rolling-update old --rollback -n default. Without --no-wait, this command would take "
             "the failed update back, and then begin the new one\n"));
  CHECK(Stored(kUpdates, "old") == before);
  Proves("RC-23");
}

TEST_CASE_METHOD(Fixture, "--rollback OLD NEW beside an update that has ended takes NEW as given") {
  REQUIRE(RunUntil({"Succeeded"}, "old --image=app:v2").code == ExitCode::kDone);
  BeginUpdateOfOld();
  REQUIRE(Update("old new --rollback --no-wait").code == ExitCode::kDone);
  CHECK(Stored(kUpdates, "old")["spec"]["newName"] == "new");
}

TEST_CASE_METHOD(Fixture, "With -o standard output has the object at the end, and nothing else") {
  SaysAfter(milliseconds(100), {"Progressing", {"Created new"}});
  SECTION("json") {
    const Ran ran = RunUntil({"Succeeded", {"the end"}}, "old new --image=app:v2 -o json");
    const Json printed = Json::parse(ran.out, nullptr, false);
    REQUIRE(printed.is_object());
    CHECK(printed["status"]["phase"] == "Succeeded");
    CHECK(printed["kind"] == "ReplicationControllerUpdate");
    CHECK(ran.messages == "Created new\nthe end\n");
    CHECK(ran.code == ExitCode::kDone);
  }
  SECTION("name, of an update that fails") {
    CHECK(RunUntil({"Failed", {}, "no", "NotFound"}, "old new --image=app:v2 -o name") ==
          Ends(ExitCode::kFailed, "Created new\nerror: no\n…",
               "replicationcontrollerupdate.windlass.dev/old\n"));
  }
}

TEST_CASE_METHOD(Fixture, "An update that is deleted ends the command with 1") {
  const auto remove = [this] { server.Delete("somebody", {kUpdates, "default", "old"}); };
  SECTION("and is gone") { After(seconds(1), remove); }
  SECTION("and another one is created") {
    After(seconds(1), [this, remove] {
      const Json update = Stored(kUpdates, "old");
      remove();
      Create(kUpdates, {{"apiVersion", update["apiVersion"]},
                        {"kind", update["kind"]},
                        {"metadata", {{"name", "old"}, {"namespace", "default"}}},
                        {"spec", update["spec"]}});
    });
  }
  CHECK(Update("old new --image=app:v2") ==
        Ends(ExitCode::kError,
             "error: replicationcontrollerupdate.windlass.dev/old has been deleted, so the update "
             "stops where it is. Run the same command again to continue it, or use --rollback to "
             "take it back\n"));
}

}  // namespace
}  // namespace windlass::cli::second_update_test
