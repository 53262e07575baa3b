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

// With IfPossible and 4 Pods of image v1, one of which restarts into v2.
class Restarting : public Started {
 public:
  Restarting() : Started(4) {
    Annotate("windlass.dev/in-place", "IfPossible");
    SettleInPlace();
    SetImage("v2");
    Sync();
    REQUIRE(in_flight() == 1);
  }
};

TEST_CASE("no Pod is replaced beside one that restarts and looks Ready") {
  Restarting c;
  c.Edit([](auto& d) { d["spec"]["template"]["spec"]["hostNetwork"] = true; });
  c.Sync();
  CHECK(c.SizeOf("v1") == 4);
  CHECK(c.InPlaceCondition() == "True Patching");
  CHECK(c.InPlaceMessage() ==
        "0 of 4 Pods are patched, 1 is being updated: spec.template.spec.hostNetwork has changed, "
        "and Windlass cannot change it in a running Pod (FieldChanged). Windlass replaces the "
        "Pods as soon as no Pod is restarting");
  c.RestartAll();
  c.SyncAfter(60);
  CHECK(c.InPlaceCondition() == "False NotPossible");
  c.SettleInPlace();
  CHECK(c.SizeOf("v1") == 0);
}

TEST_CASE("nor when updates in place are ended midway (P-013, P-072, P-078)") {
  const int way = GENERATE(0, 1, 2, 3);
  const bool ends = GENERATE(true, false);  // false: the kubelet never acts
  CAPTURE(way, ends);
  Restarting c;
  if (way == 0) {
    c.Edit([](auto& d) { d["metadata"]["annotations"].erase("windlass.dev/in-place"); });
  }
  if (way == 1) c.Annotate("windlass.dev/in-place", "Disabled");
  if (way == 2) c.Annotate("windlass.dev/in-place-partition", "lots");
  if (way == 3) c.EditReplicaSet(c.NameOf("v2"), [](auto& rs) { rs["spec"]["replicas"] = 1; });
  for (int i = 0; i < 3; ++i) c.Sync();
  CHECK(c.SizeOf("v1") == 4);
  if (ends) c.RestartAll();
  c.SyncAfter(ends ? 60 : 601);
  CHECK(c.SizeOf("v1") < 4);
}

// Whom this serves: who moves a workload to another kind or setting in the middle of an update.
TEST_CASE("nor by a workload made again that asks for nothing (P-013, P-027)") {
  Started c(4);
  c.SetImage("v2");
  c.Sync();
  REQUIRE(c.in_flight() == 1);
  GiveStatesToFormer(c);
  c.Edit([](auto& d) { d["metadata"]["annotations"].erase("windlass.dev/in-place"); });
  for (int i = 0; i < 3; ++i) c.Sync();
  CHECK(c.SizeOf("v1") == 4);
  c.RestartAll();
  c.SyncAfter(60);
  CHECK(c.SizeOf("v1") < 4);
}

// Windlass has just started.
TEST_CASE("nor while it cannot be seen yet whether one restarts (P-013)") {
  Restarting c;
  c.in_place_known = false;
  const bool has_text = GENERATE(false, true);
  c.look = [show = c.look, has_text](View& view) {
    show(view);
    view.in_place_missing.clear();  // it only takes time
    view.extension_reads_template = has_text;
  };
  const bool ends = GENERATE(false, true);
  CAPTURE(ends, has_text);
  c.Edit([&](auto& d) {
    if (ends) d["metadata"]["annotations"].erase("windlass.dev/in-place");
    d["spec"]["template"]["spec"]["hostNetwork"] = true;
  });
  const Step end = c.Sync();
  CHECK(c.SizeOf("v1") == 4);
  // What is late may turn out to be missing, and nothing tells then.
  REQUIRE(std::holds_alternative<Wait>(end));
  CHECK(std::get<Wait>(end).look_again_in == seconds(10));
  c.in_place_known = true;
  c.Sync();
  CHECK(c.SizeOf("v1") == 4);
  c.RestartAll();
  c.now += 60;
  c.SettleInPlace();
  CHECK(c.SizeOf("v1") == 0);
}

// Whom this serves: whose Pod would be out of traffic for as long as nothing is patched.
TEST_CASE(
    "a Pod that was drained for its patch is let back where Pods are to be replaced (P-040)") {
  Started c(4);
  c.Annotate("windlass.dev/in-place", "IfPossible");
  c.DrainByLabel();
  c.SetImage("v2");
  c.Sync();
  REQUIRE(c.OutOfTraffic() == 1);
  c.update_webhook = [](const auto&, auto& rs) {
    auto& annotations = rs["metadata"]["annotations"];
    for (const char* key : {"windlass.dev/in-place", "windlass.dev/in-place-drain"}) {
      if (annotations.is_object()) annotations.erase(key);
    }
  };
  for (const char* image : {"v1", "v2"}) {
    c.EditReplicaSet(c.NameOf(image), [](auto& rs) {
      rs["metadata"]["annotations"].erase("windlass.dev/in-place");
      rs["metadata"]["annotations"].erase("windlass.dev/in-place-drain");
    });
  }
  for (int i = 0; i < 3; ++i) c.Sync();
  CHECK(c.OutOfTraffic() == 0);
  for (int i = 0; i < 20; ++i) {
    c.SyncAndRun();
  }
  CHECK(c.SizeOf("v1") == 0);
}

TEST_CASE("a Pod that fails with the image before is not waited for") {
  Restarting c;
  for (const std::string& pod : c.PodNames()) {
    if (c.ImageOfPod(pod) == "v2") c.FailToPull(pod);
  }
  c.Edit([](auto& d) { d["spec"]["template"]["spec"]["hostNetwork"] = true; });
  c.Sync();
  CHECK(c.InPlaceCondition() == "False NotPossible");
}

}  // namespace
}  // namespace windlass::in_place::fallback_test
