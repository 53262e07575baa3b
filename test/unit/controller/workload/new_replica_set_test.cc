#include "controller/workload/revisions/new_replica_set.h"

#include <set>
#include <string>

#include "controller/workload/annotations/annotations.h"
#include "controller/workload/ownership/claim.h"
#include "controller/workload/revisions/proven.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/workload/boats.h"
#include "test/unit/controller/workload/world.h"

namespace windlass::workload::new_replica_set_test {
namespace {

TEST_CASE("the oldest ReplicaSet with the Deployment's template is the new one (D-150, D-151)") {
  World world(1);
  world.AddOld("web-old", 1, 1);
  world.AddNew("web-twin", 0, 0);
  world.AddNew("web-second-twin", 0, 0);

  const Situation situation = world.Look();
  REQUIRE(situation.new_replica_set != nullptr);
  CHECK(situation.new_replica_set->meta.name == "web-twin");
  CHECK(situation.old.size() == 2);
  Proves("D-150 D-151");
}

TEST_CASE("ReplicaSets born in the same second are ordered by name (D-150, B-44)") {
  World world(1);
  world.AddNew("web-b", 1, 1).meta.creation_timestamp = {3000};
  world.AddNew("web-a", 1, 1).meta.creation_timestamp = {3000};
  CHECK(world.Look().new_replica_set->meta.name == "web-a");
  Proves("D-150");
}

struct RevisionRow {
  std::string id;
  std::vector<std::string> old_revisions;  // "-": no annotation
  std::string own;                         // "": there is no new ReplicaSet
  std::string want;
  std::string want_history;
};

TEST_CASE("the new ReplicaSet is numbered above all old ones") {
  const RevisionRow row = GENERATE(values<RevisionRow>({
      {"D-161 first", {}, "", "1", ""},
      {"D-161 old without", {"-"}, "", "1", ""},
      {"D-161 second", {"1"}, "", "2", ""},
      {"D-161 B-20 numbers, not text", {"9", "10"}, "", "11", ""},
      {"D-161 garbage is skipped", {"abc", "3"}, "", "4", ""},
      {"D-161 int64", {"3546343826724305832"}, "", "3546343826724305833", ""},
      {"D-161 keeps a higher number", {"3"}, "5", "5", ""},
      {"D-161 undo", {"2"}, "1", "3", "1"},
      {"D-161 adopted", {"2"}, "-", "3", ""},
      {"D-164 an empty number has no history", {"2"}, " ", "3", ""},
      {"B-32 garbage on the new one is replaced", {"2"}, "abc", "3", ""},
      {"B-32 MaxInt64 does not overflow", {"9223372036854775807", "4"}, "", "5", ""},
      {"B-32 2^62 was planted", {"4611686018427387904", "4"}, "", "5", ""},
      {"B-32 2^62 - 2 may have been counted",
       {"4611686018427387902", "4"},
       "",
       "4611686018427387903",
       ""},
      // Whom these serve: who rolls out three times after that, and wants three numbers.
      {"B-32 2^62 would be skipped by the next", {"4611686018427387903", "4"}, "", "5", ""},
      {"B-32 and so on", {"4", "4611686018427387902", "4611686018427387903", "5"}, "", "6", ""},
      {"B-32 nothing but numbers without room", {"4611686018427387903"}, "", "1", ""},
      {"B-32 who has such a number keeps it",
       {"4"},
       "9223372036854775807",
       "9223372036854775807",
       ""},
      {"BI-41 a negative number", {"-5"}, "", "1", ""},
  }));
  CAPTURE(row.id);
  World world(1);
  int number = 0;
  for (const std::string& revision : row.old_revisions) {
    ReplicaSet& rs = world.AddOld("web-old" + std::to_string(++number), 0, 0);
    rs.meta.annotations.Erase(kRevision);
    if (revision != "-") world.SetAnnotation(rs, kRevision, revision);
  }
  if (row.own.empty()) {
    const auto parts = PartsOfNewReplicaSet(world.Look());
    REQUIRE(parts.ok());
    CHECK(parts->annotations.at(std::string(kRevision)) == row.want);
    CHECK_FALSE(parts->annotations.contains(std::string(kRevisionHistory)));
    return;
  }
  ReplicaSet& rs = world.AddNew("web-new", 1, 1);
  rs.meta.annotations.Erase(kRevision);
  if (row.own != "-") world.SetAnnotation(rs, kRevision, row.own == " " ? "" : row.own);
  ReplicaSetChange change = MissingFromNewReplicaSet(world.Look());
  const bool raised = change.annotations.contains(std::string(kRevision));
  CHECK((raised ? change.annotations[std::string(kRevision)] : row.own) == row.want);
  CHECK(change.annotations[std::string(kRevisionHistory)] == row.want_history);
  Proves(row.id);
}

TEST_CASE("the Deployment's annotations are copied, and none is ever removed (D-163, #94858)") {
  World world(1);
  world.deployment.meta.annotations = {{"kubernetes.io/change-cause", "new"},
                                       {"team", ""},
                                       {"same", "same"},
                                       {kRevision, "7"},
                                       {kRollbackTo, ""}};
  ReplicaSet& rs = world.AddNew("web-new", 1, 1);
  world.SetAnnotation(rs, "kubernetes.io/change-cause", "old");
  world.SetAnnotation(rs, "same", "same");
  world.SetAnnotation(rs, "gone-from-the-deployment", "stays");

  const ReplicaSetChange change = MissingFromNewReplicaSet(world.Look());
  const std::map<std::string, std::string> want = {{"kubernetes.io/change-cause", "new"},
                                                   {"team", ""}};
  CHECK(change.annotations == want);
  CHECK_FALSE(change.min_ready_seconds);
  Proves("D-163");
}

TEST_CASE("minReadySeconds follows the Deployment (D-165)") {
  World world(1);
  world.AddNew("web-new", 1, 1);
  world.deployment.spec.min_ready_seconds = 5;
  CHECK(MissingFromNewReplicaSet(world.Look()).min_ready_seconds == 5);
  Proves("D-165");
}

TEST_CASE("a ReplicaSet that has everything gets no write (D-028)") {
  World world(1);
  world.AddOld("web-old", 0, 0);
  world.AddNew("web-new", 1, 1);
  CHECK(MissingFromNewReplicaSet(world.Look()).empty());
  Proves("D-028");
}

TEST_CASE("a ReplicaSet's name is cut to what a name may hold (D-172)") {
  const std::string hash = "456789bcdf";
  CHECK(ReplicaSetName("web", hash) == "web-456789bcdf");
  CHECK(ReplicaSetName(std::string(250, 'a'), hash) == std::string(242, 'a') + "-" + hash);
  CHECK(ReplicaSetName(std::string(242, 'a'), hash) == std::string(242, 'a') + "-" + hash);
  CHECK(ReplicaSetName("web", std::string(252, 'b')) == "web-" + std::string(252, 'b'));
  Proves("D-172");
}

TEST_CASE("the hash depends on the template and on the collision count (D-171)") {
  World world(1);
  const std::string first = PartsOfNewReplicaSet(world.Look())->hash;
  world.deployment.status.collision_count = 1;
  const std::string second = PartsOfNewReplicaSet(world.Look())->hash;
  world.deployment.spec.template_json = std::make_shared<const std::string>(R"({"spec":{"a":1}})");
  const std::string third = PartsOfNewReplicaSet(world.Look())->hash;
  CHECK(first != second);
  CHECK(second != third);
  CHECK(first.size() <= 10);
  CHECK(first.find_first_not_of("456789bcdf") == std::string::npos);
  Proves("D-171");
}

TEST_CASE("a thousand versions of an image have a thousand hashes (UT-22)") {
  World world(1);
  std::set<std::string> hashes;
  for (int version = 0; version < 1000; ++version) {
    world.deployment.spec.template_json = std::make_shared<const std::string>(
        R"({"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"a","image":"a:)" +
        std::to_string(version) + R"("}]}})");
    hashes.insert(PartsOfNewReplicaSet(world.Look())->hash);
  }
  CHECK(hashes.size() == 1000);
  Proves("UT-22 D-171");
}

