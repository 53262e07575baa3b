// The stable revision where no status tells of it, and the note that a revision was complete.
#include "controller/rollout/stable.h"

#include <functional>
#include <string>

#include "controller/workload/decisions.h"
#include "controller/workload/proven.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/rollout/stepped.h"

namespace windlass::rollout::stable_test {
namespace {

// The view of `f`, after RecoverStable.
View Recovered(Stepped& f) {
  View view{.workload = f.AsWorkload()};
  for (const ReplicaSet& rs : f.replica_sets) view.replica_sets.push_back(&rs);
  RecoverStable(view);
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
  f.Add(3, 10, 0, 3).meta.annotations.Set(workload::kComplete, "3");
  f.Add(4, 0, 0, 4).meta.annotations.Set(workload::kComplete, "1");
  f.AddNew(2, 2);
  const View view = Recovered(f);
  CHECK(view.workload.kept_revision == 3);
  CHECK(view.workload.follow_revision == 3);
  Proves("RO-136");
}

TEST_CASE("the status comes before every note (RO-136)") {
  Stepped f;
  f.Add(3, 10, 10, 3).meta.annotations.Set(workload::kComplete, "3");
  f.AddOld(0);
  RolloutOwn own;
  own.stable_revision = 1;
  f.status.carried = KindStatus(own);
  CHECK(Recovered(f).workload.kept_revision == 1);
  // Unless the ReplicaSet that the status tells of was deleted: another one has worked, too.
  f.replica_sets.pop_back();
  CHECK(Recovered(f).workload.kept_revision == 3);
  Proves("RO-136");
}

TEST_CASE("without notes it is the newest earlier one with all its Pods (RO-136)") {
  Restored f;
  f.follow_revision = 0;
  std::optional<int64_t> want = 3;
  ReplicaSet& older = f.Add(1, 2, 2, 1);
  ReplicaSet& old = f.Add(3, 4, 4, 3);
  f.AddNew(2, 1);
  SECTION("the newest") {}
  SECTION("a Pod of the newest is not available") {
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
  SECTION("a ReplicaSet without a revision") {
    old.meta.annotations.Erase(workload::kRevision);
    want = 1;
  }
  const View view = Recovered(f);
  CHECK(view.workload.kept_revision == want);
  CHECK(view.workload.follow_revision == want.value_or(0));
  Proves("RO-136");
}

TEST_CASE("a stable revision that was found is stored, and an Event says why (RO-136)") {
  Restored f;
  f.Add(3, 4, 4, 3);
  f.AddNew(2, 1);
  View view = Recovered(f);
  const workload::Situation situation =
      workload::MakeSituation(view, workload::ClaimReplicaSets(view), f.learned, f.now);
  WorkloadStatus draft = f.status;
  f.extension.UpdateStatus(situation, draft);
  CHECK(ReadOwn(draft.carried).stable_revision == 3);
  const std::optional<Event> event = TellRecovered(situation);
  REQUIRE(event);
  CHECK(event->reason == "StableRevisionFound");
  CHECK(event->message ==
        "The status does not tell which revision was complete last. Revision 3 is taken for it, "
        "because all Pods of its replica set web-3 are available");
  f.status = draft;  // told once
  CHECK_FALSE(TellRecovered(f.Sit()));
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
       [](Stepped&, ReplicaSet& rs) { rs.meta.annotations.Set(workload::kComplete, "2"); }, false},
      {"noted as an earlier revision",
       [](Stepped&, ReplicaSet& rs) { rs.meta.annotations.Set(workload::kComplete, "1"); }, true},
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
  f.AddOld(9);
  f.AddNew(1, 1);
  RolloutOwn own;
  own.stable_revision = 1;
  f.status.carried = KindStatus(own);
  const auto step = NoteComplete(f.Sit(), /*holds=*/true);
  REQUIRE(step);
  CHECK(std::get<Write>(*step).request.Describe() == "patch replicasets shop/web-1");
  Proves("RO-121");
}

}  // namespace
}  // namespace windlass::rollout::stable_test
