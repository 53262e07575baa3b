// Each deletion that an update asks for: of which ReplicationController, of which version of it,
// and what becomes of its Pods.
#include <algorithm>
#include <string>
#include <vector>

#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/replication_controller/updates.h"
#include "test/unit/controller/replication_controller/world.h"

namespace windlass::replication_controller::deletion_test {
namespace {

using Texts = std::vector<std::string>;

// Notes each deletion that the API server is asked for as "<name> <propagation policy>", and checks
// that it is of the version that there is.
class Deletions {
 public:
  explicit Deletions(World& world) : world_(world) {
    world.refuse = [this](const Request& request) -> std::optional<Error> {
      if (request.verb() == Verb::kDelete) Note(request);
      return std::nullopt;
    };
  }
  const Texts& all() const { return all_; }

 private:
  void Note(const Request& request) {
    CHECK(request.resource() == resources::kReplicationControllers);
    const std::string& name = request.key().name;
    REQUIRE(world_.Has(name));
    const json& metadata = world_.Controller(name)["metadata"];
    const json body = json::parse(request.body());
    CHECK(body["preconditions"]["uid"] == metadata["uid"]);
    CHECK(body["preconditions"]["resourceVersion"] == metadata["resourceVersion"]);
    all_.push_back(name + " " + body.value("propagationPolicy", "without a policy"));
  }

