// A Rollout whose new Pods do not work: its status and one Event name a Pod and its reason, for few
// requests; a healthy one costs none.
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "test/catch.h"
#include "test/proves.h"
#include "test/sim/sample_objects.h"
#include "test/sim/two_kinds.h"

namespace windlass::sim::rollout_stuck_test {
namespace {

constexpr Duration kLimit = seconds(3600);
const std::string kName = "web";

// Four Pods of app:v1, complete. Counts the lists of the first Pods.
struct Scene {
  Scene() {
    Json rollout = SampleRollout(kName, 4, "app:v1");
    rollout["spec"]["progressDeadlineSeconds"] = 120;
    world.Apply(rollout);
    Start();
    REQUIRE(world.RunUntil([&] { return world.IsComplete(kName, kRollouts); }, kLimit));
    REQUIRE(world.Quiesce());
  }

  // Starts a process, after the end of the one that ran.
  void Start() {
    windlass.reset();
    windlass = std::make_unique<WindlassProcess>(world, ClientOptions{}, RolloutsAlone());
    windlass->transport().decide = [this](uint64_t, const HttpRequest& request) {
      const bool asks = request.target.find("/pods?") != std::string::npos &&
                        request.target.find("limit=100&fieldSelector") != std::string::npos;
      lists += asks ? 1 : 0;
      return asks && refuses ? Fate::kForbidden : Fate::kDelivered;
    };
  }
  std::string Message() const {
    return TextAt(*world.Owner(kName, kRollouts), {"status", "message"});
  }
  std::string Condition(const std::string& type, const char* field) const {
    const Object owner = world.Owner(kName, kRollouts);
    for (const Json& condition : At(*owner, {"status", "conditions"})) {
      if (TextAt(condition, {"type"}) == type) return TextAt(condition, {field});
    }
    return "";
  }
  bool Says(const std::string& words) const { return Message().find(words) != std::string::npos; }
  std::vector<std::string> Events() {
    std::vector<std::string> messages;
    for (const Object& event : world.api().List(resources::kEvents, "default")) {
      if (TextAt(*event, {"reason"}) != "PodsStuck") continue;
      messages.push_back(TextAt(*event, {"message"}));
    }
    return messages;
  }

  World world{17};
  int lists = 0;
  bool refuses = false;
  std::unique_ptr<WindlassProcess> windlass;
};

TEST_CASE_METHOD(Scene, "a Rollout to a missing image says so, for few lists (RO-140, RO-142)") {
  const std::string cause =
      ": container web does not start: Back-off pulling image \"app:missing\" (ImagePullBackOff)";
  world.SetImage(kName, "app:missing", kRollouts);
  REQUIRE(world.RunUntil([&] { return Says(cause); }, seconds(60)));
  CHECK(lists == 1);
  CHECK(TextAt(*world.Owner(kName, kRollouts), {"status", "phase"}) == "Progressing");
  CHECK(Condition("PodsStuck", "reason") == "ImagePullBackOff");

  // The deadline passes, and a process takes over.
  REQUIRE(world.RunUntil([&] { return Condition("Stalled", "status") == "True"; }, seconds(200)));
  world.RunFor(seconds(10));
  CHECK(lists == 2);
  CHECK(Says(" has timed out progressing. Pod web-"));
  for (const char* type : {"Progressing", "Stalled", "Ready"}) {
    CHECK(Condition(type, "message") == Message());
  }
  CHECK(Says(cause));
  Start();
  world.RunFor(seconds(290));
  CHECK(lists == 3);

  // Nothing is written while nothing changes.
  uint64_t writes = 0;
  world.api().store().OnChange([&](const Change& change) {
    writes += change.actor == "windlass" && change.key.resource == kRollouts ? 1 : 0;
  });
  world.RunFor(seconds(3000));
  CHECK(writes == 0);
  CHECK(lists <= 3 + 11);
  CHECK(Events() == std::vector<std::string>{Condition("PodsStuck", "message")});

  lists = 0;
  world.SetImage(kName, "app:v3", kRollouts);
  REQUIRE(world.RunUntil([&] { return world.IsComplete(kName, kRollouts); }, kLimit));
  REQUIRE(world.Quiesce());
  CHECK(lists == 0);
  CHECK(Condition("PodsStuck", "status").empty());
  CHECK(Events().size() == 1);
  CHECK(world.Complaints() == "");
  Proves("RO-140 RO-142 RO-144");
}

// While there are no replicas nothing is missing, and nothing is proven either.
TEST_CASE_METHOD(Scene, "a version that came at replicas 0 has a deadline when it wakes (RO-137)") {
  world.Scale(kName, 0, kRollouts);
  REQUIRE(world.Quiesce());
  world.SetImage(kName, "app:missing", kRollouts);
  REQUIRE(world.Quiesce());
  CHECK(TextAt(*world.Owner(kName, kRollouts), {"status", "phase"}) == "Healthy");
  world.Scale(kName, 4, kRollouts);
  REQUIRE(world.RunUntil([&] { return Condition("Reconciling", "status") == "True"; }, kLimit));
  CHECK_FALSE(Says("complete"));
  REQUIRE(world.RunUntil([&] { return Condition("Stalled", "status") == "True"; }, seconds(200)));
  CHECK(Says("ImagePullBackOff"));
  CHECK(IntAt(*world.Owner(kName, kRollouts), {"status", "stableRevision"}) == 1);
  CHECK(world.Complaints() == "");
  Proves("RO-137");
}

TEST_CASE_METHOD(Scene, "a healthy Rollout asks for no list of its Pods (RO-140)") {
  CHECK(lists == 0);
  world.SetImage(kName, "app:v2-slow-ready-10s", kRollouts);
  REQUIRE(world.RunUntil([&] { return world.IsComplete(kName, kRollouts); }, kLimit));
  world.Scale(kName, 6, kRollouts);
  REQUIRE(world.RunUntil([&] { return world.IsComplete(kName, kRollouts); }, kLimit));
  REQUIRE(world.Quiesce());
  CHECK(lists == 0);
  CHECK(Events().empty());
  CHECK(world.Complaints() == "");
  Proves("RO-140");
}

TEST_CASE_METHOD(Scene, "a refused list holds up nothing (RO-143)") {
  refuses = true;
  world.SetImage(kName, "app:missing", kRollouts);
  REQUIRE(world.RunUntil([&] { return Condition("Stalled", "status") == "True"; }, seconds(200)));
  CHECK(lists <= 2);
  CHECK(Condition("PodsStuck", "status").empty());
  world.SetImage(kName, "app:v3", kRollouts);
  CHECK(world.RunUntil([&] { return world.IsComplete(kName, kRollouts); }, kLimit));
  CHECK(world.Complaints() == "");
  Proves("RO-143");
}

TEST_CASE_METHOD(Scene, "a crash loop is told with its exit code, in words that stay (RO-141)") {
  world.SetImage(kName, "app:v2-never-ready-crash-1s", kRollouts);
  const std::string cause =
      ": container web does not keep running (CrashLoopBackOff); it ended with exit code 1 (Error)";
  REQUIRE(world.RunUntil([&] { return Says(cause); }, seconds(400)));
  const std::string told = Condition("PodsStuck", "message");
  world.RunFor(seconds(1500));
  CHECK(Condition("PodsStuck", "message") == told);
  CHECK(Events() == std::vector<std::string>{told});
  CHECK(world.Complaints() == "");
  Proves("RO-141 RO-142");
}

}  // namespace
}  // namespace windlass::sim::rollout_stuck_test