TEST_CASE("finding the new ReplicaSet leaves hash, name and revision out (D-152, UT-12)") {
  World world(1);
  ReplicaSet& present = world.AddNew("any-name", 1, 1);
  present.meta.labels = {{"app", "web"}, {"pod-template-hash", "of-another"}};
  ReplicaSet& old = world.AddOld("web-456789bcdf", 0, 0);
  world.SetAnnotation(present, kRevision, "1");
  world.SetAnnotation(old, kRevision, "9");
  const Situation situation = world.Look();
  REQUIRE(situation.new_replica_set != nullptr);
  CHECK(situation.new_replica_set->meta.name == "any-name");
  CHECK(situation.old.size() == 1);
  Proves("D-152 UT-12");
}

struct CreateRow {
  std::string id;
  int32_t replicas;
  int32_t old_replicas;
  std::string strategy;
  int32_t want;
  std::string want_max;
};

TEST_CASE("a ReplicaSet is created with the size its strategy allows (D-174, D-182)") {
  const CreateRow row = GENERATE(values<CreateRow>({
      {"first one", 10, 0, "RollingUpdate", 10, "13"},
      {"X-51", 10, 10, "RollingUpdate", 3, "13"},
      {"X-56", 10, 13, "RollingUpdate", 0, "13"},
      {"no replicas", 0, 0, "RollingUpdate", 0, "0"},
      {"D-330", 6, 0, "Recreate", 6, "6"},
  }));
  CAPTURE(row.id);
  World world(row.replicas);
  world.deployment.spec.strategy_type = row.strategy;
  if (row.old_replicas > 0) world.AddOld("web-old", row.old_replicas, row.old_replicas);
  const auto parts = PartsOfNewReplicaSet(world.Look());
  REQUIRE(parts.ok());
  CHECK(parts->replicas == row.want);
  CHECK(parts->annotations.at(std::string(kDesiredReplicas)) == std::to_string(row.replicas));
  CHECK(parts->annotations.at(std::string(kMaxReplicas)) == row.want_max);
  Proves(row.id);
  Proves("D-174 D-182");
}

