// In-place updates of a Deployment with Pods that fit on no node: these get the template, and
// nothing waits for them (P-039, P-032).
#include <algorithm>
#include <set>

#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/in_place/phases/cluster.h"

namespace windlass::in_place::unscheduled_test {
namespace {

// At rest with image v1, except for the last Pod, which fits on no node. It stays unavailable, so
// the budget must have room for another.
class Overfull : public InPlaceCluster {
 public:
  explicit Overfull(int32_t replicas, int32_t max_unavailable = 2)
      : InPlaceCluster(replicas, max_unavailable) {
    SettleInPlace();
    waiting = PodNames().back();
    Unschedule(waiting);
    events.clear();
  }

  std::string waiting;
};

TEST_CASE("a Pod that no node has room for holds up neither the others nor the commit (P-039)") {
  const std::string canary_first = GENERATE("true", "false");
  Overfull c(4);
  c.Annotate("windlass.dev/in-place-canary-first", canary_first);
  const auto pods = c.PodNames();
  const std::string host = c.NameOf("v1");
  c.SetImage("v2");
  c.Sync();
  CHECK(c.ImageOfPod(c.waiting) == "v2");  // first of all (P-032)
  CHECK(c.in_flight() == 1);
  for (int i = 0; i < 100; ++i) {
    c.Rounds(1);
    CHECK(c.in_flight() <= 1);
  }
  CHECK(c.PodNames() == pods);
  CHECK(c.PodsOf("v2") == 4);
  CHECK(c.NameOf("v2") == host);
  CHECK(c.InPlaceCondition() == "False Complete");
  c.Schedule(c.waiting);
  c.SettleInPlace();
  CHECK(c.Condition("Progressing") == "True NewReplicaSetAvailable");
  CHECK(c.RestartsOf(c.waiting) == 0);
}

TEST_CASE("while a limit keeps Pods on the old revision, those that run come first (RO-052)") {
  Overfull c(4);
  c.updated_max = 1;
  c.SetImage("v2");
  c.Rounds(20);
  CHECK(c.ImageOfPod(c.waiting) == "v1");
  CHECK(c.PodsOf("v2") == 1);
  c.updated_max = 4;
  c.Rounds(100);
  CHECK(c.PodsOf("v2") == 4);
  Proves("RO-052");
}

// While the second Pod restarts, no third one may: the one that waits may not take its place.
TEST_CASE("it takes no place of a step while enough others are left (RO-052)") {
  Overfull c(4);
  c.updated_max = 3;
  c.SetImage("v2");
  c.Rounds(40);
  CHECK(c.ImageOfPod(c.waiting) == "v1");
  CHECK(c.PodsOf("v2") == 3);
  c.updated_max = 4;
  c.Rounds(40);
  CHECK(c.PodsOf("v2") == 4);
  Proves("RO-052");
}

TEST_CASE("one that gets a node after its patch counts like any other (P-033, P-060)") {
  Overfull c(4);
  c.SetImage("v2");
  c.Sync();
  c.now += 300;
  c.Schedule(c.waiting);
  c.FailToPull(c.waiting);
  c.RestartAll();
  c.Rounds(100);
  CHECK(c.SizeOf("v1") == 4);  // no exchange
  CHECK(c.InPlaceCondition() == "True Failing");
}

TEST_CASE("it has a minute from then on to recover (P-062)") {
  Overfull c(4);
  c.Annotate("windlass.dev/in-place-on-failure", "Revert");
  c.Annotate("windlass.dev/in-place-partition", "2");
  c.SetImage("v2");
  c.Rounds(30);
  REQUIRE(c.ImageOfPod(c.waiting) == "v2");
  c.now += 3600;
  c.Schedule(c.waiting);
  c.FailToPull(c.waiting);
  c.Sync();
  CHECK(c.InPlaceCondition() == "True Failing");
  c.SyncAfter(61);
  CHECK(c.InPlaceCondition() == "True GivenUp");
  CHECK(c.ImageOfPod(c.waiting) == "v1");
}

TEST_CASE("until a revision is proven, one such Pod at most is patched for it (P-033)") {
  InPlaceCluster c(6, 4);
  c.SettleInPlace();
  const auto pods = c.PodNames();
  for (const size_t i : {3, 4, 5}) c.Unschedule(pods[i]);
  c.SetImage("v2");
  c.Sync();
  c.Sync();
  int patched = 0;
  for (const size_t i : {3, 4, 5}) patched += c.ImageOfPod(pods[i]) == "v2" ? 1 : 0;
  CHECK(patched == 1);
  CHECK(c.in_flight() == 1);
  c.RestartAll();
  ++c.now;
  c.Sync();
  for (const size_t i : {3, 4, 5}) CHECK(c.ImageOfPod(pods[i]) == "v2");
}

TEST_CASE("a template that lets them run reaches Pods of which none does") {
  Overfull c(3);
  std::set<std::string> waiting;
  for (const std::string& pod : c.PodNames()) {
    c.Unschedule(pod);
    waiting.insert(pod);
  }
  c.SetImage("v2");
  for (int i = 0; i < 60; ++i) {
    c.Rounds(1);
    for (const std::string& pod : c.PodNames()) {
      if (c.ImageOfPod(pod) == "v2" && waiting.erase(pod) > 0) c.Schedule(pod);
    }
  }
  CHECK(waiting.empty());
  c.SettleInPlace();
  CHECK(c.PodsOf("v2") == 3);
  CHECK(c.Condition("Progressing") == "True NewReplicaSetAvailable");
}

TEST_CASE("a new target reaches it, and so does the way back") {
  Overfull c(4);
  c.SetImage("v2");
  c.Rounds(1);
  c.SetImage("v3");
  c.Rounds(1);
  CHECK(c.ImageOfPod(c.waiting) == "v3");
  c.Undo("1");
  c.Rounds(60);
  CHECK(c.PodsOf("v1") == 4);
  CHECK(c.InPlaceCondition() == "False Complete");
}

TEST_CASE("stand-ins do not stay for it: they may have the room it waits for (P-025)") {
  Overfull c(3, 0);
  c.Edit([](auto& d) { d["spec"]["strategy"]["rollingUpdate"]["maxSurge"] = 2; });
  const auto pods = c.PodNames();
  c.SetImage("v2");
  c.Rounds(100);
  CHECK(c.PodNames() == pods);
  CHECK(c.PodsOf("v2") == 3);
  CHECK(c.SizeOf("v1") == 0);
  CHECK(c.InPlaceCondition() == "False Complete");
}

TEST_CASE("nor while a partition keeps it on the old revision (P-025)") {
  InPlaceCluster c(3, 0);
  c.Edit([](auto& d) { d["spec"]["strategy"]["rollingUpdate"]["maxSurge"] = 1; });
  c.Annotate("windlass.dev/in-place-partition", "1");
  c.SettleInPlace();
  std::set<std::string> old;
  for (const std::string& pod : c.PodNames()) old.insert(pod);
  c.SetImage("v2");
  for (int i = 0; i < 100 && old.size() > 1; ++i) {
    c.Rounds(1);
    std::erase_if(old, [&](const std::string& pod) { return c.ImageOfPod(pod) != "v1"; });
  }
  REQUIRE(old.size() == 1);
  c.Unschedule(*old.begin());
  c.Rounds(100);
  CHECK(c.ImageOfPod(*old.begin()) == "v1");
  CHECK(c.SizeOf("v2") == 0);
  CHECK(c.InPlaceCondition() == "True Partitioned");
}

// Its age is told by two clocks. Where the leader's is an hour ahead, each new Pod looks as if the
// scheduler had been silent for an hour.
TEST_CASE("they stay while the scheduler says nothing of it (P-025)") {
  Overfull c(3, 0);
  c.Edit([](auto& d) { d["spec"]["strategy"]["rollingUpdate"]["maxSurge"] = 2; });
  c.LeaveUnscheduled(c.waiting);
  c.now += 3600;
  c.SetImage("v2");
  for (int i = 0; i < 60; ++i) {
    c.Rounds(1);
    CHECK(c.SizeOf("v2") >= 1);
  }
  c.Schedule(c.waiting);
  c.SettleInPlace();
  CHECK(c.SizeOf("v1") == 0);
  CHECK(c.InPlaceCondition() == "False Complete");
}

}  // namespace
}  // namespace windlass::in_place::unscheduled_test
