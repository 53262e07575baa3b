// Admission that changes the images of Pods when they are created or patched, and users who edit
// Pods (P-081, "Mutating admission").
#include <algorithm>

#include "test/catch.h"
#include "test/unit/controller/in_place/phases/cluster.h"

namespace windlass::in_place::admission_test {
namespace {

using Json = nlohmann::json;

Json& ImageOf(Json& pod) { return pod["spec"]["containers"][0]["image"]; }

// A registry mirror.
void Mirror(Json& pod) {
  const std::string image = ImageOf(pod);
  if (!image.starts_with("mirror/")) ImageOf(pod) = "mirror/" + image;
}

class Mirrored : public InPlaceCluster {
 public:
  Mirrored() : InPlaceCluster(3, 1) {
    on_create = &Mirror;
    SettleInPlace();
    pods = PodNames();
    writes.clear();
  }
  void SetTrack(const std::string& value) {
    Edit([&](Json& d) { SetTemplateLabel(d, "track", value); });
  }
  int64_t Patches() const {
    return std::ranges::count_if(writes, [](auto& w) { return w.starts_with("patch "); });
  }
  void CheckAllAre(const std::string& image, int restarts) {
    SettleInPlace();
    CHECK(PodNames() == pods);
    for (const std::string& pod : pods) {
      CHECK(ImageOfPod(pod) == image);
      CHECK(RestartsOf(pod) == restarts);
    }
    CHECK(InPlaceCondition() == "False Complete");
  }
  std::vector<std::string> pods;
};

TEST_CASE("labels are changed without a restart, whatever admission made of the image (P-081)") {
  Mirrored c;
  c.SetTrack("stable");
  SECTION("when Pods are born") {}
  SECTION("and when they are patched") {
    c.on_update = [](const Json&, Json& pod) { Mirror(pod); };
  }
  c.CheckAllAre("mirror/v1", 0);
  for (const std::string& pod : c.pods) CHECK(c.LabelOf(pod, "track") == "stable");
  CHECK(c.Patches() == 3);

  c.SetTrack("again");
  c.CheckAllAre("mirror/v1", 0);
}

TEST_CASE("an image that admission rewrites is the template's (P-081)") {
  Mirrored c;
  c.on_update = [](const Json&, Json& pod) { Mirror(pod); };
  c.SetImage("v2");
  c.CheckAllAre("mirror/v2", 1);
  CHECK(c.Patches() == 3);
  c.SetTrack("stable");
  c.CheckAllAre("mirror/v2", 1);
}

TEST_CASE("also when it makes another tag what runs already (P-081)") {
  Mirrored c;
  const auto digest = [](Json& pod) { ImageOf(pod) = "app@sha256:12"; };
  c.on_update = [&](const Json&, Json& pod) { digest(pod); };
  c.SetImage("v2");
  c.CheckAllAre("app@sha256:12", 1);  // from mirror/v1
  c.writes.clear();
  c.SetImage("v2-alias");
  c.CheckAllAre("app@sha256:12", 1);
  CHECK(c.Patches() == 3);
}

class Stubborn : public InPlaceCluster {
 public:
  Stubborn() : InPlaceCluster(3, 1) {
    SettleInPlace();
    on_update = [](const Json& before, Json& pod) {
      pod["spec"]["containers"] = before["spec"]["containers"];
    };
    SetImage("v2");
    Sync();
  }
  int64_t Patches() const {
    return std::ranges::count_if(writes, [](auto& w) { return w.starts_with("patch "); });
  }
};

TEST_CASE("a Pod whose old image admission puts back has failed, and is tried again (P-081)") {
  Stubborn c;
  for (int i = 0; i < 20; ++i) {
    c.Sync();
    ++c.now;
  }
  CHECK(c.Patches() == 1);
  CHECK(c.InPlaceCondition() == "True Failing");
  CHECK(c.InPlaceMessage().find(": a webhook put back the old image of container a of pod ") !=
        std::string::npos);
  CHECK(c.InPlaceMessage().ends_with(" (ImagePutBack)"));
  c.SyncAfter(300);
  c.Sync();
  CHECK(c.Patches() == 2);
  CHECK(c.InPlaceCondition() == "True Failing");

  c.on_update = nullptr;
  c.now += 300;
  c.SettleInPlace();
  for (const std::string& pod : c.PodNames()) {
    CHECK(c.ImageOfPod(pod) == "v2");
    CHECK(c.RestartsOf(pod) == 1);
  }
  CHECK(c.InPlaceCondition() == "False Complete");
}

// Whom this serves: whoever reads UP-TO-DATE. It counted the Pod that had the old image again.
TEST_CASE("a Pod whose old image admission puts back is not counted as updated (P-081)") {
  InPlaceCluster c(3, 2);
  c.SettleInPlace();
  const std::string stubborn = c.PodNames()[1];
  c.on_update = [&](const Json& before, Json& pod) {
    if (pod["metadata"]["name"] == stubborn) {
      pod["spec"]["containers"] = before["spec"]["containers"];
    }
  };
  c.RollOutInPlace("v2");
  REQUIRE(c.ImageOfPod(stubborn) == "v1");
  CHECK(c.InPlaceCondition() == "True Failing");
  const auto updated = [&] { return c.deployment()["status"].value("updatedReplicas", 0); };
  CHECK(updated() == c.PodsOf("v2"));
  c.SettleAgain(2, 301);  // it is tried again, in vain
  CHECK(c.ImageOfPod(stubborn) == "v1");
  CHECK(updated() == c.PodsOf("v2"));
  CHECK(c.Condition("Progressing") != "True NewReplicaSetAvailable");

  c.on_update = nullptr;
  c.SettleAgain(2, 301);
  CHECK(updated() == 3);
  CHECK(c.InPlaceCondition() == "False Complete");
}

TEST_CASE("and it waits for the time to come") {
  Stubborn c;
  const Step step = c.Sync();
  const Wait* wait = std::get_if<Wait>(&step);
  REQUIRE(wait != nullptr);
  REQUIRE(wait->look_again_in);
  CHECK(*wait->look_again_in <= seconds(300));
}

TEST_CASE("what it put back is overtaken like anything else") {
  Stubborn c;
  c.on_update = nullptr;
  SECTION("by what needs no restart") {
    c.Edit([](Json& d) { SetTemplateLabel(d, "track", "stable"); });
    c.SettleInPlace();
    for (const std::string& pod : c.PodNames()) CHECK(c.ImageOfPod(pod) == "v2");
  }
  SECTION("by the way back") {
    c.Undo("1");
    c.SettleInPlace();
    for (const std::string& pod : c.PodNames()) CHECK(c.RestartsOf(pod) == 0);
  }
  CHECK(c.InPlaceCondition() == "False Complete");
}

TEST_CASE("the policy for failures holds for it (P-063)") {
  Stubborn c;
  c.Annotate("windlass.dev/in-place", "IfPossible");
  c.Annotate("windlass.dev/in-place-on-failure", "Recreate");
  c.now += 61;
  c.SettleInPlace();
  for (const std::string& pod : c.PodNames()) {
    CHECK(c.ImageOfPod(pod) == "v2");
    CHECK(c.RestartsOf(pod) == 0);
  }
}

TEST_CASE(
    "a Pod that somebody edited is brought to the template, also by what needs no restart (I5)") {
  InPlaceCluster c(3, 1);
  c.SettleInPlace();
  const std::string edited = c.PodNames()[1];
  c.SetImageOfPod(edited, "debug");
  c.SettleInPlace();
  CHECK(c.ImageOfPod(edited) == "debug");
  c.Edit([](Json& d) { SetTemplateLabel(d, "track", "stable"); });
  c.SettleInPlace();
  for (const std::string& pod : c.PodNames()) CHECK(c.ImageOfPod(pod) == "v1");
  CHECK(c.InPlaceCondition() == "False Complete");
}

TEST_CASE("also one that is edited midway, after its patch (P-081)") {
  InPlaceCluster c(3, 1);
  c.SettleInPlace();
  const auto pods = c.PodNames();
  c.SetImage("v2");
  c.Sync();
  for (const std::string& pod : pods) {
    if (c.ImageOfPod(pod) == "v2") c.SetImageOfPod(pod, "debug");
  }
  c.SettleInPlace();
  CHECK(c.PodNames() == pods);
  for (const std::string& pod : pods) CHECK(c.ImageOfPod(pod) == "v2");
  CHECK(c.InPlaceCondition() == "False Complete");
}

TEST_CASE("an edit of a Pod in flight that leaves the images alone takes no update back (P-081)") {
  Started c(2);
  c.SetImage("v2");
  c.Sync();
  REQUIRE(c.in_flight() == 1);
  const auto pods = c.PodNames();
  const auto patched =
      std::ranges::find_if(pods, [&](const std::string& pod) { return c.ImageOfPod(pod) == "v2"; });
  REQUIRE(patched != pods.end());
  c.SetImageOfPod(*patched, "v2");  // moves the generation
  c.writes.clear();
  c.SettlesAt("v2", 2);
  CHECK(c.PodNames() == pods);
  CHECK(std::ranges::count(c.writes, "patch " + *patched) == 0);
  CHECK(c.RestartsOf(*patched) == 1);
}

}  // namespace
}  // namespace windlass::in_place::admission_test
