// Writes that a sync may not send any more, because it has sent too many other patches of the same
// ReplicaSet. That they were not sent is no proof that the API server would not keep them.
#include <string>
#include <variant>

#include "controller/in_place/phases/rollout_in_place.h"
#include "controller/workload/requests/replica_set_requests.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/in_place/phases/cluster.h"

namespace windlass::in_place::held_back_test {
namespace {

using Json = nlohmann::json;

constexpr const char* kSetting = "windlass.dev/in-place";
constexpr const char* kOther = "windlass.dev/in-place-max-unavailable";

// Three Pods at rest with image v1. The Deployment does not ask for updates in place.
class Busy : public Started {
 public:
  Busy() : Started(3) {
    Edit([](Json& d) { d["metadata"]["annotations"].erase(kSetting); });
    SettleInPlace();
  }

  // From now on a user changes a setting at each write of the ReplicaSet of v1 but the last one
  // that a sync may send. If `asks`, the user asks for updates in place at that one.
  void ChangeSettingsAtWrites(bool asks) {
    const std::string host = NameOf("v1");
    server = [this, asks, host, written = 0, others = server](const Request& request) mutable {
      if (request.resource() == resources::kReplicaSets && request.key().name == host) {
        ++written;
        const int most = workload::kPatchesOfOneReplicaSet;
        if (written < most) Annotate(kOther, written % 2 == 0 ? "2" : "3");
        if (written == most && asks) Annotate(kSetting, "IfPossible");
      }
      return others(request);
    };
    Annotate(kOther, "2");
  }
};

// No event brings the sync that may send the settings.
TEST_CASE("settings that were not sent are sent by a sync a second later (P-074)") {
  Busy c;
  c.ChangeSettingsAtWrites(/*asks=*/true);
  c.SetImage("v2");
  const Step end = c.Sync();
  CHECK_FALSE(c.HasReplicaSet("v2"));
  REQUIRE(std::holds_alternative<Wait>(end));
  CHECK(std::get<Wait>(end).look_again_in == kHeldBackTryAgain);
  c.SettlesAt("v2", 3);
  for (const std::string& pod : c.PodNames()) CHECK(c.RestartsOf(pod) == 1);
  Proves("P-074");
}

// Whom this serves: who changes settings in a long sync and scales. The status said that the size
// was dealt with, and the ReplicaSet noted the former size until something else woke the planner.
TEST_CASE("the size annotations are written however many settings were (D-352)") {
  Busy c;
  c.ChangeSettingsAtWrites(/*asks=*/false);
  c.EditReplicaSet(c.NameOf("v1"), [](Json& rs) { rs["spec"]["replicas"] = 5; });
  c.Scale(5);
  c.Sync();
  const Json& annotations = c.ReplicaSet("v1")["metadata"]["annotations"];
  CHECK(annotations["deployment.kubernetes.io/desired-replicas"] == "5");
  CHECK(c.deployment()["status"]["observedGeneration"] == c.deployment()["metadata"]["generation"]);
  Proves("D-352");
}

}  // namespace
}  // namespace windlass::in_place::held_back_test
