#include "kubeclient/api/pod_list.h"

#include "test/catch.h"
#include "test/proves.h"
#include "test/support/must.h"

namespace windlass::pod_list_test {
namespace {

const std::string kUid = "12345678-1234-4234-8234-123456789abc";
const std::string kPod = "12345678-1234-4234-8234-123456789abd";

std::string PodOwnedBy(const std::string& owners) {
  return R"({"metadata":{"name":"p","uid":")" + kPod + R"(","ownerReferences":[)" + owners + "]}}";
}

std::string ListOf(const std::string& items) {
  return R"({"kind":"PartialObjectMetadataList","metadata":{"resourceVersion":"7"},"items":[)" +
         items + "]}";
}

TEST_CASE("a listed Pod belongs to its first controlling owner (D-102)") {
  const std::string owners = R"({"uid":"x","controller":false},{"controller":true,"uid":")" + kUid +
                             R"("},{"controller":true,"uid":"other"})";
  const auto pods = Must(ControlledPods(ListOf(PodOwnedBy(owners))));
  CHECK(pods == std::vector<ListedPod>{{*Uid::Parse(kPod), *Uid::Parse(kUid)}});
  Proves("D-102");
}

TEST_CASE("Pods of nobody are not listed; an owner that is no UUID is a foreign one (BI-47)") {
  const auto pods =
      Must(ControlledPods(ListOf(PodOwnedBy("") + R"(,{"metadata":{"name":"bare"}},)" +
                                 PodOwnedBy(R"({"controller":true,"uid":"odd"})"))));
  CHECK(pods == std::vector<ListedPod>{{*Uid::Parse(kPod), Uid::Foreign()}});
}

TEST_CASE("a list of all Pods has those of nobody, too") {
  const auto pods = Must(
      AllPods(ListOf(PodOwnedBy("") + "," + PodOwnedBy(R"({"controller":true,"uid":"odd"})"))));
  CHECK(pods ==
        std::vector<ListedPod>{{*Uid::Parse(kPod), Uid()}, {*Uid::Parse(kPod), Uid::Foreign()}});
}

TEST_CASE("an empty list is a list") {
  CHECK(ControlledPods(ListOf(""))->empty());
  CHECK(ControlledPods(R"({"metadata":{},"items":null})")->empty());
}

TEST_CASE("what is no complete list of Pods is an error, never an empty list") {
  const std::string body =
      GENERATE("", "{", "[]", "{}", R"({"items":[]})", R"({"metadata":{},"items":{}})",
               R"({"metadata":{"continue":"more"},"items":[]})", R"({"metadata":{},"items":[{}]})",
               R"({"kind":"Status","metadata":{},"status":"Failure"})");
  CAPTURE(body);
  CHECK(MustFail(ControlledPods(body)).kind == ErrorKind::kMalformed);
}

}  // namespace
}  // namespace windlass::pod_list_test
