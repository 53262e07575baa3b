// Label selectors as users write them: the grammar of kubectl's -l.
#include "kubeclient/api/selector_text.h"

#include <string>

#include "kubeclient/api/label_syntax.h"
#include "test/catch.h"

namespace windlass {
namespace {

using Requirements = std::vector<LabelSelectorRequirement>;

const std::string kLongest(63, 'a');
const std::string kTooLong(64, 'a');

TEST_CASE("a selector is read as kubectl reads it") {
  struct Row {
    std::string text;
    Requirements want;
  };
  const Row row = GENERATE(values<Row>({
      {"", {}},
      {" \t\r\n", {}},
      // One value.
      {"a=b", {{"a", "In", {"b"}}}},
      {"a==b", {{"a", "In", {"b"}}}},
      {"a!=b", {{"a", "NotIn", {"b"}}}},
      {" a =\tb ", {{"a", "In", {"b"}}}},
      {"a=", {{"a", "In", {""}}}},
      {"a!=", {{"a", "NotIn", {""}}}},
      {"a=,b=c", {{"a", "In", {""}}, {"b", "In", {"c"}}}},
      // A set of them: in order, and none twice.
      {"team in (a,b)", {{"team", "In", {"a", "b"}}}},
      {"team notin (a)", {{"team", "NotIn", {"a"}}}},
      {"team in(b,a,b)", {{"team", "In", {"a", "b"}}}},
      {" team  in ( a , b ) ", {{"team", "In", {"a", "b"}}}},
      {"a in ()", {{"a", "In", {""}}}},
      {"a in (,)", {{"a", "In", {""}}}},
      {"a in (b,)", {{"a", "In", {"", "b"}}}},
      {"a in (c,,b)", {{"a", "In", {"", "b", "c"}}}},
      {"a notin ()", {{"a", "NotIn", {""}}}},
      // The key alone.
      {"a", {{"a", "Exists", {}}}},
      {"!a", {{"a", "DoesNotExist", {}}}},
      {" ! a ", {{"a", "DoesNotExist", {}}}},
      // Words of the grammar are also words.
      {"in", {{"in", "Exists", {}}}},
      {"!notin", {{"notin", "DoesNotExist", {}}}},
      {"in in (in,notin)", {{"in", "In", {"in", "notin"}}}},
      {"notin notin (in)", {{"notin", "NotIn", {"in"}}}},
      {"a=in,b!=notin", {{"a", "In", {"in"}}, {"b", "NotIn", {"notin"}}}},
      // Several, also of one key.
      {"windlass.dev/in-place=allowed,env!=prod",
       {{"windlass.dev/in-place", "In", {"allowed"}}, {"env", "NotIn", {"prod"}}}},
      {"a=b,a=c", {{"a", "In", {"b"}}, {"a", "In", {"c"}}}},
      {"x in (foo,,baz),y,z notin ()",
       {{"x", "In", {"", "baz", "foo"}}, {"y", "Exists", {}}, {"z", "NotIn", {""}}}},
      // What keys and values may be.
      {"A_b.c-9=9.C_b-a", {{"A_b.c-9", "In", {"9.C_b-a"}}}},
      {"a.b-c.d/E=f", {{"a.b-c.d/E", "In", {"f"}}}},
      {kLongest + "=" + kLongest, {{kLongest, "In", {kLongest}}}},
  }));
  CAPTURE(row.text);
  const Result<LabelSelector> selector = ParseLabelSelector(row.text);
  REQUIRE(selector.ok());
  CHECK(*selector == LabelSelector{true, {}, row.want});
  CHECK(Validate(*selector).ok());
  CHECK(selector->SelectsEverything() == row.want.empty());
  CHECK(*ParseLabelSelector(ToQuery(*selector)) == *selector);
}

TEST_CASE("what is no selector is refused in one line that says where") {
  struct Row {
    std::string text, want;
  };
  const Row row = GENERATE(values<Row>({
      {",", "expected a label key, found ',' at character 1"},
      {"a,", "expected a label key at the end"},
      {"a,,b", "expected a label key, found ',' at character 3"},
      {"!", "expected a label key at the end"},
      {"!!a", "expected a label key, found '!' at character 2"},
      {"=b", "expected a label key, found '=' at character 1"},
      {"(a)", "expected a label key, found '(' at character 1"},
      {"a b", "expected one of =, ==, !=, in, notin, found 'b' at character 3"},
      {"a (b)", "expected one of =, ==, !=, in, notin, found '(' at character 3"},
      {"a In (b)", "found 'In' at character 3"},
      {"a!b", "expected one of =, ==, !=, in, notin, found '!' at character 2"},
      {"!a=b", "expected ',' or the end, found '=' at character 3"},
      {"!a in (b)", "expected ',' or the end, found 'in' at character 4"},
      {"a=b c", "expected ',' or the end, found 'c' at character 5"},
      {"a===b", "expected ',' or the end, found '=' at character 4"},
      {"a=b=c", "expected ',' or the end, found '=' at character 4"},
      {"a=!b", "expected ',' or the end, found '!' at character 3"},
      {"a=(b)", "expected ',' or the end, found '(' at character 3"},
      {"a in", "expected '(' at the end"},
      {"a in b", "expected '(', found 'b' at character 6"},
      {"a in (", "expected ',' or ')' at the end"},
      {"a in (b", "expected ',' or ')' at the end"},
      {"a in (b c)", "expected ',' or ')', found 'c' at character 9"},
      {"a in (b=c)", "expected ',' or ')', found '=' at character 8"},
      {"a in (b))", "expected ',' or the end, found ')' at character 9"},
      {"a > 1", "'>' compares numbers, which is not supported"},
      {"a<1", "'<' compares numbers, which is not supported"},
      {"-a=b", "'-a' is no label key"},
      {"a.=b", "'a.' is no label key"},
      {"/a=b", "'/a' is no label key"},
      {"a/=b", "'a/' is no label key"},
      {"a/b/c", "'a/b/c' is no label key"},
      {"A/b", "'A/b' is no label key"},
      {"a..b/c", "'a..b/c' is no label key"},
      {kTooLong, "is no label key"},
      {"a=-b", "'-b' is no label value"},
      {"a=b/c", "'b/c' is no label value"},
      {"a=" + kTooLong, "is no label value"},
      {"a in (b,c.)", "'c.' is no label value"},
      {"a=\xc3\xa9", "is no label value"},
      {std::string("a=b\0", 4), "is no label value"},
  }));
  CAPTURE(row.text);
  const Result<LabelSelector> selector = ParseLabelSelector(row.text);
  REQUIRE_FALSE(selector.ok());
  CHECK(selector.error().kind == ErrorKind::kInvalid);
  CAPTURE(selector.error().message);
  CHECK(selector.error().message.find(row.want) != std::string::npos);
  CHECK(selector.error().message.find('\n') == std::string::npos);
}

TEST_CASE("before the slash of a label key stands a DNS name of at most 253 characters") {
  const std::string most = std::string(250, 'a') + ".bc";
  CHECK(IsLabelKey(most + "/x"));
  CHECK_FALSE(IsLabelKey(most + "d/x"));
  CHECK_FALSE(IsLabelKey("a_b/x"));
  CHECK_FALSE(IsLabelKey(""));
  CHECK(IsLabelValue(""));
  CHECK_FALSE(IsLabelValue("."));
}

}  // namespace
}  // namespace windlass
