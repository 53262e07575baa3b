// In-place updates whose ReplicaSets a user deletes, scales or edits, and what happens to old
// ReplicaSets.
#include <algorithm>
#include <string>

#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/in_place/phases/cluster.h"

namespace windlass::in_place::replica_sets_test {
namespace {

using Json = nlohmann::json;

TEST_CASE("a pending ReplicaSet that somebody deletes is made again (P-026)") {
  Started c(3);
  const auto pods = c.PodNames();
  c.Patch(1);
  c.replica_sets().erase(c.NameOf("v2"));
  c.SettlesAt("v2", 3);
  CHECK(c.PodNames() == pods);
  for (const std::string& pod : pods) CHECK(c.RestartsOf(pod) == 1);
  CHECK(c.RevisionOf("v2") == "2");
}

TEST_CASE("and one deleted in the middle of an exchange, too") {
  for (int writes = 1; writes < 30; ++writes) {
    Started c(2);
    const auto pods = c.PodNames();
    c.SetImage("v2");
    c.SyncWrites(writes);
    std::erase_if(c.replica_sets(),
                  [](const auto& rs) { return rs.second["spec"]["replicas"] == 0; });
    c.SettleInPlace();
    CAPTURE(writes);
    c.CheckAllRun("v2", 2);
    CHECK(c.PodNames() == pods);
  }
}

TEST_CASE("a pending ReplicaSet that somebody scales turns the rollout to replacing Pods (P-072)") {
  Started c(3);
  c.Patch(1);
  c.EditReplicaSet(c.NameOf("v2"), [](Json& rs) { rs["spec"]["replicas"] = 2; });
  c.RunPods();
  c.SettlesAt("v2", 3);
}

// Whom these serve: users who end updates in place and begin them again, and look for the client
// that the message blames.
TEST_CASE("a rolling update by Windlass is no foreign scale (P-010, P-072)") {
  Started c(4);
  c.Annotate("windlass.dev/in-place", "IfPossible");
  c.Patch(1);
  const std::string unblock = "windlass.dev/in-place-unblock";
  const auto remove = [&](const std::string& key) {
    c.Edit([&](Json& d) { d["metadata"]["annotations"].erase(key); });
  };
  const std::string way = GENERATE("a wrong setting", "IfPossible", "Only");
  CAPTURE(way);
  if (way == "a wrong setting") {
    c.Annotate(unblock, "v2");
  } else {
    remove("windlass.dev/in-place");
  }
  for (int round = 0; round < 9 && c.SizeOf("v2") == 0; ++round) c.Rounds(1);
  REQUIRE(c.SizeOf("v2") > 0);
  REQUIRE(c.SizeOf("v1") > 0);
  if (way == "a wrong setting") {
    remove(unblock);
  } else {
    c.Annotate("windlass.dev/in-place", way);
  }
  c.Sync();
  CHECK(c.InPlaceCondition() == "False NotPossible");
  CHECK(c.InPlaceMessage() ==
        "a rolling update is under way, and an update in place can begin only after it "
        "(MultipleActiveReplicaSets). So new Pods replace the old ones");
  c.SettlesAt("v2", 4);
}

TEST_CASE("a size that Windlass has not written is told with its ReplicaSet (P-072)") {
  Started c(3);
  c.Annotate("windlass.dev/in-place", "IfPossible");
  c.Patch(1);
  const std::string pending = c.NameOf("v2");
  c.EditReplicaSet(pending, [](Json& rs) { rs["spec"]["replicas"] = 2; });
  c.Sync();
  CHECK(c.InPlaceMessage() == "replica set " + pending +
                                  " has size 2, which no note of Windlass explains: leave the "
                                  "sizes of ReplicaSets to Windlass (ForeignScale). So new Pods "
                                  "replace the old ones");
}

void AtLeastTwo(Json& rs) {
  Json& replicas = rs["spec"]["replicas"];
  replicas = std::max(replicas.get<int>(), 2);
}

// Whom this serves: who asks for no new Pods, and does not know of a policy that sets sizes.
TEST_CASE("Pods that a policy gives the pending ReplicaSet are no client's (P-072, D-434)") {
  Started c(4);
  const auto pods = c.PodNames();
  c.webhook = AtLeastTwo;
  SECTION("the policy changes only what is created") {}
  SECTION("the policy changes every size") {
    c.update_webhook = [](const Json&, Json& rs) { AtLeastTwo(rs); };
    c.SetImage("v2");
    for (int i = 0; i < 3; ++i) {
      const Step end = c.SyncAfter(60);
      const Failed* failed = std::get_if<Failed>(&end);
      REQUIRE(failed != nullptr);
      CHECK(failed->retry == Retry::kBackOff);
      CHECK(failed->error.message.find("at 2 Pods, although it accepted a request for 0 Pods") !=
            std::string::npos);
      CHECK(c.Condition("ReplicaFailure") == "True ReplicaSetNotKept");
      CHECK(c.InPlaceCondition().starts_with("True "));
      CHECK(c.SizeOf("v1") == 4);
      CHECK(c.SizeOf("v2") == 2);
      c.RunPods();
      for (const std::string& pod : pods) CHECK(c.ImageOfPod(pod) == "v1");
    }
  }
  SECTION("another template overtakes it") {
    c.update_webhook = [](const Json&, Json& rs) { AtLeastTwo(rs); };
    c.SetImage("v3");
    c.SyncAndRun();
    REQUIRE(c.SizeOf("v3") == 2);
  }
  c.update_webhook = nullptr;
  c.SetImage("v2");
  c.SettlesAt("v2", 4);
  CHECK(c.PodNames() == pods);
  CHECK(c.Condition("ReplicaFailure").empty());
  Proves("P-072 D-434");
}

TEST_CASE("a host whose template somebody changes holds the rollout (P-073)") {
  Started c(3);
  c.Patch(1);
  c.EditReplicaSet(c.NameOf("v1"), [](Json& rs) {
    rs["spec"]["template"]["spec"]["containers"][0]["image"] = "v9";
  });
  const auto writes_before = c.writes.size();
  c.Sync();
  c.Sync();
  for (size_t i = writes_before; i < c.writes.size(); ++i) CHECK(c.writes[i] == "status");
  CHECK(c.InPlaceCondition() == "True Failing");
}

TEST_CASE("without history the template before is kept until the exchange") {
  Started c(3);
  c.Edit([](Json& d) { d["spec"]["revisionHistoryLimit"] = 0; });
  c.Patch(1);
  c.RollOutInPlace("v3");
  c.CheckAllRun("v3", 3);
  CHECK(c.replica_sets().size() == 1);
}

TEST_CASE(
    "paused, a ReplicaSet whose template Pods were patched to stays without history (P-080)") {
  Started c(3);
  const auto pods = c.PodNames();
  c.Edit([](Json& d) { d["spec"]["revisionHistoryLimit"] = 0; });
  c.Patch(1);
  c.Edit([](Json& d) { d["spec"]["paused"] = true; });
  SECTION("it is the new one") {}
  SECTION("another template is to come") { c.SetImage("v3"); }
  SECTION("the one before is back") { c.SetImage("v1"); }
  SECTION("the partition holds") { c.Annotate("windlass.dev/in-place-partition", "2"); }
  for (int i = 0; i < 5; ++i) {
    c.Sync();
    c.RestartAndRun();
    CHECK(c.HasReplicaSet("v2"));
  }
  c.Annotate("windlass.dev/in-place-partition", "0");
  c.Edit([](Json& d) { d["spec"]["paused"] = false; });
  c.SettlesAt(c.deployment()["spec"]["template"]["spec"]["containers"][0]["image"], 3);
  CHECK(c.PodNames() == pods);
  CHECK(c.replica_sets().size() == 1);
}

TEST_CASE("paused midway, ReplicaSets beyond the history go (RO-125)") {
  Started c(3);
  for (const char* image : {"v2", "v3", "v4"}) {
    c.RollOutInPlace(image);
  }
  c.Patch(1);  // to v2
  c.Edit([](Json& d) {
    d["spec"]["paused"] = true;
    d["spec"]["revisionHistoryLimit"] = 1;
  });
  for (int i = 0; i < 5; ++i) c.Sync();
  CHECK(c.HasReplicaSet("v2"));
  CHECK(c.HasReplicaSet("v4"));
  CHECK_FALSE(c.HasReplicaSet("v3"));
  CHECK_FALSE(c.HasReplicaSet("v1"));
  Proves("RO-125");
}

// Objects that are restored from a backup get other uids.
TEST_CASE("restored midway, the update goes on in place with the host's new uid (P-014)") {
  const std::string uid = "0f0f0f0f-1111-2222-3333-444444444444";
  Started c(3);
  const auto pods = c.PodNames();
  c.Annotate("windlass.dev/in-place-partition", "2");
  c.RollOutInPlace("v2");
  c.ReplicaSet("v1")["metadata"]["uid"] = uid;
  for (const std::string& pod : pods) {
    c.PodNamed(pod)["metadata"]["ownerReferences"][0]["uid"] = uid;
  }
  c.SettleInPlace();
  CHECK(c.SizeOf("v2") == 0);
  CHECK(c.PodNames() == pods);
  c.Annotate("windlass.dev/in-place-partition", "0");
  c.SettlesAt("v2", 3);
  CHECK(c.PodNames() == pods);
  Proves("P-014");
}

TEST_CASE("an old ReplicaSet that somebody scales up midway is emptied") {
  Started c(3);
  c.RollOutInPlace("v0");  // v1 is history
  c.Patch(1);
  c.EditReplicaSet(c.NameOf("v1"), [](Json& rs) { rs["spec"]["replicas"] = 1; });
  c.RunPods();
  c.SettlesAt("v2", 3);
}

TEST_CASE("a Pod whose template nobody has any more is not taken for the host's") {
  Started c(3);
  const auto pods = c.PodNames();
  c.Patch(2);
  const std::string pending = c.NameOf("v2");
  c.Undo("1");
  c.replica_sets().erase(pending);
  c.SettlesAt("v1", 3);
  CHECK(c.PodNames() == pods);
}

}  // namespace
}  // namespace windlass::in_place::replica_sets_test
