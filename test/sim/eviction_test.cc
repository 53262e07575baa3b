// A client evicts Pods of the modelled cluster, as their PodDisruptionBudgets allow (C-019).
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "kubeclient/client/client.h"
#include "kubeclient/client/write_deadline.h"
#include "test/catch.h"
#include "test/sim/sample_objects.h"
#include "test/sim/windlass_process.h"

namespace windlass::sim::eviction_test {
namespace {

constexpr Duration kLimit = seconds(120);

Json Budget(const std::string& name, int min_available) {
  Json budget = {{"apiVersion", "policy/v1"}, {"kind", "PodDisruptionBudget"}};
  budget["metadata"]["name"] = name;
  budget["spec"]["minAvailable"] = min_available;
  budget["spec"]["selector"]["matchLabels"]["app"] = "web";
  return budget;
}

// A Deployment of two Pods, and a client that evicts them.
struct Fixture {
  Fixture() {
    write_deadline.AllowForGood();
    world.Apply(SampleDeployment("web", 2));
    REQUIRE(world.RunUntil([&] { return world.IsComplete("web"); }, kLimit));
  }

  Result<Reply> Evict(const ObjectKey& pod, const Uid& uid) {
    const auto said = std::make_shared<std::optional<Result<Reply>>>();
    const uint64_t before = process->transport().calls();
    client.Execute(Request::Evict(pod, uid), [said](Result<Reply> reply) { *said = reply; });
    REQUIRE(world.RunUntil([&] { return said->has_value(); }, kLimit));
    CHECK(process->transport().calls() == before + 1);
    return **said;
  }
  Result<Reply> Evict(const Json& pod) {
    return Evict({"default", NameOf(pod)}, *Uid::Parse(UidOf(pod)));
  }

  World world{1};
  const WindlassProcess windlass{world};
  std::unique_ptr<SimProcess> process = world.Boot();
  WriteDeadline write_deadline{process->clock()};
  Client client{process->clock(),   process->timers(), process->transport(),
                process->decoder(), write_deadline,    "test"};
};

TEST_CASE_METHOD(Fixture, "a Pod without a budget is evicted, and replaced (C-019)") {
  const Object pod = world.Pods("web").front();
  CHECK(Evict(*pod).ok());
  REQUIRE(world.Quiesce());
  CHECK(world.IsComplete("web"));
  for (const Object& left : world.Pods("web")) CHECK(UidOf(*left) != UidOf(*pod));
  CHECK(Evict(*pod).error().kind == ErrorKind::kNotFound);
}

TEST_CASE_METHOD(Fixture, "a budget refuses until it allows a disruption (C-019)") {
  world.Apply(Budget("web", 2));
  REQUIRE(world.Quiesce());
  const Object pod = world.Pods("web").front();
  const Result<Reply> refused = Evict(*pod);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().kind == ErrorKind::kDisruptionBudget);
  CHECK(refused.error().causes ==
        std::vector<ErrorCause>{{"DisruptionBudget",
                                 "The disruption budget web needs 2 healthy pods and has 2 "
                                 "currently"}});
  CHECK(client.counters().rate == client.options().qps);
  world.Apply(Budget("web", 1));
  REQUIRE(world.Quiesce());
  CHECK(Evict(*pod).ok());
  CHECK(Evict(*world.Pods("web").back()).error().kind == ErrorKind::kDisruptionBudget);
}

TEST_CASE_METHOD(Fixture, "several budgets, or another Pod of the name, refuse for good (C-019)") {
  const Object pod = world.Pods("web").front();
  SECTION("several budgets") {
    world.Apply(Budget("one", 1));
    world.Apply(Budget("two", 1));
    REQUIRE(world.Quiesce());
    const Result<Reply> refused = Evict(*pod);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().kind == ErrorKind::kInvalid);
    CHECK(refused.error().detail == ErrorDetail::kManyBudgets);
  }
  SECTION("another Pod") {
    const Result<Reply> refused = Evict({"default", NameOf(*pod)}, {1, 2});
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().kind == ErrorKind::kConflict);
  }
  REQUIRE(world.Quiesce());
  const Object left = world.api().Find({resources::kPods, "default", NameOf(*pod)});
  REQUIRE(left != nullptr);
  CHECK(UidOf(*left) == UidOf(*pod));
}

}  // namespace
}  // namespace windlass::sim::eviction_test
