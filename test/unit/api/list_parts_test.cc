#include "kubeclient/api/list_parts.h"

#include <array>
#include <nlohmann/json.hpp>

#include "kubeclient/api/json_value.h"
#include "test/catch.h"
#include "test/proves.h"

namespace windlass::list_parts_test {
namespace {

constexpr std::array<std::string_view, 3> kParts = {
    "/metadata/name", "/metadata/annotations/example.com~1of", "/spec/selector"};

TEST_CASE("of the items of a list only what is looked at is kept (R-067)") {
  const Result<std::string> kept = KeepParts(
      R"({"kind": "List", "metadata": {"name": "no"}, "items": [)"
      R"({"metadata": {"name": "a", "uid": "u", "annotations": {"example.com/of": "x", "b": "y"}},)"
      R"( "spec": {"selector": {"deep": [{"name": 1}]}, "template": {"spec": {"selector": 1}}}},)"
      R"({"spec": {"template": [[{"metadata": {"name": 1}}]]}}, {"metadata": null}]})",
      kParts);
  REQUIRE(kept.ok());
  CHECK(
      ParseJson(*kept) ==
      ParseJson(R"({"items": [{"metadata": {"name": "a", "annotations": {"example.com/of": "x"}},)"
                R"( "spec": {"selector": {"deep": [{"name": 1}]}}},)"
                R"({"spec": {}}, {"metadata": null}]})"));
  CHECK(KeepParts(R"({"items": null})", kParts).ok());
  Proves("R-067");
}

TEST_CASE("what is no list is an error, and so are parts of megabytes (R-067)") {
  for (const char* text : {"", "[]", "<html>", "{}", R"({"items": {"a": 1}})", R"({"items": [)"}) {
    CAPTURE(text);
    const Result<std::string> kept = KeepParts(text, kParts);
    REQUIRE_FALSE(kept.ok());
    CHECK(kept.error().kind == ErrorKind::kMalformed);
  }
  const auto with = [](std::string_view part, size_t bytes) {
    return R"({"items": [{")" + std::string(part) + R"(": {"name": ")" + std::string(bytes, 'x') +
           R"("}}]})";
  };
  CHECK(KeepParts(with("spec", kListPartsBytesMax), kParts).ok());
  CHECK(KeepParts(with("metadata", kListPartsBytesMax / 2), kParts).ok());
  const Result<std::string> large = KeepParts(with("metadata", kListPartsBytesMax), kParts);
  REQUIRE_FALSE(large.ok());
  CHECK(large.error().kind == ErrorKind::kTooLarge);
}

}  // namespace
}  // namespace windlass::list_parts_test