  World& world_;
  Texts all_;
};

TEST_CASE("each deletion says what becomes of the Pods") {
  struct Row {
    std::string cleanup;
    bool rolls_back;  // after the first scalings
    Texts want;
  };
  const Row row = GENERATE(values<Row>({
      {"Delete", false, {"web Background"}},
      {"Preserve", false, {}},
      {"Rename", false, {"web-2 Orphan"}},
      {"Delete", true, {"web-2 Background"}},
      {"Preserve", true, {"web-2 Background"}},
      {"Rename", true, {"web-2 Background"}},
  }));
  CAPTURE(row.cleanup, row.rolls_back);
  World world;
  const Deletions deletions(world);
  StartUpdate(world, 3, "0s", {{"cleanup", row.cleanup}});
  if (row.rolls_back) {
    RunUntilScaled(world, 2);
    world.Edit({{"rollback", true}});
  }
  CHECK(world.Run() == (row.rolls_back ? "RolledBack" : "Succeeded"));
  CHECK(deletions.all() == row.want);
  CHECK(world.Pods().size() == 3);
  CHECK(world.Orphans().empty());
  Proves("RC-13");
}

TEST_CASE("a deletion that a crash came before is asked for with the same policy") {
  const std::string cleanup = GENERATE("Delete", "Rename");
  CAPTURE(cleanup);
  World whole;
  StartUpdate(whole, 3, "0s", {{"cleanup", cleanup}});
  whole.Run();
  const Texts& writes = whole.writes();
  const auto deletion = std::ranges::find_if(
      writes, [](const std::string& write) { return write.starts_with("delete "); });
  REQUIRE(deletion != writes.end());

  World world;
  const Deletions deletions(world);
  StartUpdate(world, 3, "0s", {{"cleanup", cleanup}});
  world.CrashAt(static_cast<int>(deletion - writes.begin()), /*after_it=*/false);
  world.local = GENERATE(false, true);
  CHECK(world.Run() == "Succeeded");
  CHECK(deletions.all() == Texts{cleanup == "Delete" ? "web Background" : "web-2 Orphan"});
  CHECK(world.Pods().size() == 3);
  CHECK(world.Orphans().empty());
  Proves("RC-13 RC-18");
}

// Somebody deletes the old controller while Windlass is down, and makes one of the same name.
TEST_CASE("an old controller that was made anew is left alone") {
  const std::string cleanup = GENERATE("Delete", "Rename");
  const std::string policy = GENERATE("Pause", "Override");
  CAPTURE(cleanup, policy);
  World world;
  StartUpdate(world, 3, "0s", {{"cleanup", cleanup}, {"onExternalScale", policy}});
  std::string reason = "OldControllerDeleted";
  SECTION("in the middle of the scaling") { RunUntilScaled(world, 2); }
  SECTION("at the end") {
    world.refuse = [](const Request& request) -> std::optional<Error> {
      if (request.verb() != Verb::kDelete) return std::nullopt;
      return Error{ErrorKind::kForbidden, "not now"};
    };
    world.Run();
    REQUIRE(world.reason() == "WriteRefused");
    world.refuse = nullptr;
    // Whoever deletes it, it was to be deleted.
    if (cleanup == "Delete") reason = "Succeeded";
  }
  SECTION("when a rename has deleted the new one") {
    if (cleanup == "Delete") return;
    RunUntil(world, [&] { return world.Has("web-2") && world.phase() == "CleaningUp"; });
    RunUntil(world, [&] { return !world.Has("web-2"); });
    REQUIRE(world.Orphans().size() == 3);
  }
  world.Remove("web");
  world.AddController("web", 4, {{"app", "web"}, {"version", "1"}});
  const json before = world.Controller("web");
  const std::set<std::string> pods = world.Pods();
  world.Run();
  CHECK(world.reason() == reason);
  CHECK(world.Controller("web")["spec"] == before["spec"]);
  CHECK(world.Annotations("web").empty());
  CHECK(world.Pods() == pods);
  Proves("RC-13 RC-14");
}

// For the user who deletes both, and then aborts: nothing is left to go back to.
TEST_CASE("an update both of whose controllers are deleted says so, and what to do") {
  World world;
  StartUpdate(world, 3, "0s", {{"cleanup", GENERATE("Delete", "Rename")}});
  RunUntilScaled(world, 2);
  world.Remove("web");
  world.Remove("web-2");
  const std::string want =
      "ReplicationControllers web and web-2 do not exist, so the update can neither go on nor be "
      "rolled back. Delete the update, and create the ReplicationController that is to run";
  CHECK(world.Run() == "Failed");
  CHECK(world.reason() == "NotFound");
  CHECK(world.message() == want);
  world.Edit({{"rollback", true}});
  CHECK(world.Run() == "Failed");
  CHECK(world.message() == want);
  Proves("RC-15");
}

// For the user who is told what to do: no second Warning says the opposite.
TEST_CASE("an update that begins anew with its old controller says so, and nothing else") {
  World world;
  SECTION("the old one was deleted before the new one was created") {
    world.AddController("web", 3, {{"app", "web"}});
    world.AddUpdate("web", {{"image", "web:2"}, {"updatePeriod", "0s"}, {"cleanup", "Delete"}});
    RunUntil(world, [&] { return !world.Annotations("web").empty(); });
    REQUIRE(world.controllers().size() == 1);
    REQUIRE(world.update()["status"]["step"] == "Prepare");
    world.Remove("web");
  }
  SECTION("both were deleted, and the spec is edited") {
    StartUpdate(world, 3, "0s");
    RunUntilScaled(world, 2);
    world.Remove("web");
    world.Remove("web-2");
    REQUIRE(world.Run() == "Failed");
    world.Edit({{"timeout", "9m"}});
  }
  const size_t before = world.messages().size();
  CHECK(world.Run() == "Failed");
  CHECK(world.reason() == "NotFound");
  const std::string want =
      "replicationcontrollers \"web\" not found. The update begins when ReplicationController web "
      "is created";
  CHECK(world.message() == want);
  CHECK(Texts(world.messages().begin() + static_cast<std::ptrdiff_t>(before),
              world.messages().end()) == Texts{want});
  world.AddController("web", 3, {{"app", "web"}, {"version", "1"}});
  CHECK(world.Run() == "Succeeded");
  Proves("RC-15");
}

}  // namespace
}  // namespace windlass::replication_controller::deletion_test
