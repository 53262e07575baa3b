// Label selectors (D-785): what they match, what is invalid, and their query text.
#include "kubeclient/api/selector.h"

#include <string>

#include "test/catch.h"
#include "test/proves.h"

namespace windlass::selector_test {
namespace {

const StringMap kLabels{{"app", "web"}, {"tier", "front"}, {"empty", ""}};

TEST_CASE("a requirement matches by its operator; NotIn and DoesNotExist match absent keys") {
  struct Row {
    std::string op, key;
    std::vector<Symbol> values;
    bool want;
  };
  const Row row = GENERATE(values<Row>({
      {"In", "tier", {"back", "front"}, true},
      {"In", "tier", {"back"}, false},
      {"In", "absent", {"x"}, false},
      {"In", "empty", {""}, true},
      {"In", "absent", {""}, false},
      {"NotIn", "tier", {"back"}, true},
      {"NotIn", "tier", {"back", "front"}, false},
      {"NotIn", "absent", {"x"}, true},
      {"NotIn", "empty", {""}, false},
      {"Exists", "empty", {}, true},
      {"Exists", "absent", {}, false},
      {"DoesNotExist", "absent", {}, true},
      {"DoesNotExist", "tier", {}, false},
  }));
  CAPTURE(row.op, row.key, row.want);
  const LabelSelector selector{true, {{"app", "web"}}, {{row.key, row.op, row.values}}};
  CHECK(Validate(selector).ok());
  CHECK(Matches(selector, kLabels) == row.want);
  Proves("D-785");
}

TEST_CASE("every pair and every requirement must hold") {
  CHECK(Matches({true, {{"app", "web"}, {"tier", "front"}}, {}}, kLabels));
  CHECK_FALSE(Matches({true, {{"app", "web"}, {"tier", "back"}}, {}}, kLabels));
  CHECK_FALSE(Matches({true, {{"absent", ""}}, {}}, kLabels));
  CHECK_FALSE(Matches({true, {}, {{"app", "Exists", {}}, {"no", "Exists", {}}}}, kLabels));
}

TEST_CASE("an empty selector matches everything, a null one nothing (D-052)") {
  const LabelSelector everything{true, {}, {}};
  CHECK(everything.SelectsEverything());
  CHECK(Matches(everything, kLabels));
  CHECK(Matches(everything, {}));
  CHECK(ToQuery(everything).empty());

  const LabelSelector nothing;
  CHECK_FALSE(nothing.SelectsEverything());
  CHECK_FALSE(Matches(nothing, kLabels));
  CHECK_FALSE(Matches(nothing, {}));
  CHECK(ToQuery(nothing) == kMatchesNothing);
  Proves("D-785");
}

TEST_CASE("an invalid selector is named, matches nothing and asks for nothing (D-785, BI-26)") {
  struct Row {
    LabelSelectorRequirement requirement;
    std::string want;
  };
  const Row row = GENERATE(values<Row>({
      {{"k", "Near", {"v"}}, "\"k\": operator \"Near\" is not one of"},
      {{"k", "", {}}, "operator \"\" is not one of"},
      {{"k", "in", {"v"}}, "operator \"in\" is not one of"},
      {{"k", "In", {}}, "operator \"In\" needs at least one value"},
      {{"k", "NotIn", {}}, "operator \"NotIn\" needs at least one value"},
      {{"k", "Exists", {"v"}}, "operator \"Exists\" takes no values"},
      {{"k", "DoesNotExist", {"v"}}, "operator \"DoesNotExist\" takes no values"},
  }));
  const LabelSelector selector{true, {}, {{"app", "Exists", {}}, row.requirement}};
  const Status status = Validate(selector);
  REQUIRE_FALSE(status.ok());
  CHECK(status.error().kind == ErrorKind::kInvalid);
  CHECK(status.error().message.find(row.want) != std::string::npos);
  CHECK_FALSE(Matches(selector, kLabels));
  CHECK(ToQuery(selector) == kMatchesNothing);
  Proves("D-785");
}

TEST_CASE("the query form names pairs first, then requirements in their order") {
  const LabelSelector selector{true,
                               {{"b", ""}, {"app", "web"}},
                               {{"tier", "In", {"a", "b"}},
                                {"zone", "NotIn", {"x"}},
                                {"live", "Exists", {}},
                                {"legacy", "DoesNotExist", {}}}};
  CHECK(ToQuery(selector) == "app=web,b=,tier in (a,b),zone notin (x),live,!legacy");
}

}  // namespace
}  // namespace windlass::selector_test
