// The view of a whole Pod, for in-place updates: its content, and its memory.
#include "kubeclient/api/pod.h"

#include <string>

#include "kubeclient/api/decode.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/support/must.h"
#include "test/unit/api/fixtures.h"
#include "test/unit/api/reference_decoder.h"

namespace windlass::pod_test {
namespace {

using test::kWholePodJson;

struct Fixture {
  SymbolTable symbols;
  Decoder decoder{symbols};
  RegisteredInterest interest{decoder.interests(), test::TestInterest()};

  Pod Read(const std::string& text) {
    Result<Pod> pod = DecodePod(decoder, text);
    if (!pod.ok()) FAIL(pod.error().message);
    return std::move(pod).value();
  }
  // Reads a Pod with one container, that status and nothing else.
  PodContainer ReadStatus(const std::string& status) {
    return Read(R"({"metadata":{"name":"x"},"spec":{"containers":[{"name":"web"}]},)"
                R"("status":{"containerStatuses":[)" +
                status + "]}}")
        .containers.at(0);
  }
};

std::string Replaced(std::string text, const std::string& what, const std::string& by) {
  REQUIRE(text.find(what) != std::string::npos);
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
  return text;
}

TEST_CASE("init containers come first, in the order of the spec, each with its own status") {
  Fixture f;
  const Pod pod = f.Read(kWholePodJson);
  REQUIRE(pod.init_containers().size() == 2);
  REQUIRE(pod.app_containers().size() == 2);
  CHECK(pod.init_containers()[0].name == "migrate");
  CHECK(pod.init_containers()[0].state == ContainerState::kTerminated);
  CHECK(pod.init_containers()[1].kind == ContainerKind::kSidecar);
  CHECK(pod.init_containers()[1].id.ToString() == "cri-o://mesh_0");
  CHECK(pod.app_containers()[0].name == "web");
  CHECK(pod.app_containers()[0].id.ToString() ==
        "containerd://0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
  CHECK(pod.app_containers()[0].restart_count == 1);
  CHECK(pod.Find("log")->waiting_reason == "ImagePullBackOff");
  CHECK(pod.Find("log")->restart_count == 2);
  CHECK(pod.Find("migrate") == &pod.init_containers()[0]);
  CHECK(pod.Find("nobody") == nullptr);
}

TEST_CASE("of a Pod's annotations only those are kept that a user is interested in") {
  Fixture f;
  const Pod pod = f.Read(kWholePodJson);
  CHECK(pod.meta.annotations == StringMap{{"controller.kubernetes.io/pod-deletion-cost", "-100"},
                                          {"windlass.dev/in-place-state", R"({"v":1})"}});
  CHECK(pod.has_annotations);

  const Pod other = f.Read(R"({"metadata":{"name":"x","annotations":{"cni.example/ips":"::1"}}})");
  CHECK(other.meta.annotations.empty());
  CHECK(other.has_annotations);
  for (const char* none :
       {R"({"metadata":{"name":"x","annotations":{}}})",
        R"({"metadata":{"name":"x","annotations":null}})", R"({"metadata":{"name":"x"}})"}) {
    CHECK_FALSE(f.Read(none).has_annotations);
  }
}

TEST_CASE("a Pod that nobody looked at yet has no status") {
  Fixture f;
  const Pod pod = f.Read(R"({"metadata":{"name":"x"},"spec":{"containers":[{"name":"web"}]}})");
  CHECK(pod.node_name.empty());
  CHECK(pod.termination_grace_period_seconds == 30);
  CHECK(pod.phase == PodPhase::kUnknown);
  CHECK(pod.ready.status() == ConditionStatus::kAbsent);
  CHECK(pod.gate == ConditionStatus::kAbsent);
  CHECK_FALSE(pod.has_gate);
  CHECK(pod.observed_generation == 0);
  REQUIRE(pod.containers.size() == 1);
  CHECK(pod.containers[0].state == ContainerState::kNoStatus);
  CHECK(pod.containers[0].id.empty());
  CHECK(f.Read(R"({"metadata":{"name":"x"}})").containers.empty());
}

TEST_CASE("the status may come before the spec; of what is said twice the last counts (BI-68)") {
  Fixture f;
  const Pod pod = f.Read(
      R"({"status":{"phase":"Failed"},"status":{"containerStatuses":[
            {"name":"gone","restartCount":9},{"name":"web","restartCount":1},
            {"name":"web","restartCount":2}],
            "conditions":[{"type":"Ready","status":"True"},{"type":"Ready","status":"maybe"}]},
          "spec":{"nodeName":"a","containers":[{"name":"old"}]},
          "spec":{"containers":[{"name":"web"}],"containers":[{"name":"web","image":"r/web:1"}]},
          "metadata":{"name":"x"}})");
  CHECK(pod.phase == PodPhase::kUnknown);
  CHECK(pod.ready.status() == ConditionStatus::kUnknown);
  CHECK(pod.node_name.empty());
  REQUIRE(pod.containers.size() == 1);
  CHECK(pod.containers[0].image == "r/web:1");
  CHECK(pod.containers[0].restart_count == 2);
}

