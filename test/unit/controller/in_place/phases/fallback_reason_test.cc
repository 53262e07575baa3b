// The reason by which a metric counts a rollout that replaces Pods after all. The write that
// decides so carries it, once for each rollout (P-084).
#include <functional>
#include <string>
#include <vector>

#include "test/catch.h"
#include "test/unit/controller/in_place/phases/cluster.h"

namespace windlass::in_place::fallback_reason_test {
namespace {

using Json = nlohmann::json;

struct Row {
  std::string want;
  std::function<void(InPlaceCluster&)> act;
};

void ShareHostNetwork(InPlaceCluster& c) {
  c.Edit([](Json& d) { d["spec"]["template"]["spec"]["hostNetwork"] = true; });
}

// Gives the Pods a sidecar, then changes its image on kubelets before 1.32.
void ChangeSidecar(InPlaceCluster& c) {
  const auto set = [&c](const char* image) {
    c.Edit([image](Json& d) {
      d["spec"]["template"]["spec"]["initContainers"] = {
          {{"name", "log"}, {"image", image}, {"restartPolicy", "Always"}}};
    });
  };
  set("log:1");
  c.SettleInPlace();
  c.fallbacks.clear();
  for (Node& node : c.nodes) node.kubelet_version = {1, 31};
  set("log:2");
}

void ForbidPatches(InPlaceCluster& c) {
  c.server = [model = c.server](const Request& request) -> std::optional<Result<Reply>> {
    const bool patch = request.resource() == resources::kPods && request.verb() == Verb::kPatch;
    if (!patch) return model(request);
    return Result<Reply>(Error{ErrorKind::kForbidden, "FieldChanged: says the server"});
  };
  c.SetImage("v2");
  for (int second = 0; second < 60; ++second, ++c.now) c.Sync();
}

void LoseHost(InPlaceCluster& c) {
  c.SetImage("v2");
  c.Sync();
  c.replica_sets().erase(c.NameOf("v1"));
}

void ScalePending(InPlaceCluster& c) {
  c.SetImage("v2");
  c.Sync();
  c.EditReplicaSet(c.NameOf("v2"), [](Json& rs) { rs["spec"]["replicas"] = 2; });
}

void OutgrowExchange(InPlaceCluster& c) {
  c.Annotate("example.com/long", std::string(120'000, 'a'));
  c.SettleInPlace();
  c.Annotate("example.com/long", std::string(120'000, 'b'));
  c.Edit([](Json& d) {
    d["spec"]["template"]["metadata"]["annotations"]["long"] = std::string(100'000, 'x');
    d["spec"]["template"]["spec"]["containers"][0]["image"] = "v2";
  });
}

const std::vector<Row> kRows = {
    {"FieldChanged", ShareHostNetwork},
    {"SidecarKubeletTooOld", ChangeSidecar},
    {"PodForbidden", ForbidPatches},
    {"ImagePullBackOff", [](InPlaceCluster& c) { c.FailForLong("v2", "Recreate"); }},
    {"HostGone", LoseHost},
    {"ForeignScale", ScalePending},
    {"TemplateTooLarge", OutgrowExchange},
};

TEST_CASE("the write that decides to replace Pods says why, in one word, and once") {
  for (const Row& row : kRows) {
    CAPTURE(row.want);
    Started c(3);
    c.Annotate("windlass.dev/in-place", "IfPossible");
    c.SettleInPlace();
    row.act(c);
    c.SettleInPlace();
    CHECK(c.fallbacks == std::vector<std::string>{row.want});
  }
}

TEST_CASE("with Only, or in place, no write does") {
  const std::string policy = GENERATE("Only", "IfPossible");
  Started c(3);
  c.Annotate("windlass.dev/in-place", policy);
  c.SettleInPlace();
  if (policy == "Only") {
    c.FailForLong("v2", "Recreate");
  } else {
    c.SetImage("v2");
  }
  c.SettleInPlace();
  CHECK(c.Condition("Progressing") == "True NewReplicaSetAvailable");
  CHECK(c.fallbacks.empty());
}

TEST_CASE("a rollout that begins while Pods are being replaced is counted, too") {
  Started c(3);
  c.Annotate("windlass.dev/in-place", "IfPossible");
  c.SettleInPlace();
  ShareHostNetwork(c);
  c.Sync();
  c.RollOutInPlace("v2");
  CHECK(c.fallbacks.size() == 2);
}

}  // namespace
}  // namespace windlass::in_place::fallback_reason_test
