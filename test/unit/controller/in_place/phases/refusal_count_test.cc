// Patches that the server refuses, counted on a ReplicaSet: P-036.
#include "controller/in_place/phases/refusal_count.h"

#include <string>
#include <utility>
#include <vector>

#include "controller/in_place/phases/rollout_mode.h"
#include "controller/workload/annotations/annotations.h"
#include "test/catch.h"

namespace windlass::in_place::refusal_count_test {
namespace {

constexpr Fingerprint kTo{1, 2};
constexpr WallTime kAt{1'795'156'445};  // 2026-11-20T06:34:05Z
const std::string kText = R"({"rev":"6","to":"t-00000000000000010000000000000002","tries":2,)"
                          R"("at":"2026-11-20T06:34:05Z","why":"no"})";

ReplicaSet With(const std::string& value) {
  ReplicaSet rs;
  rs.meta.annotations.Set("internal.windlass.dev/refused", value);
  return rs;
}

Refusals Tried(int32_t tries) { return {.tries = tries, .at = kAt, .why = "no"}; }

TEST_CASE("P-036 refusals are written as specified, and read again") {
  CHECK(WriteRefusals(Tried(2), "6", kTo) == kText);
  CHECK(RefusalsOf(With(kText), "6", kTo) == Tried(2));
  CHECK(workload::IsInternal(kRefusedPatches));
}

TEST_CASE("P-036 they count for one revision and one template") {
  CHECK_FALSE(RefusalsOf(With(kText), "7", kTo).has_value());
  CHECK_FALSE(RefusalsOf(With(kText), "", kTo).has_value());
  CHECK_FALSE(RefusalsOf(With(kText), "6", {1, 3}).has_value());
  CHECK_FALSE(RefusalsOf(ReplicaSet(), "6", kTo).has_value());
}

struct Row {
  std::string what, by;
};

TEST_CASE("P-036 what cannot be understood counts as absent, what nobody knows is ignored") {
  const Row row = GENERATE(values<Row>({
      {kText, ""},
      {kText, "null"},
      {kText, "[]"},
      {kText, "{}"},
      {R"("rev":"6",)", ""},
      {R"("rev":"6")", R"("rev":6)"},
      {R"("to":"t-0)", R"("to":"x-0)"},
      {R"("to":"t-00000000000000010000000000000002",)", ""},
      {R"("tries":2,)", ""},
      {R"("tries":2)", R"("tries":0)"},
      {R"("tries":2)", R"("tries":-1)"},
      {R"("tries":2)", R"("tries":"2")"},
      {R"("tries":2)", R"("tries":9999999999)"},
      {R"("at":"2026-11-20T06:34:05Z",)", ""},
      {R"(2026-11-20T)", R"(20.11.2026 )"},
      {R"("no"})", R"(7})"},
      {R"("no"})", R"("no"}})"},
  }));
  std::string text = kText;
  text.replace(text.find(row.what), row.what.size(), row.by);
  CAPTURE(text);
  CHECK_FALSE(RefusalsOf(With(text), "6", kTo).has_value());
  std::string more = kText;
  more.insert(1, R"("later":{"a":[1]},)");
  CHECK(RefusalsOf(With(more), "6", kTo) == Tried(2));
}

TEST_CASE("P-036 what the server said is cut between two characters") {
  Refusals refusals = Tried(1);
  refusals.why.clear();
  for (int i = 0; i < 1000; ++i) refusals.why += "é";
  refusals.why.insert(0, GENERATE("", "x"));
  const auto read = RefusalsOf(With(WriteRefusals(refusals, "6", kTo)), "6", kTo);
  REQUIRE(read.has_value());
  CHECK(read->why.size() <= 512);
  CHECK(read->why.size() > 509);
  CHECK(refusals.why.starts_with(read->why));
  CHECK(read->why.ends_with("é"));
}

TEST_CASE("P-036 the next try comes after 10 s, 20 s, and so on, at most 5 min") {
  const auto [tries, wait] = GENERATE(table<int32_t, int64_t>(
      {{1, 10}, {2, 20}, {3, 40}, {4, 80}, {5, 160}, {6, 300}, {7, 300}, {2'000'000'000, 300}}));
  const WallTime next = kAt + seconds(wait);
  CHECK(NextTry(Tried(tries), kAt) == next);
  CHECK(NextTry(Tried(tries), next + seconds(-1)) == next);
  CHECK_FALSE(NextTry(Tried(tries), next).has_value());
}

TEST_CASE("P-036 a clock that went back keeps nobody waiting for long") {
  CHECK(NextTry(Tried(1), kAt + seconds(-300)).has_value());
  CHECK_FALSE(NextTry(Tried(1), kAt + seconds(-301)).has_value());
}

TEST_CASE("P-036 a patch that went through since ends the series") {
  const auto at = [](Fingerprint target, seconds later) {
    PodState state;
    state.target = target;
    state.at = kAt + later;
    return RolloutPod{.our_state = std::move(state)};
  };
  const RolloutPod never{};
  const auto over = [](const std::vector<RolloutPod>& pods) { return IsOver(Tried(1), pods, kTo); };
  CHECK_FALSE(over({}));
  CHECK_FALSE(over({never, at(kTo, seconds(0)), at(kTo, seconds(-1))}));
  CHECK_FALSE(over({at({1, 3}, seconds(60))}));  // a patch to another template
  CHECK(over({never, at(kTo, seconds(1))}));
}

}  // namespace
}  // namespace windlass::in_place::refusal_count_test