TEST_CASE("a container's state, as far as it is said") {
  struct Row {
    std::string state;
    ContainerState want;
    std::string want_reason;
    int64_t want_started_at;
  };
  const Row row = GENERATE(values<Row>({
      {R"(null)", ContainerState::kWaiting, "", 0},
      {R"({})", ContainerState::kWaiting, "", 0},
      {R"({"waiting":{}})", ContainerState::kWaiting, "", 0},
      {R"({"waiting":{"reason":"ErrImagePull"}})", ContainerState::kWaiting, "ErrImagePull", 0},
      {R"({"running":{}})", ContainerState::kRunning, "", 0},
      {R"({"running":{"startedAt":null}})", ContainerState::kRunning, "", 0},
      {R"({"running":{"startedAt":"1970-01-01T00:00:09Z"}})", ContainerState::kRunning, "", 9},
      {R"({"terminated":{"exitCode":1}})", ContainerState::kTerminated, "", 0},
      {R"({"waiting":{"reason":"x"},"running":{"startedAt":"1970-01-01T00:00:09Z"},)"
       R"("terminated":{}})",
       ContainerState::kRunning, "", 9},
      {R"({"terminated":{},"waiting":{"reason":"x"}})", ContainerState::kTerminated, "", 0},
  }));
  Fixture f;
  CAPTURE(row.state);
  const PodContainer container = f.ReadStatus(R"({"name":"web","state":)" + row.state + "}");
  CHECK(container.state == row.want);
  CHECK(container.waiting_reason == row.want_reason);
  CHECK(container.started_at == WallTime{row.want_started_at});
}

TEST_CASE("a grace period that no node could keep does not make a Pod unreadable") {
  Fixture f;
  const auto grace = [&](const std::string& seconds) {
    return f
        .Read(R"({"metadata":{"name":"x"},"spec":{"terminationGracePeriodSeconds":)" + seconds +
              "}}")
        .termination_grace_period_seconds;
  };
  CHECK(grace("0") == 0);
  CHECK(grace("-1") == 0);
  CHECK(grace("2147483648") == 2147483647);
  CHECK(grace("9223372036854775807") == 2147483647);
}

TEST_CASE("a container id is the text that it was read from") {
  SymbolTable symbols;
  const std::string digits(64, 'a');
  const std::string text = GENERATE_COPY(values<std::string>({
      "",
      "containerd://" + digits,
      "cri-o://" + digits,
      digits,
      "containerd://" + std::string(64, '0'),
      "containerd://" + std::string(64, 'A'),
      "containerd://" + digits.substr(1),
      "containerd://" + digits + "f",
      "containerd://" + digits.substr(1) + "g",
      "7f6d_web_1",
  }));
  CAPTURE(text);
  const ContainerId id = ContainerId::Parse(text, symbols);
  CHECK(id.ToString() == text);
  CHECK(id.empty() == text.empty());
  CHECK(id == ContainerId::Parse(text, symbols));
  CHECK_FALSE(id == ContainerId::Parse(text + "0", symbols));
}

TEST_CASE("CPU and memory of a container: asked for, set aside and had (P-100)") {
  Fixture f;
  const Pod pod = f.Read(kWholePodJson);
  const PodContainer* web = pod.Find("web");
  REQUIRE(web != nullptr);
  const ContainerResources resources = ParseContainerResources(web->resources.text());
  CHECK(resources.wanted == CpuAndMemory{{"500m", "1Gi", "1", ""}});
  CHECK(resources.allocated == CpuAndMemory{{"500m", "1Gi", "", ""}});
  CHECK(resources.actual == CpuAndMemory{{"250m", "1Gi", "1", ""}});
  CHECK(resources.reported);
  CHECK_FALSE(web->restarts_for_cpu);
  CHECK(web->restarts_for_memory);
  CHECK_FALSE(ParseContainerResources(pod.Find("log")->resources.text()).reported);
  CHECK(pod.Find("log")->resources.empty());
  Proves("P-100");
}

