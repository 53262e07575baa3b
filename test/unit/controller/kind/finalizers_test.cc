// The patches that add and remove one finalizer. That the API server takes them:
// test/sim/finalizers_test.cc.
#include "controller/kind/finalizers.h"

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "test/catch.h"

namespace windlass::kind::finalizers_test {
namespace {

using nlohmann::json;

constexpr ResourceId kBoats{"windlass.dev", "v1", "boats", "Boat"};
constexpr std::string_view kOurs = "windlass.dev/anchor";
const std::string kUid = "5a1f0c52-93e4-4f6e-8a01-7b1d2f0e6c11";

ObjectMeta Meta() {
  ObjectMeta meta;
  meta.namespace_ = "ns";
  meta.name = "web";
  meta.uid = *Uid::Parse(kUid);
  meta.resource_version.text = "17";
  return meta;
}

// The operations, after the test of the uid that each guarded patch begins with.
std::vector<std::string> OperationsOf(const Request& request) {
  CHECK(request.Describe() == "patch boats ns/web");
  CHECK(request.patch_type() == PatchType::kJson);
  CHECK(request.uid() == Meta().uid);
  const json body = json::parse(request.body());
  REQUIRE(body.size() > 1);
  CHECK(body[0] == json({{"op", "test"}, {"path", "/metadata/uid"}, {"value", kUid}}));
  std::vector<std::string> operations;
  for (size_t i = 1; i < body.size(); ++i) operations.push_back(body[i].dump());
  return operations;
}

using Texts = std::vector<std::string>;

TEST_CASE("a finalizer is added to a list that is as it was") {
  CHECK(OperationsOf(Finalizers().Add(kBoats, Meta(), kOurs)) ==
        Texts{R"({"op":"test","path":"/metadata/finalizers","value":null})",
              R"({"op":"add","path":"/metadata/finalizers","value":["windlass.dev/anchor"]})"});
  const Finalizers others({"a.org/x", "b.org/y"});
  CHECK_FALSE(others.Has(kOurs));
  CHECK(OperationsOf(others.Add(kBoats, Meta(), kOurs)) ==
        Texts{R"({"op":"test","path":"/metadata/finalizers","value":["a.org/x","b.org/y"]})",
              R"({"op":"add","path":"/metadata/finalizers",)"
              R"("value":["a.org/x","b.org/y","windlass.dev/anchor"]})"});
}

TEST_CASE("a finalizer is removed where it stands, and no other") {
  const Finalizers all({"a.org/x", kOurs, "b.org/y"});
  CHECK(all.Has(kOurs));
  CHECK(OperationsOf(all.Remove(kBoats, Meta(), kOurs)) ==
        Texts{R"({"op":"test","path":"/metadata/finalizers/1","value":"windlass.dev/anchor"})",
              R"({"op":"remove","path":"/metadata/finalizers/1"})"});
}

}  // namespace
}  // namespace windlass::kind::finalizers_test
