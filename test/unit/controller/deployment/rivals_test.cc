// When a Deployment is left to another controller (S-017).
#include "controller/deployment/rivals.h"

#include <string>

#include "kubeclient/api/time.h"
#include "test/catch.h"

namespace windlass::rivals_test {
namespace {

constexpr WallTime kNow{1'800'000'000};

Deployment Web(int64_t generation, const std::string& version, uint64_t number = 2) {
  Deployment deployment;
  deployment.meta.namespace_ = "default";
  deployment.meta.name = "web-" + std::to_string(number);
  deployment.meta.uid = {1, number};
  deployment.meta.generation = generation;
  deployment.meta.resource_version = {version};
  return deployment;
}

// `fields` are the fields that the manager owns, as `fieldsV1` has them.
std::string ManagedBy(const std::string& manager, const std::string& subresource, WallTime at,
                      const std::string& fields = "{}") {
  return R"({"metadata":{"managedFields":[{"manager":")" + manager + R"(","subresource":")" +
         subresource + R"(","time":")" + FormatTime(at) + R"(","fieldsV1":)" + fields + "}]}}";
}

TEST_CASE("two foreign statuses are repaired, the third is looked into") {
  Rivals rivals;
  rivals.ForeignStatus(Web(1, "10"));
  rivals.ForeignStatus(Web(1, "11"));
  CHECK_FALSE(rivals.Suspicious(Web(1, "11")));
  rivals.ForeignStatus(Web(1, "12"));
  CHECK(rivals.Suspicious(Web(1, "12")));
}

TEST_CASE("a new generation is counted anew") {
  Rivals rivals;
  for (const char* version : {"10", "11", "12"}) rivals.ForeignStatus(Web(1, version));
  CHECK_FALSE(rivals.Suspicious(Web(2, "13")));
  rivals.ForeignStatus(Web(2, "14"));
  CHECK_FALSE(rivals.Suspicious(Web(2, "14")));
}

TEST_CASE("a status of our own that the watch showed before the reply does not count") {
  Rivals rivals;
  for (const char* version : {"10", "11", "12", "13"}) {
    rivals.ForeignStatus(Web(1, version));
    rivals.OwnStatus(Web(1, version).meta);
  }
  CHECK_FALSE(rivals.Suspicious(Web(1, "13")));
  CHECK(rivals.size() == 0);
}

TEST_CASE("an object stays left alone however many others have a rival") {
  constexpr uint64_t kMany = 20'000;
  Rivals rivals;
  const std::string rival = ManagedBy("kube-controller-manager", "status", kNow);
  for (uint64_t i = 0; i < kMany; ++i) {
    const Deployment web = Web(1, "10", i);
    rivals.ForeignStatus(web);
    REQUIRE(rivals.Judge(web, rival, kNow) == "kube-controller-manager");
  }
  uint64_t stepped_back = 0;
  for (uint64_t i = 0; i < kMany; ++i) stepped_back += rivals.SteppedBack(Web(1, "10", i), kNow);
  CHECK(stepped_back == kMany);
  for (uint64_t i = 0; i < kMany; ++i) rivals.Forget(Web(1, "10", i).meta.uid);
  CHECK(rivals.size() == 0);
}

TEST_CASE("of an object without a rival nothing is kept, of one that is deleted neither") {
  Rivals rivals;
  const Deployment web = Web(1, "12");
  for (const char* version : {"10", "11", "12"}) rivals.ForeignStatus(Web(1, version));
  SECTION("it was looked into") {
    CHECK(rivals.Judge(web, ManagedBy("kubectl", "status", kNow), kNow).empty());
  }
  SECTION("it is deleted") { rivals.Forget(web.meta.uid); }
  CHECK(rivals.size() == 0);
  CHECK_FALSE(rivals.Suspicious(web));
}

TEST_CASE("only another Deployment controller that writes status makes us step back") {
  struct Row {
    std::string json;
    std::string rival;
  };
  const WallTime lately = kNow + seconds(-60);
  const WallTime long_ago = kNow + seconds(-3600);
  const std::string generation = R"({"f:status":{"f:observedGeneration":{}}})";
  const std::string counters = R"({"f:status":{"f:readyReplicas":{},"f:replicas":{}}})";
  const std::string condition = R"({"f:status":{"f:conditions":{"k:{\"type\":\"Mine\"}":{}}}})";
  const Row row = GENERATE_COPY(values<Row>({
      {ManagedBy("kube-controller-manager", "status", lately), "kube-controller-manager"},
      {ManagedBy("kube-controller-manager", "status", long_ago), ""},
      {ManagedBy("kube-controller-manager", "", lately), ""},
      {ManagedBy("k3s", "status", lately, generation), "k3s"},
      {ManagedBy("k3s", "status", lately, counters), "k3s"},
      {ManagedBy("k3s", "status", long_ago, generation), ""},
      {ManagedBy("k3s", "", lately, generation), ""},
      {ManagedBy("windlass", "status", lately, generation), ""},
      {ManagedBy("kubectl", "status", lately), ""},
      {ManagedBy("health-checker", "status", lately, condition), ""},
      {ManagedBy("odd", "status", lately, "[1]"), ""},
      {ManagedBy("odd", "status", lately, R"({"f:status":["f:replicas"]})"), ""},
      {R"({"metadata":{"managedFields":[3,{"manager":7,"subresource":"status"}]}})", ""},
      {R"({"metadata":{}})", ""},
      {"not json", ""},
  }));
  CAPTURE(row.json);
  Rivals rivals;
  const Deployment web = Web(1, "12");
  CHECK(rivals.Judge(web, row.json, kNow) == row.rival);
  CHECK(rivals.SteppedBack(web, kNow) == !row.rival.empty());
  CHECK_FALSE(rivals.SteppedBack(web, kNow + seconds(3600)));
}

}  // namespace
}  // namespace windlass::rivals_test
