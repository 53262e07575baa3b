// The limits of a rolling update, and what holds of any sequence of scalings. golden_test.cc has
// the sequences of kubectl 1.17.
#include "controller/replication_controller/scale.h"

#include <string>

#include "test/catch.h"
#include "test/property.h"
#include "test/proves.h"

namespace windlass::replication_controller::scale_test {
namespace {

IntOrPercent Limit(const std::string& text) {
  return text.ends_with('%') ? IntOrPercent::Percent(text) : IntOrPercent::Int(std::stoi(text));
}

TEST_CASE("the limits, as the header line tells them") {
  struct LimitsRow {
    std::string name;
    int32_t desired;
    std::string unavailable;
    std::string surge;
    Goal want;
  };
  const LimitsRow row = GENERATE(values<LimitsRow>({
      {"3->0 1/1: keep 0, exceed 1", 0, "1", "1", {0, 0, 1}},
      {"3->0 10%/10%: exceed 0", 0, "10%", "10%", {0, 0, 0}},
      {"unavailable is rounded down, surge up", 10, "25%", "25%", {10, 8, 13}},
      {"both 0: one may be unavailable", 10, "0", "0", {10, 9, 10}},
      {"more unavailable than there are", 3, "7", "0", {3, 0, 3}},
      {"the largest surge", 2147483647, "0", "2147483647", {2147483647, 2147483647, 4294967294}},
  }));
  CAPTURE(row.name);
  const auto limits = ResolveGoal(row.desired, Limit(row.surge), Limit(row.unavailable));
  REQUIRE(limits.ok());
  CHECK(*limits == row.want);
  const auto defaults = ResolveGoal(3, std::nullopt, std::nullopt);
  REQUIRE(defaults.ok());
  CHECK(*defaults == Goal{3, 3, 4});
  Proves("RC-9");
}

TEST_CASE("a limit that is none is named by its field") {
  const auto limits = ResolveGoal(3, std::nullopt, IntOrPercent::Percent("x"));
  REQUIRE_FALSE(limits.ok());
  CHECK(limits.error().message.starts_with("spec.maxUnavailable: "));
}

// Draws an update that begins within its limits, and plays it with availability that comes and
// goes until `patience` loops are over, and then stays.
struct Drawn {
  TwoCounts counts;
  Goal goal;
};
Drawn Draw() {
  const int32_t desired = *rc::gen::inRange(0, 30);
  const auto goal = ResolveGoal(desired, IntOrPercent::Int(*rc::gen::inRange(0, 8)),
                                IntOrPercent::Int(*rc::gen::inRange(0, 8)));
  return {{.old_spec = *rc::gen::inRange(0, 30), .new_spec = 0}, *goal};
}

TEST_CASE("an update stays within its limits, never turns back, and ends") {
  CheckProperty("limits, direction, end", [] {
    Drawn drawn = Draw();
    TwoCounts& counts = drawn.counts;
    int loops = 0;
    for (; counts.new_spec != drawn.goal.desired || counts.old_spec != 0; ++loops) {
      RC_ASSERT(loops < 200);
      const bool settled = loops > 50;
      if (const auto up = ScaleUp(counts, drawn.goal)) {
        RC_ASSERT(*up > counts.new_spec);
        RC_ASSERT(*up <= drawn.goal.desired);
        counts.new_spec = *up;
        RC_ASSERT(counts.old_spec + counts.new_spec <= drawn.goal.max_total);
      }
      counts.new_available = settled ? counts.new_spec : *rc::gen::inRange(0, counts.new_spec + 1);
      const auto down = ScaleDown(counts, drawn.goal);
      RC_ASSERT(down == ScaleDown(counts, drawn.goal));
      if (!down) continue;
      RC_ASSERT(*down < counts.old_spec);
      RC_ASSERT(*down >= 0);
      // Old Pods count as available, new ones if they are.
      RC_ASSERT(*down + counts.new_available >= drawn.goal.min_available ||
                counts.new_available == drawn.goal.desired);
      counts.old_spec = *down;
    }
  });
  Proves("RC-10");
}

}  // namespace
}  // namespace windlass::replication_controller::scale_test
