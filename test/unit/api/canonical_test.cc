// Pod template equality (D-150…D-155), fingerprints and hashes.
#include "kubeclient/api/canonical.h"

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "kubeclient/api/json_reader.h"
#include "test/catch.h"
#include "test/property.h"
#include "test/proves.h"
#include "test/support/must.h"

namespace windlass::canonical_test {
namespace {

using nlohmann::json;

std::string Canonical(const std::string& template_json) {
  const std::string canonical = Must(CanonicalTemplate(template_json));
  INFO(template_json);
  return canonical;
}

std::string Labels(const std::string& labels) {
  return R"({"metadata":{"labels":)" + labels + "}}";
}
std::string Container(const std::string& fields) {
  return R"({"spec":{"containers":[{"name":"c")" + (fields.empty() ? "" : "," + fields) + "}]}}";
}
std::string Spec(const std::string& fields) { return R"({"spec":{)" + fields + "}}"; }

struct Row {
  std::string id, a, b;
  bool equal;
};

TEST_CASE("templates are equal as the worked rows of the contract say") {
  const Row row = GENERATE(values<Row>({
      {"X-01", Labels(R"({"pod-template-hash":"v1","s":"else"})"),
       Labels(R"({"pod-template-hash":"v2","s":"else"})"), true},
      {"X-02", Labels(R"({"s":"else"})"), Labels(R"({"pod-template-hash":"v2","s":"else"})"), true},
      {"X-03", Labels(R"({"s":"else"})"), Labels(R"({"pod-template-hash":"v2"})"), false},
      {"X-04", Labels(R"({"pod-template-hash":"v1"})"),
       Labels(R"({"pod-template-hash":"v1","s":"else"})"), false},
      {"X-05", R"({"metadata":{"annotations":{"former":"value"}}})",
       R"({"metadata":{"annotations":{"latter":"value"}}})", false},
      {"X-06", Labels(R"({"pod-template-hash":"v1"})"), "{}", true},
      {"X-07", Container(R"("securityContext":{})"), Container(""), false},
      {"X-08", Container(R"("resources":{"limits":{"cpu":"1"}})"),
       Container(R"("resources":{"limits":{"cpu":"1000m"}})"), true},
      {"X-09", Container(R"("env":[])"), Container(""), true},
      {"X-10", R"({"spec":{"containers":[{"name":"a"},{"name":"b"}]}})",
       R"({"spec":{"containers":[{"name":"b"},{"name":"a"}]}})", false},
      {"X-11", Spec(R"("terminationGracePeriodSeconds":30)"),
       R"({"metadata":{"annotations":{"kubectl.kubernetes.io/restartedAt":"now"}},)"
       R"("spec":{"terminationGracePeriodSeconds":30}})",
       false},
  }));
  CAPTURE(row.id);
  CHECK((Canonical(row.a) == Canonical(row.b)) == row.equal);
  Proves(row.id);
  Proves("D-153 UT-12");
}

TEST_CASE("absent, null, zero and empty are told apart as the Go types tell them (D-153)") {
  const Row row = GENERATE(values<Row>({
      {"pointer to struct", Spec(R"("securityContext":{})"), Spec(""), false},
      {"empty volume source", Spec(R"("volumes":[{"name":"v","emptyDir":{}}])"),
       Spec(R"("volumes":[{"name":"v"}])"), false},
      {"pointer to integer", Spec(R"("terminationGracePeriodSeconds":0)"), Spec(""), false},
      {"pointer to bool", Spec(R"("automountServiceAccountToken":false)"), Spec(""), false},
      {"pointer in a pointer", Spec(R"("securityContext":{"runAsUser":0})"),
       Spec(R"("securityContext":{})"), false},
      {"plain bool", Spec(R"("hostNetwork":false)"), Spec(""), true},
      {"plain bool that is set", Spec(R"("hostNetwork":true)"), Spec(""), false},
      {"plain text", R"({"metadata":{"name":""}})", "{}", true},
      {"plain number", Container(R"("ports":[{"containerPort":80,"hostPort":0}])"),
       Container(R"("ports":[{"containerPort":80}])"), true},
      {"embedded resources", Container(R"("resources":{})"), Container(""), true},
      {"embedded resources, emptied", Container(R"("resources":{"limits":{},"claims":[]})"),
       Container(""), true},
      {"resources of the Pod are a pointer", Spec(R"("resources":{})"), Spec(""), false},
      {"embedded metadata and spec", R"({"metadata":{},"spec":{}})", "{}", true},
      {"null of an old server", R"({"metadata":{"creationTimestamp":null}})", "{}", true},
      {"null pointer", Spec(R"("securityContext":null)"), Spec(""), true},
      {"empty map", Spec(R"("nodeSelector":{})"), Spec(""), true},
      {"empty value in a map", Spec(R"("nodeSelector":{"k":""})"), Spec(""), false},
      {"zero quantity in a map", Container(R"("resources":{"limits":{"cpu":"0"}})"),
       Container(R"("resources":{"limits":{}})"), false},
      {"pointer to quantity", Spec(R"("volumes":[{"name":"v","emptyDir":{"sizeLimit":"0"}}])"),
       Spec(R"("volumes":[{"name":"v","emptyDir":{}}])"), false},
      {"pointer to quantity by number",
       Spec(R"("volumes":[{"name":"v","emptyDir":{"sizeLimit":"1Gi"}}])"),
       Spec(R"("volumes":[{"name":"v","emptyDir":{"sizeLimit":"1073741824"}}])"), true},
      {"memory written differently (D-155)",
       Container(R"("resources":{"requests":{"memory":"1Gi"}})"),
       Container(R"("resources":{"requests":{"memory":"1073741824"}})"), true},
      {"int-or-string by type", Container(R"("livenessProbe":{"tcpSocket":{"port":80}})"),
       Container(R"("livenessProbe":{"tcpSocket":{"port":"80"}})"), false},
      {"a plain text and a pointer in a list of 1.37",
       Spec(R"("evictionResponders":[{"name":"","priority":0}])"),
       Spec(R"("evictionResponders":[{"priority":0}])"), true},
      {"order of env is meaning", Container(R"("env":[{"name":"A"},{"name":"B"}])"),
       Container(R"("env":[{"name":"B"},{"name":"A"}])"), false},
      {"a quantity-like text elsewhere stays text",
       Container(R"("env":[{"name":"A","value":"1"}])"),
       Container(R"("env":[{"name":"A","value":"1000m"}])"), false},
      {"the hash label counts outside the template's labels",
       Spec(R"("nodeSelector":{"pod-template-hash":"x"})"), Spec(""), false},
      {"two spellings of a text", R"({"metadata":{"annotations":{"a":"<\u00e9\n/"}}})",
       "{\"metadata\":{\"annotations\":{\"a\":\"\\u003cé\\u000a\\/\"}}}", true},
      {"white space", "{ \"spec\" : {\n\t\"hostPID\" : true } }", Spec(R"("hostPID":true)"), true},
      {"a repeated key: the last one counts, even if it means the same as an absent one",
       Spec(R"("hostPID":true,"hostPID":false)"), Spec(""), true},
      {"a repeated key that is absent at first",
       Spec(R"("hostPID":false,"hostIPC":true,)"
            R"("hostPID":true)"),
       Spec(R"("hostPID":true,"hostIPC":true)"), true},
  }));
  CAPTURE(row.id);
  CHECK((Canonical(row.a) == Canonical(row.b)) == row.equal);
  Proves("D-153 D-155 D-781");
}

TEST_CASE("fields that nobody knows yet are kept literally (R-032, BI-39)") {
  const Row row = GENERATE(values<Row>({
      {"zero", Spec(R"("future":0)"), Spec(""), false},
      {"empty object", Spec(R"("future":{})"), Spec(""), false},
      {"null", Spec(R"("future":null)"), Spec(""), true},
      {"empty list", Spec(R"("future":[])"), Spec(""), true},
      {"empty list in a list", Spec(R"("future":[[]])"), Spec(R"("future":[])"), false},
      {"null in a list", Spec(R"("future":[null])"), Spec(R"("future":[])"), false},
      {"number of any size", Spec(R"("future":1e400)"), Spec(R"("future":1e401)"), false},
      {"integer beyond 64 bits", Spec(R"("future":18446744073709551616)"),
       Spec(R"("future":18446744073709551617)"), false},
      {"order of keys", Spec(R"("future":{"a":1,"b":2})"), Spec(R"("future":{"b":2,"a":1})"), true},
      {"wrong type in a known field", Spec(R"("containers":5)"), Spec(R"("containers":6)"), false},
      {"no quantity", Container(R"("resources":{"limits":{"cpu":"many"}})"),
       Container(R"("resources":{"limits":{"cpu":"few"}})"), false},
      {"a repeated key: the last one counts", Spec(R"("hostPID":false,"hostPID":true)"),
       Spec(R"("hostPID":true)"), true},
  }));
  CAPTURE(row.id);
  CHECK((Canonical(row.a) == Canonical(row.b)) == row.equal);
}

TEST_CASE("every field of PodTemplateSpec is compared as the API server compares it") {
  std::ifstream corpus(WINDLASS_TESTDATA "/template_equality.jsonl");
  std::string line;
  int rows = 0;
  while (std::getline(corpus, line)) {
    ++rows;
    const json row = json::parse(line);
    INFO(line);
    const bool equal = Canonical(row["a"].dump()) == Canonical(row["b"].dump());
    CHECK(equal == row["equal"].get<bool>());
  }
  CHECK(rows == 753);
  Proves("D-153 D-781");
}

TEST_CASE("the canonical form is JSON, sorted and minimal") {
  CHECK(Canonical("{}") == "{}");
  CHECK(Canonical(R"({"spec":{"containers":[{"name":"web","image":"i\"\\\u0001","resources":{)"
                  R"("limits":{"memory":"1Ki","cpu":"1500m"}},"args":["b","a"]}],)"
                  R"("hostIPC":false},"metadata":{"creationTimestamp":null,"labels":{"app":"web",)"
                  R"("pod-template-hash":"x"}}})") ==
        R"({"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"args":["b","a"],)"
        R"("image":"i\"\\\u0001","name":"web","resources":{"limits":{"cpu":"15e-1",)"
        R"("memory":"1024"}}}]}})");
}

TEST_CASE("what is no whole JSON object has no canonical form") {
  const std::string text = GENERATE(values<std::string>({
      "",
      " ",
      "null",
      "[]",
      "5",
      "\"{}\"",
      "{",
      "{}}",
      "{} {}",
      "{\"a\":}",
      "{\"a\"}",
      "{a:1}",
      "{\"a\":01}",
      "{\"a\":1.}",
      "{\"a\":-}",
      "{\"a\":+1}",
      "{\"a\":tru}",
      "{\"a\":nul}",
      "{\"a\":[1,]}",
      "{\"a\":[1 2]}",
      "{\"a\":\"\\x\"}",
      "{\"a\":\"\n\"}",
      "{\"a\":\"\xff\"}",
      "{\"a\":1,}",
      "{\"a\":1 \"b\":2}",
      "{\"a\":NaN}",
      "<html></html>",
  }));
  CAPTURE(text);
  CHECK(MustFail(CanonicalTemplate(text)).kind == ErrorKind::kMalformed);
}

TEST_CASE("nesting is bounded (R-059, BI-68)") {
  const auto nested = [](int depth) {
    return "{\"a\":" + std::string(static_cast<size_t>(depth) - 1, '[') +
           std::string(static_cast<size_t>(depth) - 1, ']') + "}";
  };
  CHECK(CanonicalTemplate(nested(kJsonDepthMax)).ok());
  CHECK_FALSE(CanonicalTemplate(nested(kJsonDepthMax + 1)).ok());
  CHECK_FALSE(CanonicalTemplate(nested(1000000)).ok());
  CHECK_FALSE(CanonicalTemplate("{\"a\":" + std::string(1000000, '[')).ok());
}

// Returns a JSON text of `value`; the members of every object are in a random order.
std::string Shuffled(const json& value) {
  if (value.is_array()) {
    std::string text;
    for (const json& element : value) text += (text.empty() ? "" : ",") + Shuffled(element);
    return "[" + text + "]";
  }
  if (!value.is_object()) return value.dump();
  std::vector<std::string> members;
  for (const auto& [key, member] : value.items()) {
    const size_t at = *rc::gen::inRange<size_t>(0, members.size() + 1);
    members.insert(members.begin() + static_cast<std::ptrdiff_t>(at),
                   json(key).dump() + ": " + Shuffled(member));
  }
  std::string text;
  for (const std::string& member : members) text += (text.empty() ? "" : " ,") + member;
  return "{" + text + "}";
}

TEST_CASE("the order of keys never matters, and the canonical form is its own canonical form") {
  std::ifstream corpus(WINDLASS_TESTDATA "/template_equality.jsonl");
  std::vector<json> templates;
  for (std::string line; std::getline(corpus, line);) {
    if (line.size() > 300) templates.push_back(json::parse(line)["a"]);
  }
  REQUIRE(templates.size() > 20);
  CheckProperty("canonical(x) == canonical(shuffled x)", [&] {
    const json& any = templates[*rc::gen::inRange<size_t>(0, templates.size())];
    const Result<std::string> canonical = CanonicalTemplate(any.dump());
    RC_ASSERT(canonical.ok());
    RC_ASSERT(CanonicalTemplate(Shuffled(any)) == canonical);
    RC_ASSERT(CanonicalTemplate(*canonical) == canonical);
  });
}

TEST_CASE("a Canonicalizer forgets the template before") {
  Canonicalizer canonicalizer;
  REQUIRE(canonicalizer.Canonical(Spec(R"("hostPID":true)")).ok());
  CHECK_FALSE(canonicalizer.Canonical("{\"a\":[").ok());
  CHECK(Must(canonicalizer.Canonical(Spec(R"("hostIPC":true)"))) == R"({"spec":{"hostIPC":true}})");
}

TEST_CASE("the fingerprint is FNV-1a with 128 bits") {
  CHECK((FingerprintOf("") == Fingerprint{0x6C62272E07BB0142ULL, 0x62B821756295C58DULL}));
  CHECK((FingerprintOf("a") == Fingerprint{0xD228CB696F1A8CAFULL, 0x78912B704E4A8964ULL}));
  CHECK((FingerprintOf("foobar") == Fingerprint{0x343E1662793C64BFULL, 0x6F0D3597BA446F18ULL}));
}

TEST_CASE("the hash is a label value out of upstream's alphabet (D-171)") {
  const std::string hash = ComputeHash(R"({"spec":{}})", -1);
  CHECK(hash.find_first_not_of("456789bcdf") == std::string::npos);
  CHECK(hash.size() <= 10);
  // FNV-1a of "a" is 0xE40C292C = 3826002220.
  CHECK(ComputeHash("a", -1) == "7d6b446664");
  Proves("D-171");
}

TEST_CASE("each collision count gives another hash, absent and 0 included") {
  std::set<std::string> hashes;
  for (int64_t count = -1; count < 1000; ++count) hashes.insert(ComputeHash("{}", count));
  hashes.insert(ComputeHash("{}", 2147483647));
  CHECK(hashes.size() == 1002);
  Proves("D-171");
}

}  // namespace
}  // namespace windlass::canonical_test
