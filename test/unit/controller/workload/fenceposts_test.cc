// Rows are the worked examples X-20…X-39.
#include "controller/workload/sizes/fenceposts.h"

#include <string>

#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/workload/as_workload.h"

namespace windlass::workload::fenceposts_test {
namespace {

using Field = std::optional<IntOrPercent>;

Field Pods(int32_t count) { return IntOrPercent::Int(count); }
Field Share(std::string text) { return IntOrPercent::Percent(std::move(text)); }

Result<Fenceposts> Limits(int32_t replicas, const Field& surge, const Field& unavailable) {
  return ResolveFenceposts(replicas, surge, unavailable, "spec.strategy.rollingUpdate");
}

struct Row {
  std::string id;
  Field surge;
  Field unavailable;
  int32_t replicas;
  int32_t want_surge;
  int32_t want_unavailable;
  int64_t want_min_available;
  int64_t want_max_total;
};

TEST_CASE("maxSurge and maxUnavailable resolve as in the worked examples") {
  const Row row = GENERATE(values<Row>({
      {"X-20 UT-14 D-250", Share("25%"), Share("25%"), 1, 1, 0, 1, 2},
      {"X-21", Share("25%"), Share("25%"), 2, 1, 0, 2, 3},
      {"X-22", Share("25%"), Share("25%"), 3, 1, 0, 3, 4},
      {"X-23", Share("25%"), Share("25%"), 4, 1, 1, 3, 5},
      {"X-24", Share("25%"), Share("25%"), 5, 2, 1, 4, 7},
      {"X-25", Share("25%"), Share("25%"), 10, 3, 2, 8, 13},
      {"X-26", Share("25%"), Share("25%"), 20, 5, 5, 15, 25},
      {"X-27 D-251", Pods(0), Share("1%"), 2, 0, 1, 1, 2},
      {"X-28", Pods(0), Share("1%"), 1, 0, 1, 0, 1},
      {"X-29", Share("1%"), Share("25%"), 2, 1, 0, 2, 3},
      {"X-30", Share("39%"), Share("39%"), 10, 4, 3, 7, 14},
      {"X-31", Share("0%"), Share("0%"), 0, 0, 0, 0, 0},
      {"X-32", Pods(0), Share("25%"), 3, 0, 1, 2, 3},
      {"X-33 D-254", Share("100%"), Share("100%"), 5, 5, 5, 0, 10},
      {"X-34 D-252", Pods(1), Pods(10), 5, 1, 5, 0, 6},
      {"X-35 D-253", Share("150%"), Share("0%"), 4, 6, 0, 4, 10},
      {"X-36", Share("10%"), Share("10%"), 9, 1, 0, 9, 10},
      {"X-37 D-253", Pods(1), Pods(1), 0, 1, 0, 0, 1},
      {"X-38 D-251", std::nullopt, std::nullopt, 10, 0, 1, 9, 10},
      {"D-255 the largest legal numbers", Pods(2147483647), Pods(0), 2147483647, 2147483647, 0,
       2147483647, 4294967294},
  }));
  CAPTURE(row.id);

  const auto limits = Limits(row.replicas, row.surge, row.unavailable);
  REQUIRE(limits.ok());
  CHECK(limits->desired == row.replicas);
  CHECK(limits->surge == row.want_surge);
  CHECK(limits->max_unavailable == row.want_unavailable);
  CHECK(limits->min_available() == row.want_min_available);
  CHECK(limits->max_total() == row.want_max_total);
  Proves(row.id);
}

TEST_CASE("a limit that cannot be resolved is an error that names its field (X-39, B-34, BI-30)") {
  const std::string text =
      GENERATE("oops", "99999999999999999999%", "1.5%", "%", "-1%", " 10% ", "");
  CAPTURE(text);

  const auto surge = Limits(10, Share(text), Share("39%"));
  REQUIRE_FALSE(surge.ok());
  CHECK(surge.error().kind == ErrorKind::kInvalid);
  CHECK(surge.error().message.find("spec.strategy.rollingUpdate.maxSurge") != std::string::npos);

  const auto unavailable = Limits(10, Pods(1), Share(text));
  REQUIRE_FALSE(unavailable.ok());
  CHECK(unavailable.error().message.find("spec.strategy.rollingUpdate.maxUnavailable") !=
        std::string::npos);
  Proves("X-39 D-250");
}

TEST_CASE("a negative count is refused (BI-30)") {
  CHECK_FALSE(Limits(10, Pods(-1), Pods(1)).ok());
  CHECK_FALSE(Limits(10, Pods(1), Pods(-1)).ok());
}

TEST_CASE("other strategies allow neither surge nor unavailability (D-252, D-253)") {
  Deployment deployment;
  deployment.spec.replicas = 10;
  deployment.spec.strategy_type = "Recreate";
  deployment.spec.max_surge = Share("25%");
  deployment.spec.max_unavailable = Share("oops");
  const Workload workload = AsWorkload(deployment);
  CHECK(workload.strategy_error.empty());
  CHECK(workload.limits.max_total() == 10);
  CHECK(workload.limits.min_available() == 10);
  Proves("D-252 D-253 D-254");
}

}  // namespace
}  // namespace windlass::workload::fenceposts_test
