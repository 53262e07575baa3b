// Stand-ins that do not start: a failure like that of a patched Pod (P-060, P-024).
#include <algorithm>
#include <set>

#include "kubeclient/api/time.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/in_place/phases/cluster.h"

namespace windlass::in_place::stand_ins_test {
namespace {

// A rollout to v2 whose first stand-in cannot pull its image.
class Standing : public InPlaceCluster {
 public:
  Standing(int32_t replicas, int32_t max_unavailable, const std::string& on_failure)
      : InPlaceCluster(replicas, max_unavailable) {
    Annotate("windlass.dev/in-place-on-failure", on_failure);
    Annotate("windlass.dev/in-place-surge", "Always");
    SettleInPlace();
    pods = PodNames();
    events.clear();
    SetImage("v2");
    SyncAndRun();
    for (const std::string& pod : PodNames()) {
      if (std::ranges::count(pods, pod) == 0) FailToPull(pod);
    }
  }
  bool HasEvent(const std::string& words) const {
    return std::ranges::any_of(
        events, [&](const std::string& event) { return event.find(words) != std::string::npos; });
  }

  std::vector<std::string> pods;  // of the host
};

// The Event said "at most 0 of 3 at a time".
TEST_CASE("a rollout with stand-ins alone is announced as such (P-084)") {
  const Standing c(3, 0, "Hold");
  CHECK(c.HasEvent(" are updated in place, with at most 1 stand-in at a time: "));
}

TEST_CASE("a stand-in that does not come up is told, and no Pod is touched (P-061)") {
  Standing c(3, 0, "Hold");
  for (int i = 0; i < 100; ++i) {
    c.Sync();
    c.now += 10;
    for (const std::string& pod : c.pods) CHECK(c.ImageOfPod(pod) == "v1");
  }
  CHECK(c.InPlaceCondition() == "True Failing");
  CHECK(c.InPlaceMessage().find("ImagePullBackOff") != std::string::npos);
  CHECK(c.HasEvent("ImagePullBackOff"));
  CHECK(c.Condition("Progressing") == "False ProgressDeadlineExceeded");
}

TEST_CASE("with Revert the revision is given up, and the stand-in goes (P-025, P-062)") {
  Standing c(3, 0, "Revert");
  c.SyncAfter(59);
  CHECK(c.SizeOf("v2") == 1);
  c.SyncAfter(2);
  c.RunPods();
  for (int i = 0; i < 100; ++i) {
    c.Sync();
    c.now += 10;
  }
  CHECK(c.SizeOf("v2") == 0);
  CHECK(c.PodNames() == c.pods);
  CHECK(c.PodsOf("v1") == 3);
  CHECK(c.InPlaceCondition() == "True GivenUp");
  CHECK(c.HasEvent("is given up"));
}

TEST_CASE(
    "with Recreate the rollout goes on by replacing Pods, because of a stand-in, too (P-063)") {
  Standing c(3, 0, "Recreate");
  c.now += 61;
  c.SettleInPlace();
  CHECK(c.HasEvent("replaces Pods to roll out revision"));
  CHECK(c.Condition("Progressing") == "True NewReplicaSetAvailable");
  CHECK(c.SizeOf("v2") == 3);
}

TEST_CASE("but not while a Pod is in flight that does not fail") {
  Standing c(4, 1, "Recreate");
  c.Sync();
  REQUIRE(c.in_flight() == 1);
  c.SyncAfter(61);
  CHECK(c.InPlaceCondition() == "True Failing");
  CHECK_FALSE(c.HasEvent("replaces Pods to roll out revision"));
  c.RestartAll();
  c.SyncAfter(10);
  CHECK(c.HasEvent("replaces Pods to roll out revision"));
}

// A ResourceQuota refuses the next Pod of the ReplicaSet of `image`, which has `pods` Pods.
void RefusePod(InPlaceCluster& c, const std::string& image, int pods) {
  c.EditReplicaSet(c.NameOf(image), [&](nlohmann::json& rs) {
    rs["status"]["observedGeneration"] = rs["metadata"]["generation"];
    rs["status"]["replicas"] = pods;
    rs["status"]["conditions"] = {{{"type", "ReplicaFailure"},
                                   {"status", "True"},
                                   {"reason", "FailedCreate"},
                                   {"message", "exceeded quota: pods"},
                                   {"lastTransitionTime", "2027-01-15T08:00:00Z"}}};
  });
}

std::string RefusedText(InPlaceCluster& c, const std::string& image) {
  return "replica set " + c.NameOf(image) + " cannot create Pods: exceeded quota: pods";
}

// A Pod of the host crashes, so the stand-in of v2 is needed when v3 overtakes v2. Then a user
// scales the ReplicaSet of that stand-in up.
TEST_CASE(
    "a user who scales up a ReplicaSet of stand-ins loses none that is needed (I-01, P-025)") {
  Proves("I-01");
  InPlaceCluster c(3, 0);
  c.SettleInPlace();
  const std::string crashing = c.PodNames()[0];
  c.SetImage("v2");
  c.SyncAndRun();
  REQUIRE(c.SizeOf("v2") == 1);
  c.KeepCrashing(crashing);
  c.SetImage("v3");
  c.FailToPullImage("v3");
  c.SyncAndRun();
  REQUIRE(c.SizeOf("v2") == 1);
  c.ReplicaSet("v2")["spec"]["replicas"] = 2;
  c.SyncAndRun();
  CHECK(c.SizeOf("v2") == 1);
  CHECK(c.SizeOf("v1") == 3);
  c.DeletePod(crashing);
  c.RollOutInPlace("v4");
  CHECK(c.SizeOf("v2") == 0);
  CHECK(c.PodsOf("v4") == 3);
}

// A Pod of the host crashes with v2, and does not start with v3 either. A user scales the
// ReplicaSet of v1 up. If its Pod `serves`, it is needed.
class Rescued : public InPlaceCluster {
 public:
  explicit Rescued(bool serves) : InPlaceCluster(3, 0) {
    SettleInPlace();
    RollOutInPlace("v2");
    crashing = PodNames()[0];
    KeepCrashing(crashing);
    SetImage("v3");
    SyncAndRun();
    FailToPullImage("v3");
    ReplicaSet("v1")["spec"]["replicas"] = 1;
    RunPods();
    if (!serves) FailToPullImage("v1");
    SyncAndRun();
  }
  std::string crashing;
};

TEST_CASE("a needed Pod of an old ReplicaSet does not keep the workload from going on (I-01)") {
  Rescued c(true);
  REQUIRE(c.SizeOf("v1") == 1);
  SECTION("undone, the rollout ends") {
    c.Undo("2");
    c.DeletePod(c.crashing);
    c.SettleInPlace();
    CHECK(c.PodsOf("v2") == 3);
  }
  SECTION("a new image is rolled out in place") {
    const std::vector<std::string> before = c.PodNames();
    c.SetImage("v4");
    c.SyncAndRun();
    CHECK(c.InPlaceCondition().starts_with("True"));
    c.DeletePod(c.crashing);
    c.SettleInPlace();
    CHECK(c.PodsOf("v4") == 3);
    CHECK(std::ranges::count_if(c.PodNames(), [&](const std::string& pod) {
            return std::ranges::count(before, pod) > 0;
          }) >= 2);
  }
  CHECK(c.SizeOf("v1") == 0);
  Proves("I-01");
}

TEST_CASE("a Pod of an old ReplicaSet that does not serve takes no room of a stand-in (P-024)") {
  Rescued c(false);
  CHECK(c.SizeOf("v1") == 0);
  Proves("P-024");
}

// Three Pods of which none may be missing. v2 is overtaken while its stand-in fills in for a Pod
// that restarts. That Pod then gets the next image, which is set but not yet running.
class Overtaken : public Started {
 public:
  explicit Overtaken(const std::string& next) : Started(3, 0) {
    hosts = PodNames();
    SetImage("v2");
    SyncAndRun();
    Sync();
    REQUIRE(PodsOf("v2") == 2);  // a stand-in, and the first Pod that restarts
    SetImage(next);
    FailToPullImage(next);
    SyncAndRun();
    REQUIRE(PodsOf(next) == 1);
  }
  // The stand-ins of v2.
  std::vector<std::string> StandIns() const {
    std::vector<std::string> found = PodNames();
    std::erase_if(found, [&](const std::string& pod) {
      return std::ranges::count(hosts, pod) > 0 || ImageOfPod(pod) != "v2";
    });
    return found;
  }
  void DeleteStandIn() {
    for (const std::string& pod : StandIns()) DeletePod(pod);
  }
  void SetReady(const std::string& pod, bool ready) {
    nlohmann::json& condition = PodNamed(pod)["status"]["conditions"][2];
    condition["status"] = ready ? "True" : "False";
    condition["lastTransitionTime"] = FormatTime({now});
  }

