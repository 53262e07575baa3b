// Counts and percentages of maxSurge (rounded up) and maxUnavailable (rounded down).
#include "kubeclient/api/int_or_percent.h"

#include <optional>
#include <string>

#include "test/catch.h"
#include "test/property.h"
#include "test/proves.h"
#include "test/support/must.h"

namespace windlass::int_or_percent_test {
namespace {

IntOrPercent P(const char* text) { return IntOrPercent::Percent(text); }
IntOrPercent I(int32_t value) { return IntOrPercent::Int(value); }

TEST_CASE("surge rounds up and unavailable rounds down (X-20…X-37, before D-251…D-253)") {
  struct Row {
    std::string id;
    IntOrPercent max_surge, max_unavailable;
    int32_t replicas, want_surge, want_unavailable;
  };
  const Row row = GENERATE(values<Row>({
      {"X-20", P("25%"), P("25%"), 1, 1, 0},
      {"X-21", P("25%"), P("25%"), 2, 1, 0},
      {"X-22", P("25%"), P("25%"), 3, 1, 0},
      {"X-23", P("25%"), P("25%"), 4, 1, 1},
      {"X-24", P("25%"), P("25%"), 5, 2, 1},
      {"X-25", P("25%"), P("25%"), 10, 3, 2},
      {"X-26", P("25%"), P("25%"), 20, 5, 5},
      {"X-27", I(0), P("1%"), 2, 0, 0},
      {"X-28", I(0), P("1%"), 1, 0, 0},
      {"X-29", P("1%"), P("25%"), 2, 1, 0},
      {"X-30", P("39%"), P("39%"), 10, 4, 3},
      {"X-31", P("0%"), P("0%"), 0, 0, 0},
      {"X-32", I(0), P("25%"), 3, 0, 0},
      {"X-33", P("100%"), P("100%"), 5, 5, 5},
      {"X-34", I(1), I(10), 5, 1, 10},
      {"X-35", P("150%"), P("0%"), 4, 6, 0},
      {"X-36", P("10%"), P("10%"), 9, 1, 0},
      {"X-37", I(1), I(1), 0, 1, 1},
      {"the largest Deployment", P("100%"), P("100%"), 2147483647, 2147483647, 2147483647},
      {"the largest count", I(2147483647), I(2147483647), 10, 2147483647, 2147483647},
      {"leading zeros", P("025%"), P("025%"), 10, 3, 2},
      {"a negative total counts as none", P("100%"), P("100%"), -5, 0, 0},
      {"no Pods, no overflow", P("9223372036854775807%"), P("0%"), 0, 0, 0},
  }));
  CAPTURE(row.id);
  CHECK(Resolve(row.max_surge, row.replicas, true) == Result<int32_t>(row.want_surge));
  CHECK(Resolve(row.max_unavailable, row.replicas, false) == Result<int32_t>(row.want_unavailable));
  Proves("D-250");
}

TEST_CASE("what is no count and no percentage is refused by name (X-39, B-34, BI-30)") {
  const IntOrPercent value = GENERATE(values<IntOrPercent>({
      P("oops"),
      P(""),
      P("%"),
      P(" 10% "),
      P("1.5%"),
      P("-1%"),
      P("+1%"),
      P("1"),
      P("10%%"),
      P("1e1%"),
      P("0x10%"),
      P("99999999999999999999%"),
      P("9223372036854775807%"),
      P("21474836480%"),
      I(-1),
  }));
  CAPTURE(value.string_value, value.int_value);
  const Error error = MustFail(Resolve(value, 10, GENERATE(true, false)));
  CHECK(error.kind == ErrorKind::kInvalid);
  CHECK(error.message.find("\"25%\"") != std::string::npos);
  const std::string written =
      value.type == IntOrPercent::Type::kInt ? std::to_string(value.int_value) : value.string_value;
  CHECK(error.message.find("\"" + written + "\"") == 0);
  Proves("X-39");
}

TEST_CASE("1 and \"1\" are different values") { CHECK(I(1) != P("1")); }

// Users of a partition or a step: of few Pods, a part is never all of them, and never none.
TEST_CASE("a part of few Pods is rounded up, and is neither none nor all (RO-072)") {
  struct Row {
    IntOrPercent part;
    int32_t total, want;
  };
  const Row row = GENERATE(values<Row>({
      {P("25%"), 10, 3},
      {P("25%"), 8, 2},
      {P("1%"), 10, 1},
      {P("75%"), 3, 2},
      {P("99%"), 2, 1},
      {P("50%"), 1, 1},
      {P("0%"), 10, 0},
      {P("100%"), 10, 10},
      {I(4), 10, 4},
      {I(12), 10, 12},
  }));
  CAPTURE(row.part.string_value, row.total);
  CHECK(ResolvePart(row.part, row.total) == Result<int32_t>(row.want));
  Proves("RO-072");
}

TEST_CASE("percentages agree with exact arithmetic") {
  CheckProperty("up is down plus one unless it divides", [] {
    const auto percent = *rc::gen::inRange<int64_t>(0, 500);
    const auto total = *rc::gen::inRange<int32_t>(0, 400000000);
    const IntOrPercent value = IntOrPercent::Percent(std::to_string(percent) + "%");
    const int64_t down = percent * total / 100;
    const int64_t up = down + (percent * total % 100 == 0 ? 0 : 1);
    RC_ASSERT(Resolve(value, total, false) == Result<int32_t>(static_cast<int32_t>(down)));
    RC_ASSERT(Resolve(value, total, true) == Result<int32_t>(static_cast<int32_t>(up)));
  });
}

}  // namespace
}  // namespace windlass::int_or_percent_test
