// The stable revision where no status tells of it, and the note that a revision was complete.
#include "controller/rollout/stable.h"

#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "controller/in_place/phases/exchange.h"
#include "controller/in_place/phases/rollout_mode.h"
#include "controller/rollout/decisions.h"
#include "controller/workload/decisions.h"
#include "controller/workload/revisions/proven.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/rollout/stepped.h"

namespace windlass::rollout::stable_test {
namespace {

constexpr NotesInPlace kNotes{.exchanges = in_place::HasStash, .is_host = in_place::IsHost};

// The view of `f`, after RecoverStable.
View Recovered(Stepped& f) {
  View view{.workload = f.AsWorkload()};
  for (const ReplicaSet& rs : f.replica_sets) view.replica_sets.push_back(&rs);
  RecoverStable(view, kNotes);
  return view;
}

// A Rollout that was restored from a backup: its ReplicaSets are older than it is.
struct Restored : Stepped {
  Restored() {
    status = {};
    meta.creation_timestamp = WallTime{9000};
  }
};

TEST_CASE("the stable revision is found by the note of its ReplicaSet (RO-136)") {
  Stepped f;
  f.follow_revision = 0;  // aborted
  f.Add(3, 10, 0, 3).meta.annotations.Set(workload::kComplete, "3/web-3");
  f.Add(4, 0, 0, 4).meta.annotations.Set(workload::kComplete, "1/web-4");
  f.AddNew(2, 2);
  const View view = Recovered(f);
  CHECK(view.workload.kept_revision == 3);
  CHECK(view.workload.follow_revision == 3);
  Proves("RO-136");
}

TEST_CASE("the status comes before every note (RO-136)") {
  Stepped f;
  f.Add(3, 10, 10, 3).meta.annotations.Set(workload::kComplete, "3/web-3");
  f.AddOld(0);
  f.KeepStable(1);
  CHECK(Recovered(f).workload.kept_revision == 1);
  // Unless the ReplicaSet that the status tells of was deleted: another one has worked, too.
  f.replica_sets.pop_back();
  CHECK(Recovered(f).workload.kept_revision == 3);
  Proves("RO-136");
}

// Whom this serves: who aborts, and would get the aborted images back as soon as the old ones are
// there. The ReplicaSet of revision 1 is that of 2 now, and gives the other one its own in a
// moment.
TEST_CASE("the stable revision stays while two templates are exchanged (RO-136)") {
  Stepped f;
  f.Add(2, 10, 10, 2).meta.annotations.Set(workload::kComplete, "2/web-2");
  f.Add(3, 0, 0, 2).meta.annotations.Set(in_place::kExchange, "{}");
  f.KeepStable(1);
  f.follow_revision = 1;
  CHECK(Recovered(f).workload.kept_revision == 1);
  CHECK(Recovered(f).workload.follow_revision == 1);
  f.replica_sets.back().meta.annotations = {};
  CHECK(Recovered(f).workload.kept_revision == 2);
  Proves("RO-136");
}

TEST_CASE("without notes it is the earlier one with most Pods, all available (RO-136)") {
  Restored f;
  f.follow_revision = 0;
  std::optional<int64_t> want = 3;
  ReplicaSet& older = f.Add(1, 2, 2, 1);
  ReplicaSet& old = f.Add(3, 4, 4, 3);
  f.AddNew(6, 6);
  SECTION("the one with most Pods") {}
  SECTION("a canary of its successor has fewer") {
    older.replicas = older.status.ready_replicas = older.status.available_replicas = 8;
    want = 1;
  }
  SECTION("of two with equally many, the older one") {
    older.replicas = older.status.ready_replicas = older.status.available_replicas = 4;
    want = 1;
  }
  SECTION("a Pod of it is not available") {
    old.status.ready_replicas = old.status.available_replicas = 3;
    want = 1;
  }
  SECTION("no Pods prove nothing") {
    old.replicas = older.replicas = 0;
    want.reset();
  }
  SECTION("this Rollout would know of ReplicaSets that it rolled out itself") {
    f.status.observed_generation = 1;
    f.meta.creation_timestamp = WallTime{1000};
    want.reset();
  }
  SECTION("its Pods are updated in place, so they may be of another revision") {
    const in_place::RolloutMode mode{.host = old.meta.uid};
    f.replica_sets.back().meta.annotations.Set(
        in_place::kMode,
        in_place::WriteMode(mode, workload::RevisionText(f.replica_sets.back().meta)));
    want = 1;
  }
  SECTION("templates are being exchanged, so the Pods may be of the other one") {
    f.replica_sets.back().meta.annotations.Set(in_place::kExchange, "{}");
    want.reset();
  }
  SECTION("a ReplicaSet without a revision") {
    old.meta.annotations.Erase(workload::kRevision);
    want = 1;
  }
  const View view = Recovered(f);
  CHECK(view.workload.kept_revision == want);
  CHECK(view.workload.follow_revision == want.value_or(0));
  Proves("RO-136");
}

// A Deployment is made a Rollout in the middle of a rollout: 2 Pods of v1, and 8 of the template,
// which has no defaults as its user wrote it.
TEST_CASE("the ReplicaSet of a template without its defaults is not taken for stable (RO-136)") {
  Restored f;
  ReplicaSet& old = f.Add(1, 2, 2, 1);
  f.Add(2, 8, 8, 2);
  View view{.workload = f.AsWorkload()};
  for (const ReplicaSet& rs : f.replica_sets) view.replica_sets.push_back(&rs);
  const DefaultedTemplate others{{0, 9}, "{}"};
  std::optional<int64_t> want = 1;
  SECTION("the defaults are not known") {}
  SECTION("they are known, and it is another template") {
    view.workload.defaulted = &others;
    want = 2;
  }
  SECTION("no other one has Pods: whichever the template is, this one works") {
    old.replicas = old.status.replicas = 0;
    old.status.ready_replicas = old.status.available_replicas = 0;
    want = 2;
  }
  RecoverStable(view, kNotes);
  CHECK(view.workload.kept_revision == want);
  Proves("RO-136");
}

TEST_CASE(
    "a stable revision that was found is stored before all else, and an Event says why (RO-136)") {
  Restored f;
  f.Add(3, 4, 4, 3);
  f.AddNew(2, 1);
  View view = Recovered(f);
  const workload::Situation situation =
      workload::MakeSituation(view, workload::ClaimReplicaSets(view), f.learned, f.now);
  const auto step = f.extension.Next(situation, Moment::kRecover);
  REQUIRE(step);
  const auto& write = std::get<Write>(*step);
  CHECK(write.because.decision == decisions::kStoreStable);
  REQUIRE(write.on_success.size() == 1);
  CHECK(write.on_success[0].reason == "StableRevisionFound");
  CHECK(write.on_success[0].message ==
        "The status does not say which revision was complete last. Windlass uses revision 3 as "
        "the stable one, because all Pods of its replica set web-3 are available");
  f.Publish();
  CHECK(f.Own().stable_revision == 3);
  CHECK_FALSE(StoreRecovered(f.Sit()));  // once
  Proves("RO-136");
}

TEST_CASE("no Pod moves before the stable revision that was found is stored (RO-136)") {
  Restored f;
  f.Add(3, 4, 4, 3);
  f.AddNew(2, 1);
  View view = Recovered(f);
  const auto next = [&] {
    return f.extension.Next(
        workload::MakeSituation(view, workload::ClaimReplicaSets(view), f.learned, f.now),
        Moment::kRecover);
  };
  const auto step = next();
  REQUIRE(step);
  const auto& write = std::get<Write>(*step);
  SECTION("it was not stored, and may be soon") {
    const auto kind = GENERATE(ErrorKind::kConflict, ErrorKind::kNotFound);
    f.learned.push_back(OutcomeOf(write, Error{kind, "changed"}));
    const auto end = next();
    REQUIRE(end);
    CHECK(std::get<Failed>(*end).error.kind == kind);
  }
  SECTION("it was refused, and an autoscaler does not wait for a webhook") {
    const auto kind = GENERATE(ErrorKind::kForbidden, ErrorKind::kWebhook);
    f.learned.push_back(OutcomeOf(write, Error{kind, "no"}));
    CHECK_FALSE(next());
  }
  Proves("RO-136");
}

struct NoteRow {
  std::string id;
  std::function<void(Stepped&, ReplicaSet&)> change;
  bool notes;
};

TEST_CASE("a revision is noted when it has all its Pods and all steps are over (RO-121)") {
  const auto row = GENERATE(values<NoteRow>({
      {"complete", [](Stepped&, ReplicaSet&) {}, true},
      {"noted already",
       [](Stepped&, ReplicaSet& rs) { rs.meta.annotations.Set(workload::kComplete, "2/web-2"); },
       false},
      {"noted as an earlier revision",
       [](Stepped&, ReplicaSet& rs) { rs.meta.annotations.Set(workload::kComplete, "1/web-2"); },
       true},
      {"a Pod is not available", [](Stepped&, ReplicaSet& rs) { rs.status.available_replicas = 9; },
       false},
      {"no Pods",
       [](Stepped& f, ReplicaSet& rs) {
         f.replicas = rs.replicas = rs.status.replicas = 0;
         rs.status.ready_replicas = rs.status.available_replicas = 0;
       },
       false},
      {"paused", [](Stepped& f, ReplicaSet&) { f.paused = true; }, false},
      {"another revision has Pods", [](Stepped& f, ReplicaSet&) { f.Add(1, 1, 1, 1); }, false},
  }));
  CAPTURE(row.id);
  Stepped f;
  f.steps.clear();
  ReplicaSet& rs = f.AddNew(10, 10);
  row.change(f, rs);
  const auto step = NoteComplete(f.Sit(), /*holds=*/false);
  CHECK(step.has_value() == row.notes);
  if (step) {
    const Write& write = std::get<Write>(*step);
    CHECK(write.because.decision == workload::decisions::kNoteComplete);
    CHECK(write.request.Describe() == "patch replicasets shop/web-2");
  }
  CHECK_FALSE(NoteComplete(f.Sit(), /*holds=*/true));
  Proves("RO-121");
}

TEST_CASE("the stable revision of an earlier version gets its note, too (RO-121)") {
  Stepped f;
  f.AddBoth(9, 1, 1);
  f.KeepStable(1);
  // Not one that is older than the Rollout: it may be taken for stable by its Pods alone.
  const bool made = GENERATE(true, false);
  if (!made) f.meta.creation_timestamp = WallTime{9000};
  const auto step = NoteComplete(f.Sit(), /*holds=*/true);
  REQUIRE(step.has_value() == made);
  if (step) CHECK(std::get<Write>(*step).request.Describe() == "patch replicasets shop/web-1");
  Proves("RO-121");
}

TEST_CASE("spoilt annotations of the stable revision are written anew (RO-121)") {
  Stepped f;
  f.AddBoth(9, 1, 1);
  f.KeepStable(1);
  f.kept_name = "web-1";
  StringMap& annotations = f.replica_sets[0].meta.annotations;
  annotations.Set(workload::kRevision, GENERATE("spoilt", "-7"));
  annotations.Set(workload::kComplete, "spoilt");
  const auto step = NoteComplete(f.Sit(), /*holds=*/true);
  REQUIRE(step);
  const Request& request = std::get<Write>(*step).request;
  CHECK(request.Describe() == "patch replicasets shop/web-1");
  const auto body = nlohmann::json::parse(request.body());
  CHECK(body["metadata"]["annotations"][std::string(workload::kRevision)] == "1");
  CHECK(body["metadata"]["annotations"][std::string(workload::kComplete)] == "1/web-1");
  Proves("RO-121");
}

TEST_CASE("nothing is complete while the strategy is refused (RO-121)") {
  Stepped f;
  f.AddNew(10, 10);
  f.strategy_error = "spec.strategy.steps[0]: …";
  CHECK_FALSE(f.extension.Next(f.Sit(), Moment::kWhileRunning));
  f.strategy_error.clear();
  f.steps.clear();
  CHECK(f.extension.Next(f.Sit(), Moment::kWhileRunning));
  Proves("RO-121");
}

}  // namespace
}  // namespace windlass::rollout::stable_test
