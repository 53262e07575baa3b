// Label selectors (D-785): what they match, what is invalid, and their query text.
#include "kubeclient/api/selector.h"

#include <algorithm>
#include <string>
#include <vector>

#include "kubeclient/api/decode.h"
#include "kubeclient/api/deployment.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/support/must.h"

namespace windlass::selector_test {
namespace {

const StringMap kLabels{{"app", "web"}, {"tier", "front"}, {"empty", ""}};

// Returns the selector tier in (values) as it is read from a Deployment.
LabelSelector Decoded(const std::vector<Symbol>& values) {
  static SymbolTable symbols;
  static Decoder decoder(symbols);
  std::string list;
  for (const Symbol& value : values) {
    list += (list.empty() ? "\"" : ",\"") + std::string(value.text()) + '"';
  }
  const Deployment decoded = Must(DecodeDeployment(
      decoder, R"({"metadata":{"name":"web"},"spec":{"selector":{"matchExpressions":[{"key":)"
               R"("tier","operator":"In","values":[)" +
                   list + "]}]}}}"));
  return decoded.spec.selector;
}

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

// Unordered, ordered and repeated: they are found and written alike.
TEST_CASE("many values are matched like few ones, and keep their order (D-785)") {
  std::vector<Symbol> many;
  for (int i = 0; i < 100; ++i) many.emplace_back("v" + std::to_string(i * 37 % 100));
  if (GENERATE(true, false)) std::ranges::sort(many, {}, &Symbol::text);
  if (GENERATE(true, false)) many.insert(many.begin() + 7, {"v5", "v5"});
  const LabelSelector in{true, {}, {{"tier", "In", many}}};
  const LabelSelector not_in{true, {}, {{"tier", "NotIn", many}}};
  for (int i = 0; i < 100; ++i) {
    const StringMap labels{{"tier", "v" + std::to_string(i)}};
    CHECK(Matches(in, labels));
    CHECK_FALSE(Matches(not_in, labels));
  }
  for (const char* other : {"", "a", "v", "v100", "v55x", "w"}) {
    CHECK_FALSE(Matches(in, {{"tier", other}}));
    CHECK(Matches(not_in, {{"tier", other}}));
  }
  CHECK(std::ranges::equal(in.match_expressions[0].values, many));
  std::string query = "tier in (";
  for (const Symbol& value : many) query += std::string(value.text()) + ",";
  query.back() = ')';
  CHECK(ToQuery(in) == query);
  CHECK(Decoded(many).match_expressions == in.match_expressions);
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
      {{"k", "Exists", {"v"}}, "operator \"Exists\" does not allow values"},
      {{"k", "DoesNotExist", {"v"}}, "operator \"DoesNotExist\" does not allow values"},
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
