// ParseYaml: YAML as kubeconfig files have it, and as attackers write it (BI-02).
#include "kubeclient/config/yaml_reader.h"

#include <sstream>

#include "test/catch.h"
#include "test/property.h"
#include "test/support/must.h"

namespace windlass::yaml_reader_test {
namespace {

// Returns the tree on one line: maps as {k: v}, sequences as [v], texts in quotes.
std::string Show(const YamlNode& node) {
  std::string text;
  switch (node.kind) {
    case YamlNode::Kind::kNull: return "null";
    case YamlNode::Kind::kScalar: return "'" + node.scalar + "'";
    case YamlNode::Kind::kSequence:
      for (const YamlNode& item : node.items) text += (text.empty() ? "" : ", ") + Show(item);
      return "[" + text + "]";
    case YamlNode::Kind::kMap:
      for (const auto& [key, value] : node.fields) {
        text += (text.empty() ? "" : ", ") + key + ": " + Show(value);
      }
      return "{" + text + "}";
  }
  return text;
}

TEST_CASE("YAML and JSON become the same tree") {
  struct Row {
    std::string text;
    std::string want;
  };
  const Row row = GENERATE(values<Row>({
      {"", "null"},
      {"# only a comment\n", "null"},
      {"a: 1\nb: [x, 'y', \"z\"]\n", "{a: '1', b: ['x', 'y', 'z']}"},
      {R"({"a": {"b": [true, null, "~"]}})", "{a: {b: ['true', null, '~']}}"},
      {"a:\nb: ~\nc: null\nd: ''\n", "{a: null, b: null, c: null, d: ''}"},
      {"- name: x\n  cluster:\n    server: https://h:1\n",
       "[{name: 'x', cluster: {server: 'https://h:1'}}]"},
      {"a: |\n  one\n  two\n", "{a: 'one\ntwo\n'}"},
      {"--- \na: b\n...\n", "{a: 'b'}"},
      {"\xEF\xBB\xBF"
       "a: b\n",
       "{a: 'b'}"},
      {"a: b\r\nc: d\r\n", "{a: 'b', c: 'd'}"},
      {"a: {}\nb: []\n", "{a: {}, b: []}"},
  }));
  CAPTURE(row.text);
  CHECK(Show(Must(ParseYaml(row.text))) == row.want);
}

TEST_CASE("what is wrong is said with its line") {
  struct Row {
    std::string id;
    std::string text;
    std::string want;
  };
  const Row row = GENERATE(values<Row>({
      {"a tab", "a:\n\tb: c\n", "line 2: "},
      {"cut short", "a: [1,\n  2", "line 2: "},
      {"an unclosed quote", "a: \"b", "line 1: "},
      {"an anchor", "a: 1\nb: &x 2\n", "line 2: anchors are not supported"},
      {"an anchored map", "b: &x\n  c: 2\n", "anchors are not supported"},
      {"an alias", "a: &x 1\nb: *x\n", "line 1: anchors are not supported"},
      {"an alias of nothing", "b: *x\n", "line 1: "},
      {"a key twice", "a: 1\nb: 2\na: 3\n", "line 3: the key \"a\" is defined twice: remove one"},
      {"a key that is a list", "? [a, b]\n: 1\n", "a key must be a text, and not a list"},
      {"NUL", std::string("a: 1\nb: \0", 9), "line 2: a NUL character"},
      {"two documents", "a: 1\n---\nb: 2\n", "more than one document"},
      {"a bracket that closes nothing", "a: 1\n---\n]\n", "line 3: "},
      {"no YAML", "{\x01\x02\xff{{{", "line 1: "},
  }));
  CAPTURE(row.id);
  const Error error = MustFail(ParseYaml(row.text));
  CHECK(error.kind == ErrorKind::kConfig);
  CAPTURE(error.message);
  CHECK(error.message.find(row.want) != std::string::npos);
}

TEST_CASE("documents without content are left out") {
  for (const char* text : {"a: 1\n---\n", "---\na: 1\n", "---\n---\na: 1\n---\n# end\n---\n"}) {
    CAPTURE(text);
    CHECK(ParseYaml(text).ok());
    CHECK(Must(ParseYamlDocuments(text)).size() == 1);
  }
  CHECK(ParseYamlDocuments("a: 1\n---\nb: 2\n")->size() == 2);
  CHECK(ParseYamlDocuments("")->empty());
}

TEST_CASE("nesting is bounded") {
  const auto nested = [](int depth) {
    const auto n = static_cast<size_t>(depth);
    return std::string(n, '[') + std::string(n, ']');
  };
  CHECK(ParseYaml(nested(kYamlDepthMax)).ok());
  CHECK_FALSE(ParseYaml(nested(kYamlDepthMax + 1)).ok());
  CHECK_FALSE(ParseYaml(nested(100'000)).ok());
  CHECK_FALSE(ParseYaml(std::string(200'000, '[')).ok());
  CHECK_FALSE(ParseYaml(std::string(200'000, '{')).ok());
}

TEST_CASE("any bytes are a tree or an error, never an exception") {
  CheckProperty("ParseYaml is total", [] {
    const auto text = *rc::gen::container<std::string>(
        rc::gen::element('a', ':', ' ', '\n', '-', '[', ']', '{', '}', '"', '\'', '&', '*', '!',
                         '|', '>', '%', '@', '#', ',', '?', '\t', '\\', '\xff'));
    const Result<YamlNode> node = ParseYaml(text);
    // In parentheses, because RC_ASSERT takes || apart and evaluates both sides.
    RC_ASSERT((node.ok() || node.error().message.starts_with("line ")));
  });
}

TEST_CASE("a missing field and a null field are the same") {
  const YamlNode node = Must(ParseYaml("a: ~\nb: 1\n"));
  CHECK(node.Find("a") == nullptr);
  CHECK(node.Find("x") == nullptr);
  REQUIRE(node.Find("b") != nullptr);
  CHECK(node.Find("b")->Find("c") == nullptr);
}

}  // namespace
}  // namespace windlass::yaml_reader_test