TEST_CASE("what a kubelet says of a resize (P-100)") {
  using Pending = PodResize::Pending;
  const auto read = [](const std::string& conditions) {
    Fixture f;
    std::string text = kWholePodJson;
    text = Replaced(text, R"("conditions":[)", R"("conditions":[)" + conditions);
    return ParsePodResize(f.Read(text).resize.text());
  };
  CHECK(read("") == PodResize{});
  CHECK(read(R"({"type":"PodResizePending","status":"True","reason":"Deferred",
"message":"Node didn't have enough capacity: cpu\nmore","observedGeneration":7},)") ==
        PodResize{.pending = Pending::kDeferred,
                  .pending_generation = 7,
                  .message = "Node didn't have enough capacity: cpu\nmore"});
  CHECK(read(R"({"type":"PodResizePending","status":"True","reason":"Infeasible"},
{"type":"PodResizeInProgress","status":"True","reason":"Error","message":"too low"},)") ==
        PodResize{.pending = Pending::kInfeasible, .in_progress = true, .error = "too low"});
  CHECK(read(R"({"type":"PodResizeInProgress","status":"True"},)") ==
        PodResize{.in_progress = true});
  CHECK(read(R"({"type":"PodResizePending","status":"False","reason":"Deferred"},)") ==
        PodResize{});
  Proves("P-100");
}

TEST_CASE("a runtime reports quantities about as they were asked for (P-100)") {
  const ResourceField cpu{"limits", "cpu"};
  const ResourceField memory{"limits", "memory"};
  CHECK(IsSameQuantity("1", "1000m"));
  CHECK_FALSE(IsSameQuantity("1", "1001m"));
  CHECK(IsAboutQuantity(cpu, "501m", "500m"));
  CHECK_FALSE(IsAboutQuantity(cpu, "505m", "500m"));
  CHECK(IsAboutQuantity(cpu, "10m", "5m"));
  CHECK(IsAboutQuantity(memory, "1073741824", "1Gi"));
  CHECK(IsAboutQuantity(memory, "1000000Ki", "1024000100"));
  CHECK_FALSE(IsAboutQuantity(memory, "1Gi", "1025Mi"));
  CHECK_FALSE(IsAboutQuantity(memory, "", "1Gi"));
  Proves("P-100");
}

// These sizes are multiplied by the Pods of a cluster. The heap memory of a Pod's name is not
// counted.
TEST_CASE("a Pod of two containers costs less than 280 bytes beyond its metadata") {
  Fixture f;
  std::string text = kWholePodJson;  // without what most Pods lack
  const size_t init = text.find("\"initContainers\"");
  text.erase(init, text.find("\"containers\"") - init);
  text = Replaced(text, "windlass.dev/in-place-state", "example.com/other");
  text = Replaced(text, "controller.kubernetes.io/pod-deletion-cost", "example.com/cost");
  const Pod first = f.Read(text);
  const size_t symbols = f.symbols.size();
  text = Replaced(text, "x2x4z", "q7w8e");
  text = Replaced(text, "7d6c6e7b9a01", "7d6c6e7b9a02");
  text = Replaced(text, "0123456789abcdef", "fedcba9876543210");
  text = Replaced(text, "bbbbbbbbbbbb", "bbbbbbbbbbbc");
  const Pod second = f.Read(text);
  REQUIRE(second.containers.size() == 2);
  CHECK(f.symbols.size() == symbols);  // a second Pod adds no symbols

  const size_t containers = second.containers.capacity() * sizeof(PodContainer);
  const size_t beyond_metadata = sizeof(Pod) - sizeof(PodMetadata) + containers;
  const size_t metadata = sizeof(PodMetadata) +
                          second.meta.labels.size() * sizeof(StringMap::Pair) +
                          second.meta.owner_references.capacity() * sizeof(OwnerReference);
  INFO("sizeof(Pod) " << sizeof(Pod) << ", sizeof(PodContainer) " << sizeof(PodContainer)
                      << ", metadata " << metadata << ", beyond it " << beyond_metadata);
  CHECK(beyond_metadata < 280);
  CHECK(metadata + beyond_metadata < 580);
}

}  // namespace
}  // namespace windlass::pod_test
