// In-place rollouts, as walks of single steps (P-020, P-033, P-052…P-057).
#include "controller/in_place/phases/next_step.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/in_place/phases/cluster.h"

namespace windlass::in_place::rollout_test {
namespace {

TEST_CASE("the worked example: four Pods, one at a time, none replaced (P-033)") {
  Started c(4);
  const auto pods = c.PodNames();
  REQUIRE(pods.size() == 4);
  const std::string host = c.NameOf("v1");

  c.SetImage("v2");
  c.Sync();
  CHECK(c.SizeOf("v2") == 0);
  CHECK(c.RevisionOf("v2") == "2");
  CHECK(c.revision() == "2");
  CHECK(c.in_flight() == 1);
  CHECK(c.Condition("Progressing") == "True NewReplicaSetCreated");
  int most = 0;
  for (int round = 0; round < 40; ++round) {
    most = std::max(most, c.in_flight());
    c.RestartAndRun();
    c.Sync();
  }
  CHECK(most == 1);
  CHECK(c.PodNames() == pods);
  for (const std::string& pod : pods) {
    CHECK(c.ImageOfPod(pod) == "v2");
    CHECK(c.RestartsOf(pod) == 1);
  }
  CHECK(c.NameOf("v2") == host);
  CHECK(c.SizeOf("v2") == 4);
  CHECK(c.SizeOf("v1") == 0);
  CHECK(c.RevisionOf("v2") == "2");
  CHECK(c.RevisionOf("v1") == "1");
  CHECK(c.Condition("Progressing") == "True NewReplicaSetAvailable");
  CHECK(c.InPlaceCondition() == "False Complete");
}

// Quick kubelets carry out every patch within one sync, which writes the status once, at its end.
TEST_CASE("a rollout that no status has shown under way is shown as complete (P-084)") {
  Started c(2);
  c.RollOutInPlace("v2");
  c.Edit([](nlohmann::json& d) {
    std::erase_if(d["status"]["conditions"].get_ref<nlohmann::json::array_t&>(),
                  [](const nlohmann::json& one) { return one["type"] == "windlass.dev/InPlace"; });
  });
  c.Sync();
  CHECK(c.InPlaceCondition() == "False Complete");
}

TEST_CASE("a workload whose first Pods are not ready yet has no condition (P-084)") {
  InPlaceCluster c(2, 1);
  c.Sync();
  CHECK(c.Condition("Progressing") == "True NewReplicaSetCreated");
  CHECK(c.InPlaceCondition().empty());
}

// P-021.
TEST_CASE("an undo brings the old image back in place, as a revision of its own") {
  Started c(3);
  const auto pods = c.PodNames();
  c.RollOutInPlace("v2");
  c.Undo("1");
  c.SettleInPlace();
  CHECK(c.PodNames() == pods);
  for (const std::string& pod : pods) {
    CHECK(c.ImageOfPod(pod) == "v1");
    CHECK(c.RestartsOf(pod) == 2);
  }
  CHECK(c.RevisionOf("v1") == "3");
  CHECK(c.SizeOf("v1") == 3);
  CHECK(c.Condition("Progressing") == "True NewReplicaSetAvailable");
}

TEST_CASE("an undo midway patches only what was patched (P-064)") {
  Started c(4);
  const auto pods = c.PodNames();
  c.SetImage("v2");
  c.Sync();
  c.RestartAll();
  ++c.now;
  c.Sync();  // the second
  c.Undo("1");
  c.SettleInPlace();
  CHECK(c.PodNames() == pods);
  int restarts = 0;
  for (const std::string& pod : pods) {
    CHECK(c.ImageOfPod(pod) == "v1");
    restarts += c.RestartsOf(pod);
  }
  CHECK(restarts >= 2);
  CHECK(restarts <= 4);
  CHECK(c.Condition("Progressing") == "True NewReplicaSetAvailable");
  CHECK(c.InPlaceCondition() == "False Complete");
}

TEST_CASE("a new target pre-empts an incomplete one (P-065)") {
  Started c(4);
  const auto pods = c.PodNames();
  c.SetImage("v2");
  c.Sync();
  c.RestartAll();
  ++c.now;
  c.Sync();
  c.RollOutInPlace("v3");
  CHECK(c.PodNames() == pods);
  for (const std::string& pod : pods) CHECK(c.ImageOfPod(pod) == "v3");
  CHECK(c.SizeOf("v3") == 4);
  CHECK(c.RevisionOf("v3") == "3");
  CHECK(c.RevisionOf("v2") == "2");
  CHECK(c.Condition("Progressing") == "True NewReplicaSetAvailable");
}

TEST_CASE("a change that no running Pod can take is refused with Only (P-014)") {
  Started c(2);
  c.Edit([](auto& d) { d["spec"]["template"]["spec"]["hostNetwork"] = true; });
  c.SettleInPlace();
  CHECK(c.Condition("Progressing") == "False InPlaceNotPossible");
  CHECK(c.InPlaceCondition() == "False NotPossible");
  CHECK(c.replica_sets().size() == 1);
}

TEST_CASE("and is rolled out by replacing Pods with IfPossible (P-013)") {
  Started c(2);
  const auto pods = c.PodNames();
  c.Annotate("windlass.dev/in-place", "IfPossible");
  c.Edit([](auto& d) { d["spec"]["template"]["spec"]["hostNetwork"] = true; });
  c.SettleInPlace();
  CHECK(c.Condition("Progressing") == "True NewReplicaSetAvailable");
  CHECK(c.PodNames() != pods);
  CHECK(c.PodNames().size() == 2);
}

TEST_CASE("a partition keeps Pods on the old revision, and no deadline runs for it") {
  Started c(4);
  c.Annotate("windlass.dev/in-place-partition", "3");
  c.RollOutInPlace("v2");
  CHECK(c.PodsOf("v2") == 1);
  CHECK(c.InPlaceCondition() == "True Partitioned");
  c.SyncAfter(3600);
  CHECK(c.Condition("Progressing") == "True ReplicaSetUpdated");
  c.Annotate("windlass.dev/in-place-partition", "0");
  c.SettleInPlace();
  CHECK(c.Condition("Progressing") == "True NewReplicaSetAvailable");
}

TEST_CASE("the limit of a rollout holds Pods back as a partition does (RO-047)") {
  const bool partition_is_more = GENERATE(false, true);
  Started c(4);
  c.updated_max = partition_is_more ? 2 : 1;
  if (partition_is_more) c.Annotate("windlass.dev/in-place-partition", "3");
  c.RollOutInPlace("v2");
  CHECK(c.PodsOf("v2") == 1);
  CHECK(c.InPlaceCondition() == "True Partitioned");
  c.updated_max = kUnlimited;
  c.Annotate("windlass.dev/in-place-partition", "0");
  c.SettleInPlace();
  CHECK(c.Condition("Progressing") == "True NewReplicaSetAvailable");
  Proves("RO-047");
}

TEST_CASE("templates are not exchanged while a limit is in force, though it keeps none (P-058)") {
  Started c(2);
  const std::vector<std::string> pods = c.PodNames();
  c.updated_max = 2;  // as setUpdated: 2, or 100%, and a pause
  c.RollOutInPlace("v2");
  CHECK(c.PodNames() == pods);
  CHECK(c.PodsOf("v2") == 2);
  CHECK(c.InPlaceCondition() == "True Partitioned");
  CHECK(c.InPlaceMessage() ==
        "2 of 2 Pods are patched, 2 of them are done: a Pod that is created now begins with the "
        "old revision");

  SECTION("Pods that come belong to the same ReplicaSet, and are updated after it") {
    c.ScaleInPlace(5);
    CHECK(c.PodsOf("v1") == 3);
    CHECK(c.InPlaceMessage() ==
          "2 of 5 Pods are patched, 2 of them are done: the other Pods keep their revision");
    const std::vector<std::string> all = c.PodNames();
    c.updated_max = kUnlimited;
    c.SettleInPlace();
    CHECK(c.PodNames() == all);
  }
  SECTION("a Pod that dies comes in the old revision, and is updated within the limit") {
    c.DeletePod(pods.front());
    c.SettleInPlace();
    CHECK(c.PodNames().size() == 2);
    CHECK(c.PodsOf("v2") == 2);
    CHECK(c.InPlaceCondition() == "True Partitioned");
    c.updated_max = kUnlimited;
    c.SettleInPlace();
  }
  SECTION("without a limit the exchange comes at once") {
    c.updated_max = kUnlimited;
    c.SettleInPlace();
    CHECK(c.PodNames() == pods);
  }
  c.CheckAllRun("v2", c.PodNames().size());
  Proves("P-058");
}

TEST_CASE("Pods of a template that came while there were none are of one ReplicaSet (P-058)") {
  Started c(2);
  c.updated_max = 2;
  c.ScaleInPlace(0);
  c.RollOutInPlace("v2");
  c.ScaleInPlace(5);
  const std::vector<std::string> pods = c.PodNames();
  CHECK(c.PodsOf("v1") == 3);
  c.updated_max = kUnlimited;
  c.SettleInPlace();
  CHECK(c.PodNames() == pods);
  c.CheckAllRun("v2", 5);
  Proves("P-058");
}

TEST_CASE("a Pod that is missing holds up no step of an update in place (RO-047)") {
  Started c(4, 2);
  c.updated_max = 1;
  c.DeletePod(c.PodNames().back());  // a quota forbids another one
  c.SetImage("v2");
  for (int round = 0; round < 20; ++round) {
    c.Sync();
    c.RestartAll();
    ++c.now;
  }
  CHECK(c.PodNames().size() == 3);
  CHECK(c.PodsOf("v2") == 1);
  Proves("RO-047");
}

TEST_CASE("an image that cannot be pulled stops after one Pod, with the cause (P-061)") {
  Started c(4, 2);
  c.SetImage("v2");
  c.Sync();
  REQUIRE(c.in_flight() == 1);
  c.FailToPullImage("v2");
  for (int i = 0; i < 100; ++i) {
    c.SyncAfter(10);
    CHECK(c.in_flight() == 1);
  }
  CHECK(c.InPlaceCondition() == "True Failing");
  CHECK(c.Condition("Progressing") == "False ProgressDeadlineExceeded");
}

TEST_CASE("with Revert that Pod gets its old image back, and nothing more happens (P-062)") {
  Started c(4, 2);
  c.FailForLong("v2", "Revert");
  c.Sync();
  for (const std::string& pod : c.PodNames()) CHECK(c.ImageOfPod(pod) == "v1");
  CHECK(c.InPlaceCondition() == "True GivenUp");
  const std::string message = c.InPlaceMessage();
  CHECK(message.find(": revision 2 is given up: container ") != std::string::npos);
  CHECK(
      message.ends_with(". To try revision 2 again, set windlass.dev/in-place-unblock to 2. To "
                        "roll out something else, change spec.template"));
  Proves("P-062");
}

TEST_CASE("with Recreate the rollout goes on by replacing Pods (P-063)") {
  Started c(4, 2);
  c.FailForLong("v2", "Recreate");
  c.SettleInPlace();
  CHECK(c.Condition("Progressing") == "True NewReplicaSetAvailable");
  CHECK(c.SizeOf("v2") == 4);
}

// P-054 among others.
TEST_CASE("a crash after any write changes nothing of what comes of it") {
  for (int crash = 1; crash < 40; ++crash) {
    Started c(3);
    const auto pods = c.PodNames();
    c.SetImage("v2");
    for (int left = crash; left > 0;) {
      const size_t before = c.writes.size();
      c.Sync(left);
      left -= static_cast<int>(c.writes.size() - before);
      CHECK(c.in_flight() <= 1);
      c.RestartAndRun();
      if (c.writes.size() == before && c.in_flight() == 0) break;
    }
    c.SettleInPlace();
    CHECK(c.PodNames() == pods);
    for (const std::string& pod : pods) CHECK(c.RestartsOf(pod) == 1);
    CHECK(c.SizeOf("v2") == 3);
    CHECK(c.RevisionOf("v2") == "2");
    CHECK(c.RevisionOf("v1") == "1");
  }
}

TEST_CASE("stand-ins take the place of Pods where none may be missing (P-024)") {
  Started c(3, 0);
  const auto pods = c.PodNames();
  c.RollOutInPlace("v2");
  CHECK(c.PodNames() == pods);
  for (const std::string& pod : pods) CHECK(c.RestartsOf(pod) == 1);
  CHECK(c.SizeOf("v1") == 0);
  CHECK(c.Condition("Progressing") == "True NewReplicaSetAvailable");
}

TEST_CASE("the annotation taken away midway goes on by replacing Pods (P-078)") {
  Started c(4);
  c.SetImage("v2");
  c.Sync();
  c.Annotate("windlass.dev/in-place", "Disabled");
  c.SettleInPlace();
  CHECK(c.Condition("Progressing") == "True NewReplicaSetAvailable");
  CHECK(c.SizeOf("v2") == 4);
  CHECK(c.InPlaceCondition().empty());
}

TEST_CASE("paused, no Pod is patched, and what is in flight is watched (P-041)") {
  Started c(4);
  c.SetImage("v2");
  c.Sync();
  c.Edit([](auto& d) { d["spec"]["paused"] = true; });
  c.Rounds(10);
  CHECK(c.PodsOf("v2") == 1);
  CHECK(c.InPlaceCondition() == "True Paused");
  CHECK(c.InPlaceMessage() == "1 of 4 Pods are patched, 1 of them is done: spec.paused is true");
  c.Edit([](auto& d) { d["spec"]["paused"] = false; });
  c.SettleInPlace();
  CHECK(c.SizeOf("v2") == 4);
}

TEST_CASE("drained by a label, a Pod is out of traffic before it is patched (P-040, P-051)") {
  Started c(3);
  c.DrainByLabel();
  REQUIRE(c.Condition("Progressing") == "True NewReplicaSetAvailable");
  const auto pods = c.PodNames();
  c.Annotate("windlass.dev/in-place-drain-seconds", "10");
  c.SetImage("v2");
  std::map<std::string, int64_t> out_since;
  int patched = 0;
  for (int round = 0; round < 200; ++round) {
    std::map<std::string, std::string> before;
    for (const std::string& pod : pods) before[pod] = c.ImageOfPod(pod);
    c.Sync();
    int out = 0;
    for (const std::string& pod : pods) {
      const bool off = c.LabelOf(pod, "traffic") == "off";
      out += off ? 1 : 0;
      if (!off) out_since.erase(pod);
      if (off && !out_since.contains(pod)) out_since[pod] = c.now;
      if (before[pod] == c.ImageOfPod(pod)) continue;
      ++patched;
      CHECK(off);
      CHECK(c.now - out_since[pod] >= 10);
    }
    CHECK(out <= 1);
    c.RestartAndRun();
  }
  CHECK(patched == 3);
  CHECK(c.PodNames() == pods);
  for (const std::string& pod : pods) CHECK(c.LabelOf(pod, "traffic") == "on");
  CHECK(c.Condition("Progressing") == "True NewReplicaSetAvailable");
}

}  // namespace
}  // namespace windlass::in_place::rollout_test
