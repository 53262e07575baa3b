// What the exchange of two ReplicaSets waits for (P-052, P-057).
#include <algorithm>

#include "test/catch.h"
#include "test/unit/controller/in_place/phases/cluster.h"

namespace windlass::in_place::swap_templates_test {
namespace {

// Makes one write after the other until the host has its new template.
void SyncUntilHostIsWritten(InPlaceCluster& c) {
  c.Sync();
  for (int round = 0; round < 60; ++round) {
    c.RestartAndRun();
    c.Sync(1);
    if (c.writes.back().starts_with("exchange v1")) return;
  }
  FAIL("the host does not get its template");
}

// Rolls out v2 until the host has its new template. Returns a Pod that is born of v1 then, and that
// no watch has shown yet.
std::string PodBornLate(InPlaceCluster& c) {
  c.SetImage("v2");
  SyncUntilHostIsWritten(c);
  const std::string late = c.PodNames()[0];
  c.ReplaceUnseen(late, "v1");
  return late;
}

TEST_CASE("a Pod born of the old template that no watch has shown yet is waited for (P-057)") {
  Started c(2);
  const std::string late = PodBornLate(c);
  c.RunReplicaSets();
  const Step step = c.Sync();
  REQUIRE(std::holds_alternative<Wait>(step));
  CHECK(std::get<Wait>(step).look_again_in == seconds(1));
  CHECK(c.InPlaceCondition() == "True Committing");
  CHECK(c.InPlaceMessage().ends_with(": the ReplicaSets exchange their templates"));
  c.unseen.clear();
  c.SettleInPlace();
  CHECK(c.ImageOfPod(late) == "v2");
  CHECK(c.InPlaceCondition() == "False Complete");
}

// The pending ReplicaSet has the former template now, so it has no stand-ins for such a Pod.
TEST_CASE("a Pod that is born late is updated where none may be missing (P-053, P-057)") {
  Started c(1, 0);
  const std::string late = PodBornLate(c);
  c.unseen.clear();
  size_t most = 0;
  for (int round = 0; round < 20; ++round) {
    c.SyncAndRun();
    most = std::max(most, c.PodNames().size());
    c.RestartAll();
    ++c.now;
  }
  CHECK(most == 2);
  c.SettleInPlace();
  REQUIRE(c.PodNames().size() == 1);
  CHECK(c.ImageOfPod(c.PodNames()[0]) == "v2");
  CHECK(c.SizeOf("v2") == 1);
  CHECK(c.InPlaceCondition() == "False Complete");
  CHECK(c.Condition("Progressing") == "True NewReplicaSetAvailable");
}

TEST_CASE("a Pod that is patched late is waited for, and the size follows meanwhile (P-057)") {
  Started c(2);
  const std::string late = PodBornLate(c);
  c.unseen.clear();
  c.RunReplicaSets();
  c.Sync();
  REQUIRE(c.ImageOfPod(late) == "v2");
  for (int i = 0; i < 3; ++i) c.Sync();
  CHECK(c.InPlaceCondition() == "True Committing");
  CHECK(c.Condition("Progressing") != "True NewReplicaSetAvailable");
  c.Scale(3);
  c.Sync();
  CHECK(c.SizeOf("v2") == 3);
  c.SettleInPlace();
  CHECK(c.Condition("Progressing") == "True NewReplicaSetAvailable");
  CHECK(c.InPlaceCondition() == "False Complete");
}

TEST_CASE("a Pod that is patched late in vain ends the exchange all the same (P-057)") {
  Started c(2);
  const std::string late = PodBornLate(c);
  c.unseen.clear();
  c.RunReplicaSets();
  c.Sync();
  c.FailToPull(late);
  c.Sync();
  CHECK(std::ranges::count(c.writes, "annotate v1") == 1);
}

// The Pod of the other template is of a ReplicaSet that a user scaled up.
TEST_CASE("with Recreate, a Pod born late is patched once no other image is left (P-011, P-057)") {
  Alone c("Only");
  const std::string late = PodBornLate(c);
  c.unseen.clear();
  c.ReplicaSet("v1")["spec"]["replicas"] = 1;
  c.RunPods();
  REQUIRE(c.PodNames().size() == 2);
  c.Sync();
  CHECK(c.SizeOf("v1") == 0);
  CHECK(c.ImageOfPod(late) == "v1");
  SettlesAt(c, "v2");
  CHECK(c.PodNames() == std::vector{late});
}

// A registry mirror.
void Mirror(nlohmann::json& pod) {
  nlohmann::json& image = pod["spec"]["containers"][0]["image"];
  const std::string text = image;
  if (!text.starts_with("mirror/")) image = "mirror/" + text;
}

// Two Pods whose image a webhook changed when they were created, and that were patched to v2.
struct Rewritten : InPlaceCluster {
  Rewritten(void (*rewrite)(nlohmann::json&), bool when_patched) : InPlaceCluster(2, 1) {
    on_create = rewrite;
    if (when_patched) on_update = [=](const auto&, nlohmann::json& pod) { rewrite(pod); };
    SettleInPlace();
    writes.clear();
    SetImage("v2");
    SyncUntilHostIsWritten(*this);
  }
  // Returns the image that a Pod has in the end if it was made before the host's controller had
  // seen its new template.
  std::string ImageOfLate(const std::string& image) {
    const std::string late = PodNames()[0];
    ReplaceUnseen(late, image);
    unseen.clear();
    SettleInPlace();
    CHECK(InPlaceCondition() == "False Complete");
    return ImageOfPod(late);
  }
};

TEST_CASE("a Pod born late whose image a webhook rewrote is known by its siblings' (P-057)") {
  const bool when_patched = GENERATE(true, false);
  Rewritten c(&Mirror, when_patched);
  CHECK(c.ImageOfLate("mirror/v1") == (when_patched ? "mirror/v2" : "v2"));
}

TEST_CASE("one of an image that no sibling had is left alone (P-057)") {
  Rewritten c(&Mirror, GENERATE(true, false));
  CHECK(c.ImageOfLate("mirror/hotfix") == "mirror/hotfix");
}

TEST_CASE("and one that somebody gave the siblings' old image (P-057)") {
  Rewritten c(&Mirror, true);
  const std::string pod = c.PodNames()[0];
  c.ReplaceUnseen(pod, "mirror/hotfix");
  c.SetImageOfPod(pod, "mirror/v1");
  c.unseen.clear();
  c.SettleInPlace();
  CHECK(c.ImageOfPod(pod) == "mirror/v1");
}

TEST_CASE("a digest that both templates may mean tells nothing (P-057, P-081)") {
  const auto digest = [](nlohmann::json& pod) {
    pod["spec"]["containers"][0]["image"] = "app@sha256:12";
  };
  Rewritten c(digest, false);
  CHECK(c.ImageOfLate("app@sha256:12") == "app@sha256:12");
}

TEST_CASE("a list that cannot be had, or read, ends no exchange (P-057)") {
  Started c(2);
  c.SetImage("v2");
  SyncUntilHostIsWritten(c);
  c.RunReplicaSets();
  const auto server = c.server;
  const bool refused = GENERATE(true, false);
  c.server = [&](const Request& request) -> std::optional<Result<Reply>> {
    if (request.verb() != Verb::kList) return server(request);
    if (refused) return Error{ErrorKind::kServer, "no answer"};
    return Reply{"{}"};
  };
  CHECK(std::holds_alternative<Failed>(c.Sync()));
  CHECK(std::ranges::count(c.writes, "annotate v1") == 0);
  c.server = server;
  c.SettleInPlace();
  CHECK(c.InPlaceCondition() == "False Complete");
  CHECK(std::ranges::count(c.writes, "annotate v1") == 1);
}

}  // namespace
}  // namespace windlass::in_place::swap_templates_test
