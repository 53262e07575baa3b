// Whether the API server kept a size, as its reply to the write of that size shows.
#include "controller/count/kept_size.h"

#include <string>

#include "test/catch.h"
#include "test/proves.h"

namespace windlass::kept_size_test {
namespace {

// Returns the size that the check finds in the reply to a write of 8 Pods; "" if it finds no other
// size than 8.
std::string SizeTold(const std::string& reply) {
  const Status kept =
      CheckSize(resources::kReplicaSets, {"shop", "web-7c9"}, 8, "exempt it")(reply);
  if (kept.ok()) return "";
  CHECK(kept.error().kind == ErrorKind::kInvalid);
  const std::string& text = kept.error().message;
  const std::string begin = "the API server keeps replicasets shop/web-7c9 at ";
  const size_t end = text.find(" Pods, although it accepted a request for 8 Pods. Find the ");
  REQUIRE(text.starts_with(begin));
  REQUIRE(end != std::string::npos);
  CHECK(text.ends_with(" that changes spec.replicas, and exempt it"));
  return text.substr(begin.size(), end - begin.size());
}

TEST_CASE("the reply to a size says whether it is kept, and at which size (D-434)") {
  CHECK(SizeTold(R"({"spec":{"replicas":8}})").empty());
  CHECK(SizeTold(R"({"spec":{"replicas":4}})") == "4");
  CHECK(SizeTold(R"({"spec":{"replicas":0}})") == "0");
  CHECK(SizeTold(R"({"replicas":1,"metadata":{"annotations":{"replicas":"2"}},)"
                 R"("spec":{"template":{"replicas":3},"replicas":4,"selector":{"replicas":5}},)"
                 R"("status":{"replicas":8}})") == "4");
  Proves("D-434");
}

// Whom this serves: who writes a size through a server whose reply is not the object.
TEST_CASE("a reply without a size that can be read does not say that a size is lost (D-434)") {
  const std::string reply = GENERATE(values<std::string>({
      "",
      "4",
      "[]",
      "{}",
      "no json",
      R"({"kind":"Status","status":"Success"})",
      R"({"spec":null})",
      R"({"spec":4})",
      R"({"spec":{}})",
      R"({"spec":{"replicas":null}})",
      R"({"spec":{"replicas":"4"}})",
      R"({"spec":{"replicas":4.5}})",
      R"({"spec":{"replicas":4294967300}})",
      R"({"spec":{"replicas":4},"status":{"replicas":4})",  // cut
      R"({"spec":{"replicas":4}} {})",
  }));
  CAPTURE(reply);
  CHECK(SizeTold(reply).empty());
}

// Whom this serves: everybody, because the core's thread reads the reply to each write of a size. A
// reader that makes a value of each member fails at 1e999, which no double can hold, and so finds
// no size.
TEST_CASE("of a reply of 8 MiB only the size is decoded (D-434)") {
  std::string reply = R"({"metadata":{"managedFields":[1e999)";
  while (reply.size() < size_t{8} << 20U) reply += R"(,{"f:spec":{}})";
  const bool is_kept = GENERATE(true, false);
  reply += R"(]},"spec":{"template":{"spec":1e999},"replicas":)";
  reply += is_kept ? "8}}" : "4}}";
  CHECK(SizeTold(reply) == (is_kept ? "" : "4"));
  Proves("D-434");
}

}  // namespace
}  // namespace windlass::kept_size_test
