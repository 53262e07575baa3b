// What in-place updates read besides Pods: Nodes, PodDisruptionBudgets, and the templates of
// ReplicaSets.
#include <string>
#include <vector>

#include "kubeclient/api/decode.h"
#include "kubeclient/api/node.h"
#include "kubeclient/api/pod_disruption_budget.h"
#include "kubeclient/api/replica_set.h"
#include "kubeclient/api/time.h"
#include "test/catch.h"
#include "test/support/must.h"
#include "test/unit/api/fixtures.h"
#include "test/unit/api/reference_decoder.h"

namespace windlass::in_place_objects_test {
namespace {

struct Fixture {
  SymbolTable symbols;
  Decoder decoder{symbols};
  RegisteredInterest interest{decoder.interests(), test::TestInterest()};
};

TEST_CASE("a Node is ready if its condition says True, and heard if it says True or False") {
  struct Row {
    std::string conditions;
    bool ready;
    bool heard;
  };
  const Row row = GENERATE(values<Row>({
      {R"([{"type":"Ready","status":"True"}])", true, true},
      {R"([{"status":"True","type":"Ready"}])", true, true},
      {R"([{"type":"Ready","status":"False"}])", false, true},
      {R"([{"type":"Ready","status":"Unknown"}])", false, false},
      {R"([{"type":"Ready"}])", false, false},
      {R"([{"type":"DiskPressure","status":"True"}])", false, false},
      {"[]", false, false},
      {"null", false, false},
  }));
  CAPTURE(row.conditions);
  Fixture f;
  const Node node = Must(DecodeNode(
      f.decoder, R"({"metadata":{"name":"n"},"status":{"conditions":)" + row.conditions + "}}"));
  CHECK(node.ready == row.ready);
  CHECK(node.heard == row.heard);
}

TEST_CASE("of a kubelet's version the first two numbers count") {
  struct Row {
    std::string text;
    KubeletVersion version;
  };
  const Row row = GENERATE(values<Row>({
      {"v1.32.4", {1, 32}},
      {"v1.32.4-gke.100", {1, 32}},
      {"v1.33", {1, 33}},
      {"1.34.0+k3s1", {1, 34}},
      {"v1.31-alpha", {1, 31}},
      {"v1.28+", {1, 28}},
      {"", {}},
      {"v", {}},
      {"v1", {}},
      {"v1.", {}},
      {"v1.x", {}},
      {"v-1.32", {}},
      {"vv1.32", {}},
      {"v1.99999999999", {}},
      {"v1.2147483647", {1, 2147483647}},
      {"v1.2147483648", {}},
      {"v0001.00000000000032", {1, 32}},
  }));
  CAPTURE(row.text);
  Fixture f;
  const Node node = Must(DecodeNode(
      f.decoder,
      R"({"metadata":{"name":"n"},"status":{"nodeInfo":{"kubeletVersion":")" + row.text + "\"}}}"));
  CHECK(node.kubelet_version == row.version);
}

TEST_CASE("a Node says since when it is ready (P-047)") {
  Fixture f;
  const auto node = [&](const std::string& conditions) {
    return Must(DecodeNode(
        f.decoder, R"({"metadata":{"name":"n"},"status":{"conditions":)" + conditions + "}}"));
  };
  const auto since = [&](const std::string& conditions) { return node(conditions).ready_since; };
  const std::string ready = R"({"lastTransitionTime":"2026-01-02T15:04:05Z","type":"Ready",)";
  const std::string disk =
      R"({"lastTransitionTime":"2026-02-02T15:04:05Z","type":"DiskPressure","status":"False"})";
  const WallTime then = *ParseTime("2026-01-02T15:04:05Z");
  CHECK(since("[" + ready + R"("status":"True"},)" + disk + "]") == then);
  CHECK(since("[" + ready + R"("status":"False"}])") == then);
  CHECK(since(R"([{"type":"Ready","status":"True"}])").IsZero());
  CHECK(since("[" + disk + "]").IsZero());
  CHECK(node("[" + ready + R"("status":"True"}])").heard);
  CHECK(node("[" + ready + R"("status":"False"}])").heard);
  CHECK_FALSE(node("[" + ready + R"("status":"Unknown"}])").heard);  // the node controller wrote it
  CHECK_FALSE(node("[" + disk + "]").heard);
}

TEST_CASE("a Node's zone is its label, by the name of today before that of old (P-032)") {
  const auto [labels, zone] = GENERATE(table<std::string, std::string>({
      {R"({"topology.kubernetes.io/zone":"a","failure-domain.beta.kubernetes.io/zone":"b"})", "a"},
      {R"({"failure-domain.beta.kubernetes.io/zone":"b","topology.kubernetes.io/zone":"a"})", "a"},
      {R"({"topology.kubernetes.io/zone":"a"})", "a"},
      {R"({"failure-domain.beta.kubernetes.io/zone":"b"})", "b"},
      {R"({"topology.kubernetes.io/zone":"","failure-domain.beta.kubernetes.io/zone":"b"})", ""},
      {R"({"topology.kubernetes.io/region":"c"})", ""},
      {"{}", ""},
      {"null", ""},
  }));
  CAPTURE(labels);
  Fixture f;
  const Node node =
      Must(DecodeNode(f.decoder, R"({"metadata":{"name":"n","labels":)" + labels + "}}"));
  CHECK(node.zone == zone);
  CHECK(node.meta.labels.empty());
}

TEST_CASE("a further Node of the same zone costs its own name, and no text twice") {
  Fixture f;
  std::string text = test::kNodeJson;
  const Node first = Must(DecodeNode(f.decoder, text));
  const size_t symbols = f.symbols.size();
  for (size_t at = 0; (at = text.find("node-1", at)) != std::string::npos;) text[at + 5] = '2';
  const Node second = Must(DecodeNode(f.decoder, text));
  CHECK(second.meta.name == "node-2");
  CHECK(second.zone == "zone-a");
  CHECK(f.symbols.size() == symbols);
  INFO("sizeof(Node) " << sizeof(Node));
  CHECK(sizeof(Node) <= sizeof(ObjectMeta) + 40);
}

TEST_CASE("a PodDisruptionBudget knows the Pods whose eviction was granted") {
  Fixture f;
  const PodDisruptionBudget budget =
      Must(DecodePodDisruptionBudget(f.decoder, test::kPodDisruptionBudgetJson));
  CHECK(budget.disrupted_pods == std::vector<std::string>{"web-0", "web-1"});
  CHECK(budget.IsDisrupted("web-1"));
  CHECK(budget.IsDisrupted("web-0"));
  CHECK_FALSE(budget.IsDisrupted("web"));
  CHECK_FALSE(budget.IsDisrupted("web-2"));
}

TEST_CASE("of a budget's disrupted Pods as many are kept as make it full, and one more") {
  std::string pods;
  for (size_t i = 0; i < kDisruptedPodsMax + 10; ++i) {
    pods += (i == 0 ? "\"" : ",\"") + std::to_string(i) + R"(":"2026-01-02T15:04:05Z")";
  }
  Fixture f;
  const PodDisruptionBudget budget = Must(DecodePodDisruptionBudget(
      f.decoder, R"({"metadata":{"name":"b"},"status":{"disruptedPods":{)" + pods + "}}}"));
  CHECK(budget.disrupted_pods.size() == kDisruptedPodsMax + 1);
}

TEST_CASE("a ReplicaSet keeps its template where a user is interested, and nowhere else") {
  const bool kept = GENERATE(true, false);
  const std::string annotations = kept ? R"({"test/keep":""})" : R"({"other":"true"})";
  const std::string metadata = R"("metadata":{"name":"rs","annotations":)" + annotations + "}";
  const std::string text = R"({ "spec" : {"containers":[ ]} })";
  const std::string spec = R"("spec":{"template":)" + text + "}";
  const bool metadata_first = GENERATE(true, false);
  Fixture f;
  const ReplicaSet rs =
      Must(DecodeReplicaSet(f.decoder, metadata_first ? "{" + metadata + "," + spec + "}"
                                                      : "{" + spec + "," + metadata + "}"));
  REQUIRE((rs.template_json != nullptr) == kept);
  if (kept) CHECK(*rs.template_json == text);
}

}  // namespace
}  // namespace windlass::in_place_objects_test
