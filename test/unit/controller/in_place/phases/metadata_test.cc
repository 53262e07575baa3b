// Templates whose labels or annotations change. A change of these alone needs new Pods, as Helm's
// annotation checksum/config does (P-007).
#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "test/catch.h"
#include "test/unit/controller/in_place/phases/cluster.h"

namespace windlass::in_place::metadata_test {
namespace {

using Json = nlohmann::json;

const std::string kChecksum = "checksum/config";
const std::string kMetadataOnly =
    "only labels or annotations of spec.template have changed, and Windlass does not patch Pods "
    "for such a change (MetadataOnly)";

// Three Pods at rest that have read a configuration, as `helm upgrade` leaves them.
class Helm : public InPlaceCluster {
 public:
  explicit Helm(const std::string& policy) : InPlaceCluster(3, 1) {
    Annotate("windlass.dev/in-place", policy);
    Upgrade("v1", "aaaa");
    SettleInPlace();
    pods = PodNames();
    writes.clear();
    events.clear();
  }
  void Upgrade(const std::string& image, const std::string& checksum) {
    Edit([&](Json& d) {
      Json& pod_template = d["spec"]["template"];
      pod_template["metadata"]["annotations"][kChecksum] = checksum;
      pod_template["spec"]["containers"][0]["image"] = image;
    });
  }
  std::string ChecksumOf(const std::string& pod) {
    return PodNamed(pod)["metadata"]["annotations"].value(kChecksum, "");
  }
  // The update to v2 has reached one Pod.
  void PatchOne() {
    Upgrade("v2", "aaaa");
    Sync();
    RestartAll();
    ++now;
    int patched = 0;
    for (const std::string& pod : pods) patched += ImageOfPod(pod) == "v2" ? 1 : 0;
    REQUIRE(patched == 1);
  }
  void CheckAllAre(const std::string& image, const std::string& checksum) {
    CHECK(PodNames().size() == 3);
    for (const std::string& pod : PodNames()) {
      CHECK(ImageOfPod(pod) == image);
      CHECK(ChecksumOf(pod) == checksum);
    }
    CHECK(Condition("Progressing") == "True NewReplicaSetAvailable");
  }
  // Upgrades and settles in place. All Pods must be upgraded then.
  void CheckUpgrade(const std::string& image, const std::string& checksum) {
    Upgrade(image, checksum);
    SettleInPlace();
    CheckAllAre(image, checksum);
  }
  void CheckAllAreNew() {
    const std::vector<std::string> names = PodNames();
    const std::set<std::string> now_there(names.begin(), names.end());
    for (const std::string& pod : pods) CHECK_FALSE(now_there.contains(pod));
  }
  std::vector<std::string> pods;
};

TEST_CASE("another checksum alone means new Pods (P-007)") {
  Helm c("IfPossible");
  c.CheckUpgrade("v1", "bbbb");
  c.CheckAllAreNew();
  CHECK(std::ranges::count(c.events, kMetadataOnly + ". So new Pods replace the old ones") == 1);
}

TEST_CASE("together with an image it is changed in place (P-007)") {
  Helm c("IfPossible");
  c.CheckUpgrade("v2", "bbbb");
  CHECK(c.PodNames() == c.pods);
  CHECK(c.InPlaceCondition() == "False Complete");
}

TEST_CASE("with Only, another checksum alone is refused (P-007, P-014)") {
  Helm c("Only");
  c.Upgrade("v1", "bbbb");
  c.SettleInPlace();
  CHECK(c.PodNames() == c.pods);
  for (const std::string& pod : c.pods) CHECK(c.ChecksumOf(pod) == "aaaa");
  CHECK(c.InPlaceCondition() == "False NotPossible");
  CHECK(c.InPlaceMessage().starts_with(kMetadataOnly +
                                       ". With Only, nothing is rolled out: set "
                                       "windlass.dev/in-place to IfPossible for new Pods; "));
  c.CheckUpgrade("v2", "bbbb");
  CHECK(c.PodNames() == c.pods);
}

TEST_CASE("another checksum and the image of before, midway: new Pods (P-007)") {
  Helm c("IfPossible");
  c.PatchOne();
  c.CheckUpgrade("v1", "bbbb");
  c.CheckAllAreNew();
}

TEST_CASE("another checksum midway, where some Pods have the image already: new Pods (P-007)") {
  Helm c("IfPossible");
  c.PatchOne();
  c.CheckUpgrade("v2", "bbbb");
  c.CheckAllAreNew();
}

TEST_CASE("another checksum midway, and a toleration that goes again: new Pods (P-007)") {
  Helm c("IfPossible");
  c.Edit([](Json& d) {
    d["spec"]["template"]["spec"]["tolerations"] = {{{"key", "spot"}, {"operator", "Exists"}}};
    d["spec"]["template"]["spec"]["containers"][0]["image"] = "v2";
  });
  c.PatchOne();
  // The Pod that has v2 keeps the toleration. Nothing but the checksum would reach it.
  c.Edit([](Json& d) { d["spec"]["template"]["spec"].erase("tolerations"); });
  c.CheckUpgrade("v2", "bbbb");
  c.CheckAllAreNew();
}

TEST_CASE("with Only it is refused, and goes on with another image (P-007)") {
  Helm c("Only");
  c.PatchOne();
  c.Upgrade("v2", "bbbb");
  c.SettleInPlace();
  CHECK(c.PodNames() == c.pods);
  for (const std::string& pod : c.pods) CHECK(c.ChecksumOf(pod) == "aaaa");
  CHECK(c.InPlaceMessage().starts_with(kMetadataOnly));
  c.CheckUpgrade("v3", "bbbb");
  CHECK(c.PodNames() == c.pods);
}

TEST_CASE("another checksum midway, before any Pod has the image, is changed with it (P-007)") {
  Helm c("Only");
  c.Upgrade("v2", "aaaa");
  c.Sync(1);  // staged, no more
  for (const std::string& pod : c.pods) REQUIRE(c.ImageOfPod(pod) == "v1");
  c.CheckUpgrade("v2", "bbbb");
  CHECK(c.PodNames() == c.pods);
}

TEST_CASE("undone midway, Pods get back the image and the checksum they had (P-034)") {
  Helm c("Only");
  c.Upgrade("v2", "bbbb");
  c.Sync();
  c.RestartAll();
  ++c.now;
  c.Undo("1");
  c.SettleInPlace();
  c.CheckAllAre("v1", "aaaa");
  CHECK(c.PodNames() == c.pods);
}

TEST_CASE("undone at rest, a checksum alone means new Pods again (P-007)") {
  Helm c("IfPossible");
  c.Upgrade("v1", "bbbb");
  c.SettleInPlace();
  c.pods = c.PodNames();
  c.Undo("1");
  c.SettleInPlace();
  c.CheckAllAre("v1", "aaaa");
  c.CheckAllAreNew();
}

}  // namespace
}  // namespace windlass::in_place::metadata_test
