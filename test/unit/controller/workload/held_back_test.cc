// Rollouts that hold Pods back on the old revision (Fenceposts::updated_max), as whole rollouts.
#include <functional>
#include <utility>

#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/workload/cluster.h"
#include "test/unit/controller/workload/completed_cluster.h"

namespace windlass::workload::held_back_test {
namespace {

// Ten Pods of image v1, whose next rollouts update at most as many Pods as `most` says for that
// number of replicas.
struct HeldBack : CompletedCluster {
  explicit HeldBack(std::function<int32_t(int32_t replicas)> most)
      : CompletedCluster(10), most_updated(std::move(most)) {
    look = [this](View& view) {
      view.workload.limits.updated_max = most_updated(view.workload.replicas);
    };
  }
  // Makes `revision` the stable one, as for a kind that keeps one.
  void Keep(std::optional<int64_t> revision) {
    look = [limit = look, revision](View& view) {
      limit(view);
      view.workload.kept_revision = revision;
    };
  }
  void ChangeLimits(int32_t surge, int32_t max_unavailable) {
    Edit([&](Json& deployment) {
      deployment["spec"]["strategy"]["rollingUpdate"] = {{"maxSurge", surge},
                                                         {"maxUnavailable", max_unavailable}};
    });
  }
  void SettlesAt(int32_t of_old, int32_t of_new) {
    Settle();
    CHECK(SizeOf("v1") == of_old);
    CHECK(SizeOf("v2") == of_new);
  }
  std::function<int32_t(int32_t)> most_updated;
};

TEST_CASE("a rollout holds where its limit is, and goes on when it is lifted (RO-044)") {
  HeldBack cluster([](int32_t) { return 3; });
  cluster.SetImage("v2");
  cluster.SettlesAt(7, 3);
  CHECK(cluster.Condition("Progressing") == "True ReplicaSetUpdated");

  cluster.most_updated = [](int32_t) { return 6; };
  cluster.SettlesAt(4, 6);

  cluster.most_updated = [](int32_t) { return 5; };  // takes no Pod back
  cluster.SettlesAt(4, 6);

  cluster.most_updated = [](int32_t) { return kUnlimited; };
  cluster.SettlesAt(0, 10);
  CHECK(cluster.Condition("Progressing") == "True NewReplicaSetAvailable");
  Proves("RO-044");
}

// A rollout that was given up must not rest beside its successor, in the place of the stable one.
TEST_CASE("where Pods are held back, the stable revision has them (RO-087, RO-120)") {
  HeldBack cluster([](int32_t) { return 5; });
  std::optional<int64_t> stable = 1;
  SECTION("revision 1 is the stable one") {}
  SECTION("no revision was ever complete: the oldest go first") { stable.reset(); }
  cluster.Keep(stable);
  cluster.SetImage("v2");
  cluster.SettlesAt(5, 5);

  cluster.most_updated = [](int32_t) { return 1; };
  cluster.SetImage("v3");
  cluster.SettlesAt(stable ? 9 : 4, stable ? 0 : 5);
  CHECK(cluster.SizeOf("v3") == 1);

  cluster.most_updated = [](int32_t) { return 5; };
  cluster.SettlesAt(stable ? 5 : 0, stable ? 0 : 5);
  CHECK(cluster.SizeOf("v3") == 5);
  Proves("RO-087 RO-120");
}

// The stable Service, and users who abort, need Pods of the stable revision as long as there are
// others that can go.
TEST_CASE("the stable revision has its Pods longest (RO-087)") {
  HeldBack cluster([](int32_t) { return 5; });
  cluster.Keep(1);
  cluster.SetImage("v2");
  cluster.SettlesAt(5, 5);
  cluster.SetImage("v3");
  SECTION("also at a step that holds none back at this size") {
    cluster.most_updated = [](int32_t) { return 10; };
  }
  SECTION("also when it is scaled in") {
    cluster.most_updated = [](int32_t) { return 1; };
    cluster.Sync(/*writes_max=*/1);
    cluster.Scale(2);
  }
  cluster.WritesAndForget();
  cluster.Settle();
  const std::string writes = cluster.WritesAndForget();
  CAPTURE(writes);
  CHECK(writes.find("scale v1 ") != std::string::npos);
  CHECK(writes.rfind("scale v2 ") < writes.find("scale v1 "));
  CHECK(cluster.SizeOf("v2") == 0);
  Proves("RO-087");
}

// A user pauses the rollout beside a canary and applies the next version. No user approved more
// Pods of the canary.
TEST_CASE("while the template has no ReplicaSet, missing Pods are the stable one's (RO-120)") {
  const bool has_all = GENERATE(false, true);  // a step had asked for all Pods
  HeldBack cluster([has_all](int32_t replicas) { return has_all ? replicas : replicas / 2; });
  cluster.Keep(1);
  cluster.SetImage("v2");
  cluster.SettlesAt(has_all ? 0 : 5, has_all ? 10 : 5);
  cluster.Edit([](auto& deployment) { deployment["spec"]["paused"] = true; });
  cluster.Settle();
  cluster.SetImage("v3");
  cluster.most_updated = [](int32_t replicas) { return replicas; };  // its first step
  cluster.Settle();
  cluster.Scale(1);
  cluster.SettlesAt(has_all ? 0 : 1, has_all ? 1 : 0);
  cluster.Scale(4);
  cluster.SettlesAt(has_all ? 3 : 4, has_all ? 1 : 0);
  Proves("RO-120");
}

// Somebody takes all stable Pods while a quota refuses the ReplicaSet of the canary's successor, or
// the selector cannot match it.
TEST_CASE("stable Pods that are taken come back while the new ReplicaSet is refused (RO-120)") {
  HeldBack cluster([](int32_t) { return 5; });
  cluster.Keep(1);
  cluster.SetImage("v2");
  cluster.SettlesAt(5, 5);
  if (GENERATE(true, false)) {
    cluster.server = [](const Request& request) -> std::optional<Result<Reply>> {
      if (request.verb() != Verb::kCreate) return std::nullopt;
      return Result<Reply>(Error{ErrorKind::kQuotaExceeded, "no"});
    };
  } else {
    const auto hash = [&](const char* image) {
      return cluster.ReplicaSet(image)["metadata"]["labels"]["pod-template-hash"];
    };
    cluster.Edit([&](Cluster::Json& d) {
      d["spec"]["selector"]["matchExpressions"] = {
          {{"key", "pod-template-hash"}, {"operator", "In"}, {"values", {hash("v1"), hash("v2")}}}};
    });
  }
  cluster.RollOut("v3");
  CHECK(cluster.Condition("Progressing") == "False ReplicaSetCreateError");
  cluster.EditReplicaSet(cluster.NameOf("v1"),
                         [](Cluster::Json& rs) { rs["spec"]["replicas"] = 0; });
  cluster.SettlesAt(5, 5);
  Proves("RO-120");
}

// As a Deployment does it.
TEST_CASE("where no limit is in force, the oldest Pods go first (RO-087)") {
  HeldBack cluster([](int32_t) { return 5; });
  cluster.Keep(1);
  cluster.SetImage("v2");
  cluster.SettlesAt(5, 5);
  cluster.most_updated = [](int32_t) { return kUnlimited; };
  cluster.SetImage("v3");
  cluster.WritesAndForget();
  cluster.Settle();
  const std::string writes = cluster.WritesAndForget();
  CAPTURE(writes);
  CHECK(writes.rfind("scale v1 ") < writes.find("scale v2 "));
  Proves("RO-087");
}

TEST_CASE("the first rollout holds nothing back (RO-045)") {
  Cluster cluster(10);
  cluster.look = [](View& view) { view.workload.limits.updated_max = 3; };
  cluster.Settle();
  CHECK(cluster.SizeOf("v1") == 10);
  CHECK(cluster.Condition("Progressing") == "True NewReplicaSetAvailable");
  Proves("RO-045");
}

TEST_CASE("a held rollout keeps its parts when it is scaled (RO-046)") {
  HeldBack cluster([](int32_t replicas) { return replicas / 2; });
  cluster.SetImage("v2");
  cluster.SettlesAt(5, 5);
  cluster.Scale(6);
  cluster.SettlesAt(3, 3);
  cluster.Scale(12);
  cluster.SettlesAt(6, 6);
  Proves("RO-046");

  // The shares are there again after a night without Pods, also where no revision was complete.
  cluster.Scale(0);
  cluster.SettlesAt(0, 0);
  cluster.Scale(4);
  cluster.SettlesAt(2, 2);
  Proves("RO-046 RO-122");
}

// Else the rollout would be complete before it was promoted, and could not be aborted any more.
TEST_CASE("scaling in without a surge leaves the Pods that are to stay old (RO-046)") {
  HeldBack cluster([](int32_t replicas) { return std::max(replicas - 3, 0); });
  cluster.ChangeLimits(/*surge=*/0, /*max_unavailable=*/1);
  cluster.SetImage("v2");
  cluster.SettlesAt(3, 7);
  const int32_t replicas = GENERATE(1, 2, 3);
  cluster.Scale(replicas);
  cluster.SettlesAt(replicas, 0);
  cluster.Scale(5);
  cluster.SettlesAt(3, 2);
  Proves("RO-046");
}

TEST_CASE("at rest there are no more Pods than desired, also after scaling down (RO-048)") {
  HeldBack cluster([](int32_t replicas) { return replicas - 5; });
  cluster.SetImage("v2");
  cluster.SettlesAt(5, 5);
  cluster.Scale(6);  // in proportion, with the surge of 2: 5 and 3
  cluster.SettlesAt(5, 1);
  cluster.Scale(12);
  cluster.SettlesAt(5, 7);
  Proves("RO-048");
}

TEST_CASE("a limit that is lowered midway takes only Pods above desired (RO-048)") {
  HeldBack cluster([](int32_t) { return 5; });
  cluster.SetImage("v2");
  cluster.SettlesAt(5, 5);
  cluster.most_updated = [](int32_t) { return 2; };
  cluster.SettlesAt(5, 5);
  cluster.Scale(8);  // 5 and 5 are within the surge of 2; old ones are one too few
  cluster.SettlesAt(5, 3);
  Proves("RO-044 RO-048");
}

TEST_CASE("pausing a rollout that rests at its limit makes no Pod (RO-049)") {
  HeldBack cluster([](int32_t) { return 3; });
  cluster.SetImage("v2");
  cluster.SettlesAt(7, 3);
  for (const bool paused : {true, false}) {
    cluster.Edit([&](nlohmann::json& d) { d["spec"]["paused"] = paused; });
    cluster.SettlesAt(7, 3);  // with the surge: 10 and 3
  }
  Proves("RO-049");
}

TEST_CASE("a paused rollout at its limit is scaled (RO-049)") {
  HeldBack cluster([](int32_t replicas) { return replicas / 2; });
  cluster.SetImage("v2");
  cluster.SettlesAt(5, 5);
  cluster.Edit([](nlohmann::json& d) { d["spec"]["paused"] = true; });
  cluster.Settle();
  cluster.ScaleAndSettle(12);
  CHECK(cluster.SizeOf("v1") + cluster.SizeOf("v2") >= 12);
  CHECK(cluster.SizeOf("v2") <= 6);
  Proves("RO-049");
}

}  // namespace
}  // namespace windlass::workload::held_back_test
