// From in-place updates to replacing Pods, while some Pods are being restarted.
#include "test/catch.h"
#include "test/unit/controller/in_place/phases/cluster.h"

namespace windlass::in_place::fallback_test {
namespace {

// At rest with all Pods of image v1.
class Started : public InPlaceCluster {
 public:
  explicit Started(int32_t replicas) : InPlaceCluster(replicas, 1) { SettleInPlace(); }
};

TEST_CASE("no Pod is replaced beside one that restarts and looks Ready") {
  Started c(4);
  c.Annotate("windlass.dev/in-place", "IfPossible");
  c.SettleInPlace();
  c.SetImage("v2");
  c.Sync();
  REQUIRE(c.in_flight() == 1);
  c.Edit([](auto& d) { d["spec"]["template"]["spec"]["hostNetwork"] = true; });
  c.Sync();
  CHECK(c.SizeOf("v1") == 4);
  CHECK(c.InPlaceCondition() == "True Patching");
  CHECK(c.InPlaceMessage() ==
        "0/4 patched, 0 updated, 1 in flight: FieldChanged:/spec/hostNetwork: Pods are replaced "
        "when none restarts any more");
  c.RestartAll();
  c.now += 60;
  c.Sync();
  CHECK(c.InPlaceCondition() == "False NotPossible");
  c.SettleInPlace();
  CHECK(c.SizeOf("v1") == 0);
}

TEST_CASE("a Pod that fails with the image before is not waited for") {
  Started c(4);
  c.Annotate("windlass.dev/in-place", "IfPossible");
  c.SettleInPlace();
  c.SetImage("v2");
  c.Sync();
  REQUIRE(c.in_flight() == 1);
  for (const std::string& pod : c.PodNames()) {
    if (c.ImageOfPod(pod) == "v2") c.FailToPull(pod);
  }
  c.Edit([](auto& d) { d["spec"]["template"]["spec"]["hostNetwork"] = true; });
  c.Sync();
  CHECK(c.InPlaceCondition() == "False NotPossible");
}

}  // namespace
}  // namespace windlass::in_place::fallback_test