// The first version is scaled to 5 during a pause, which ends together with its correction.
TEST_CASE("before any revision was complete, a new ReplicaSet begins at its limit (RO-120)") {
  Harbour harbour;
  harbour.kind.own_traits.keeps_stable_revision = true;
  harbour.world.deployment.spec.replicas = 10;
  int32_t of_first = 5;
  int32_t size = 1;
  SECTION("the only old one gets the Pods that are missing") {}
  SECTION("the first rollout has no old one") {
    of_first = 0;
    size = 10;
  }
  SECTION("not for a kind that keeps no stable revision") {
    harbour.kind.own_traits.keeps_stable_revision = false;
    size = 5;
  }
  harbour.world.AddOld("web-1", of_first, of_first);
  View view = harbour.Look();
  view.workload.limits.updated_max = 1;
  const Claims claims = ClaimReplicaSets(view);
  const Situation situation = MakeSituation(view, claims, {}, kNow);
  CHECK(FindKeeper(situation) == nullptr);
  const auto parts = PartsOfNewReplicaSet(situation);
  REQUIRE(parts.ok());
  CHECK(parts->replicas == size);
  Proves("RO-120");
}

TEST_CASE("max-replicas counts an absolute surge even at no replicas, and stays in int32 (D-174)") {
  std::map<std::string, std::string> annotations;
  SetSizeAnnotations({.desired = 0, .surge = 1}, annotations);
  CHECK(annotations.at(std::string(kMaxReplicas)) == "1");
  SetSizeAnnotations({.desired = 10, .surge = 2147483647}, annotations);
  CHECK(annotations.at(std::string(kMaxReplicas)) == "2147483647");
  Proves("D-174");
}

TEST_CASE("a template that is no object is an error, not an exception") {
  World world(1);
  world.deployment.spec.template_json = std::make_shared<const std::string>("[1");
  CHECK_FALSE(PartsOfNewReplicaSet(world.Look()).ok());
}

// A kind that keeps a stable revision, whose users name revisions in promotions.
class StableBoats : public BoatKind {
 public:
  StableBoats() { own_traits.keeps_stable_revision = true; }
};

struct NumberRow {
  std::string id;
  std::string published;
  std::string promote;
  bool is_observed;
  int64_t of_made;
  int64_t of_old;  // a ReplicaSet of revision 2 that is rolled out again
  int64_t promised = 0;
};

TEST_CASE("no revision's number is given to two templates (I-11)") {
  const auto row = GENERATE(values<NumberRow>({
      {"the highest is there", "4", "", false, 5, 5},
      {"it was deleted", "7", "", false, 8, 8},
      {"it was deleted, and the template is the same", "7", "", true, 5, 5},
      {"a promotion of an earlier workload", "4", "2@8", false, 9, 5},
      {"of all steps", "4", "full@8/force", false, 9, 5},
      {"of a revision that is there", "4", "2@3", false, 5, 5},
      {"of no revision", "4", "2@x", false, 5, 5},
      {"of the present template, before it has a ReplicaSet", "4", "1@9", false, 9, 5, 9},
      {"of another template, after a number was told", "4", "1@6", false, 9, 5, 9},
      {"of a higher one", "4", "1@12", false, 13, 5, 9},
      {"of the last number there is", "4", "2@9223372036854775807", false, 5, 5},
  }));
  CAPTURE(row.id);
  World world(1);
  ReplicaSet& old = world.AddOld("web-2", 0, 0);
  world.SetAnnotation(old, kRevision, "2");
  ReplicaSet& last = world.AddOld("web-4", 1, 1);
  world.SetAnnotation(last, kRevision, "4");
  world.deployment.meta.generation = 3;
  world.deployment.meta.annotations.Set(kPromote, row.promote);
  const StableBoats kind;
  const Workload boat{.kind = kind,
                      .meta = world.deployment.meta,
                      .selector = world.deployment.spec.selector,
                      .max_surge = world.deployment.spec.max_surge,
                      .max_unavailable = world.deployment.spec.max_unavailable,
                      .status = {.observed_generation = row.is_observed ? 3 : 2},
                      .revision = row.published,
                      .promised_revision = row.promised};
  CHECK(NumberFor(boat, nullptr, {&old, &last}) == row.of_made);
  CHECK(NumberFor(boat, &old, {&last}) == row.of_old);
  CHECK(NumberFor(boat, &last, {&old}) == (row.published == "7" && !row.is_observed ? 8 : 4));
  Proves("I-11");
}

}  // namespace
}  // namespace windlass::workload::new_replica_set_test
