// progressDeadlineSeconds while Pods are drained before their patch (P-066).
#include "test/catch.h"
#include "test/unit/controller/in_place/phases/cluster.h"

namespace windlass::in_place::deadline_test {
namespace {

using Json = nlohmann::json;

constexpr const char* kExceeded = "False ProgressDeadlineExceeded";

// Two Pods, each drained for a given time before its patch; the deadline is a minute.
class Draining : public InPlaceCluster {
 public:
  explicit Draining(int drain_seconds) : InPlaceCluster(2, 1) {
    Edit([](Json& d) {
      TakeTraffic(d);
      d["spec"]["progressDeadlineSeconds"] = 60;
    });
    SettleInPlace();
    Annotate("windlass.dev/in-place-drain", "Label:traffic=on/off");
    Annotate("windlass.dev/in-place-drain-seconds", std::to_string(drain_seconds));
    writes.clear();
  }
  std::vector<std::string> OutOfTraffic() const {
    std::vector<std::string> out;
    for (const std::string& pod : PodNames()) {
      if (LabelOf(pod, "traffic") == "off") out.push_back(pod);
    }
    return out;
  }
  std::string Progressing() { return Condition("Progressing"); }
  // Returns after how many seconds the deadline is reported as exceeded, if within `seconds`.
  std::optional<int> VerdictWithin(int seconds, const std::function<void()>& meanwhile = {}) {
    for (int second = 0; second <= seconds; ++second, ++now) {
      if (meanwhile) meanwhile();
      Sync();
      if (Progressing() == kExceeded) return second;
    }
    return std::nullopt;
  }
};

TEST_CASE("P-066 a drain that takes longer than the deadline is no standstill") {
  Draining c(150);
  c.SetImage("v2");
  CHECK_FALSE(c.VerdictWithin(149));
  REQUIRE(c.OutOfTraffic().size() == 1);
  for (int second = 0; second < 200; ++second, ++c.now) {
    c.Sync();
    c.RestartAll();
    CHECK(c.Progressing() != kExceeded);
  }
  c.SettleInPlace();
  CHECK(c.Progressing() == "True NewReplicaSetAvailable");
}

TEST_CASE("P-066 P-079 while a Pod is drained nothing is written, and its end is waited for") {
  Draining c(150);
  c.SetImage("v2");
  c.Sync();
  REQUIRE(c.OutOfTraffic().size() == 1);
  c.writes.clear();
  for (int second = 0; second < 150; ++second, ++c.now) {
    const Step end = c.Sync();
    REQUIRE(std::holds_alternative<Wait>(end));
    CHECK(std::get<Wait>(end).look_again_in == seconds(150 - second));
  }
  CHECK(c.writes.empty());
}

TEST_CASE("P-066 a Pod that is drained late, after a budget was closed, has its time") {
  Draining c(30);
  c.CloseBudget();
  c.SetImage("v2");
  CHECK_FALSE(c.VerdictWithin(55));
  REQUIRE(c.OutOfTraffic().empty());
  c.budgets[0].disruptions_allowed = 1;
  CHECK_FALSE(c.VerdictWithin(29));
  CHECK(c.OutOfTraffic().size() == 1);
  SECTION("to be patched") {
    c.SettleInPlace();
    CHECK(c.Progressing() == "True NewReplicaSetAvailable");
  }
  SECTION("and from its end on no more than the deadline") {
    const auto pods = c.server;
    c.server = [&](const Request& request) -> std::optional<Result<Reply>> {
      if (request.body().find("\"v2\"") == std::string::npos) return pods(request);
      return Error{ErrorKind::kWebhook, "no"};
    };
    CHECK(c.VerdictWithin(200) == 61);
  }
}

TEST_CASE("P-066 somebody who undoes the drain again and again keeps no rollout alive") {
  Draining c(30);
  c.SetImage("v2");
  c.Sync();
  const auto verdict = c.VerdictWithin(1000, [&] {
    for (const std::string& pod : c.OutOfTraffic()) c.SetLabel(pod, "traffic", "on");
  });
  REQUIRE(verdict);
  CHECK(*verdict <= 61 + 60 + 30);
}

TEST_CASE("P-036 P-066 nor does a Pod that is drained for each try of a patch that is refused") {
  Draining c(1);
  c.Edit([](Json& d) { d["spec"]["progressDeadlineSeconds"] = 600; });
  c.SettleInPlace();
  const auto pods = c.server;
  c.server = [&](const Request& request) -> std::optional<Result<Reply>> {
    const bool patch = request.resource() == resources::kPods &&
                       request.body().find("\"v2\"") != std::string::npos;
    if (!patch) return pods(request);
    return Error{ErrorKind::kForbidden, "no"};
  };
  c.SetImage("v2");
  const auto verdict = c.VerdictWithin(3000);
  REQUIRE(verdict);
  CHECK(*verdict <= 900);
  c.now += 1;
  CHECK(c.VerdictWithin(0));  // and it stays
  c.server = pods;
  c.now += 300;
  c.SettleInPlace();
  CHECK(c.Progressing() == "True NewReplicaSetAvailable");
}

}  // namespace
}  // namespace windlass::in_place::deadline_test
