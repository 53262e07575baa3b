#include "controller/workload/actions/history_clean_up.h"

#include "controller/workload/annotations/annotations.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/workload/world.h"

namespace windlass::workload::history_clean_up_test {
namespace {

struct Old {
  std::string revision;  // "-": no annotation
  int32_t spec = 0;
  int32_t status = 0;
  bool deleting = false;
  bool seen = true;  // by its controller, since its last change
};

struct Row {
  std::string id;
  std::vector<Old> old;  // named rs1, rs2, … in order of creation
  int32_t limit;
  std::string want;
  std::string revision = "11";  // of the new ReplicaSet
};

World WorldOf(const Row& row) {
  World world(10);
  int number = 0;
  for (const Old& old : row.old) {
    ReplicaSet& rs = world.AddOld("rs" + std::to_string(++number), old.spec, 0);
    rs.status.replicas = old.status;
    world.SetAnnotation(rs, kRevision, old.revision);
    if (old.revision == "-") rs.meta.annotations.Erase(kRevision);
    if (old.deleting) rs.meta.deletion_timestamp = kNow;
    if (!old.seen) rs.meta.generation = rs.status.observed_generation + 1;
  }
  world.SetAnnotation(world.AddNew("new", 10, 10), kRevision, row.revision);
  world.deployment.spec.revision_history_limit = row.limit;
  return world;
}

std::string Names(const std::vector<const ReplicaSet*>& replica_sets) {
  std::string names;
  for (const ReplicaSet* rs : replica_sets) names += (names.empty() ? "" : " ") + rs->meta.name;
  return names;
}

TEST_CASE("old ReplicaSets beyond the limit go, lowest revision first") {
  const Row row = GENERATE(values<Row>({
      {"D-485 UT-06 three idle", {{"1"}, {"2"}, {"3"}}, 1, "rs1 rs2"},
      {"D-485 only the idle one of four", {{"1"}, {"2", 0, 1}, {"3", 1, 0}, {"4", 1, 1}}, 0, "rs1"},
      {"D-485 keep none", {{"1"}, {"2"}}, 0, "rs1 rs2"},
      {"D-485 all busy", {{"1", 1, 1}, {"2", 1, 1}}, 0, ""},
      {"D-485 already deleting", {{"1", 0, 0, true}}, 0, ""},
      {"D-485 unlimited", {{"1"}, {"2"}}, kUnlimited, ""},
      {"D-485 UT-07 order of revisions", {{"1"}, {"2"}}, 1, "rs1"},
      {"D-485 not order of creation", {{"2"}, {"1"}}, 1, "rs2"},
      {"D-485 missing revision goes first", {{"1"}, {"-"}}, 1, "rs2"},
      {"D-485 oldest busy", {{"1", 1, 1}, {"2"}, {"3"}}, 1, "rs2"},
      {"D-485 both oldest busy", {{"1", 1, 1}, {"2", 1, 1}, {"3"}}, 1, ""},
      {"D-485 four", {{"3"}, {"1"}, {"4"}, {"2"}}, 2, "rs2 rs4"},
      {"D-483 equal revisions: the older", {{"5"}, {"5"}}, 1, "rs1"},
      {"D-483 garbage: the older", {{"abc"}, {"2"}}, 1, "rs1"},
      {"D-483 garbage among numbers counts as none", {{"5"}, {"abc"}, {"3"}}, 2, "rs2"},
      {"B-20 ten is more than nine", {{"10"}, {"9"}}, 1, "rs2"},
      {"D-486 just scaled to 0, not yet seen", {{"1", 0, 0, false, false}}, 0, ""},
      {"I-11 RO-125 the new one is to get a higher number", {{"2"}, {"12"}}, 0, "rs1"},
      {"I-11 the new one has no number yet", {{"2"}, {"12"}}, 0, "", "-"},
      {"D-482 within the limit", {{"1"}, {"2"}}, 2, ""},
  }));
  CAPTURE(row.id);
  const World world = WorldOf(row);
  CHECK(Names(ReplicaSetsToDelete(world.Look())) == row.want);
  Proves(row.id);
}

TEST_CASE("taking them one at a time deletes the same ones (D-484)") {
  const Old busy = GENERATE(values<Old>({
      {"1", 1, 1},
      {"1", 1, 0},
      {"1", 0, 1},
      {.revision = "1", .seen = false},
  }));
  World world = WorldOf({"", {busy, {"2"}, {"3"}, {"4"}}, 1, ""});
  std::string deleted;
  for (;;) {
    const auto surplus = ReplicaSetsToDelete(world.Look());
    if (surplus.empty()) break;
    const std::string name = surplus.front()->meta.name;
    deleted += name + " ";
    std::erase_if(world.replica_sets, [&](const ReplicaSet& rs) { return rs.meta.name == name; });
  }
  CHECK(deleted == "rs2 rs3 ");
  Proves("D-484");
}

// If it were deleted, nothing would tell whose Pod that is.
TEST_CASE("Recreate keeps a ReplicaSet while one of its Pods terminates (S-010)") {
  World world = WorldOf({"", {{"1"}, {"2"}}, 0, ""});
  const bool recreate = GENERATE(true, false);
  world.deployment.spec.strategy_type = recreate ? "Recreate" : "RollingUpdate";
  const std::string but_first = recreate ? "rs2" : "rs1 rs2";
  SECTION("that the cache shows") {
    world.AddPod(world.replica_sets[0]);
    CHECK(Names(ReplicaSetsToDelete(world.Look())) == but_first);
  }
  SECTION("that its status counts") {
    world.replica_sets[0].status.terminating_replicas = 1;
    CHECK(Names(ReplicaSetsToDelete(world.Look())) == but_first);
  }
  SECTION("while no Pod can be seen") {
    world.pods_known = false;
    CHECK(Names(ReplicaSetsToDelete(world.Look())) == (recreate ? "" : "rs1 rs2"));
  }
  Proves("S-010");
}

TEST_CASE("no limit keeps everything (D-480)") {
  World world = WorldOf({"", {{"1"}, {"2"}}, 0, ""});
  world.deployment.spec.revision_history_limit.reset();
  CHECK(ReplicaSetsToDelete(world.Look()).empty());
  Proves("D-480");
}

TEST_CASE("nothing is deleted before the stored status says complete (D-481)") {
  World world = WorldOf({"", {{"1"}}, 0, ""});
  CHECK_FALSE(CleanUpHistory(world.Look()));

  DeploymentStatus& status = world.deployment.status;
  status.replicas = status.updated_replicas = status.available_replicas = 10;
  CHECK_FALSE(CleanUpHistory(world.Look()));  // the generation is not observed
  status.observed_generation = 2;

  const auto step = CleanUpHistory(world.Look());
  REQUIRE(step);
  const Write& write = std::get<Write>(*step);
  const Request& request = write.request;
  CHECK(request.Describe() == "delete replicasets ns/rs1");
  CHECK(request.body().find(UidOf(101).ToString()) != std::string::npos);  // B-31
  CHECK(request.body().find(R"("resourceVersion":"101")") != std::string::npos);
  CHECK(write.on_success.empty());
  Proves("D-002 D-481");
}

// For the user who changes the image of a Recreate Deployment of size 0, and undoes that while the
// last Pod still terminates: the revision before must still be there, as with upstream.
TEST_CASE("nothing is deleted before there is a new ReplicaSet (D-481)") {
  World world = RecreateWorld(0);
  for (const char* name : {"rs1", "rs2"}) {
    world.SetAnnotation(world.AddOld(name, 0, 0), kRevision, name + 2);
  }
  world.deployment.spec.revision_history_limit = 1;
  world.deployment.status.observed_generation = 2;
  CHECK_FALSE(CleanUpHistory(world.Look()));
  world.SetAnnotation(world.AddNew("new", 0, 0), kRevision, "3");
  CHECK(CleanUpHistory(world.Look()));
  Proves("D-481");
}

}  // namespace
}  // namespace windlass::workload::history_clean_up_test
