// Patched Pods that fail, and when that is a reason to give up (in-place P-060 to P-063).
#include <algorithm>

#include "test/catch.h"
#include "test/unit/controller/deployment/in_place_cluster.h"

namespace windlass::deployment {
namespace {

TEST_CASE("one crash an hour after the patch is no minute of failure (P-062)") {
  const std::string policy = GENERATE("Revert", "Recreate");
  Started c(4);
  const auto pods = c.PodNames();
  c.Annotate("windlass.dev/in-place-on-failure", policy);
  c.Annotate("windlass.dev/in-place-partition", "3");
  c.SetImage("v2");
  c.SettleInPlace();
  const auto patched =
      std::ranges::find_if(pods, [&](const std::string& pod) { return c.ImageOfPod(pod) == "v2"; });
  REQUIRE(patched != pods.end());
  c.now += 3600;
  c.Crash(*patched);
  const Step step = c.Sync();
  CHECK(c.InPlaceCondition() == "True Failing");
  CHECK(c.ImageOfPod(*patched) == "v2");
  const Wait* wait = std::get_if<Wait>(&step);
  REQUIRE(wait != nullptr);
  REQUIRE(wait->look_again_in);
  CHECK(*wait->look_again_in <= seconds(60));

  c.now += 60;
  c.Sync();
  c.Sync();
  if (policy == "Revert") CHECK(c.ImageOfPod(*patched) == "v1");
  if (policy == "Recreate") CHECK(c.SizeOf("v2") > 0);
}

TEST_CASE("a Pod patched weeks ago, not ready for a while, is not failed by old restarts (C.11)") {
  const std::string policy = GENERATE("Revert", "Recreate");
  Started c(4);
  const auto pods = c.PodNames();
  c.Annotate("windlass.dev/in-place-on-failure", policy);
  c.Annotate("windlass.dev/in-place-partition", "3");
  c.SetImage("v2");
  c.SettleInPlace();
  const auto patched =
      std::ranges::find_if(pods, [&](const std::string& pod) { return c.ImageOfPod(pod) == "v2"; });
  REQUIRE(patched != pods.end());
  c.now += 14 * 86400;
  c.KeepCrashing(*patched);  // five times since its patch
  for (int second = 0; second < 120; ++second, ++c.now) c.Sync();
  CHECK(c.InPlaceCondition() == "True Partitioned");
  CHECK(c.ImageOfPod(*patched) == "v2");
  CHECK(c.SizeOf("v2") == 0);
  c.now += 600;  // but a Pod that does not come back at all has failed
  c.Sync();
  if (policy == "Revert") CHECK(c.ImageOfPod(*patched) == "v1");
  if (policy == "Recreate") CHECK(c.SizeOf("v2") > 0);
}

}  // namespace
}  // namespace windlass::deployment
