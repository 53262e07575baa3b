// What the exchange of two ReplicaSets waits for (in-place C.5, P-057).
#include <algorithm>

#include "test/catch.h"
#include "test/unit/controller/deployment/in_place_cluster.h"

namespace windlass::deployment {
namespace {

// Until the host has its new template, one write after the other.
void SyncUntilHostIsWritten(Started& c) {
  c.Sync();
  for (int round = 0; round < 60; ++round) {
    c.RestartAll();
    c.RunPods();
    ++c.now;
    c.Sync(1);
    if (c.writes.back().starts_with("exchange v1")) return;
  }
  FAIL("the host does not get its template");
}

TEST_CASE("a Pod born of the old template that no watch has shown yet is waited for (P-057)") {
  Started c(2);
  c.SetImage("v2");
  SyncUntilHostIsWritten(c);
  const std::string late = c.PodNames()[0];
  c.ReplaceUnseen(late, "v1");
  c.RunReplicaSets();
  const Step step = c.Sync();
  REQUIRE(std::holds_alternative<Wait>(step));
  CHECK(std::get<Wait>(step).look_again_in == seconds(1));
  CHECK(c.InPlaceCondition() == "True Committing");
  c.unseen.clear();
  c.SettleInPlace();
  CHECK(c.ImageOfPod(late) == "v2");
  CHECK(c.InPlaceCondition() == "False Complete");
}

TEST_CASE("a Pod that is patched late is waited for, and the size follows meanwhile (P-057)") {
  Started c(2);
  c.SetImage("v2");
  SyncUntilHostIsWritten(c);
  const std::string late = c.PodNames()[0];
  c.ReplaceUnseen(late, "v1");
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
  c.SetImage("v2");
  SyncUntilHostIsWritten(c);
  const std::string late = c.PodNames()[0];
  c.ReplaceUnseen(late, "v1");
  c.unseen.clear();
  c.RunReplicaSets();
  c.Sync();
  c.FailToPull(late);
  c.Sync();
  CHECK(std::ranges::count(c.writes, "annotate v1") == 1);
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
  CHECK(std::holds_alternative<Failed>(c.Sync()) == refused);
  CHECK(std::ranges::count(c.writes, "annotate v1") == 0);
  c.server = server;
  c.SettleInPlace();
  CHECK(c.InPlaceCondition() == "False Complete");
  CHECK(std::ranges::count(c.writes, "annotate v1") == 1);
}

}  // namespace
}  // namespace windlass::deployment
