// Patched Pods that fail, and when the rollout is given up because of them (P-060 to P-063).
#include <string>
#include <vector>

#include "kubeclient/api/time.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/in_place/phases/cluster.h"

namespace windlass::in_place::failure_test {
namespace {

// One of four Pods is patched, and the others are to stay.
class Canary : public Started {
 public:
  explicit Canary(const std::string& on_failure) : Started(4) {
    Annotate("windlass.dev/in-place-on-failure", on_failure);
    Annotate("windlass.dev/in-place-partition", "3");
    RollOutInPlace("v2");
    for (const std::string& pod : PodNames()) {
      if (ImageOfPod(pod) == "v2") patched = pod;
    }
    REQUIRE(!patched.empty());
  }
  std::string patched;
};

TEST_CASE("one crash an hour after the patch is no minute of failure (P-062)") {
  const std::string policy = GENERATE("Revert", "Recreate");
  Canary c(policy);
  c.now += 3600;
  c.Crash(c.patched);
  const Step step = c.Sync();
  CHECK(c.InPlaceCondition() == "True Failing");
  CHECK(c.ImageOfPod(c.patched) == "v2");
  const Wait* wait = std::get_if<Wait>(&step);
  REQUIRE(wait != nullptr);
  REQUIRE(wait->look_again_in);
  CHECK(*wait->look_again_in <= seconds(60));

  c.SyncAfter(60);
  c.Sync();
  if (policy == "Revert") CHECK(c.ImageOfPod(c.patched) == "v1");
  if (policy == "Recreate") CHECK(c.SizeOf("v2") > 0);
}

TEST_CASE("a Pod patched weeks ago, not ready for a while, is not failed by old restarts (P-060)") {
  const std::string policy = GENERATE("Revert", "Recreate");
  Canary c(policy);
  c.now += 14 * 86400;
  c.KeepCrashing(c.patched);  // five times since its patch
  for (int second = 0; second < 120; ++second, ++c.now) c.Sync();
  CHECK(c.InPlaceCondition() == "True Partitioned");
  CHECK(c.ImageOfPod(c.patched) == "v2");
  CHECK(c.SizeOf("v2") == 0);
  c.now += 600;  // but a Pod that does not come back at all has failed
  c.Sync();
  if (policy == "Revert") CHECK(c.ImageOfPod(c.patched) == "v1");
  if (policy == "Recreate") CHECK(c.SizeOf("v2") > 0);
}

// For the user who reads why the revision was given up: with a deadline shorter than the minute
// that failing Pods have, a Pod whose kubelet is late has timed out by then.
TEST_CASE("a container's reason is told rather than the timeout of another Pod (P-062)") {
  Started c(4, 2);
  c.Edit([](auto& d) { d["spec"]["progressDeadlineSeconds"] = 20; });
  c.Annotate("windlass.dev/in-place-on-failure", "Revert");
  c.Annotate("windlass.dev/in-place-canary-first", "false");
  c.SettleInPlace();
  c.SetImage("v2");
  c.Sync();
  std::vector<std::string> patched;
  for (const std::string& pod : c.PodNames()) {
    if (c.ImageOfPod(pod) == "v2") patched.push_back(pod);
  }
  REQUIRE(patched.size() == 2);
  const size_t lacks_image = GENERATE(size_t{0}, size_t{1});
  CAPTURE(lacks_image);
  c.FailToPull(patched[lacks_image]);
  c.now += 61;
  c.Sync();
  CHECK(c.InPlaceCondition() == "True GivenUp");
  CHECK(c.InPlaceMessage().find("container a of pod " + patched[lacks_image] +
                                " does not run (ImagePullBackOff)") != std::string::npos);
}

// Four Pods of v1. v2, whose image cannot be pulled, is given up, and its Pod has gone back.
class GivenUp : public Started {
 public:
  GivenUp() : Started(4) {
    FailForLong("v2", "Revert");
    Sync();
    Repair();
  }
  // The Pods run.
  void Repair() {
    for (const std::string& pod : PodNames()) Schedule(pod);
  }
  void Unblock() { Annotate("windlass.dev/in-place-unblock", "2"); }
  void RemoveUnblock() {
    Edit([](auto& d) { d["metadata"]["annotations"].erase("windlass.dev/in-place-unblock"); });
  }
  // Returns the Pod that is patched to v2, which fails from now on.
  std::string TryFails() {
    Sync();
    std::string tried;
    for (const std::string& pod : PodNames()) {
      if (ImageOfPod(pod) == "v2") tried = pod;
    }
    REQUIRE(!tried.empty());
    FailToPull(tried);
    return tried;
  }
};

// Whom these serve: users who unblock a revision and leave the setting in their manifest.
TEST_CASE("a revision that is unblocked is tried once, and given up again (P-062)") {
  GivenUp c;
  REQUIRE(c.InPlaceCondition() == "True GivenUp");
  c.now += 3600;
  c.DeletePod(c.PodNames().front());  // that of the first try
  c.RunPods();
  c.Unblock();
  const std::string tried = c.TryFails();
  const bool removed = GENERATE(false, true);
  CAPTURE(removed);
  if (removed) c.RemoveUnblock();  // does not end the try
  c.SyncAfter(59);
  CHECK(c.InPlaceCondition() == "True Failing");
  CHECK(c.ImageOfPod(tried) == "v2");
  c.SyncAfter(2);
  CHECK(c.InPlaceCondition() == "True GivenUp");
  const std::string message = c.InPlaceMessage();
  CHECK(message.find("container a of pod " + tried + " does not run") != std::string::npos);
  const std::string remove =
      "remove windlass.dev/in-place-unblock, wait until this message no longer asks for that, and ";
  const std::string ending = ". To try revision 2 again, " + (removed ? "" : remove) +
                             "set windlass.dev/in-place-unblock to 2. To roll out something else, "
                             "change spec.template";
  CHECK(message.ends_with(ending));
  CHECK(c.PodsOf("v2") == 0);
  c.Repair();
  c.SettleAgain(2, 3600);
  CHECK(c.PodsOf("v2") == 0);
  CHECK(c.InPlaceCondition() == "True GivenUp");
  Proves("P-062");
}

// The kubelet has not tried again since its last failure, and says CrashLoopBackOff meanwhile.
TEST_CASE("a second try is failing while the kubelet waits before it pulls again (P-060, P-062)") {
  GivenUp c;
  for (const std::string& pod : c.PodNames()) {
    c.PodNamed(pod)["status"]["containerStatuses"][0]["restartCount"] = 1;  // it went back
  }
  c.Unblock();
  const std::string tried = c.TryFails();
  nlohmann::json& status = c.PodNamed(tried)["status"];
  nlohmann::json& waits = status["containerStatuses"][0]["state"]["waiting"]["reason"];
  waits = "CrashLoopBackOff";
  const auto set_ready = [&](const std::string& value) {
    for (const int condition : {1, 2}) {  // ContainersReady, Ready
      status["conditions"][condition]["status"] = value;
      status["conditions"][condition]["lastTransitionTime"] = FormatTime({c.now});
    }
  };
  set_ready("False");
  c.SyncAfter(10);
  CHECK(c.InPlaceCondition() == "True Failing");
  const std::string text = "container a of pod " + tried + " does not run (CrashLoopBackOff)";
  CHECK(c.InPlaceMessage().find(text) != std::string::npos);
  c.SyncAfter(240);
  CHECK(c.InPlaceCondition() == "True Failing");
  const bool image_is_there = GENERATE(false, true);
  CAPTURE(image_is_there);
  if (image_is_there) {
    c.Restart(tried);
    set_ready("True");
    c.SettlesAt("v2", 4);
  } else {
    waits = "ErrImagePull";
    c.Sync();
    CHECK(c.InPlaceCondition() == "True GivenUp");
    CHECK(c.ImageOfPod(tried) == "v1");
  }
}

TEST_CASE("for a further try the setting is removed and set again (P-062)") {
  GivenUp c;
  c.Unblock();
  c.TryFails();
  c.SyncAfter(61);
  c.Repair();
  c.Sync();
  REQUIRE(c.InPlaceMessage().find("remove windlass.dev/in-place-unblock") != std::string::npos);
  c.RemoveUnblock();
  c.Sync();
  CHECK(c.InPlaceCondition() == "True GivenUp");
  CHECK(c.InPlaceMessage().find("remove windlass.dev/in-place-unblock") == std::string::npos);
  c.SettleInPlace();
  CHECK(c.PodsOf("v2") == 0);
  c.Unblock();
  c.SettlesAt("v2", 4);  // the image is there now
}

// Whom this serves: users who pause the workload while they mend the image.
TEST_CASE("during a pause the setting may be removed and set again (P-041, P-062)") {
  GivenUp c;
  c.Unblock();
  c.TryFails();
  c.SyncAfter(61);
  c.Repair();
  c.SettleInPlace();
  c.Edit([](auto& d) { d["spec"]["paused"] = true; });
  c.Sync();
  const bool removed = GENERATE(true, false);
  CAPTURE(removed);
  if (removed) {
    c.RemoveUnblock();
    c.Sync();
    CHECK(std::holds_alternative<Wait>(c.Sync(0)));  // the removal is noted once
    c.Unblock();
  }
  c.SettleAgain(2, 3600);
  CHECK(c.InPlaceCondition() == "True Paused");
  CHECK(c.PodsOf("v2") == 0);
  c.Edit([](auto& d) { d["spec"]["paused"] = false; });
  if (removed) {
    c.TryFails();
    c.SyncAfter(59);  // the try begins after the pause
    CHECK(c.InPlaceCondition() == "True Failing");
  } else {
    c.SettleAgain(2, 3600);
    CHECK(c.InPlaceCondition() == "True GivenUp");
    CHECK(c.PodsOf("v2") == 0);
  }
}

// The first sync after the setting is cut off after each of its writes, as by a crash.
TEST_CASE("a crash neither loses the try of an unblocked revision nor repeats it (P-062)") {
  const int writes = GENERATE(1, 2, 3);
  GivenUp c;
  c.Unblock();
  c.Sync(writes);
  c.TryFails();
  c.now += 61;
  c.Sync(writes);
  c.Sync();
  c.Repair();
  CHECK(c.InPlaceCondition() == "True GivenUp");
  c.SettleAgain(2, 3600);
  CHECK(c.PodsOf("v2") == 0);
}

// Its kubelet may wait for five minutes before it looks for the image again.
TEST_CASE("a Pod that could not go back has six minutes in the new try (P-062)") {
  Started c(4);
  c.FailForLong("v2", "Revert");
  const auto serve = c.server;
  c.server = [&](const Request& request) -> std::optional<Result<Reply>> {
    const bool pod = request.resource() == resources::kPods && request.verb() == Verb::kPatch;
    if (pod) return Error{ErrorKind::kForbidden, "not now"};
    return serve(request);
  };
  c.Sync();
  REQUIRE(c.ReplicaSet("v2")["metadata"]["annotations"].contains("internal.windlass.dev/blocked"));
  REQUIRE(c.PodsOf("v2") == 1);
  c.server = serve;
  const bool pauses = GENERATE(false, true);
  CAPTURE(pauses);
  if (pauses) c.Edit([](auto& d) { d["spec"]["paused"] = true; });
  c.Annotate("windlass.dev/in-place-unblock", "2");
  c.Sync();
  if (pauses) {
    c.now += 5;  // not part of the try
    c.Edit([](auto& d) { d["spec"]["paused"] = false; });
    c.Sync();
  }
  CHECK(c.InPlaceCondition() == "True Failing");
  for (const int64_t wait : {61, 298}) {
    c.SyncAfter(wait);
    CHECK(c.InPlaceCondition() == "True Failing");
    CHECK(c.PodsOf("v2") == 1);
  }
  c.SyncAfter(2);
  CHECK(c.InPlaceCondition() == "True GivenUp");
}

// Four Pods of v1 come, one of them is tried, and fails for a minute.
void TriesOnce(GivenUp& c) {
  c.SyncAndRun();
  CHECK(c.PodNames().size() == 4);
  CHECK(c.PodsOf("v1") == 4);
  const std::string tried = c.TryFails();
  CHECK(c.PodsOf("v1") == 3);
  c.SyncAfter(61);
  CHECK(c.InPlaceCondition() == "True GivenUp");
  CHECK(c.ImageOfPod(tried) == "v1");
}

// For users who turn a workload off for a night, and mend the image meanwhile.
TEST_CASE("a revision is not tried again before there are Pods (P-062)") {
  GivenUp c;
  c.ScaleInPlace(0);
  CHECK(c.InPlaceMessage().find("set windlass.dev/in-place-unblock to 2") != std::string::npos);
  c.Unblock();
  c.SettleAgain(1, 3600);
  CHECK(c.InPlaceCondition() == "True GivenUp");
  CHECK(c.InPlaceMessage().ends_with(". It is tried again as soon as there is a Pod"));
  c.Scale(4);
  SECTION("the image does not work yet") { TriesOnce(c); }
  SECTION("the image works") { c.SettlesAt("v2", 4); }
}

TEST_CASE("a try that loses its Pods goes on when there are Pods again (P-062)") {
  GivenUp c;
  const bool keeps_no_history = GENERATE(false, true);
  CAPTURE(keeps_no_history);
  if (keeps_no_history) c.Edit([](auto& d) { d["spec"]["revisionHistoryLimit"] = 0; });
  const bool tries = GENERATE(false, true);
  CAPTURE(tries);
  if (tries) {
    c.Unblock();
    c.TryFails();
  }
  c.ScaleInPlace(0);
  c.SettleAgain(1, 3600);
  CHECK(c.InPlaceCondition() == (tries ? "True Staged" : "True GivenUp"));
  CHECK(c.SizeOf("v1") == 0);
  if (!tries) c.Unblock();
  c.Scale(4);
  TriesOnce(c);
}

// The stock controller would bring only Pods of the revision that was given up.
TEST_CASE("a workload whose try waits for a Pod is not handed back (P-062, P-076)") {
  GivenUp c;
  c.Unblock();
  c.TryFails();
  c.ScaleInPlace(0);
  c.Annotate("windlass.dev/in-place", "Release");
  c.SettleAgain(2, 3600);
  CHECK(c.InPlaceCondition() == "True Staged");
  CHECK(c.InPlaceMessage().ends_with("is tried again as soon as there is a Pod"));
  SECTION("a Pod comes, and works") {
    c.Scale(4);
    c.SettlesAt("v2", 4);
  }
  SECTION("the user goes back") {
    c.SetImage("v1");
    c.SettleInPlace();
  }
  CHECK(c.InPlaceCondition() == "False HandedBack");
  Proves("P-076");
}

// One Pod with strategy Recreate. Its image v2 cannot be pulled, in the first try or in a try that
// the user asked for, and an autoscaler raises the replicas to 3 meanwhile.
class ScaledWhileFailing : public Alone {
 public:
  explicit ScaledWhileFailing(const std::string& on_failure, bool again = false)
      : Alone("IfPossible") {
    if (again) {
      FailForLong("v2", "Revert");
      Sync();
      Schedule(PodNames().front());
      SettleInPlace();
      Annotate("windlass.dev/in-place-unblock", "2");
    }
    Annotate("windlass.dev/in-place-on-failure", on_failure);
    SetImage("v2");
    Sync();
    REQUIRE(PodsOf("v2") == 1);
    FailToPullImage("v2");
    now += 10;
    Scale(3);
    Wait(3);
    CHECK(PodNames().size() == 1);
    CHECK(PodsOf("v2") == 1);
    CHECK(InPlaceCondition() == "True Failing");
  }
  // Syncs each second.
  void Wait(int seconds) {
    for (int second = 0; second < seconds; ++second, ++now) {
      Sync();
      RunPods();
    }
  }
};

// Whom these serve: users whose autoscaler acts while an image that does not work is tried.
TEST_CASE("with Recreate and Revert, a scale-up brings Pods of the old image (P-011, P-062)") {
  ScaledWhileFailing c("Revert", GENERATE(false, true));
  c.Wait(60);
  CHECK(c.PodsOf("v1") == 1);
  c.SettleInPlace();
  CHECK(c.PodNames().size() == 3);
  CHECK(c.PodsOf("v1") == 3);
  CHECK(c.InPlaceCondition() == "True GivenUp");
  CHECK(c.fallbacks.empty());
  Proves("P-011");
}

TEST_CASE("with Recreate and Hold, a scale-up waits for another image (P-011, P-061)") {
  ScaledWhileFailing c("Hold");
  c.Wait(120);
  CHECK(c.PodNames().size() == 1);
  CHECK(c.InPlaceCondition() == "True Failing");
  const std::string image = GENERATE("v1", "v3");
  c.SetImage(image);
  c.Sync();
  c.Schedule(c.PodNames().front());
  SettlesAt(c, image);
  CHECK(c.PodNames().size() == 3);
  CHECK(c.fallbacks.empty());
}

TEST_CASE("with Recreate for both, a scale-up brings new Pods after the minute (P-011, P-063)") {
  ScaledWhileFailing c("Recreate");
  c.Wait(40);
  CHECK(c.SizeOf("v1") == 1);
  c.Wait(20);
  CHECK(c.SizeOf("v2") == 3);
  CHECK(c.fallbacks == std::vector<std::string>{"ImagePullBackOff"});
}

TEST_CASE("a Pod that fails keeps a change to Recreate from replacing all Pods (P-011, P-062)") {
  Started c(4);
  c.Annotate("windlass.dev/in-place", "IfPossible");
  c.Annotate("windlass.dev/in-place-on-failure", "Revert");
  c.SetImage("v2");
  c.Sync();
  c.FailToPullImage("v2");
  c.ChangeStrategy("Recreate");
  c.Sync();
  CHECK(c.SizeOf("v1") == 4);
  c.SyncAfter(61);
  c.Sync();
  CHECK(c.PodsOf("v1") == 4);
  CHECK(c.InPlaceCondition() == "True GivenUp");
}

// For the user of a cluster in which one leader's clock was wrong.
TEST_CASE("a try that begins in the future ends like any other (P-062)") {
  GivenUp c;
  c.Unblock();
  c.TryFails();
  c.EditReplicaSet(c.ReplicaSet("v2")["metadata"]["name"], [](auto& rs) {
    auto& note = rs["metadata"]["annotations"]["internal.windlass.dev/blocked"];
    const std::string text = note;
    const size_t at = text.find(R"("tried":"2)");
    REQUIRE(at != std::string::npos);
    note = std::string(text).replace(at + 9, 4, "2999");
  });
  c.SyncAfter(61);
  CHECK(c.InPlaceCondition() == "True GivenUp");
}

}  // namespace
}  // namespace windlass::in_place::failure_test
