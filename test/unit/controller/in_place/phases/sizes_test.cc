// In-place updates beside ReplicaSets of the largest possible size: the sum of two such sizes needs
// more than 32 bits.
#include <optional>
#include <string>
#include <vector>

#include "controller/in_place/phases/rollout_in_place.h"
#include "controller/workload/ownership/claim.h"
#include "controller/workload/planner/planner.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/in_place/phases/cluster.h"

namespace windlass::in_place::sizes_test {
namespace {

using Json = nlohmann::json;

// Three Pods at rest with image v3. A user has scaled both old ReplicaSets, and noted on them that
// all these Pods are stand-ins; none of them exists yet.
class Claimed : public Started {
 public:
  explicit Claimed(int32_t max_unavailable) : Started(3, max_unavailable) {
    for (const char* image : {"v2", "v3"}) {
      RollOutInPlace(image);
    }
    int others = 0;
    for (auto& [name, rs] : replica_sets()) {
      if (rs["spec"]["replicas"] != 0) continue;
      ++others;
      EditReplicaSet(name, [](Json& old) {
        old["spec"]["replicas"] = kUnlimited;
        old["metadata"]["annotations"]["internal.windlass.dev/stand-ins"] =
            std::to_string(kUnlimited);
      });
    }
    REQUIRE(others == 2);
  }
};

// Whom this serves: whose Pod is missing. A stand-in of v4 can help, and Pods of others that do not
// serve cannot.
TEST_CASE("stand-ins of others that do not serve leave the room to v4 (P-024)") {
  Claimed c(0);  // and one Pod of surge
  c.PodNamed(c.PodNames()[0])["status"]["conditions"][2]["status"] = "False";
  c.SetImage("v4");
  c.Sync();
  REQUIRE(c.HasReplicaSet("v4"));
  CHECK(c.SizeOf("v1") == 0);
  CHECK(c.SizeOf("v2") == 0);
  CHECK(c.SizeOf("v4") == 1);
}

// Growth has no room beside such sizes in any case: it shows where the pending one has to shrink.
TEST_CASE("stand-ins of others leave none to the pending one, however many they are (P-024)") {
  Started c(3, 0);  // and one Pod of surge
  for (const char* image : {"v2", "v3"}) {
    c.RollOutInPlace(image);
  }
  c.SetImage("v4");
  c.SyncAndRun();
  REQUIRE(c.SizeOf("v4") == 1);
  std::vector<std::string> others;
  for (const auto& [name, rs] : c.replica_sets()) {
    if (rs["spec"]["replicas"] == 0) others.push_back(name);
  }
  REQUIRE(others.size() == 2);
  const auto claim = [&](int32_t size) {
    for (const std::string& name : others) {
      c.EditReplicaSet(name, [size](Json& rs) {
        rs["spec"]["replicas"] = size;
        rs["metadata"]["annotations"]["internal.windlass.dev/stand-ins"] = std::to_string(size);
      });
    }
  };
  claim(1);
  c.RunPods();
  // Three Pods are available: one of the host, and one of each of the others, which are needed.
  int left = 1;
  for (const std::string& pod : c.PodNames()) {
    const std::string image = c.ImageOfPod(pod);
    if (image == "v4" || (image == "v3" && left-- <= 0)) {
      c.PodNamed(pod)["status"]["conditions"][2]["status"] = "False";
    }
  }
  claim(kUnlimited);
  c.Sync();
  CHECK(c.SizeOf("v4") == 0);
}

// Returns the surplus that the planner finds first in a sync for image v4.
int64_t FirstSurplus(InPlaceCluster& c) {
  std::optional<int64_t> surplus;
  const auto show = c.look;
  c.look = [&](View& view) {
    show(view);
    const Learned nothing;
    const workload::Situation situation =
        workload::MakeSituation(view, workload::ClaimReplicaSets(view), nothing, {c.now});
    const InPlace& in_place = InPlaceOf(situation);
    if (!surplus && in_place.pods) surplus = in_place.pods->limits.surplus;
  };
  c.SetImage("v4");
  c.Sync();
  c.look = show;
  REQUIRE(surplus.has_value());
  return *surplus;
}

TEST_CASE("no Pod is about to go because others are still to be made") {
  Claimed c(1);
  CHECK(FirstSurplus(c) == 0);
}

// Whom this serves: the users of the workload. One Pod too many would be taken down if the Pod that
// does not exist yet made up for the one that goes.
TEST_CASE("a Pod of another ReplicaSet that is still to be made keeps none that goes (I-01)") {
  Started c(3, 1);
  for (const char* image : {"v2", "v3"}) {
    c.RollOutInPlace(image);
  }
  const std::string goes = c.NameOf("v1");
  const std::string comes = c.NameOf("v2");
  const auto resize = [&](const std::string& name, int32_t size) {
    c.EditReplicaSet(name, [size](Json& rs) {
      rs["spec"]["replicas"] = size;
      rs["metadata"]["annotations"]["internal.windlass.dev/stand-ins"] = std::to_string(size);
    });
  };
  resize(goes, 1);
  c.RunPods();
  resize(goes, 0);
  resize(comes, 1);
  CHECK(FirstSurplus(c) == 1);
  Proves("I-01");
}

}  // namespace
}  // namespace windlass::in_place::sizes_test
