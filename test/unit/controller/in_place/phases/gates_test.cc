// Writes that open the readiness gate of a Pod, and are refused: what users see, and what goes on
// (P-040, P-084).
#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "test/catch.h"
#include "test/unit/controller/in_place/phases/cluster.h"

namespace windlass::in_place::gates_test {
namespace {

using Json = nlohmann::json;

void SetGates(Json& deployment) {
  deployment["spec"]["template"]["spec"]["readinessGates"] = {
      {{"conditionType", "windlass.dev/in-place-ready"}}};
}

// At rest, with policy IfPossible and Pods of image v1 without the gate.
class Refusing : public Started {
 public:
  explicit Refusing(int32_t replicas) : Started(replicas) {
    Annotate("windlass.dev/in-place", "IfPossible");
    SettleInPlace();
  }
  // Refuses writes of the status of Pods for which `matches` returns true, until Allow. Each answer
  // takes `delay` seconds.
  void Refuse(ErrorKind kind, std::function<bool(const std::string& pod)> matches,
              int64_t delay = 0) {
    server = [this, kind, matches = std::move(matches), delay](const Request& request) {
      const bool of_gate =
          request.resource() == resources::kPods && request.subresource() == "status";
      if (!of_gate || !matches(request.key().name)) return as_ever_(request);
      ++refused;
      now += delay;
      return std::optional<Result<Reply>>(Error{kind, "the server says no"});
    };
  }
  void RefuseAll(ErrorKind kind, int64_t delay = 0) {
    Refuse(kind, [](const std::string&) { return true; }, delay);
  }
  void Allow() { server = as_ever_; }

  int64_t Open() const {
    const auto pods = PodNames();
    return std::ranges::count_if(pods,
                                 [&](const std::string& pod) { return GateOf(pod) == "True"; });
  }
  // Returns the message of the condition ReplicaFailure.
  std::string WhyRefused() {
    for (const Json& condition : deployment()["status"]["conditions"]) {
      if (condition["type"] == "ReplicaFailure") return condition["message"];
    }
    return {};
  }

  int refused = 0;

 private:
  std::function<std::optional<Result<Reply>>(const Request&)> as_ever_ = server;
};

// The same with gates, which are open.
class Gated : public Refusing {
 public:
  explicit Gated(int32_t replicas) : Refusing(replicas) {
    Edit(&SetGates);
    SettleInPlace();
    REQUIRE(Open() == replicas);
  }
};

std::string RefusalFor(const std::string& pod) {
  return "the API server refused to patch pods/status ns/" + pod + ": the server says no";
}

// Whom this serves: whose new Pods run and never become ready. Only the log said why.
TEST_CASE("a new Pod whose gate may not be opened is told until it may (P-040, P-084)") {
  const bool paused = GENERATE(false, true);
  Gated c(3);
  const auto first = c.PodNames();
  c.RefuseAll(GENERATE(ErrorKind::kForbidden, ErrorKind::kInvalid, ErrorKind::kTimeout));
  c.Edit([](Json& d) { d["spec"]["template"]["spec"]["hostNetwork"] = true; });
  c.SettleInPlace();  // new Pods beside the old ones
  REQUIRE(c.PodNames() != first);
  REQUIRE(c.Open() == 0);
  c.Edit([&](Json& d) { d["spec"]["paused"] = paused; });
  CHECK(std::holds_alternative<Failed>(c.Sync()));
  CHECK(c.Condition("ReplicaFailure") == "True ReplicaSetUpdateRefused");
  CHECK(c.WhyRefused().find(" pods/status ns/" + c.PodNames().front()) != std::string::npos);
  // The generation is carried out: nothing but the gate is refused.
  CHECK(c.deployment()["status"]["observedGeneration"] == c.deployment()["metadata"]["generation"]);
  c.Allow();
  CHECK(std::holds_alternative<Wait>(c.Sync()));
  CHECK(c.Open() == 3);
  CHECK(c.Condition("ReplicaFailure").empty());
}

TEST_CASE("and so is a Pod that may not return to traffic after its update (P-040, P-084)") {
  Gated c(3);
  const auto pods = c.PodNames();
  c.Annotate("windlass.dev/in-place", "Only");
  c.Annotate("windlass.dev/in-place-drain", "Gate");
  c.SetImage("v2");
  for (int i = 0; i < 20 && c.in_flight() == 0; ++i) c.SyncAfter(10);
  REQUIRE(c.in_flight() == 1);
  const auto drained =
      std::ranges::find_if(pods, [&](const std::string& pod) { return c.GateOf(pod) == "False"; });
  REQUIRE(drained != pods.end());
  c.RefuseAll(ErrorKind::kForbidden);
  c.RestartAll();
  c.RunPods();
  for (int i = 0; i < 4; ++i) c.SyncAfter(10);
  CHECK(c.GateOf(*drained) == "False");
  CHECK(c.Condition("ReplicaFailure") == "True ReplicaSetUpdateRefused");
  CHECK(c.WhyRefused() == RefusalFor(*drained));
  c.Allow();
  c.SettleInPlace();
  CheckAllRun(c, "v2");
  CHECK(c.PodNames() == pods);
  CHECK(c.Condition("ReplicaFailure").empty());
}

// Whom this serves: whose webhook takes a second for each answer. The body of the write has the
// time, so each try looked like another write, and the sync sent nothing else.
TEST_CASE("a slow refusal of a gate is asked for once in a sync, and the rest goes on (P-040)") {
  Refusing c(2);
  const auto first = c.PodNames();
  c.RefuseAll(ErrorKind::kForbidden, /*delay=*/1);
  c.Edit(&SetGates);
  c.SettleInPlace();
  CHECK(c.PodNames() != first);
  CHECK(c.Condition("Progressing") == "True NewReplicaSetAvailable");
  c.Scale(3);
  c.refused = 0;
  c.Sync();
  CHECK(c.refused == 2);
  CHECK(c.PodsOf("v1") == 2);
  c.RunPods();
  CHECK(c.PodsOf("v1") == 3);  // the size was written
  c.refused = 0;
  CHECK(std::holds_alternative<Failed>(c.Sync()));
  CHECK(c.refused == 3);
  CHECK(c.Condition("ReplicaFailure") == "True ReplicaSetUpdateRefused");
}

// Whom this serves: whose policy refuses some of the Pods. They hold up none but themselves.
TEST_CASE("gates that are refused keep no other gate closed (P-040)") {
  Gated c(8);
  const auto pods = c.PodNames();
  for (const std::string& pod : pods) {
    for (Json& condition : c.PodNamed(pod)["status"]["conditions"]) {
      if (condition["type"] == "windlass.dev/in-place-ready") condition["status"] = "False";
    }
  }
  REQUIRE(c.Open() == 0);
  const std::vector<std::string> unwilling(pods.begin(), pods.begin() + 5);
  c.Refuse(ErrorKind::kForbidden,
           [&](const std::string& pod) { return std::ranges::count(unwilling, pod) > 0; });
  for (int i = 0; i < 8; ++i) {
    c.refused = 0;
    CHECK(std::holds_alternative<Failed>(c.SyncAfter(1)));
    CHECK(c.refused == 4);
    CHECK(c.WhyRefused() == RefusalFor(pods.front()));  // one message, not eight
  }
  CHECK(c.Open() == 3);
  c.Allow();
  c.Sync();
  CHECK(c.Open() == 8);
  CHECK(c.WhyRefused().empty());
}

}  // namespace
}  // namespace windlass::in_place::gates_test
