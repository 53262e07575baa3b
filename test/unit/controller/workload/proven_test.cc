// Revisions that have worked: what is noted of them, and who leans on it.
#include "controller/workload/revisions/proven.h"

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "controller/workload/actions/history_clean_up.h"
#include "controller/workload/annotations/annotations.h"
#include "controller/workload/ownership/claim.h"
#include "controller/workload/planner/planner.h"
#include "controller/workload/replica_set_size.h"
#include "controller/workload/rolling_sizes.h"
#include "controller/workload/status/status.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/workload/boats.h"
#include "test/unit/controller/workload/completed_cluster.h"
#include "test/unit/controller/workload/world.h"

namespace windlass::workload::proven_test {
namespace {

// Sees the Deployment of `cluster` as a workload of that kind, whose first revision was complete.
void KeepFirst(Cluster& cluster, std::function<int32_t(int32_t replicas)> updated_max) {
  cluster.look = [updated_max](View& view) {
    view.workload.limits.updated_max = updated_max(view.workload.replicas);
    view.workload.kept_revision = 1;
  };
}

void CheckSizes(Cluster& cluster, int32_t of_v1, int32_t of_v2) {
  CHECK(cluster.SizeOf("v1") == of_v1);
  CHECK(cluster.SizeOf("v2") == of_v2);
}

struct CompleteRow {
  std::string text;
  std::optional<int64_t> revision;
};

TEST_CASE("the note of a complete revision has its number and its pod-template-hash (RO-121)") {
  const auto row =
      GENERATE(values<CompleteRow>({{"7/abc", 7},
                                    {"7/other", std::nullopt},  // copied from another ReplicaSet
                                    {"7", std::nullopt},
                                    {"", std::nullopt},
                                    {"seven/abc", std::nullopt},
                                    {"7 /abc", std::nullopt}}));
  World world(10);
  ReplicaSet& rs = world.AddOld("web-1", 0, 0);
  rs.meta.labels.Set(kPodTemplateHashLabel, "abc");
  CHECK_FALSE(CompleteAs(rs));
  CHECK(FindLastComplete({&rs}) == nullptr);
  world.SetAnnotation(rs, kComplete, row.text);
  CHECK(CompleteAs(rs) == row.revision);
  Proves("RO-121");
}

TEST_CASE("the last complete one has the highest revision in its note (RO-121)") {
  World world(10);
  ReplicaSet& once = world.AddOld("web-1", 0, 0);
  ReplicaSet& later = world.AddOld("web-2", 0, 0);
  ReplicaSet& never = world.AddOld("web-3", 0, 0);
  world.NoteComplete(once, 12);
  world.NoteComplete(later, 9);
  CHECK(FindLastComplete({&once, &later, &never}) == &once);
  Proves("RO-121");
}

// Which revision is gone back to without steps, and which one gets the Pods of a canary that is
// given up.
TEST_CASE("a revision is proven by its note, or as the one that is kept (RO-056, RO-121)") {
  Harbour harbour;
  harbour.world.NoteComplete(harbour.world.AddOld("web-1", 0, 0), 1);
  harbour.world.SetAnnotation(harbour.world.AddOld("web-2", 1, 1), kRevision, "2");
  harbour.world.AddNew("web-3", 1, 1);
  View view = harbour.Look();
  view.workload.kept_revision = 2;
  const Claims claims = ClaimReplicaSets(view);
  const Situation situation = MakeSituation(view, claims, {}, kNow);
  REQUIRE(situation.all.size() == 3);
  for (const ReplicaSet* rs : situation.all) {
    CAPTURE(rs->meta.name);
    CHECK(IsProven(situation, *rs) == (rs->meta.name != "web-3"));
  }
  Proves("RO-056 RO-121");
}

// Users of the night: an autoscaler takes all Pods away at a pause and brings them back.
TEST_CASE("after a time without Pods the shares of a held rollout are there again (RO-120)") {
  CompletedCluster cluster(10);
  KeepFirst(cluster, [](int32_t replicas) { return std::min(2, replicas); });
  cluster.RollOut("v2");
  CheckSizes(cluster, 8, 2);
  cluster.ScaleAndSettle(0);
  CheckSizes(cluster, 0, 0);
  cluster.ScaleAndSettle(10);
  CheckSizes(cluster, 8, 2);
  Proves("RO-120");
}

TEST_CASE("a template that came without Pods follows the limit when they come back (RO-120)") {
  CompletedCluster cluster(10);
  KeepFirst(cluster, [](int32_t replicas) { return std::min(2, replicas); });
  cluster.ScaleAndSettle(0);
  cluster.RollOut("v2");
  cluster.ScaleAndSettle(10);
  CheckSizes(cluster, 8, 2);
  Proves("RO-120");
}

TEST_CASE("old Pods that somebody took away come back in the old revision (RO-120)") {
  CompletedCluster cluster(10);
  KeepFirst(cluster, [](int32_t) { return 3; });
  cluster.RollOut("v2");
  cluster.EditReplicaSet(cluster.NameOf("v1"), [](auto& rs) { rs["spec"]["replicas"] = 2; });
  cluster.Settle();
  CheckSizes(cluster, 7, 3);
  Proves("RO-120");
}

// Whom this serves: the user at a pause with 1 of 4 Pods updated, where a tool wrote over the
// numbers of both ReplicaSets. The new revision got the places of the old Pods, 5 of 8.
TEST_CASE("a limit holds although the number of the kept revision is spoilt (RO-120)") {
  const std::string kept_template = "t-0123456789abcdef0123456789abcdef";
  CompletedCluster cluster(4);
  cluster.look = [&](View& view) {
    view.workload.limits.updated_max = 1;
    view.workload.kept_revision = 1;
    view.workload.kept_template = kept_template;
  };
  cluster.RollOut("v2");
  CheckSizes(cluster, 3, 1);
  for (const char* image : {"v1", "v2"}) {
    cluster.EditReplicaSet(cluster.NameOf(image), [&](auto& rs) {
      auto& annotations = rs["metadata"]["annotations"];
      annotations[std::string(kRevision)] = "4611686018427387903";
      annotations[std::string(kMaxReplicas)] = "spoilt";
      if (image == std::string("v1")) annotations[std::string(kRequestedTemplate)] = kept_template;
    });
  }
  cluster.ScaleAndSettle(8);
  CheckSizes(cluster, 7, 1);
  cluster.EditReplicaSet(cluster.NameOf("v1"), [](auto& rs) { rs["spec"]["replicas"] = 3; });
  cluster.Settle();
  CheckSizes(cluster, 7, 1);
  Proves("RO-120");
}

TEST_CASE("the only old ReplicaSet is the keeper if the status names it (RO-120)") {
  Harbour harbour;
  harbour.kind.own_traits.keeps_stable_revision = true;
  harbour.world.SetAnnotation(harbour.world.AddOld("web-1", 3, 3), kRevision, "9");
  harbour.world.AddNew("web-2", 1, 1);
  View view = harbour.Look();
  view.workload.limits = {.desired = 4, .surge = 1, .updated_max = 1};
  view.workload.kept_revision = 7;
  const auto keeper = [&] {
    const Claims claims = ClaimReplicaSets(view);
    const ReplicaSet* found = FindKeeper(MakeSituation(view, claims, {}, kNow));
    return found != nullptr ? found->meta.name : "none";
  };
  CHECK(keeper() == "none");
  view.workload.kept_name = "web-3";
  CHECK(keeper() == "none");
  view.workload.kept_name = "web-1";
  CHECK(keeper() == "web-1");
  Proves("RO-120");
}

// 1 of 1 was asked for. The pause holds while nine more Pods come.
TEST_CASE("a new revision that has the only Pod does not get all of more (RO-120)") {
  CompletedCluster cluster(1);
  KeepFirst(cluster, [](int32_t) { return 1; });
  cluster.RollOut("v2");
  CheckSizes(cluster, 0, 1);
  cluster.ScaleAndSettle(10);
  CheckSizes(cluster, 9, 1);
  Proves("RO-120");
}

TEST_CASE("where the limit is lowered no new Pod is taken back for an old one (RO-120)") {
  CompletedCluster cluster(10);
  int32_t most = 10;
  cluster.look = [&most](View& view) {
    view.workload.limits.updated_max = most;
    view.workload.kept_revision = 1;
  };
  cluster.RollOut("v2");
  CheckSizes(cluster, 0, 10);
  most = 3;
  cluster.Settle();
  CheckSizes(cluster, 0, 10);
  Proves("RO-120 RO-044");
}

struct WakeRow {
  std::string id;
  std::function<void(CompletedCluster&)> before;  // from ten Pods of v1 on
  int32_t of_v1;
  int32_t of_v2;
};

// A user who scales a paused Deployment up wants Pods that work (docs/differences.md).
TEST_CASE("a paused workload wakes with the revision that served last (RO-122)") {
  const auto pause = [](Cluster& cluster) {
    cluster.Edit([](auto& deployment) { deployment["spec"]["paused"] = true; });
    cluster.Settle();
  };
  const auto row = GENERATE_COPY(values<WakeRow>({
      {"a version that never worked",
       [&](CompletedCluster& cluster) {
         cluster.SetImage("v2");
         cluster.Sync();
         cluster.RunReplicaSets({{"v2", 0}});
         cluster.Sync();
         cluster.Edit([](auto& deployment) { deployment["spec"]["paused"] = true; });
         cluster.ScaleAndSettle(0);
       },
       3, 0},
      {"a version that came without Pods",
       [&](CompletedCluster& cluster) {
         cluster.ScaleAndSettle(0);
         cluster.RollOut("v2");
         pause(cluster);
       },
       3, 0},
      {"a flapping autoscaler: scaled to 0 again before a Pod was ready",
       [&](CompletedCluster& cluster) {
         cluster.SetImage("v2");
         cluster.Sync();
         cluster.RunReplicaSets({{"v2", 0}});
         cluster.Sync();
         cluster.Edit([](auto& deployment) { deployment["spec"]["paused"] = true; });
         cluster.ScaleAndSettle(0);
         cluster.Scale(4);
         cluster.Sync();
         cluster.RunReplicaSets({{"v1", 0}});
         cluster.Sync();
         cluster.ScaleAndSettle(0);
       },
       3, 0},
      {"a version that worked",
       [&](CompletedCluster& cluster) {
         cluster.RollOut("v2");
         cluster.ScaleAndSettle(0);
         pause(cluster);
       },
       0, 3},
  }));
  CAPTURE(row.id);
  CompletedCluster cluster(10);
  row.before(cluster);
  cluster.ScaleAndSettle(3);
  CheckSizes(cluster, row.of_v1, row.of_v2);
  Proves("RO-122");
}

TEST_CASE("a note about another object of the same name counts for nothing (RO-122)") {
  World world(3);
  world.deployment.spec.paused = true;
  ReplicaSet& old = world.AddOld("web-1", 0, 0);
  world.AddNew("web-2", 0, 0);
  const std::string own = world.deployment.meta.uid.ToString();
  const std::string note = GENERATE_COPY(std::string("no note"), UidOf(77).ToString() + "/9/3",
                                         own + "/9", own + "/x/3", own + "/9/3x");
  world.SetAnnotation(old, kScaledToZero, note);
  const Situation situation = world.Look();
  CHECK(FindServedLast(situation, situation.all) == nullptr);
  CHECK_FALSE(WasScaledToZero(situation.workload, old));
  Proves("RO-122");
}

// Adoption is no reason to change a size: an autoscaler may have scaled the former owner.
TEST_CASE("a paused workload that takes over keeps the sizes that it finds (RO-123)") {
  Harbour harbour;
  harbour.world.deployment.spec.paused = true;
  harbour.kind.own_traits.takes_over_rollouts = true;
  ReplicaSet& one = harbour.world.AddOld("web-1", 3, 3);
  ReplicaSet& two = harbour.world.AddNew("web-2", 2, 2);
  for (ReplicaSet* rs : {&one, &two}) harbour.world.SetAnnotation(*rs, kDesiredReplicas, "5");
  std::string patched = "patch boats/status ns/web";
  SECTION("the object is new") { harbour.world.deployment.meta.generation = 1; }
  SECTION("its number of replicas was edited") { patched = "patch replicasets ns/web-1"; }
  const Step step = harbour.Decide();
  REQUIRE(std::holds_alternative<Write>(step));
  CHECK(std::get<Write>(step).request.Describe() == patched);
  Proves("RO-123");
}

// A policy refuses the ReplicaSet of v2, and an autoscaler wakes the workload in the morning.
TEST_CASE("a workload whose new ReplicaSet is refused wakes in its kept revision (RO-122)") {
  CompletedCluster cluster(3);
  KeepFirst(cluster, [](int32_t) { return kUnlimited; });
  ErrorKind kind = ErrorKind::kForbidden;
  int32_t woken = 3;
  SECTION("for good") {}
  SECTION("not where the server or a webhook is in trouble: v2 may come at once") {
    kind = GENERATE(ErrorKind::kServer, ErrorKind::kWebhook, ErrorKind::kNamespaceTerminating);
    woken = 0;
  }
  SECTION("not with Recreate, which took its Pods") {
    cluster.ChangeStrategy("Recreate");
    woken = 0;
  }
  cluster.server = [&](const Request& request) -> std::optional<Result<Reply>> {
    if (request.verb() != Verb::kCreate) return std::nullopt;
    return Result<Reply>(Error{kind, "refused"});
  };
  cluster.ScaleAndSettle(0);
  cluster.SetImage("v2");
  cluster.ScaleAndSettle(3);
  CHECK(cluster.SizeOf("v1") == woken);
  Proves("RO-122");
}

TEST_CASE("a paused workload at a limit is scaled without a surge (RO-049)") {
  CompletedCluster cluster(4);
  KeepFirst(cluster, [](int32_t) { return 1; });
  cluster.RollOut("v2");
  CheckSizes(cluster, 3, 1);
  cluster.Edit([](auto& deployment) { deployment["spec"]["paused"] = true; });
  cluster.Settle();
  cluster.ScaleAndSettle(8);
  CheckSizes(cluster, 7, 1);
  cluster.Edit([](auto& deployment) { deployment["spec"]["paused"] = false; });
  cluster.Settle();
  CheckSizes(cluster, 7, 1);
  Proves("RO-049");
}

struct GivenUpRow {
  const char* name;
  int32_t of_stable;
  bool new_was_complete;
  int32_t updated_max;
  std::string patched;    // first
  bool kept = true;       // web-1 is known to have been complete
  int32_t available = 1;  // Pods of web-1
};

// A canary, web-2, has three Pods when an autoscaler doubles the size.
TEST_CASE("beside a revision that was complete, one that is given up does not grow (RO-120)") {
  const GivenUpRow row = GENERATE(values<GivenUpRow>({
      {"Pods go back to one that was complete", 0, true, kUnlimited, "web-2"},
      {"a step asks for all Pods", 1, false, 10, "web-2"},
      {"no step is in force", 1, false, kUnlimited, "web-1 to 2"},
      {"the stable one has no Pods", 0, false, 10, "web-2 to 9"},
      {"none was complete yet, and web-1 has the most Pods", 4, false, 10, "web-2", false, 4},
      {"as many work, and web-1 is older", 4, false, 10, "web-2", false, 3},
      {"none was complete yet, and web-2 has the most Pods", 2, false, 10, "web-1", false, 2},
      {"none was complete yet, and web-2 is the oldest", 0, false, 10, "web-2 to 9", false},
      {"none was complete yet, and web-1 is broken", 1, false, 10, "web-1", false, 0},
  }));
  CAPTURE(row.name);
  Harbour harbour;
  harbour.kind.own_traits.keeps_stable_revision = true;
  harbour.world.deployment.spec.replicas = 10;
  harbour.world.AddOld("web-1", row.of_stable, std::min(row.of_stable, row.available));
  harbour.world.AddOld("web-2", 3, 3);
  ReplicaSet& wanted = harbour.world.AddNew("web-3", 1, 1);
  for (ReplicaSet& rs : harbour.world.replica_sets) {
    harbour.world.SetAnnotation(rs, kDesiredReplicas, "5");
    harbour.world.SetAnnotation(rs, kMaxReplicas, "5");
  }
  if (row.new_was_complete) harbour.world.NoteComplete(wanted, 3);
  View view = harbour.Look();
  if (row.kept) view.workload.kept_revision = 1;
  view.workload.limits.updated_max = row.updated_max;
  const Step step = Next(view, {}, kNow);
  REQUIRE(std::holds_alternative<Write>(step));
  const Request& request = std::get<Write>(step).request;
  const auto spec = nlohmann::json::parse(request.body()).value("spec", nlohmann::json::object());
  CHECK(request.key().name + (spec.empty() ? "" : " to " + spec["replicas"].dump()) == row.patched);
  Proves("RO-120");
}

// The first version starts slowly, and is corrected: of the two, the correction is the canary.
TEST_CASE("before any revision was complete, the oldest with Pods is the keeper (RO-120)") {
  Harbour harbour;
  harbour.kind.own_traits.keeps_stable_revision = true;
  int32_t of_second = 1;
  std::string keeper = "web-2";
  SECTION("the template has no ReplicaSet") {}
  SECTION("not where it is the only one with Pods") {
    of_second = 0;
    keeper = "";
  }
  SECTION("not for a kind that keeps no stable revision") {
    harbour.kind.own_traits.keeps_stable_revision = false;
    keeper = "";
  }
  harbour.world.AddOld("web-1", 0, 0);
  harbour.world.AddOld("web-2", 3, 3);
  harbour.world.AddOld("web-3", of_second, of_second);
  View view = harbour.Look();
  view.workload.limits.updated_max = 1;
  const Claims claims = ClaimReplicaSets(view);
  const ReplicaSet* found = FindKeeper(MakeSituation(view, claims, {}, kNow));
  CHECK((found != nullptr ? found->meta.name : "") == keeper);
  Proves("RO-120");
}

// Somebody scales the old ReplicaSet from 7 to 5 at a pause. No user approved more new Pods.
TEST_CASE("before any revision was complete, the only old one with Pods is the keeper (RO-120)") {
  Harbour harbour;
  harbour.kind.own_traits.keeps_stable_revision = true;
  harbour.world.deployment.spec.replicas = 10;
  std::string keeper = "web-2";
  int32_t of_first = 0;
  std::optional<int64_t> kept;
  SECTION("it is the only one") {}
  SECTION("not beside another old one with Pods") { of_first = 1; }
  SECTION("not after a revision was complete whose ReplicaSet is gone") { kept = 9; }
  SECTION("not for a kind that keeps no stable revision") {
    harbour.kind.own_traits.keeps_stable_revision = false;
  }
  const bool is_only = of_first == 0 && !kept && harbour.kind.traits().keeps_stable_revision;
  if (!is_only) keeper = "";
  harbour.world.AddOld("web-1", of_first, of_first);
  harbour.world.AddOld("web-2", 5, 5);
  harbour.world.AddNew("web-3", 3, 3);
  View view = harbour.Look();
  view.workload.limits.updated_max = 3;
  view.workload.kept_revision = kept;
  const Claims claims = ClaimReplicaSets(view);
  const Situation situation = MakeSituation(view, claims, {}, kNow);
  const ReplicaSet* found = FindKeeper(situation);
  CHECK((found != nullptr ? found->meta.name : "") == keeper);
  if (is_only) {
    const std::vector<ReplicaSetSize> old = SizesOf(situation.old);
    const std::optional<size_t> position = PositionOfKeeper(situation, situation.old);
    REQUIRE(position);
    const ReplicaSetSize new_one = SizeOf(*situation.new_replica_set);
    CHECK(NewReplicaSetSize(new_one, old, situation.limits, position) == 3);
    CHECK(KeeperSize(new_one, old, situation.limits, *position) == 7);
  }
  Proves("RO-120");
}

// The Pods of a canary's last size are not all gone when its paused workload grows again.
TEST_CASE("a keeper without room keeps the scaling event open (RO-120)") {
  Harbour harbour;
  harbour.kind.own_traits.keeps_stable_revision = true;
  harbour.world.deployment.spec.paused = true;
  harbour.world.deployment.spec.replicas = 15;
  harbour.world.AddOld("web-1", 0, 0);
  ReplicaSet& canary = harbour.world.AddOld("web-2", 10, 10);
  canary.status.replicas = 20;
  harbour.world.SetAnnotation(canary, kDesiredReplicas, "10");
  View view = harbour.Look();
  view.workload.kept_revision = 1;
  view.workload.limits.updated_max = 15;
  const auto patched = [&] {
    const Step step = Next(view, {}, kNow);
    const Write* write = std::get_if<Write>(&step);
    return write != nullptr ? write->request.Describe() : "";
  };
  CHECK(patched() != "patch replicasets ns/web-2");  // that would end the event
  canary.status.replicas = 10;
  CHECK(patched() == "patch replicasets ns/web-1");
  Proves("RO-120");
}

TEST_CASE("of the history, the revision that was complete last goes last (RO-124)") {
  World world(10);
  world.deployment.spec.revision_history_limit = 2;
  for (const char* revision : {"1", "2", "3", "4"}) {
    ReplicaSet& rs = world.AddOld(std::string("web-") + revision, 0, 0);
    world.SetAnnotation(rs, kRevision, revision);
    if (*revision == '1') world.NoteComplete(rs, 1);
  }
  world.AddNew("web-5", 10, 10);
  std::string names;
  for (const ReplicaSet* rs : ReplicaSetsToDelete(world.Look())) names += rs->meta.name + " ";
  CHECK(names == "web-2 web-3 ");
  Proves("RO-124");
}

// Its user waits for the first Pods of a version that came at 0 replicas.
TEST_CASE("a revision that was complete without Pods has a deadline with its first ones (RO-137)") {
  Harbour harbour;
  harbour.kind.own_traits.keeps_stable_revision = GENERATE(true, false);
  harbour.world.deployment.spec.replicas = 0;
  ReplicaSet& rs = harbour.world.AddNew("web-1", 0, 0);
  const auto evaluate = [&](const WorkloadStatus& stored) {
    View view = harbour.Look();
    view.workload.status = stored;
    const Claims claims = ClaimReplicaSets(view);
    REQUIRE(WriteStatus(MakeSituation(view, claims, {}, kNow), Progress::kEvaluate));
    return StatusAndReason(harbour.kind.written->conditions, "Progressing");
  };
  REQUIRE(evaluate({}) == "True NewReplicaSetAvailable");
  harbour.world.deployment.spec.replicas = 3;
  rs.replicas = rs.status.replicas = 3;
  const WorkloadStatus stored = *harbour.kind.written;
  CHECK(evaluate(stored) == (harbour.kind.own_traits.keeps_stable_revision
                                 ? "True ReplicaSetUpdated"
                                 : "True NewReplicaSetAvailable"));
  Proves("RO-137");
}

// Else the template that came during a pause would get a number that a promotion may name, and a
// workload that is scaled from 0 during the pause would have nothing to come back in (D-354).
TEST_CASE(
    "the ReplicaSet of the highest revision stays, whatever the history limit is (RO-125, D-354)") {
  Harbour harbour;
  const bool keeps = GENERATE(true, false);
  harbour.kind.own_traits.keeps_stable_revision = keeps;
  const int32_t pods = GENERATE(0, 3);  // of the first one
  harbour.world.SetAnnotation(harbour.world.AddOld("web-1", pods, pods), kRevision, "1");
  harbour.world.SetAnnotation(harbour.world.AddOld("web-2", 0, 0), kRevision, "2");
  View view = harbour.Look();
  view.workload.paused = true;
  view.workload.revision_history_limit = 0;
  const Claims claims = ClaimReplicaSets(view);
  const Situation situation = MakeSituation(view, claims, {}, kNow);
  std::string names;
  for (const ReplicaSet* rs : ReplicaSetsToDelete(situation)) names += rs->meta.name + " ";
  CHECK(names == (pods == 0 ? "web-1 " : keeps ? "" : "web-2 "));
  Proves("RO-125");
}

TEST_CASE("a rollout that never ends does not make the history grow (RO-125)") {
  World world(10);
  world.deployment.spec.revision_history_limit = 1;
  world.AddOld("web-1", 7, 7);
  for (const char* name : {"web-2", "web-3"}) world.AddOld(name, 0, 0);
  world.AddNew("web-4", 3, 3);
  Situation situation = world.Look();
  SECTION("it is under way") { CHECK_FALSE(CleanUpHistory(situation)); }
  SECTION("it rests at a partition") {
    situation.extended.at_rest = true;
    CHECK(CleanUpHistory(situation));
  }
  Proves("RO-125");
}

}  // namespace
}  // namespace windlass::workload::proven_test
