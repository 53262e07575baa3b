// What a Pod's node says: P-006, P-032, P-039.
#include "controller/in_place/pod/nodes.h"

#include "test/catch.h"
#include "test/unit/controller/in_place/pods.h"

namespace windlass::in_place::nodes_test {
namespace {

using namespace test;

const PodCondition kReady{ConditionStatus::kTrue, {500}};
const PodCondition kUnready{ConditionStatus::kFalse, {500}};
const PodCondition kUnknown{ConditionStatus::kUnknown, {500}};

struct LostRow {
  std::string id;
  std::string node;  // of the Pod
  PodCondition ready;
  bool want;
};

TEST_CASE("a Pod on a lost node is neither ready nor about to be (P-039)") {
  const LostRow row = GENERATE(values<LostRow>({
      {"P-039 a ready node", "good", kReady, false},
      {"P-039 a Pod that is down on a ready node", "good", kUnready, false},
      {"P-039 a node that does not answer", "bad", kUnknown, true},
      {"P-039 a node that says it is not ready", "bad", kUnready, true},
      {"P-039 before that is told of the Pod, it serves", "bad", kReady, false},
      {"P-039 a node that is gone", "gone", kUnknown, true},
      {"P-039 a node that nobody has seen yet", "gone", kReady, false},
      {"P-039 not scheduled", "", {}, false},
  }));
  CAPTURE(row.id);

  const Node good{.meta = {},
                  .ready = true,
                  .heard = true,
                  .ready_since = {},
                  .kubelet_version = {},
                  .zone = {}};
  const Node bad{};
  Pod pod = PodWith({});
  pod.node_name = row.node;
  pod.ready = row.ready;
  CHECK(IsOnLostNode(pod, {{"good", &good}, {"bad", &bad}}) == row.want);
}

TEST_CASE("P-047 a kubelet is heard since Ready of its node last changed") {
  Node good{};
  good.ready = good.heard = true;
  good.ready_since = {500};
  Node bad{};  // it says itself that it is not ready
  bad.heard = true;
  bad.ready_since = {600};
  Node silent{};
  silent.ready_since = {500};
  const Nodes nodes{{"good", &good}, {"bad", &bad}, {"silent", &silent}};
  using Since = std::optional<WallTime>;
  const auto [node, since] = GENERATE(table<std::string, Since>({{"good", WallTime{500}},
                                                                 {"bad", WallTime{600}},
                                                                 {"silent", std::nullopt},
                                                                 {"gone", std::nullopt},
                                                                 {"", WallTime{}}}));
  CAPTURE(node);
  Pod pod = PodWith({});
  pod.node_name = node;
  CHECK(KubeletHeardSince(pod, nodes) == since);
}

TEST_CASE("P-047 what this process knows of a kubelet counts while it is heard") {
  Node node{};
  node.heard = true;
  node.ready_since = {500};
  node.here_since = {700};
  Pod pod = PodWith({});
  pod.node_name = "node-1";
  PodState state;
  NoteHeard(pod, &node, state);
  CHECK(state.heard_since == WallTime{500});
  CHECK(state.heard_here == WallTime{700});
  node.heard = false;
  NoteHeard(pod, &node, state);
  CHECK_FALSE(state.heard_here);
  NoteHeard(pod, nullptr, state);
  CHECK_FALSE(state.heard_here);
}

TEST_CASE("P-032 a Pod is in its node's zone") {
  Node in_zone{};
  in_zone.zone = "zone-a";
  const Node nowhere{};
  const Nodes nodes{{"in-zone", &in_zone}, {"nowhere", &nowhere}};
  const auto [node, zone] = GENERATE(table<std::string, std::string>(
      {{"in-zone", "zone-a"}, {"nowhere", ""}, {"gone", ""}, {"", ""}}));
  Pod pod = PodWith({});
  pod.node_name = node;
  CHECK(ZoneOf(pod, nodes) == zone);
}

TEST_CASE("a Pod that no node has room for is not waited for (P-052)") {
  Pod pod = PodWith({});
  pod.meta.creation_timestamp = {500};
  CHECK_FALSE(UnschedulableFrom(pod));
  pod.node_name = {};
  pod.scheduled = {};
  CHECK(UnschedulableFrom(pod) == WallTime{560});  // the scheduler says nothing
  pod.scheduled = {ConditionStatus::kFalse, {501}};
  CHECK(UnschedulableFrom(pod) == WallTime{});
}

struct KubeletRow {
  std::string id;
  std::string node;
  ContainerKind kind;
  bool want_refused;
};

TEST_CASE("a sidecar restarts with kubelet 1.32 (P-006)") {
  const KubeletRow row = GENERATE(values<KubeletRow>({
      {"P-006 1.31", "1.31", ContainerKind::kSidecar, true},
      {"P-006 1.32", "1.32", ContainerKind::kSidecar, false},
      {"P-006 2.0", "2.0", ContainerKind::kSidecar, false},
      {"P-006 a version nobody can read", "0.0", ContainerKind::kSidecar, true},
      {"P-006 the kubelet of a node that is gone", "gone", ContainerKind::kSidecar, false},
      {"P-006 not scheduled: the first container is of the new image", "", ContainerKind::kSidecar,
       false},
      {"P-005 other containers always did", "1.31", ContainerKind::kApp, false},
      {"P-006 plain init containers never do", "1.31", ContainerKind::kInit, false},
  }));
  CAPTURE(row.id);

  const auto node = [](int32_t major, int32_t minor) {
    return Node{.meta = {},
                .ready = true,
                .heard = true,
                .ready_since = {},
                .kubelet_version = {major, minor},
                .zone = {}};
  };
  const Node v0 = node(0, 0), v131 = node(1, 31), v132 = node(1, 32), v2 = node(2, 0);
  const Nodes nodes{{"0.0", &v0}, {"1.31", &v131}, {"1.32", &v132}, {"2.0", &v2}};
  Pod pod = PodWith({});
  pod.node_name = row.node;
  TemplateChanges changes;
  changes.images = {{.container = "log", .from = "r/log:1", .to = "r/log:2"},
                    {.container = "it", .kind = row.kind, .from = "r/it:1", .to = "r/it:2"}};
  const auto refusal = RefuseKubelet(pod, changes, nodes);
  CHECK(refusal.has_value() == row.want_refused);
  if (refusal) CHECK(Text(*refusal) == std::string("SidecarKubeletTooOld:") + row.node);
  CHECK_FALSE(RefuseKubelet(pod, {}, nodes));
}

}  // namespace
}  // namespace windlass::in_place::nodes_test
