// Kubelets that are too old for the change, from the start or since a later moment (P-006).
#include <algorithm>

#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/in_place/phases/cluster.h"

namespace windlass::in_place::kubelet_test {
namespace {

using Json = nlohmann::json;

void SetSidecar(Json& deployment, const std::string& image) {
  deployment["spec"]["template"]["spec"]["initContainers"] = {
      {{"name", "log"}, {"image", image}, {"restartPolicy", "Always"}}};
}

bool IsPatched(Started& c, const std::string& pod) {
  return c.PodNamed(pod)["spec"]["initContainers"][0]["image"] == "log:2";
}

int Patched(Started& c) {
  int patched = 0;
  for (const std::string& pod : c.PodNames()) patched += IsPatched(c, pod) ? 1 : 0;
  return patched;
}

TEST_CASE(
    "a sidecar on a kubelet that does not restart it is left alone, and that is told (P-006)") {
  Started c(2, 2);
  c.Annotate("windlass.dev/in-place", "IfPossible");
  c.Annotate("windlass.dev/in-place-canary-first", "false");
  c.Edit([](Json& d) { SetSidecar(d, "log:1"); });
  c.SettleInPlace();
  c.Annotate("windlass.dev/in-place", "Only");
  c.Sync();
  c.Edit([](Json& d) { SetSidecar(d, "log:2"); });
  c.Sync(1);  // decided on
  const std::string node = c.PodNamed(c.PodNames()[0])["spec"]["nodeName"];
  const auto set_kubelet = [&](int32_t minor) {
    for (Node& each : c.nodes) {
      if (each.meta.name == node) each.kubelet_version = {1, minor};
    }
  };
  set_kubelet(31);
  c.Sync();
  CHECK(Patched(c) == 1);
  CHECK_FALSE(IsPatched(c, c.PodNames()[0]));
  CHECK(c.InPlaceCondition() == "True Failing");
  CHECK(c.InPlaceMessage().ends_with("kubelets before 1.32 do not restart sidecars, and node " +
                                     node + " has such a kubelet (SidecarKubeletTooOld)"));
  set_kubelet(32);
  c.Sync();
  CHECK(Patched(c) == 2);
  CHECK(c.InPlaceCondition() != "True Failing");
}

TEST_CASE("nor is it told while the partition lets it stay as it is (P-006)") {
  Started c(2, 2);
  c.Annotate("windlass.dev/in-place", "IfPossible");
  c.Edit([](Json& d) { SetSidecar(d, "log:1"); });
  c.SettleInPlace();
  c.Annotate("windlass.dev/in-place-partition", "1");
  c.Sync();
  c.Edit([](Json& d) { SetSidecar(d, "log:2"); });
  c.Sync(1);
  const std::string node = c.PodNamed(c.PodNames()[0])["spec"]["nodeName"];
  for (Node& each : c.nodes) {
    if (each.meta.name == node) each.kubelet_version = {1, 31};
  }
  c.Sync();
  CHECK(Patched(c) == 1);
  CHECK_FALSE(IsPatched(c, c.PodNames()[0]));
  CHECK(c.InPlaceCondition() != "True Failing");
}

// Whom this serves: whose new Pods would run the new sidecar at once. An old kubelet shows nothing
// about the new template.
TEST_CASE("when an update in place becomes impossible, it delays no new Pods (P-006, P-013)") {
  Started c(2, 2);
  c.Annotate("windlass.dev/in-place", "IfPossible");
  c.Edit([](Json& d) { SetSidecar(d, "log:1"); });
  c.SettleInPlace();
  c.Edit([](Json& d) { SetSidecar(d, "log:2"); });
  c.Sync(1);
  for (Node& node : c.nodes) node.kubelet_version = {1, 31};
  c.Sync();
  REQUIRE(Patched(c) == 0);
  REQUIRE(c.InPlaceCondition() == "True Failing");
  c.Annotate("windlass.dev/in-place-max-unavailable", "0");
  c.Annotate("windlass.dev/in-place-surge", "Never");
  c.SettleInPlace();
  CHECK(std::ranges::any_of(c.events, [](const std::string& event) {
    return event.find("replaces Pods to roll out revision") != std::string::npos;
  }));
  CHECK(Patched(c) == 2);
  CHECK(c.Condition("Progressing") == "True NewReplicaSetAvailable");
  Proves("P-006 P-013");
}

}  // namespace
}  // namespace windlass::in_place::kubelet_test
