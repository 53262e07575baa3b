// Whole updates of ReplicationControllers on the simulated cluster: by image and by file, back
// again, renamed, begun by kubectl 1.17, and scaled by somebody else meanwhile.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "test/catch.h"
#include "test/proves.h"
#include "test/sim/sample_objects.h"
#include "test/sim/update_run.h"

namespace windlass::sim::update_test {
namespace {

using Texts = std::vector<std::string>;

constexpr uint64_t kSeed = 23;
const std::string kWeb = "web";

Json ByFile(const std::string& new_name, const std::string& image, int replicas = -1) {
  return {{"newName", new_name}, {"controller", NewController(new_name, "2", image, replicas)}};
}

Texts Times(int64_t count, const std::string& text) {
  return Texts(static_cast<size_t>(count), text);
}

// No Pod without an owner, no annotation of an update.
void CheckTidy(UpdateRun& run) {
  CHECK(run.PodsOf("").empty());
  for (const Object& controller : run.world.api().List(kControllers, "default")) {
    for (const auto& [key, value] : At(*controller, {"metadata", "annotations"}).items()) {
      FAIL_CHECK(NameOf(*controller) << " still has the annotation " << key << "=" << value);
    }
  }
}

int64_t SizeOf(UpdateRun& run, const std::string& name) {
  const Object controller = run.Controller(name);
  return controller == nullptr ? -1 : IntAt(*controller, {"spec", "replicas"});
}

TEST_CASE("An update by image renames the new ReplicationController and keeps its Pods (I-76)") {
  UpdateRun run(GENERATE(range(1U, 4U)));
  run.Begin(3);
  run.invariants.Calm(true);
  const std::string uid = UidOf(*run.Controller(kWeb));
  run.Ask({{"image", "app:v2"}});
  REQUIRE(run.UntilSizes(0, 3));
  const Texts pods = run.PodsOf(run.NewName());
  REQUIRE(pods.size() == 3);
  REQUIRE(run.UntilPhase("Succeeded"));
  CHECK(run.Rest() == "");
  CHECK(run.PodsOf(kWeb) == pods);
  CHECK(UidOf(*run.Controller(kWeb)) == uid);
  CHECK(run.Images() == Times(3, "app:v2"));
  CHECK(run.world.api().List(kControllers, "default").size() == 1);
  CheckTidy(run);
  CHECK(run.invariants.judged_sizes() == 6);
}

TEST_CASE("An update by image says what kubectl 1.17 said") {
  UpdateRun run(kSeed);
  run.Begin(3);
  run.Ask({{"image", "app:v2"}});
  REQUIRE(run.UntilPhase("Succeeded"));
  const std::string name = run.NewName();
  const Texts lines = {"Created " + name,
                       "Scaling up " + name +
                           " from 0 to 3, scaling down web from 3 to 0 (keep 3 pods available, "
                           "don't exceed 4 pods)",
                       "Scaling " + name + " up to 1",
                       "Scaling web down to 2",
                       "Scaling " + name + " up to 2",
                       "Scaling web down to 1",
                       "Scaling " + name + " up to 3",
                       "Scaling web down to 0",
                       "Update succeeded. Deleting old controller: web",
                       "Renaming " + name + " to web",
                       "replicationcontroller/web rolling updated"};
  CHECK(run.Lines() == lines);
}

TEST_CASE("An update by file from 10 to 20 leaves the new ReplicationController alone") {
  UpdateRun run(kSeed);
  run.Begin(10);
  run.invariants.Calm(true);
  Json spec = ByFile("web-2", "app:v2", 20);
  spec["maxUnavailable"] = 0;
  spec["maxSurge"] = "300%";
  run.Ask(spec);
  REQUIRE(run.UntilPhase("Succeeded"));
  CHECK(run.Rest() == "");
  CHECK(run.Controller(kWeb) == nullptr);
  CHECK(run.PodsOf("web-2").size() == 20);
  CHECK(run.Images() == Times(20, "app:v2"));
  const Texts lines = run.Lines();
  CHECK(std::count(lines.begin(), lines.end(), "Scaling web-2 up to 20") == 1);
  CHECK(lines.back() == "replicationcontroller/web-2 rolling updated to \"web-2\"");
  CheckTidy(run);
}

TEST_CASE("An update with Preserve keeps the old ReplicationController without Pods") {
  UpdateRun run(kSeed);
  run.Begin(2);
  Json spec = ByFile("web-2", "app:v2");
  spec["cleanup"] = "Preserve";
  run.Ask(spec);
  REQUIRE(run.UntilPhase("Succeeded"));
  CHECK(run.Rest() == "");
  CHECK(SizeOf(run, kWeb) == 0);
  CHECK(run.PodsOf("web-2").size() == 2);
  CheckTidy(run);
}

struct Sizes {
  int64_t old_size = 0;
  int64_t new_size = 0;
};

TEST_CASE("A rollback at each step of an update brings the old size back") {
  UpdateRun run(kSeed);
  run.Begin(3);
  run.invariants.Calm(true);
  const bool by_file = GENERATE(true, false);
  const Json spec = by_file ? ByFile("web-2", "app:v2", 5) : Json{{"image", "app:v2"}};
  run.Ask(spec);
  const Sizes at = GENERATE(Sizes{3, 0}, Sizes{3, 1}, Sizes{2, 1}, Sizes{2, 2}, Sizes{0, 3});
  if (by_file && at.new_size > 0) {
    // 5 desired with surge 1: one new Pod at a time, once there is room.
    REQUIRE(run.Until([&] { return SizeOf(run, "web-2") >= at.new_size; }));
  } else {
    REQUIRE(run.UntilSizes(at.old_size, at.new_size));
  }
  run.Ask({{"rollback", true}});
  REQUIRE(run.UntilPhase("RolledBack"));
  CHECK(run.Rest() == "");
  CHECK(SizeOf(run, kWeb) == 3);
  CHECK(run.PodsOf(kWeb).size() == 3);
  CHECK(run.Images() == Times(3, "app:v1"));
  CHECK(run.world.api().List(kControllers, "default").size() == 1);
  CheckTidy(run);
}

TEST_CASE("A rollback takes back a new image that never gets ready") {
  UpdateRun run(kSeed);
  run.Begin(1);
  run.invariants.Calm(true);
  run.Ask({{"image", "app:v2-never-ready"}, {"timeout", "30s"}});
  REQUIRE(run.UntilSizes(1, 1));
  SECTION("before the deadline") {}
  SECTION("after the deadline") {
    REQUIRE(run.UntilPhase("Failed"));
    CHECK(TextAt(*run.Update(), {"status", "message"}) ==
          "timed out waiting for any update progress to be made");
  }
  REQUIRE(run.Until([&] { return run.Images() == Texts{"app:v1", "app:v2-never-ready"}; }));
  run.Ask({{"rollback", true}});
  REQUIRE(run.UntilPhase("RolledBack"));
  CHECK(run.Rest() == "");
  CHECK(run.Images() == Texts{"app:v1"});
  CheckTidy(run);
}

TEST_CASE("A size that a rollback once restored is not taken for that of the next update") {
  UpdateRun run(kSeed);
  run.Begin(5);
  run.Ask(ByFile("web-2", "app:v2", 7));
  REQUIRE(run.Until([&] { return SizeOf(run, "web-2") >= 2; }));
  run.Ask({{"rollback", true}});
  REQUIRE(run.UntilPhase("RolledBack"));
  CHECK(SizeOf(run, kWeb) == 5);
  run.world.Scale(kWeb, 2, kControllers);
  REQUIRE(run.world.Quiesce());
  run.Ask({{"rollback", false}});
  REQUIRE(run.Until([&] { return SizeOf(run, "web-2") >= 1; }));
  run.Ask({{"rollback", true}});
  REQUIRE(run.UntilPhase("RolledBack"));
  CHECK(run.Rest() == "");
  CHECK(SizeOf(run, kWeb) == 2);
  CheckTidy(run);
}

// What kubectl 1.17 leaves behind when it dies: the old one has the label, and both have
// annotations.
void LeaveAsKubectl(UpdateRun& run, Sizes sizes) {
  const auto with_label = [](const std::string& value, const std::string& image) {
    Json pattern = SampleTemplate(kWeb, image);
    pattern["metadata"]["labels"]["deployment"] = value;
    return pattern;
  };
  Json old = SampleReplicationController(kWeb, static_cast<int>(sizes.old_size), "app:v1");
  old["spec"]["selector"]["deployment"] = "abc-orig";
  old["spec"]["template"] = with_label("abc-orig", "app:v1");
  old["metadata"]["annotations"] = {{"kubectl.kubernetes.io/next-controller-id", "web-abc"}};
  if (sizes.new_size > 0) {
    old["metadata"]["annotations"]["kubectl.kubernetes.io/original-replicas"] = "3";
  }
  const Object made = run.world.Apply(old);
  Json next = SampleReplicationController("web-abc", static_cast<int>(sizes.new_size), "app:v2");
  next["spec"]["selector"] = {{"app", kWeb}, {"deployment", "abc"}};
  next["spec"]["template"] = with_label("abc", "app:v2");
  next["metadata"]["annotations"] = {
      {"kubectl.kubernetes.io/update-source-id", kWeb + ":" + UidOf(*made)},
      {"kubectl.kubernetes.io/desired-replicas", "3"}};
  run.world.Apply(next);
  REQUIRE(run.world.Quiesce());
}

TEST_CASE("An update that kubectl 1.17 began is finished, or taken back") {
  UpdateRun run(kSeed);
  run.invariants.Calm(true);
  const Sizes at = GENERATE(Sizes{3, 0}, Sizes{3, 1}, Sizes{2, 1}, Sizes{2, 2}, Sizes{1, 2},
                            Sizes{1, 3}, Sizes{0, 3});
  LeaveAsKubectl(run, at);
  const bool back = GENERATE(false, true);
  run.Ask({{"image", "app:v2"}, {"rollback", back}});
  REQUIRE(run.UntilPhase(back ? "RolledBack" : "Succeeded"));
  CHECK(run.Rest() == "");
  CHECK(run.PodsOf(kWeb).size() == 3);
  CHECK(run.Images() == Times(3, back ? "app:v1" : "app:v2"));
  CHECK(run.world.api().List(kControllers, "default").size() == 1);
  CheckTidy(run);
}

TEST_CASE("An update that kubectl 1.17 began with another image goes on with no other") {
  UpdateRun run(kSeed);
  LeaveAsKubectl(run, {2, 1});
  run.Ask({{"image", "app:v3"}});
  REQUIRE(run.UntilPhase("Failed"));
  CHECK(run.Rest() == "");
  CHECK(SizeOf(run, kWeb) == 2);
  CHECK(SizeOf(run, "web-abc") == 1);
  CHECK(TextAt(*run.Update(), {"status", "message"}).find("update to image (app:v2)") !=
        std::string::npos);
}

TEST_CASE("A size that somebody else writes pauses an update, is adopted, or is set back") {
  UpdateRun run(kSeed);
  run.Begin(4);
  const std::string policy = GENERATE(as<std::string>{}, "Pause", "Adopt", "Override");
  const bool of_new = GENERATE(true, false);
  CAPTURE(policy, of_new);
  Json spec = ByFile("web-2", "app:v2");
  spec["onExternalScale"] = policy;
  spec["updatePeriod"] = "60s";
  run.Ask(spec);
  REQUIRE(run.UntilSizes(4, 1));
  run.world.RunFor(seconds(5));
  run.world.Scale(of_new ? "web-2" : kWeb, of_new ? 3 : 6, kControllers);
  int64_t in_the_end = 4;
  if (policy == "Adopt") in_the_end = 7;
  if (policy == "Pause") {
    REQUIRE(run.UntilPhase("Paused"));
    REQUIRE(run.world.Quiesce());
    CHECK(SizeOf(run, kWeb) == (of_new ? 4 : 6));
    CHECK(SizeOf(run, "web-2") == (of_new ? 3 : 1));
    run.world.Scale(of_new ? "web-2" : kWeb, of_new ? 1 : 4, kControllers);
  }
  REQUIRE(run.UntilPhase("Succeeded"));
  CHECK(run.Rest() == "");
  CHECK(SizeOf(run, "web-2") == in_the_end);
  CHECK(run.PodsOf("web-2").size() == static_cast<size_t>(in_the_end));
  CheckTidy(run);
}

TEST_CASE("A paused update scales nothing, and goes on") {
  UpdateRun run(kSeed);
  run.Begin(3);
  run.invariants.Calm(true);
  run.Ask(ByFile("web-2", "app:v2"));
  REQUIRE(run.UntilSizes(2, 1));
  run.Ask({{"paused", true}});
  REQUIRE(run.UntilPhase("Paused"));
  const Sizes at{SizeOf(run, kWeb), SizeOf(run, "web-2")};
  run.world.RunFor(seconds(900));
  CHECK(SizeOf(run, kWeb) == at.old_size);
  CHECK(SizeOf(run, "web-2") == at.new_size);
  run.Ask({{"paused", false}});
  REQUIRE(run.UntilPhase("Succeeded"));
  CHECK(run.Rest() == "");
  CHECK(run.Images() == Times(3, "app:v2"));
}

// Runs another ReplicationController that selects app=web, and returns its Pods.
Texts RunOther(UpdateRun& run) {
  Json other = SampleReplicationController("other", 2, "app:other");
  other["spec"]["selector"] = {{"app", kWeb}};
  other["spec"]["template"]["metadata"]["labels"] = {{"app", kWeb}};
  run.world.Apply(other);
  REQUIRE(run.world.Quiesce());
  return run.PodsOf("other");
}

// Selector app=web is that of both. Only the Pods of the one with the update may get the label.
TEST_CASE("Another ReplicationController with the same selector keeps its Pods") {
  UpdateRun run(kSeed);
  const Texts pods = RunOther(run);
  run.Begin(3);
  run.Ask({{"image", "app:v2"}, {"newName", "web-2"}});
  REQUIRE(run.UntilPhase("Succeeded"));
  CHECK(run.Rest() == "");
  CHECK(run.PodsOf("other") == pods);
  CHECK(run.PodsOf("web-2").size() == 3);
  CHECK(run.Images() == Texts{"app:other", "app:other", "app:v2", "app:v2", "app:v2"});
}

// T-C8.
TEST_CASE("A rename that would lose the Pods to another ReplicationController is refused") {
  UpdateRun run(kSeed);
  const Texts pods = RunOther(run);
  run.Begin(3);
  run.Ask({{"image", "app:v2"}});
  REQUIRE(run.UntilPhase("Failed"));
  run.world.RunFor(seconds(120));
  CHECK(run.PodsOf("other") == pods);
  CHECK(run.PodsOf(kWeb).size() == 3);
  run.world.Delete("other", Propagation::kBackground, kControllers);
  run.world.RunFor(seconds(120));
  CHECK(run.Images() == Texts{"app:v1", "app:v1", "app:v1"});  // it was refused, and has ended
  run.world.Edit(kWeb, {{"spec", {{"timeout", "6m"}}}}, kUpdates);
  REQUIRE(run.UntilPhase("Succeeded"));
  CHECK(run.Rest() == "");
  CHECK(run.PodsOf(kWeb).size() == 3);
}

// Whom this serves: whose Pods would be counted, and sizes set, by what is known to be out of date.
TEST_CASE("An update waits while one of its objects cannot be read, and says so (R-031)") {
  UpdateRun run(kSeed);
  run.Begin(4);
  run.Ask(ByFile("web-2", "app:v2"));
  REQUIRE(run.UntilSizes(3, 2));
  const std::string name = GENERATE("web", "web-2");
  const StoreKey key = {kControllers, "default", name};
  const auto set_min_ready = [&](const Json& value) {
    Json object = *run.world.api().Find(key);
    object["spec"]["minReadySeconds"] = value;
    run.world.api().store().Commit(key, object, run.world.loop().clock().Now(), "etcd", "edit");
  };
  set_min_ready("soon");
  run.world.RunFor(seconds(120));
  CHECK(run.Phase() == "Progressing");
  CHECK(SizeOf(run, "web-2") < 4);
  int told = 0;
  for (const Object& event : run.world.api().List(resources::kEvents, "default")) {
    told += TextAt(*event, {"reason"}) == "WindlassUnreadable" ? 1 : 0;
  }
  CHECK(told == 1);
  set_min_ready(0);
  REQUIRE(run.UntilPhase("Succeeded"));
  CHECK(run.Rest() == "");
}

TEST_CASE("A ReplicationController whose name begins with the name of another is another one") {
  UpdateRun run(kSeed);
  run.world.Apply(SampleReplicationController("webby", 2, "app:v1"));
  run.Begin(2);
  run.Ask({{"image", "app:v2"}});
  run.world.Apply(SampleUpdate("webby", {{"image", "app:v3"}}));
  REQUIRE(run.UntilPhase("Succeeded"));
  REQUIRE(run.Until([&] {
    return TextAt(*run.world.Owner("webby", kUpdates), {"status", "phase"}) == "Succeeded";
  }));
  CHECK(run.Rest() == "");
  CHECK(run.PodsOf(kWeb).size() == 2);
  CHECK(run.PodsOf("webby").size() == 2);
  CHECK(run.Images() == Texts{"app:v2", "app:v2", "app:v3", "app:v3"});
  CheckTidy(run);
}

// A Pod that is made late, by the template of before, must not fall out of the selector.
TEST_CASE("No Pod is lost while the replication controller is away and the label is added") {
  UpdateRun run(kSeed);
  run.Begin(3);
  run.world.replication_controller().Stop(true);
  const Object victim = run.world.api().List(resources::kPods, "default").front();
  run.world.api().Delete("user", {resources::kPods, "default", NameOf(*victim)});
  run.Ask({{"image", "app:v2"}});
  run.world.RunFor(seconds(120));
  CHECK(At(*run.Controller(kWeb), {"spec", "selector"}) == Json({{"app", kWeb}}));
  run.world.replication_controller().Stop(false);
  REQUIRE(run.UntilPhase("Succeeded"));
  CHECK(run.Rest() == "");
  CHECK(run.Images() == Times(3, "app:v2"));
  CheckTidy(run);
}

// Returns when the sizes changed, in seconds since the first change.
std::vector<int64_t> TimesOfScalings(UpdateRun& run) {
  std::vector<int64_t> times;
  run.world.api().store().OnChange([&](const Change& change) {
    if (change.actor != "windlass" || change.key.resource != kControllers) return;
    if (change.before == nullptr || change.after == nullptr) return;
    if (At(*change.before, {"spec", "replicas"}) == At(*change.after, {"spec", "replicas"})) return;
    times.push_back(std::chrono::duration_cast<seconds>(change.at.since_start).count());
  });
  run.Ask({{"newName", "web-2"},
           {"controller", NewController("web-2", "2", "app:v2")},
           {"updatePeriod", "60s"}});
  REQUIRE(run.UntilPhase("Succeeded"));
  return times;
}

TEST_CASE("The old ReplicationController shrinks an update period after the new one has grown") {
  UpdateRun run(kSeed);
  run.Begin(2);
  const std::vector<int64_t> times = TimesOfScalings(run);
  REQUIRE(times.size() == 4);  // up, down, up, down
  CHECK(times[1] - times[0] >= 60);
  CHECK(times[2] - times[1] < 60);
  CHECK(times[3] - times[2] >= 60);
  CHECK(run.Rest() == "");
}

TEST_CASE("A restart neither shortens nor lengthens the update period") {
  UpdateRun run(kSeed);
  run.Begin(1);
  std::vector<MonotonicTime> scalings;
  run.world.api().store().OnChange([&](const Change& change) {
    if (change.actor == "windlass" && change.key.resource == kControllers &&
        change.before != nullptr && change.after != nullptr &&
        At(*change.before, {"spec"}) != At(*change.after, {"spec"})) {
      scalings.push_back(change.at);
    }
  });
  Json spec = ByFile("web-2", "app:v2");
  spec["updatePeriod"] = "300s";
  run.Ask(spec);
  REQUIRE(run.UntilSizes(1, 1));
  for (int i = 0; i < 3; ++i) {
    run.world.RunFor(seconds(40));
    run.windlass.reset();
    run.windlass = std::make_unique<WindlassProcess>(run.world, ClientOptions{}, UpdatesAlone());
  }
  REQUIRE(run.UntilPhase("Succeeded"));
  REQUIRE(scalings.size() >= 2);
  const Duration between = scalings[1] - scalings[0];
  CHECK(between >= seconds(299));
  CHECK(between <= seconds(303));
  CHECK(run.Rest() == "");
}

TEST_CASE("Updates of ReplicationControllers: the same seed gives the same run (I-42)") {
  const auto hash = [](uint64_t seed) {
    UpdateRun run(seed);
    run.Begin(3);
    run.Ask({{"image", "app:v2"}});
    REQUIRE(run.UntilPhase("Succeeded"));
    return run.world.trace_hash();
  };
  CHECK(hash(5) == hash(5));
  CHECK(hash(5) != hash(6));
}

}  // namespace
}  // namespace windlass::sim::update_test
