// Patched Pods that fail, and when the rollout is given up because of them (P-060 to P-063).
#include <string>
#include <vector>

#include "test/catch.h"
#include "test/unit/controller/in_place/phases/cluster.h"

namespace windlass::in_place::failure_test {
namespace {

// One of four Pods is patched, and the others are to stay.
class Canary : public Started {
 public:
  explicit Canary(const std::string& on_failure) : Started(4) {
    Annotate("windlass.dev/in-place-on-failure", on_failure);
    Annotate("windlass.dev/in-place-partition", "3");
    RollOutInPlace("v2");
    for (const std::string& pod : PodNames()) {
      if (ImageOfPod(pod) == "v2") patched = pod;
    }
    REQUIRE(!patched.empty());
  }
  std::string patched;
};

TEST_CASE("one crash an hour after the patch is no minute of failure (P-062)") {
  const std::string policy = GENERATE("Revert", "Recreate");
  Canary c(policy);
  c.now += 3600;
  c.Crash(c.patched);
  const Step step = c.Sync();
  CHECK(c.InPlaceCondition() == "True Failing");
  CHECK(c.ImageOfPod(c.patched) == "v2");
  const Wait* wait = std::get_if<Wait>(&step);
  REQUIRE(wait != nullptr);
  REQUIRE(wait->look_again_in);
  CHECK(*wait->look_again_in <= seconds(60));

  c.SyncAfter(60);
  c.Sync();
  if (policy == "Revert") CHECK(c.ImageOfPod(c.patched) == "v1");
  if (policy == "Recreate") CHECK(c.SizeOf("v2") > 0);
}

TEST_CASE("a Pod patched weeks ago, not ready for a while, is not failed by old restarts (P-060)") {
  const std::string policy = GENERATE("Revert", "Recreate");
  Canary c(policy);
  c.now += 14 * 86400;
  c.KeepCrashing(c.patched);  // five times since its patch
  for (int second = 0; second < 120; ++second, ++c.now) c.Sync();
  CHECK(c.InPlaceCondition() == "True Partitioned");
  CHECK(c.ImageOfPod(c.patched) == "v2");
  CHECK(c.SizeOf("v2") == 0);
  c.now += 600;  // but a Pod that does not come back at all has failed
  c.Sync();
  if (policy == "Revert") CHECK(c.ImageOfPod(c.patched) == "v1");
  if (policy == "Recreate") CHECK(c.SizeOf("v2") > 0);
}

// For the user who reads why the revision was given up: with a deadline shorter than the minute
// that failing Pods have, a Pod whose kubelet is late has timed out by then.
TEST_CASE("a container's reason is told rather than the timeout of another Pod (P-062)") {
  Started c(4, 2);
  c.Edit([](auto& d) { d["spec"]["progressDeadlineSeconds"] = 20; });
  c.Annotate("windlass.dev/in-place-on-failure", "Revert");
  c.Annotate("windlass.dev/in-place-canary-first", "false");
  c.SettleInPlace();
  c.SetImage("v2");
  c.Sync();
  std::vector<std::string> patched;
  for (const std::string& pod : c.PodNames()) {
    if (c.ImageOfPod(pod) == "v2") patched.push_back(pod);
  }
  REQUIRE(patched.size() == 2);
  const size_t lacks_image = GENERATE(size_t{0}, size_t{1});
  CAPTURE(lacks_image);
  c.FailToPull(patched[lacks_image]);
  c.now += 61;
  c.Sync();
  CHECK(c.InPlaceCondition() == "True GivenUp");
  CHECK(c.InPlaceMessage().find("container a of pod " + patched[lacks_image] +
                                " does not run (ImagePullBackOff)") != std::string::npos);
}

}  // namespace
}  // namespace windlass::in_place::failure_test
