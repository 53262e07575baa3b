#include "kubeclient/api/template_text.h"

#include "test/catch.h"
#include "test/proves.h"
#include "test/support/must.h"

namespace windlass::template_text_test {
namespace {

TEST_CASE("a template is taken out of its object with all its fields (D-780)") {
  const auto found =
      Must(ExtractTemplate(R"({"kind":"ReplicaSet","spec":{"replicas":1,)"
                           R"("template":{"spec":{"tomorrow":{},"n":9223372036854775807}}}})"));
  CHECK(found == R"({"spec":{"n":9223372036854775807,"tomorrow":{}}})");
  Proves("D-780");
}

TEST_CASE("an object without a template is an error") {
  const std::string text = GENERATE("", "[]", "{", "{}", R"({"spec":[]})", R"({"spec":{}})",
                                    R"({"spec":{"template":[]}})", R"({"spec":{"template":null}})",
                                    R"({"spec":{"template":{})", R"({"template":{}})");
  CAPTURE(text);
  CHECK(MustFail(ExtractTemplate(text)).kind == ErrorKind::kMalformed);
  JsonReader in;
  CHECK(MustFail(RawTemplate(in, text)).kind == ErrorKind::kMalformed);
}

struct Row {
  std::string id;
  std::string one;
  std::string other;
  bool want;
};

TEST_CASE("a difference in form is nothing, empty, zero or another way to write a quantity") {
  const Row row = GENERATE(values<Row>({
      {"the same", R"({"spec":{"a":1}})", R"({"spec":{"a":1}})", true},
      {"order of keys", R"({"a":1,"b":2})", R"({"b":2,"a":1})", true},
      {"empty object", R"({"spec":{"securityContext":{}}})", R"({"spec":{}})", true},
      {"nested emptiness", R"({"spec":{"a":{"b":[],"c":null}}})", "{}", true},
      {"zero and false", R"({"spec":{"hostNetwork":false,"runAsUser":0}})", "{}", true},
      {"quantities", R"({"limits":{"memory":"1Gi","cpu":"1"}})",
       R"({"limits":{"memory":"1073741824","cpu":"1000m"}})", true},
      {"the hash label", R"({"metadata":{"labels":{"pod-template-hash":"x"}}})", "{}", true},
      {"another label", R"({"metadata":{"labels":{"app":"x"}}})", "{}", false},
      {"another image", R"({"containers":[{"image":"v1"}]})", R"({"containers":[{"image":"v2"}]})",
       false},
      {"order of a list", R"({"c":["a","b"]})", R"({"c":["b","a"]})", false},
      {"an empty element has a place", R"({"c":["",1]})", R"({"c":[1]})", false},
      {"a number and its text", R"({"a":5})", R"({"a":"5"})", false},
      {"no object", "[]", "[]", false},
      {"no JSON", "{", "{", false},
  }));
  CAPTURE(row.id);
  CHECK(DifferAtMostInForm(row.one, row.other) == row.want);
  CHECK(DifferAtMostInForm(row.other, row.one) == row.want);
}

TEST_CASE("metadata or labels of another kind are compared like anything else") {
  CHECK(DifferAtMostInForm(R"({"metadata":[1]})", R"({"metadata":[1]})"));
  CHECK_FALSE(DifferAtMostInForm(R"({"metadata":{"labels":["x"]}})", "{}"));
}

}  // namespace
}  // namespace windlass::template_text_test