  std::vector<std::string> hosts;
};

// Whom these serve: the users of the workload. The new image does not start, and the Pod that the
// former one was made for still fills in, so its ReplicaSet must be able to replace it.
TEST_CASE("a stand-in that a user deletes is replaced while a Pod is still restarting (P-025)") {
  Overtaken c("missing");
  c.DeleteStandIn();
  c.Sync();
  CHECK(c.SizeOf("v2") == 1);
  c.SyncAndRun();
  CHECK(c.PodsOf("v2") == 1);
  SECTION("and goes when the Pod is back") {
    c.SetImage("v3");
    c.SettleInPlace();
    CHECK(c.PodsOf("v3") == 3);
    CHECK(c.SizeOf("v2") == 0);
  }
  Proves("P-025");
}

TEST_CASE("so is one while a Pod runs the new image and is never ready (P-025)") {
  Overtaken c("v3");
  for (const std::string& pod : c.PodNames()) {
    if (c.ImageOfPod(pod) != "v3") continue;
    c.Restart(pod);
    c.SetReady(pod, false);
  }
  c.now += 60;  // its container still runs, so it was restarted, and is no longer in flight
  c.Sync();
  REQUIRE(c.SizeOf("v2") == 1);
  c.DeleteStandIn();
  c.SyncAndRun();
  CHECK(c.SizeOf("v2") == 1);
  Proves("P-025");
}

// A quota, or a policy that refuses the former image, lets the deleted stand-in not come back. What
// it leaves of maxSurge is for a stand-in of the new image.
TEST_CASE("one that cannot be created takes no room of a new stand-in (P-024, P-025)") {
  Overtaken c("v3");
  for (const std::string& pod : c.PodNames()) {
    if (c.ImageOfPod(pod) != "v3") continue;
    c.Restart(pod);
    c.SetReady(pod, false);
  }
  c.DeleteStandIn();
  c.Sync();
  REQUIRE(c.SizeOf("v2") == 1);
  RefusePod(c, "v2", 0);
  c.SyncAndRun();
  CHECK(c.SizeOf("v2") == 0);
  c.SyncAndRun();
  CHECK(c.SizeOf("v3") == 1);
  Proves("P-024");
}

TEST_CASE("a stand-in may wait for the room of the one that a user deletes (P-025, P-039)") {
  Overtaken c("missing");
  const std::string old = c.StandIns().front();
  c.ReplicaSet("v2")["spec"]["replicas"] = 2;
  c.RunPods();
  c.ReplicaSet("v2")["spec"]["replicas"] = 1;
  for (const std::string& pod : c.StandIns()) {
    if (pod != old) c.Unschedule(pod);
  }
  c.PodNamed(old)["metadata"]["deletionTimestamp"] = FormatTime({c.now});
  c.SetReady(old, false);
  c.Sync();
  CHECK(c.SizeOf("v2") == 1);
  c.DeletePod(old);  // gone, and the scheduler has not tried again
  c.SyncAfter(89);
  CHECK(c.SizeOf("v2") == 1);
  c.SyncAfter(2);
  CHECK(c.SizeOf("v2") == 0);
}

// A finalizer holds up the end of the Pod for longer than its grace period.
TEST_CASE("it waits for as long as that one is terminating, up to its timeout (P-025, P-039)") {
  Overtaken c("missing");
  const std::string old = c.StandIns().front();
  c.ReplicaSet("v2")["spec"]["replicas"] = 2;
  c.RunPods();
  c.ReplicaSet("v2")["spec"]["replicas"] = 1;
  for (const std::string& pod : c.StandIns()) {
    if (pod != old) c.Unschedule(pod);
  }
  c.PodNamed(old)["metadata"]["deletionTimestamp"] = FormatTime({c.now});
  c.SetReady(old, false);
  c.SyncAfter(91);  // a grace period of 30 s, and a minute for the scheduler
  CHECK(c.SizeOf("v2") == 1);
  c.SyncAfter(508);
  CHECK(c.SizeOf("v2") == 1);
  c.SyncAfter(2);
  CHECK(c.SizeOf("v2") == 0);
  Proves("P-039");
}

TEST_CASE("a stand-in on a lost node is replaced by its ReplicaSet (P-025, P-039)") {
  Overtaken c("missing");
  c.SetReady(c.StandIns().front(), false);
  for (Node& node : c.nodes) {
    if (node.meta.name == c.PodNamed(c.StandIns().front())["spec"]["nodeName"].get<std::string>()) {
      node.ready = node.heard = false;
    }
  }
  c.Sync();
  CHECK(c.SizeOf("v2") == 1);
}

TEST_CASE("but not for ever, if Kubernetes does not delete it (P-024, P-039)") {
  Overtaken c("missing");
  const std::string lost = c.StandIns().front();
  const std::string node = c.PodNamed(lost)["spec"]["nodeName"];
  c.now += 100;
  c.SetReady(lost, false);
  for (Node& one : c.nodes) {
    if (one.meta.name == node) one.ready = one.heard = false;
  }
  c.SyncAfter(599);
  CHECK(c.SizeOf("v2") == 1);
  const Step step = c.Sync();
  const Wait* wait = std::get_if<Wait>(&step);
  REQUIRE(wait != nullptr);
  REQUIRE(wait->look_again_in);
  CHECK(*wait->look_again_in <= seconds(1));
  c.SyncAfter(2);
  CHECK(c.SizeOf("v2") == 0);
}

TEST_CASE("an old stand-in that is never ready goes when its time is over (P-024, P-060)") {
  Overtaken c("missing");
  c.SetReady(c.StandIns().front(), false);
  c.SyncAfter(599);
  CHECK(c.SizeOf("v2") == 1);
  c.SyncAfter(2);
  CHECK(c.SizeOf("v2") == 0);
}

// Its kubelet could not start it meanwhile. The time begins anew a minute after the cut, when the
// kubelet surely watches its Pods again.
TEST_CASE("the time in which its node was cut off does not count (P-024, P-060)") {
  Overtaken c("missing");
  const std::string stand_in = c.StandIns().front();
  c.SetReady(stand_in, false);
  c.now += 300;
  for (Node& node : c.nodes) {
    if (node.meta.name == c.PodNamed(stand_in)["spec"]["nodeName"].get<std::string>()) {
      node.ready_since = {c.now};
    }
  }
  c.SyncAfter(659);
  CHECK(c.SizeOf("v2") == 1);
  c.SyncAfter(2);
  CHECK(c.SizeOf("v2") == 0);
  Proves("P-024");
}

// Two revisions are overtaken while their stand-ins start, and one Pod restarts.
TEST_CASE("one Pod that restarts keeps one starting stand-in, not one of each revision (P-025)") {
  Started c(3, 0);
  c.Edit([](auto& d) { d["spec"]["strategy"]["rollingUpdate"]["maxSurge"] = 2; });
  c.Annotate("windlass.dev/in-place-partition", "2");
  c.SettleInPlace();
  const std::vector<std::string> hosts = c.PodNames();
  c.SetImage("v2");
  c.SyncAndRun();
  c.Sync();
  c.SetImage("v3");
  c.Sync();
  for (const std::string& pod : c.PodNames()) {
    if (std::ranges::count(hosts, pod) == 0) c.DeletePod(pod);
  }
  REQUIRE(c.in_flight() == 1);
  REQUIRE(c.SizeOf("v2") == 1);
  REQUIRE(c.SizeOf("v3") == 1);
  c.SetImage("v4");
  c.Sync();
  CHECK(c.SizeOf("v2") + c.SizeOf("v3") == 1);
  CHECK(c.SizeOf("v4") == 1);
  Proves("P-025");
}

// The revision before the bad one crashes, too. The stand-in of the bad one serves nobody.
TEST_CASE("no stand-in of a revision that is given up stays if it does not serve (P-025, P-062)") {
  Standing c(3, 0, "Revert");
  c.KeepCrashing(c.pods[0]);
  c.SyncAfter(61);
  for (int i = 0; i < 3; ++i) c.SyncAndRun();
  CHECK(c.InPlaceCondition().starts_with("True "));
  CHECK(c.SizeOf("v2") == 0);
}

// The stand-in works, and a patched Pod does not. A user deletes the stand-in while the Pod, which
// has gone back, runs the former image and is not ready yet.
TEST_CASE("a stand-in starts anew while a Pod that went back is not ready yet (P-025, P-062)") {
  Started c(3, 0);
  c.Annotate("windlass.dev/in-place-on-failure", "Revert");
  const std::vector<std::string> hosts = c.PodNames();
  c.SetImage("v2");
  c.SyncAndRun();
  c.Sync();
  REQUIRE(c.PodsOf("v2") == 2);
  std::string patched;
  std::string stand_in;
  for (const std::string& pod : c.PodNames()) {
    if (c.ImageOfPod(pod) == "v2") (std::ranges::count(hosts, pod) > 0 ? patched : stand_in) = pod;
  }
  c.KeepCrashing(patched);
  c.SyncAfter(700);
  REQUIRE(c.InPlaceCondition() == "True GivenUp");
  REQUIRE(c.ImageOfPod(patched) == "v1");
  nlohmann::json& status = c.PodNamed(patched)["status"];
  status["containerStatuses"][0]["image"] = "v2";
  c.Restart(patched);
  status["conditions"][2]["lastTransitionTime"] = FormatTime({c.now});
  c.Sync();
  REQUIRE(c.in_flight() == 0);
  REQUIRE(c.SizeOf("v2") == 1);
  c.DeletePod(stand_in);
  c.Sync();
  CHECK(c.SizeOf("v2") == 1);
  c.SyncAfter(599);
  CHECK(c.SizeOf("v2") == 1);
  c.SyncAfter(2);  // the Pod that went back fails, so nothing is about to come
  CHECK(c.SizeOf("v2") == 0);
  Proves("P-025");
}

// A node is lost, and no other has room for the Pod of it, nor for a stand-in.
class WithoutRoom : public Started {
 public:
  explicit WithoutRoom(const std::string& partition) : Started(3, 0) {
    Annotate("windlass.dev/in-place", "IfPossible");
    Annotate("windlass.dev/in-place-partition", partition);
    SettleInPlace();
    hosts = PodNames();
  }
  void Lose(const std::string& pod) {
    const std::string node = PodNamed(pod)["spec"]["nodeName"];
    PodNamed(pod)["status"]["conditions"][2]["status"] = "False";
    for (Node& one : nodes) {
      if (one.meta.name == node) one.ready = one.heard = false;
    }
  }
  void UnscheduleStandIns() {
    for (const std::string& pod : PodNames()) {
      if (std::ranges::count(hosts, pod) == 0) Unschedule(pod);
    }
  }
  std::vector<std::string> hosts;
};

TEST_CASE("a stand-in without a node does not keep the rollout from new Pods (P-013, P-060)") {
  WithoutRoom c("0");
  c.Lose(c.hosts.front());
  c.SetImage("v2");
  c.SyncAndRun();
  c.UnscheduleStandIns();
  c.SyncAfter(601);
  REQUIRE(c.InPlaceCondition() == "True Failing");
  c.Annotate("windlass.dev/in-place-surge", "Never");
  c.Sync();
  CHECK(std::ranges::any_of(c.events, [](const std::string& event) {
    return event.find("replaces Pods to roll out revision") != std::string::npos;
  }));
  Proves("P-013");
}

TEST_CASE("nor does it end the rest at a partition (P-058, P-060, P-062)") {
  const std::string on_failure = GENERATE("Hold", "Revert", "Recreate");
  CAPTURE(on_failure);
  WithoutRoom c("2");
  c.Annotate("windlass.dev/in-place-on-failure", on_failure);
  c.SetImage("v2");
  c.SyncAndRun();
  c.Sync();
  c.RestartAll();
  std::string patched;
  for (const std::string& pod : c.hosts) {
    if (c.ImageOfPod(pod) == "v2") patched = pod;
  }
  REQUIRE(!patched.empty());
  c.Lose(patched);
  c.UnscheduleStandIns();
  c.Sync();
  CHECK(c.InPlaceCondition() == "True Partitioned");
  REQUIRE(c.SizeOf("v2") == 1);
  for (const int64_t wait : {601, 61}) {
    c.SyncAfter(wait);
    CHECK(c.InPlaceCondition() == "True Partitioned");
    CHECK(c.InPlaceMessage().find("; the node of pod " + patched + " is lost") !=
          std::string::npos);
    CHECK(c.InPlaceMessage().find("; a stand-in has no node: pod ") != std::string::npos);
    CHECK(c.ImageOfPod(patched) == "v2");
  }
  Proves("P-058");
}

TEST_CASE("a stand-in that fits on no node is told at once, and fails in the end (P-060, P-061)") {
  const bool reverts = GENERATE(false, true);
  CAPTURE(reverts);
  Started c(3, 0);
  const std::vector<std::string> hosts = c.PodNames();
  c.Annotate("windlass.dev/in-place-on-failure", reverts ? "Revert" : "Hold");
  c.SetImage("v2");
  c.SyncAndRun();
  std::string stand_in;
  for (const std::string& pod : c.PodNames()) {
    if (std::ranges::count(hosts, pod) == 0) stand_in = pod;
  }
  c.Unschedule(stand_in);
  c.Sync();
  CHECK(c.InPlaceMessage() ==
        "0 of 3 Pods are patched: waiting for a stand-in, because maxUnavailable is 0: pod " +
            stand_in + " has no node yet");
  c.SyncAfter(598);
  CHECK(c.InPlaceCondition() == "True Staged");
  c.SyncAfter(3);
  if (!reverts) {
    CHECK(c.InPlaceCondition() == "True Failing");
    CHECK(c.InPlaceMessage().ends_with(": a stand-in has no node: pod " + stand_in +
                                       " has been unavailable for more than 600 s (PodTimeout)"));
    c.Schedule(stand_in);
    c.SettlesAt("v2", 3);
    return;
  }
  c.SyncAfter(61);
  c.SyncAndRun();
  CHECK(c.InPlaceCondition() == "True GivenUp");
  CHECK(c.SizeOf("v2") == 0);
  CHECK(c.PodNames() == hosts);
}

// Whom these serve: who has no room for another Pod, and a new image that works.
TEST_CASE("a stand-in without a node gives up no revision that works (P-062)") {
  InPlaceCluster c(4, 1);
  c.Annotate("windlass.dev/in-place-surge", "Always");
  c.Annotate("windlass.dev/in-place-on-failure", "Revert");
  c.SettleInPlace();
  const std::vector<std::string> hosts = c.PodNames();
  c.SetImage("v2");
  c.SyncAndRun();
  for (const std::string& pod : c.PodNames()) {
    if (std::ranges::count(hosts, pod) == 0) c.Unschedule(pod);
  }
  c.Sync();
  c.RestartAll();
  c.now += 700;
  c.SettleInPlace();
  CHECK(c.InPlaceCondition() == "False Complete");
  CHECK(c.PodsOf("v2") == 4);
  Proves("P-062");
}

// Whom this serves: who lacks room for a stand-in, and whose only Pod of a new revision misses one
// readiness probe.
TEST_CASE("nor does it at once when the Pod that works is away for a moment (P-062)") {
  const std::string on_failure = GENERATE("Revert", "Recreate");
  const bool is_deleted = GENERATE(false, true);
  CAPTURE(on_failure, is_deleted);
  Started c(3, 0);
  c.Annotate("windlass.dev/in-place", "IfPossible");
  c.Annotate("windlass.dev/in-place-on-failure", on_failure);
  c.SettleInPlace();
  const std::vector<std::string> hosts = c.PodNames();
  c.SetImage("v2");
  c.SyncAndRun();
  c.Sync();
  c.RestartAll();
  std::string works;
  for (const std::string& pod : c.PodNames()) {
    if (std::ranges::count(hosts, pod) == 0) {
      c.Unschedule(pod);
    } else if (c.ImageOfPod(pod) == "v2") {
      works = pod;
    }
  }
  REQUIRE(!works.empty());
  c.SyncAfter(700);
  REQUIRE(c.SizeOf("v2") == 1);
  if (is_deleted) {
    c.PodNamed(works)["metadata"]["deletionTimestamp"] = FormatTime({c.now});
  } else {
    nlohmann::json& ready = c.PodNamed(works)["status"]["conditions"][2];
    ready["status"] = "False";
    ready["lastTransitionTime"] = FormatTime({c.now});
  }
  const auto gave_up = [&] {
    return std::ranges::any_of(c.events, [](const std::string& event) {
      return event.find("is given up") != std::string::npos ||
             event.find("no longer patches them") != std::string::npos;
    });
  };
  c.SyncAfter(1);
  CHECK(c.InPlaceCondition() == "True Failing");
  c.SyncAfter(58);
  CHECK(c.InPlaceCondition() == "True Failing");
  CHECK_FALSE(gave_up());
  if (is_deleted) return;
  c.SyncAfter(2);
  CHECK(gave_up());
}

TEST_CASE("on the way back, a Pod that was never patched needs no stand-in to start (P-025)") {
  Started c(3, 0);
  SECTION("") {}
  SECTION("nor one that an earlier update in place has patched") {
    c.SetImage("v1b");
    c.SettleInPlace();
    REQUIRE(c.PodsOf("v1b") == 3);
  }
  const std::string old = c.ImageOfPod(c.PodNames().front());
  const std::vector<std::string> hosts = c.PodNames();
  c.SetImage("v2");
  c.SyncAndRun();
  c.Sync();
  REQUIRE(c.PodsOf("v2") == 2);
  for (const std::string& pod : c.PodNames()) {
    const bool is_stand_in = std::ranges::count(hosts, pod) == 0;
    const bool never_patched = c.ImageOfPod(pod) == old;
    if (is_stand_in || never_patched) {
      c.PodNamed(pod)["status"]["conditions"][2]["status"] = "False";
    }
  }
  c.RestartAll();
  c.SetImage(old);
  c.Sync();
  CHECK(c.SizeOf("v2") == 0);
}

TEST_CASE("a stand-in that cannot be created is told with its cause (P-061)") {
  Started c(3, 0);
  c.events.clear();
  c.SetImage("v2");
  c.Sync();
  REQUIRE(c.SizeOf("v2") == 1);
  CHECK(c.InPlaceCondition() == "True Staged");
  CHECK(c.InPlaceMessage() ==
        "0 of 3 Pods are patched: waiting for a stand-in, because maxUnavailable is 0");
  RefusePod(c, "v2", 0);
  c.Sync();
  CHECK(c.InPlaceCondition() == "True Failing");
  CHECK(c.InPlaceMessage().ends_with(RefusedText(c, "v2")));
  CHECK(std::ranges::count_if(c.events, [&](const std::string& event) {
          return event.ends_with(RefusedText(c, "v2"));
        }) == 1);
  c.EditReplicaSet(c.NameOf("v2"), [](nlohmann::json& rs) { rs["status"].erase("conditions"); });
  c.SettlesAt("v2", 3);
  CHECK(c.InPlaceCondition() == "False Complete");
}

TEST_CASE("so is one more Pod of the good revision, on the way back (P-061)") {
  Started c(3, 0);
  c.SetImage("v2");
  c.SyncAndRun();
  c.Sync();
  c.RestartAll();
  c.now += 60;
  c.SetImage("v1");
  c.SyncAndRun();  // the stand-in of v2 goes
  c.Sync();
  REQUIRE(c.SizeOf("v1") == 4);
  CHECK(c.InPlaceCondition() == "True Reverting");
  CHECK(c.InPlaceMessage().find(" of 3 Pods are back") != std::string::npos);
  SECTION("that cannot be created") {
    RefusePod(c, "v1", 3);
    c.Sync();
    CHECK(c.InPlaceCondition() == "True Failing");
    CHECK(c.InPlaceMessage().ends_with(RefusedText(c, "v1")));
  }
  SECTION("that has no node") {
    const std::vector<std::string> before = c.PodNames();
    c.RunPods();
    std::string more;
    for (const std::string& pod : c.PodNames()) {
      if (std::ranges::count(before, pod) == 0) more = pod;
    }
    REQUIRE(!more.empty());
    c.Unschedule(more);
    c.Sync();
    CHECK(c.InPlaceCondition() == "True Reverting");
    CHECK(c.InPlaceMessage().ends_with("Pods go back to the template of replica set " +
                                       c.NameOf("v1") + "; pod " + more + " has no node yet"));
    c.Schedule(more);
    c.Sync();
    CHECK(c.InPlaceMessage().find("has no node yet") == std::string::npos);
  }
}

}  // namespace
}  // namespace windlass::in_place::stand_ins_test
