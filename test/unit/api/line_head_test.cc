// Who an object is, from the beginning of a line that was cut off (R-027).
#include "kubeclient/api/line_head.h"

#include <string>

#include "test/catch.h"
#include "test/property.h"
#include "test/support/must.h"

namespace windlass::line_head_test {
namespace {

constexpr std::string_view kUid = "0a1b2c3d-1111-4222-8333-444455556666";

const std::string kLine =
    R"({"type":"MODIFIED","object":{"kind":"ReplicaSet","apiVersion":"apps/v1","metadata":{)"
    R"("name":"web-1","namespace":"shop","uid":"0a1b2c3d-1111-4222-8333-444455556666",)"
    R"("resourceVersion":"4711","annotations":{"a":"x, \"y\"} \\","b":"{[ü"},"ownerReferences":[{)"
    R"("kind":"Deployment","apiVersion":"apps/v1","name":"web",)"
    R"("uid":"0a1b2c3d-1111-4222-8333-444455556667","controller":true}]},"spec":{"replicas":3,)"
    R"("template":{"spec":{"containers":[{"name":"c","args":["<<<<<<)";

struct Fixture {
  SymbolTable symbols;
  Decoder decoder{symbols};
};

TEST_CASE_METHOD(Fixture, "type, name, uid, version and owner are read (R-027)") {
  const LineHead head = Must(DecodeLineHead(decoder, kLine));
  CHECK(head.type == WatchEventType::kModified);
  CHECK(head.object.identity.key.ToString() == "shop/web-1");
  CHECK(head.object.identity.uid == Uid::Parse(kUid));
  CHECK(head.object.identity.resource_version.text == "4711");
  CHECK(head.object.owners_readable);
  REQUIRE(head.object.controller.has_value());
  CHECK(head.object.controller->name == "web");
}

// Wherever the line is cut off, what is read is what stands there, and nothing is half read.
TEST_CASE_METHOD(Fixture, "a line cut off anywhere is read rightly, or is an error (R-027)") {
  size_t read = 0;
  size_t with_owner = 0;
  for (size_t size = 0; size <= kLine.size(); ++size) {
    CAPTURE(size);
    const Result<LineHead> head = DecodeLineHead(decoder, std::string_view(kLine).substr(0, size));
    if (!head.ok()) continue;
    ++read;
    CHECK(head->object.identity.key.ToString() == "shop/web-1");
    CHECK(head->object.identity.uid == Uid::Parse(kUid));
    CHECK(head->object.identity.resource_version.text == "4711");
    if (!head->object.owners_readable) continue;
    ++with_owner;
    REQUIRE(head->object.controller.has_value());
    CHECK(head->object.controller->name == "web");
  }
  CHECK(read == kLine.size() - kLine.find(R"(,"annotations")"));
  CHECK(with_owner > 0);
  CHECK(with_owner <= kLine.size() - kLine.find(R"("spec")"));
}

TEST_CASE_METHOD(Fixture, "an object that has an owner of another kind of JSON is no surprise") {
  const char* text = GENERATE("", "{", "<html>", "{,", R"({"type":"ADDED",)",
                              R"({"type":"ADDED","object":{"metadata":{"annotations":{"a":"<<)",
                              R"({"type":"ADDED","object":{"metadata":{"name":"a","uid":"no",)",
                              R"({"type":"ADDED","object":{"metadata":{"name":"a",)");
  CHECK_FALSE(DecodeLineHead(decoder, text).ok());
}

TEST_CASE_METHOD(Fixture, "depth costs no stack") {
  const std::string deep =
      R"({"type":"ADDED","object":{"metadata":{"name":"a","x":)" + std::string(60'000, '[') + "1,";
  CHECK_FALSE(DecodeLineHead(decoder, deep).ok());
}

}  // namespace
}  // namespace windlass::line_head_test
