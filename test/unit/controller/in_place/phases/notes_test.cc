// Our notes on the Deployment, copied with the annotations of a ReplicaSet: `kubectl rollout undo`
// replaces the Deployment's annotations by the ReplicaSet's (P-082, P-074, P-079).
#include <algorithm>

#include "controller/workload/annotations/annotations.h"
#include "test/catch.h"
#include "test/unit/controller/in_place/phases/cluster.h"
#include "test/unit/controller/workload/completed_cluster.h"

namespace windlass::in_place::notes_test {
namespace {

using Json = nlohmann::json;

bool HasNotes(workload::Cluster& c) {
  const Json annotations = c.deployment()["metadata"].value("annotations", Json::object());
  const auto items = annotations.items();
  return std::any_of(items.begin(), items.end(), [](const auto& one) {
    return one.key().starts_with("internal.windlass.dev/");
  });
}

// As it came: whoever put it there moved no generation, or so it seems by now.
void Plant(workload::Cluster& c) {
  c.deployment()["metadata"]["annotations"]["internal.windlass.dev/blocked"] =
      R"({"rev":"2","reason":"it failed"})";
}

void CheckOneWrite(workload::Cluster& c, const std::string& write) {
  c.writes.clear();
  c.Sync();
  CHECK(c.writes == std::vector<std::string>{write});
  CHECK_FALSE(HasNotes(c));
  c.Sync();
  CHECK(c.writes == std::vector<std::string>{write});
}

TEST_CASE("what an undo brings of ours goes with the status that follows it (P-074)") {
  Started c(3);
  c.Patch(1);
  c.SetImage("v3");
  c.Sync();
  const auto patched = [](const std::string& write) { return write.starts_with("patch "); };
  c.writes.clear();
  c.Undo("2");
  REQUIRE(HasNotes(c));
  c.Sync();
  CHECK_FALSE(HasNotes(c));
  CHECK(std::ranges::count(c.writes, "status") == 1);
  // All others are those of the way back.
  std::erase_if(c.writes, patched);
  CHECK(std::ranges::count(c.writes, "status") + std::ranges::count(c.writes, "annotate v2") ==
        static_cast<int64_t>(c.writes.size()));
  c.SettlesAt("v2", 3);
}

TEST_CASE("a note on a Deployment costs one write of its status, and none costs nothing (P-079)") {
  SECTION("in place") {
    Started c(3);
    Plant(c);
    CheckOneWrite(c, "status");
  }
  SECTION("paused") {
    Started c(3);
    c.Edit([](Json& d) { d["spec"]["paused"] = true; });
    c.SettleInPlace();
    Plant(c);
    CheckOneWrite(c, "status");
  }
  SECTION("whether or not it asks for updates in place") {
    workload::CompletedCluster c(3);
    Plant(c);
    CheckOneWrite(c, "status");
  }
  SECTION("and no other annotation goes") {
    workload::CompletedCluster c(3);
    c.deployment()["metadata"]["annotations"]["internal.example.com/mode"] = "mine";
    c.deployment()["metadata"]["annotations"]["windlass.dev/in-place"] = "Disabled";
    c.Settle();
    const Json annotations = c.deployment()["metadata"]["annotations"];
    Plant(c);
    CheckOneWrite(c, "status");
    CHECK(c.deployment()["metadata"]["annotations"] == annotations);
  }
}

TEST_CASE("a server that keeps a note is asked once in a sync") {
  workload::CompletedCluster c(3);
  Plant(c);
  int asked = 0;
  c.server = [&](const Request& request) -> std::optional<Result<Reply>> {
    if (request.subresource() != "status") return std::nullopt;
    ++asked;
    return Result<Reply>(Reply{c.deployment().dump()});
  };
  CHECK(std::holds_alternative<Wait>(c.Sync()));
  CHECK(asked == 1);
}

TEST_CASE("a rollback by annotation leaves no note behind, and writes no more for that") {
  workload::CompletedCluster c(3);
  c.RollOut("v2");
  c.Edit([](Json& d) { d["metadata"]["annotations"][std::string(workload::kRollbackTo)] = "1"; });
  Plant(c);
  c.writes.clear();
  c.Sync(1);
  CHECK(c.writes == std::vector<std::string>{"roll back"});
  CHECK_FALSE(HasNotes(c));
}

TEST_CASE("a note on a Deployment decides nothing") {
  Started c(3);
  c.Annotate("windlass.dev/in-place-on-failure", "Revert");
  c.deployment()["metadata"]["annotations"]["internal.windlass.dev/mode"] =
      R"({"rev":"2","mode":"Recreate","reason":"it says so"})";
  Plant(c);
  const auto pods = c.PodNames();
  c.RollOutInPlace("v2");
  c.CheckAllRun("v2", 3);
  CHECK(c.PodNames() == pods);
}

}  // namespace
}  // namespace windlass::in_place::notes_test
