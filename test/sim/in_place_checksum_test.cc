// Templates with an annotation checksum/config, as Helm writes it. The annotation changes with a
// ConfigMap that the containers have read, so Windlass must replace the Pods or restart their
// containers (P-007).
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "kubeclient/base/random.h"
#include "test/catch.h"
#include "test/sim/in_place_run.h"
#include "test/sim/in_place_words.h"

namespace windlass::sim::in_place_checksum_test {
namespace {

constexpr const char* kChecksum = "checksum/config";

// Judges every write to Pods: a write that changes the checksum must change an image, too, because
// a new image restarts the container.
class HelmRun : public InPlaceRun {
 public:
  explicit HelmRun(uint64_t seed) : InPlaceRun(seed) {
    world.api().store().OnChange([this](const Change& change) { Judge(change); });
  }
  void Install(int replicas, const std::string& policy) {
    Json deployment = InPlaceDeployment(replicas, "app:v1", {{"", policy}});
    deployment["spec"]["template"]["metadata"]["annotations"][kChecksum] = "a";
    Start(deployment);
  }
  // What helm upgrade does.
  void Upgrade(const std::string& image, const std::string& checksum) {
    Json deployment = *world.Deployment("web");
    Json patch;
    patch["spec"]["template"]["metadata"]["annotations"][kChecksum] = checksum;
    patch["spec"]["template"]["spec"]["containers"] =
        deployment["spec"]["template"]["spec"]["containers"];
    patch["spec"]["template"]["spec"]["containers"][0]["image"] = image;
    world.Edit("web", patch);
  }
  std::string Missed() const { return missed_; }
  // Returns true if all Pods have `image` and `checksum`.
  bool AllAre(const std::string& image, const std::string& checksum) const {
    for (const Object& pod : world.Pods("web")) {
      if (AnnotationOf(*pod, kChecksum) != checksum) return false;
    }
    return PodsOf(image) == world.Pods("web").size();
  }

 private:
  void Judge(const Change& change) {
    if (change.key.resource != resources::kPods) return;
    if (change.before == nullptr || change.after == nullptr) return;
    const std::string before = AnnotationOf(*change.before, kChecksum);
    const std::string after = AnnotationOf(*change.after, kChecksum);
    if (before == after || ChangesImages(*change.before, *change.after)) return;
    missed_ += NameOf(*change.after) + ": " + before + " to " + after + " without a restart\n";
  }
  std::string missed_;
};

TEST_CASE("in place, another checksum alone makes new Pods (P-007)", "[in-place]") {
  HelmRun run(GENERATE(1U, 2U, 3U));
  run.Install(5, "IfPossible");
  const auto pods = run.Uids();
  run.Upgrade("app:v1", "b");
  REQUIRE(run.Finish() == "");
  CHECK(run.AllAre("app:v1", "b"));
  for (const std::string& uid : run.Uids()) CHECK(std::ranges::count(pods, uid) == 0);
}

TEST_CASE("in place, another checksum with an image keeps the Pods (P-007)", "[in-place]") {
  HelmRun run(GENERATE(1U, 2U, 3U));
  run.Install(5, GENERATE("IfPossible", "Only"));
  const auto pods = run.Uids();
  run.Upgrade("app:v2", "b");
  REQUIRE(run.Finish() == "");
  CHECK(run.AllAre("app:v2", "b"));
  CHECK(run.Uids() == pods);
  CHECK(run.EachRestarted(1));
  CHECK(run.Missed() == "");
}

TEST_CASE("in place, with Only another checksum alone is refused (P-014)", "[in-place]") {
  HelmRun run(GENERATE(1U, 2U, 3U));
  run.Install(4, "Only");
  const auto pods = run.Uids();
  run.Upgrade("app:v1", "b");
  REQUIRE(run.Rest() == "");
  CHECK(run.AllAre("app:v1", "a"));
  CHECK(run.Uids() == pods);
  CHECK(run.Reason() == "NotPossible");
}

TEST_CASE("in place, another checksum midway makes new Pods of all (P-007)", "[in-place]") {
  HelmRun run(GENERATE(1U, 2U, 3U));
  run.Install(5, "IfPossible");
  const auto pods = run.Uids();
  const std::string image = GENERATE("app:v1", "app:v2");
  run.Upgrade("app:v2", "a");
  REQUIRE(run.UntilPatched("app:v2", 2));
  run.Upgrade(image, "b");
  REQUIRE(run.Finish() == "");
  CHECK(run.AllAre(image, "b"));
  for (const std::string& uid : run.Uids()) CHECK(std::ranges::count(pods, uid) == 0);
  CHECK(run.Missed() == "");
}

// Upgrades of both kinds, some undone or overtaken, while Pods die and Windlass crashes.
std::string Walk(uint64_t seed) {
  HelmRun run(seed);
  Random random(seed);
  const auto one_of = [&](const std::vector<std::string>& words) {
    return words[random.Next() % words.size()];
  };
  run.Install(static_cast<int>(1 + random.Next() % 6), "IfPossible");
  std::pair<std::string, std::string> now{"app:v1", "a"};
  std::string steps;
  for (int i = 0; i < 12; ++i) {
    const uint32_t what = random.Next() % 8;
    if (what == 6) {
      steps += " undo";
      run.world.RolloutUndo("web");
      const Json pod_template = (*run.world.Deployment("web"))["spec"]["template"];
      now = {ImageIn(pod_template["spec"], "web"),
             pod_template["metadata"]["annotations"].value(kChecksum, "")};
    } else if (what == 7) {
      steps += " crash";
      run.windlass.reset();
      run.world.RunFor(milliseconds(random.Next() % 3000));
      run.windlass = std::make_unique<WindlassProcess>(run.world);
    } else {
      if (what < 4) now.first = one_of({"app:v1", "app:v2", "app:v3-slow-start-5s"});
      if (what > 2) now.second = one_of({"a", "b", "c"});
      steps += " " + now.first + "+" + now.second;
      run.Upgrade(now.first, now.second);
    }
    run.world.RunFor(milliseconds(10 + random.Next() % 20'000));
  }
  run.Upgrade("app:last", "last");
  std::string wrong = run.Finish() + run.Missed();
  if (!run.AllAre("app:last", "last")) wrong += "not all are of the last template\n";
  return wrong.empty() ? "" : "after" + steps + "\n" + wrong;
}

void WalkSeeds(uint64_t first, uint64_t last) {
  for (uint64_t seed = first; seed <= last; ++seed) {
    const std::string wrong = Walk(seed);
    if (!wrong.empty()) FAIL_CHECK("seed " << seed << " " << wrong.substr(0, 3000));
  }
}

TEST_CASE("in place, random walks with checksums over seeds (P-007)", "[in-place]") {
  WalkSeeds(1, 20);
}

TEST_CASE("in place, random walks with checksums over many seeds", "[.seeds]") {
  WalkSeeds(21, 1000);
}

}  // namespace
}  // namespace windlass::sim::in_place_checksum_test
