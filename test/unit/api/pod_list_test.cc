#include "kubeclient/api/pod_list.h"

#include "test/catch.h"
#include "test/proves.h"

namespace windlass {
namespace {

const std::string kUid = "12345678-1234-4234-8234-123456789abc";

std::string PodOwnedBy(const std::string& owners) {
  return R"({"metadata":{"name":"p","ownerReferences":[)" + owners + "]}}";
}

std::string ListOf(const std::string& items) {
  return R"({"kind":"PartialObjectMetadataList","metadata":{"resourceVersion":"7"},"items":[)" +
         items + "]}";
}

TEST_CASE("a listed Pod belongs to its first controlling owner (D-102)") {
  const std::string owners = R"({"uid":"x","controller":false},{"controller":true,"uid":")" + kUid +
                             R"("},{"controller":true,"uid":"other"})";
  const auto uids = ControllersOfPods(ListOf(PodOwnedBy(owners)));
  REQUIRE(uids.ok());
  CHECK(*uids == std::vector<Uid>{*Uid::Parse(kUid)});
  Proves("D-102");
}

TEST_CASE("Pods of nobody are not listed; an owner that is no UUID is a foreign one (B-47)") {
  const auto uids = ControllersOfPods(ListOf(PodOwnedBy("") + R"(,{"metadata":{"name":"bare"}},)" +
                                             PodOwnedBy(R"({"controller":true,"uid":"odd"})")));
  REQUIRE(uids.ok());
  CHECK(*uids == std::vector<Uid>{Uid::Foreign()});
}

TEST_CASE("an empty list is a list") {
  CHECK(ControllersOfPods(ListOf(""))->empty());
  CHECK(ControllersOfPods(R"({"metadata":{},"items":null})")->empty());
}

TEST_CASE("what is no complete list of Pods is an error, never an empty list") {
  const std::string body =
      GENERATE("", "{", "[]", "{}", R"({"items":[]})", R"({"metadata":{},"items":{}})",
               R"({"metadata":{"continue":"more"},"items":[]})", R"({"metadata":{},"items":[{}]})",
               R"({"kind":"Status","metadata":{},"status":"Failure"})");
  CAPTURE(body);
  const auto uids = ControllersOfPods(body);
  REQUIRE_FALSE(uids.ok());
  CHECK(uids.error().kind == ErrorKind::kMalformed);
}

}  // namespace
}  // namespace windlass
