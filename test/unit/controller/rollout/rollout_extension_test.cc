// What RolloutExtension adds to a status and to updates in place: which ReplicaSets there are,
// which rollout stays complete, and when no update in place begins.
#include "controller/rollout/rollout_extension.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "controller/in_place/phases/extended_values.h"
#include "controller/in_place/phases/rollout_in_place.h"
#include "controller/workload/status/progress.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/rollout/new_template.h"

namespace windlass::rollout::rollout_extension_test {
namespace {

using Fixture = NewTemplate;

TEST_CASE("a status says whether a ReplicaSet has the template (RO-069)") {
  Fixture f;
  const auto lacks = [&] {
    const WorkloadStatus draft = f.Updated();
    return ReadOwn(draft.carried).lacks_replica_set;
  };
  CHECK(lacks());
  f.AddNew(0, 0);
  CHECK_FALSE(lacks());
  Proves("RO-069");
}

TEST_CASE("a status names the ReplicaSets of both revisions (RO-155)") {
  Fixture f;  // one old ReplicaSet, web-1, whose revision is published
  f.KeepStable(1);
  const auto named = [&] {
    const WorkloadStatus draft = f.Updated();
    const RolloutOwn told = ReadOwn(draft.carried);
    const auto text = [](const NamedReplicaSet& rs) {
      return std::string(rs.name.text()) + " " + std::string(rs.template_hash.text());
    };
    return text(told.current_replica_set) + ", " + text(told.stable_replica_set);
  };
  SECTION("a template without a ReplicaSet: Pods keep the published revision") {
    CHECK(named() == "web-1 web-1, web-1 web-1");
  }
  SECTION("midway") {
    f.AddNew(2, 2);
    CHECK(named() == "web-2 web-2, web-1 web-1");
  }
  SECTION("an abort: the stable one has another number now") {
    f.AddNew(2, 2);
    f.follow_revision = 1;
    f.replica_sets[0].meta.annotations.Set(workload::kRevision, "3");
    f.replica_sets[0].meta.annotations.Set(workload::kRevisionHistory, "1");
    CHECK(named() == "web-1 web-1, web-1 web-1");
  }
  SECTION("the stable one is gone") {
    f.AddNew(2, 2);
    f.KeepStable(7);
    CHECK(named() == "web-2 web-2,  ");
  }
  SECTION("the stable one is there, but has lost its number") {
    f.AddNew(2, 2);
    f.replica_sets[0].meta.annotations.Set(workload::kRevision, "9");
    RolloutOwn own = f.Own();
    own.stable_replica_set = {.name = "web-1", .template_hash = "web-1"};
    f.status.carried = KindStatus(own);
    CHECK(named() == "web-2 web-2, web-1 web-1");
  }
  SECTION("no revision was ever complete") {
    f.AddNew(2, 2);
    f.status.carried = KindStatus(RolloutOwn{});
    CHECK(named() == "web-2 web-2,  ");
  }
  SECTION("a ReplicaSet without the label") {
    f.AddNew(2, 2).meta.labels = {{"app", "web"}};
    CHECK(named() == "web-2 , web-1 web-1");
  }
  Proves("RO-155");
}

// One of ten Pods of the revision that was complete is not available.
TEST_CASE("a revision that was complete stays so after a pause or a refusal (RO-067)") {
  Fixture f;
  f.replica_sets.clear();
  f.Add(1, 10, 9, 100);
  f.status.observed_generation = 2;
  f.status.replicas = f.status.updated_replicas = 10;
  f.status.ready_replicas = f.status.available_replicas = 9;
  f.status.unavailable_replicas = 1;
  RolloutOwn own;
  own.stable_revision = 1;
  const std::string reason = GENERATE("RolloutResumed", "InvalidTemplate", "RolloutAborted");
  const std::string status = reason == "RolloutResumed" ? "Unknown" : "False";
  f.SetProgressing(status, reason, "before");
  std::string want = "True NewReplicaSetAvailable";
  SECTION("it is the stable one") {}
  SECTION("it was the stable one before it went back to it") {  // RO-031
    f.replica_sets[0].meta.annotations.Set(workload::kRevision, "3");
    f.replica_sets[0].meta.annotations.Set(workload::kRevisionHistory, "1");
    f.revision = "3";
  }
  SECTION("its Pods are not there yet") {
    f.replica_sets[0].meta.annotations.Set(workload::kRevision, "3");
    f.replica_sets[0].meta.annotations.Set(workload::kRevisionHistory, "1");
    f.revision = "3";
    f.replica_sets[0].status.replicas = 0;
    want = status == "Unknown" ? "Unknown RolloutResumed" : "True ReplicaSetUpdated";
  }
  SECTION("under Recreate its Pods went before there was another revision") {
    f.strategy = Strategy::kRecreate;
    f.replica_sets[0].status.replicas = 0;
    want = status == "Unknown" ? "Unknown RolloutResumed" : "True ReplicaSetUpdated";
  }
  SECTION("its ReplicaSet was deleted and is made again") {
    f.replica_sets[0].status.replicas = 0;
    f.replica_sets[0].meta.creation_timestamp = kStart + seconds(1);
    want = reason == "RolloutAborted" ? "True FoundNewReplicaSet" : "True NewReplicaSetCreated";
  }
  SECTION("a ReplicaSet of another revision has not begun to make its Pods") {
    f.Add(3, 1, 0, 3).status.replicas = 0;
    want = status == "Unknown" ? "Unknown RolloutResumed" : "True ReplicaSetUpdated";
  }
  SECTION("another one is") {
    own.stable_revision = 7;
    want = status == "Unknown" ? "Unknown RolloutResumed" : "True ReplicaSetUpdated";
  }
  SECTION("Pods of another one are left") {
    f.Add(3, 1, 1, 3);
    want = status == "Unknown" ? "Unknown RolloutResumed" : "True ReplicaSetUpdated";
  }
  f.status.carried = KindStatus(own);
  WorkloadStatus draft = f.status;
  draft.conditions.push_back(workload::NewCondition("Available", "True", "", "", kStart));
  draft.replicas = 0;
  for (const ReplicaSet& rs : f.replica_sets) draft.replicas += rs.status.replicas;
  draft.updated_replicas = f.replica_sets[0].status.replicas;
  workload::UpdateProgressing(f.Sit(), draft);
  f.extension.UpdateStatus(f.Sit(), draft);
  CHECK(ReasonIn(draft.conditions) == want);
  Proves("RO-067");
}

// For whoever follows the canary's Pods by the hash in the status. Example: InPlaceOnly refuses to
// go back to revision 2.
TEST_CASE("an earlier revision that is not rolled out is not the current one (RO-155)") {
  Fixture f;
  f.AddNew(0, 0);
  f.Add(3, 10, 10, 7);
  f.revision = "3";
  std::string want = "web-2";
  SECTION("it is refused") { want = "web-3"; }
  SECTION("it is rolled out") {}
  workload::Situation situation = f.Sit();
  REQUIRE_FALSE(situation.extended.refused);
  if (want == "web-3") situation.extended.refused = {.reason = "InPlaceNotPossible", .message = ""};
  WorkloadStatus draft = f.status;
  f.extension.UpdateStatus(situation, draft);
  CHECK(ReadOwn(draft.carried).current_replica_set.name == want);
  Proves("RO-155");
}

TEST_CASE("with steps that cannot be read no update in place begins (RO-079)") {
  Fixture f;
  f.AddNew(0, 0);
  f.replica_sets[0].template_json = std::make_shared<const std::string>(f.template_json);
  const bool readable = GENERATE(true, false);
  if (!readable) f.strategy_error = "spec.strategy.partition: \"some\" is no number";
  workload::Situation situation = f.Sit();
  in_place::InPlace found;
  found.now = in_place::phases::Deciding{.host = &f.replica_sets[0]};
  situation.extended.activity = in_place::ExtendedBy(situation, found).activity;
  situation.extension_state = std::make_shared<in_place::InPlaceState>(std::move(found));
  CHECK(f.extension.Next(situation, Moment::kWhileRunning).has_value() == readable);
  Proves("RO-079");
}

TEST_CASE("an exchange in place ends although the strategy cannot be read (P-054)") {
  NotTold f;
  ReplicaSet& pending = f.Add(2, 0, 0, 2);
  f.strategy_error = "spec.strategy.partition: \"some\" is no number";
  workload::Situation situation = f.Sit();
  in_place::InPlace found;
  found.now = in_place::phases::Committing{
      .host = &f.replica_sets[0], .pending = {.replica_set = &pending}, .stash = {}};
  situation.extended.activity = in_place::ExtendedBy(situation, found).activity;
  situation.extension_state = std::make_shared<in_place::InPlaceState>(std::move(found));
  CHECK(f.extension.Next(situation, Moment::kWhileRunning));
  Proves("RO-079");
}

TEST_CASE("a rollback that a pause holds up is told by an Event (RO-152)") {
  Fixture f;
  const bool told = GENERATE(true, false);  // whether the API server has told the defaults
  if (!told) f.checks = {};
  f.paused = true;
  CHECK(f.extension.Events(f.Sit(), f.status).empty());
  f.roll_back_to = 0;
  const std::vector<Event> events = f.extension.Events(f.Sit(), f.status);
  REQUIRE(events.size() == 1);
  CHECK(events[0].type == Event::Type::kNormal);
  CHECK(events[0].reason == "RolloutRollbackWaits");
  CHECK(events[0].message == "spec.rollbackTo waits until spec.paused is false");
  CHECK(events[0].at_most_every > Duration{0});
  f.paused = false;
  CHECK(f.extension.Events(f.Sit(), f.status).empty());
  Proves("RO-152");
}

}  // namespace
}  // namespace windlass::rollout::rollout_extension_test
