// The golden sequences of kubectl 1.17, row by row: unavailable / surge, then what each scaling
// sets. "U3" the new one grows to 3, "D7" the old one shrinks to 7, "(2)" so many new Pods are
// available at a scaling down, "-" it stays.
#include "controller/replication_controller/scale.h"

#include <sstream>
#include <string>
#include <vector>

#include "test/catch.h"
#include "test/property.h"
#include "test/proves.h"

namespace windlass::replication_controller::scale_test {
namespace {

IntOrPercent Limit(const std::string& text) {
  return text.ends_with('%') ? IntOrPercent::Percent(text) : IntOrPercent::Int(std::stoi(text));
}

struct Row {
  std::string name;
  int32_t old_spec;
  int32_t new_spec;
  int32_t desired;
  std::string unavailable;
  std::string surge;
  std::string sequence;
};

ScaleLimits Limits(const Row& row) {
  const auto limits = ResolveScaleLimits(row.desired, Limit(row.surge), Limit(row.unavailable));
  REQUIRE(limits.ok());
  return *limits;
}

// Takes "D9(1)" apart: the scaling, and how many new Pods are available, if it says so.
struct Word {
  std::string scaling;
  std::optional<int32_t> available;
};
Word WordOf(const std::string& text) {
  const size_t bracket = text.find('(');
  if (bracket == std::string::npos) return {text, std::nullopt};
  return {text.substr(0, bracket), std::stoi(text.substr(bracket + 1))};
}

// Plays kubectl's loop: up, down, up, … A scaling up that changes nothing is not in a sequence; one
// down that changes nothing is "-".
std::string Play(const Row& row) {
  const ScaleLimits limits = Limits(row);
  TwoCounts counts{.old_spec = row.old_spec, .new_spec = row.new_spec, .desired = row.desired};
  std::istringstream words(row.sequence);
  std::vector<Word> downs;
  for (std::string text; words >> text;) {
    if (text[0] != 'U') downs.push_back(WordOf(text));
  }
  std::string played;
  const auto add = [&](const std::string& word) { played += (played.empty() ? "" : " ") + word; };
  size_t next_down = 0;
  for (int i = 0; i < 100; ++i) {
    if (counts.new_spec == counts.desired && counts.old_spec == 0) return played;
    if (const auto up = ScaleUp(counts, limits)) {
      counts.new_spec = *up;
      add("U" + std::to_string(*up));
    }
    if (counts.old_spec == 0) continue;
    const std::optional<int32_t> available =
        next_down < downs.size() ? downs[next_down].available : std::nullopt;
    ++next_down;
    counts.new_available = available.value_or(counts.new_spec);
    const auto down = ScaleDown(counts, limits);
    if (down) counts.old_spec = *down;
    const std::string seen = available ? "(" + std::to_string(*available) + ")" : "";
    // A sequence leaves out a scaling down that all Pods allow and that changes nothing.
    if (down || available) add((down ? "D" + std::to_string(*down) : std::string("-")) + seen);
  }
  return played + " and so on";
}

TEST_CASE("the sequences of kubectl 1.17") {
  const Row row = GENERATE(values<Row>({
      {"10->10 30%/0", 10, 0, 10, "30%", "0", "D7 U3 D4 U6 D1 U9 D0 U10"},
      {"10->10 30%/0, slow", 10, 0, 10, "30%", "0", "D7 U3 -(0) D6(1) U4 D3(4) U7 D0(7) U10"},
      {"10->10 30%/0, continued at 7/3", 7, 3, 10, "30%", "0", "D4 U6 D1 U9 D0 U10"},
      {"10->10 30%/0, continued at 7/0", 7, 0, 10, "30%", "0", "U3 D4 U6 D1 U9 D0 U10"},
      {"10->10 0/30%", 10, 0, 10, "0", "30%", "U3 D7 U6 D4 U9 D1 U10 D0"},
      {"10->10 0/30%, slow", 10, 0, 10, "0", "30%",
       "U3 -(0) D9(1) U4 D7(3) U6 D4(6) U9 D1(9) U10 -(9) D0(10)"},
      {"10->10 10%/20%", 10, 0, 10, "10%", "20%", "U2 D7 U5 D4 U8 D1 U10 D0"},
      {"10->10 10%/20%, slow", 10, 0, 10, "10%", "20%",
       "U2 D7(2) U5 D5(4) U7 -(4) D2(7) U10 D0(9)"},
      {"10->10 10%/20%, continued at 10/2", 10, 2, 10, "10%", "20%", "D7 U5 D4 U8 D1 U10 D0"},
      {"10->10 0/100%", 10, 0, 10, "0", "100%", "U10 D0"},
      {"10->10 0/100%, slow", 10, 0, 10, "0", "100%", "U10 -(0) D8(2) D3(7) D0(10)"},
      {"10->10 100%/0", 10, 0, 10, "100%", "0", "D0 U10"},
      {"1->1 25%/25%", 1, 0, 1, "25%", "25%", "U1 -(0) D0"},
      {"1->1 0/10%", 1, 0, 1, "0", "10%", "U1 -(0) D0"},
      {"1->1 10%/10%", 1, 0, 1, "10%", "10%", "U1 -(0) D0"},
      {"3->3 0/1", 3, 0, 3, "0", "1", "U1 D2 U2 D1 U3 D0"},
      {"10->10 0/20%, continued at 6/5", 6, 5, 10, "0", "20%", "U6 D4 U8 D2 U10 D0"},
      {"10->20 0/300%", 10, 0, 20, "0", "300%", "U20 D0"},
      {"rollback 1->1, the old one is not ready", 1, 1, 1, "0", "1", "D0"},
      {"3->0 1/1", 3, 0, 0, "1", "1", "D0"},
      {"3->0 10%/10%", 3, 0, 0, "10%", "10%", "D0"},
      {"0->0", 0, 0, 0, "1", "1", ""},
      {"30->2 50%/0", 30, 0, 2, "50%", "0", "D1 U1 D0 U2"},
      {"2->2 1/0, half of the old ones are broken", 2, 0, 2, "1", "0", "D1 U1 D0 U2"},
      {"1->1 1%/0", 1, 0, 1, "1%", "0", "D0 U1"},
      {"1->2 25%/25%", 1, 0, 2, "25%", "25%", "U2 D0"},
      {"2->2 25%/1%", 2, 0, 2, "25%", "1%", "U1 D1 U2 D0"},
      {"2->2 25%/0", 2, 0, 2, "25%", "0", "D1 U1 D0 U2"},
  }));
  CAPTURE(row.name);
  CHECK(Play(row) == row.sequence);
  Proves("RC-10");
}

TEST_CASE("the limits, as the header line tells them") {
  struct LimitsRow {
    std::string name;
    int32_t desired;
    std::string unavailable;
    std::string surge;
    ScaleLimits want;
  };
  const LimitsRow row = GENERATE(values<LimitsRow>({
      {"3->0 1/1: keep 0, exceed 1", 0, "1", "1", {1, 0, 1}},
      {"3->0 10%/10%: exceed 0", 0, "10%", "10%", {0, 0, 0}},
      {"unavailable is rounded down, surge up", 10, "25%", "25%", {3, 8, 13}},
      {"both 0: one may be unavailable", 10, "0", "0", {0, 9, 10}},
      {"more unavailable than there are", 3, "7", "0", {0, 0, 3}},
      {"the largest surge", 2147483647, "0", "2147483647", {2147483647, 2147483647, 4294967294}},
  }));
  CAPTURE(row.name);
  const auto limits = ResolveScaleLimits(row.desired, Limit(row.surge), Limit(row.unavailable));
  REQUIRE(limits.ok());
  CHECK(*limits == row.want);
  const auto defaults = ResolveScaleLimits(3, std::nullopt, std::nullopt);
  REQUIRE(defaults.ok());
  CHECK(*defaults == ScaleLimits{1, 3, 4});
  Proves("RC-9");
}

TEST_CASE("a limit that is none is named by its field") {
  const auto limits = ResolveScaleLimits(3, std::nullopt, IntOrPercent::Percent("x"));
  REQUIRE_FALSE(limits.ok());
  CHECK(limits.error().message.starts_with("spec.maxUnavailable: "));
}

// Draws an update that begins within its limits, and plays it with availability that comes and
// goes until `patience` loops are over, and then stays.
struct Drawn {
  TwoCounts counts;
  ScaleLimits limits;
};
Drawn Draw() {
  const int32_t desired = *rc::gen::inRange(0, 30);
  const auto limits = ResolveScaleLimits(desired, IntOrPercent::Int(*rc::gen::inRange(0, 8)),
                                         IntOrPercent::Int(*rc::gen::inRange(0, 8)));
  return {{.old_spec = *rc::gen::inRange(0, 30), .new_spec = 0, .desired = desired}, *limits};
}

TEST_CASE("an update stays within its limits, never turns back, and ends") {
  CheckProperty("limits, direction, end", [] {
    Drawn drawn = Draw();
    TwoCounts& counts = drawn.counts;
    int loops = 0;
    for (; counts.new_spec != counts.desired || counts.old_spec != 0; ++loops) {
      RC_ASSERT(loops < 200);
      const bool settled = loops > 50;
      if (const auto up = ScaleUp(counts, drawn.limits)) {
        RC_ASSERT(*up > counts.new_spec);
        RC_ASSERT(*up <= counts.desired);
        counts.new_spec = *up;
        RC_ASSERT(counts.old_spec + counts.new_spec <= drawn.limits.max_total);
      }
      counts.new_available = settled ? counts.new_spec : *rc::gen::inRange(0, counts.new_spec + 1);
      const auto down = ScaleDown(counts, drawn.limits);
      RC_ASSERT(down == ScaleDown(counts, drawn.limits));
      if (!down) continue;
      RC_ASSERT(*down < counts.old_spec);
      RC_ASSERT(*down >= 0);
      // Old Pods count as available, new ones if they are.
      RC_ASSERT(*down + counts.new_available >= drawn.limits.min_available ||
                counts.new_available == counts.desired);
      counts.old_spec = *down;
    }
  });
  Proves("RC-10");
}

}  // namespace
}  // namespace windlass::replication_controller::scale_test
