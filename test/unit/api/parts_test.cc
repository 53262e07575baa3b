#include "kubeclient/api/parts.h"

#include <array>
#include <nlohmann/json.hpp>

#include "kubeclient/api/json_value.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/support/must.h"

namespace windlass::parts_test {
namespace {

constexpr std::array<std::string_view, 3> kParts = {
    "/metadata/name", "/metadata/annotations/example.com~1of", "/spec/selector"};

TEST_CASE("of the items of a list only what is looked at is kept (R-067)") {
  const std::string kept = Must(KeepPartsOfItems(
      R"({"kind": "List", "metadata": {"name": "no"}, "items": [)"
      R"({"metadata": {"name": "a", "uid": "u", "annotations": {"example.com/of": "x", "b": "y"}},)"
      R"( "spec": {"selector": {"deep": [{"name": 1}]}, "template": {"spec": {"selector": 1}}}},)"
      R"({"spec": {"template": [[{"metadata": {"name": 1}}]]}}, {"metadata": null}, 5]})",
      kParts));
  CHECK(
      ParseJson(kept) ==
      ParseJson(R"({"items": [{"metadata": {"name": "a", "annotations": {"example.com/of": "x"}},)"
                R"( "spec": {"selector": {"deep": [{"name": 1}]}}}, {"spec": {}}, {}, {}]})"));
  CHECK(KeepPartsOfItems(R"({"items": null})", kParts).ok());
  Proves("R-067");
}

TEST_CASE("of an object only what is looked at is kept, of whatever type it is (R-067)") {
  const std::array<std::string_view, 2> parts = {"/spec/tolerations", "/metadata/name"};
  const std::string kept =
      Must(KeepParts(R"({"metadata": {"name": "<\"\u0001>", "uid": "u"}, "spec": {"nodeName": "n",)"
                     R"( "tolerations": [{"key": "a"}, "b", 3, true, null, [4]]}})",
                     parts));
  CHECK(ParseJson(kept) ==
        ParseJson(R"({"metadata": {"name": "<\"\u0001>"}, "spec": )"
                  R"({"tolerations": [{"key": "a"}, "b", 3, true, null, [4]]}})"));
}

TEST_CASE("what is no list is an error, and so are parts of megabytes (R-067)") {
  for (const char* text : {"", "[]", "<html>", "{}", R"({"items": {"a": 1}})", R"({"items": [)",
                           R"({"items": [{"spec": {"selector": {"a": tru}}}]})"}) {
    CAPTURE(text);
    CHECK(MustFail(KeepPartsOfItems(text, kParts)).kind == ErrorKind::kMalformed);
  }
  const auto with = [](std::string_view part, size_t bytes) {
    return R"({"items": [{")" + std::string(part) + R"(": {"name": ")" + std::string(bytes, 'x') +
           R"("}}]})";
  };
  CHECK(KeepPartsOfItems(with("spec", kPartsBytesMax), kParts).ok());
  CHECK(KeepPartsOfItems(with("metadata", kPartsBytesMax / 2), kParts).ok());
  CHECK(MustFail(KeepPartsOfItems(with("metadata", kPartsBytesMax), kParts)).kind ==
        ErrorKind::kTooLarge);
}

}  // namespace
}  // namespace windlass::parts_test
