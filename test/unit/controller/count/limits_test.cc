// What rollouts of ReplicaSets and of ReplicationControllers share. The rows of maxSurge and
// maxUnavailable that D-250 names are in the tests of controller/workload/sizes/fenceposts.h.
#include "controller/count/limits.h"

#include <string>

#include "controller/count/pod_available.h"
#include "test/catch.h"

namespace windlass::limits_test {
namespace {

using Field = std::optional<IntOrPercent>;

TEST_CASE("limits are not capped, and of two zeros the unavailable one becomes 1") {
  struct Row {
    std::string id;
    int32_t desired;
    Field surge;
    Field unavailable;
    CountLimits want;
  };
  const Row row = GENERATE(values<Row>({
      {"both 25 % of 10", 10, IntOrPercent::Percent("25%"), IntOrPercent::Percent("25%"), {3, 2}},
      {"both 0", 10, IntOrPercent::Int(0), IntOrPercent::Int(0), {0, 1}},
      {"both absent", 10, std::nullopt, std::nullopt, {0, 1}},
      {"1 % of 2 is 0", 2, IntOrPercent::Int(0), IntOrPercent::Percent("1%"), {0, 1}},
      {"more than there are", 3, IntOrPercent::Int(0), IntOrPercent::Int(7), {0, 7}},
      {"none desired", 0, IntOrPercent::Percent("10%"), IntOrPercent::Percent("10%"), {0, 1}},
  }));
  CAPTURE(row.id);
  const auto limits = ResolveLimits(row.desired, row.surge, row.unavailable, "spec");
  REQUIRE(limits.ok());
  CHECK(*limits == row.want);
}

TEST_CASE("a value that is no number of Pods is named by its field") {
  const auto limits = ResolveLimits(10, IntOrPercent::Percent("x"), IntOrPercent::Int(0), "spec");
  REQUIRE_FALSE(limits.ok());
  CHECK(limits.error().kind == ErrorKind::kInvalid);
  CHECK(limits.error().message.starts_with("spec.maxSurge: "));
}

TEST_CASE("a Pod is available after it was ready for minReadySeconds") {
  CHECK(PodAvailableFrom(WallTime{100}, 30) == WallTime{130});
  CHECK(PodAvailableFrom(WallTime{100}, 0) == WallTime{});
  CHECK(PodAvailableFrom(WallTime{}, 0) == WallTime{});
  CHECK(PodAvailableFrom(WallTime{}, 30) == std::nullopt);
}

}  // namespace
}  // namespace windlass::limits_test
