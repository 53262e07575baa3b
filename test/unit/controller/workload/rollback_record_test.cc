// Kinds that record what becomes of a request to roll back (WorkloadKind::NoteRollback).
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <variant>

#include "controller/workload/annotations/annotations.h"
#include "controller/workload/decisions.h"
#include "controller/workload/planner/planner.h"
#include "controller/workload/workload_kind.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/workload/boats.h"
#include "test/unit/controller/workload/world.h"

namespace windlass::workload::rollback_record_test {
namespace {

// A kind that records the last request, once, and goes back.
class LogBook : public BoatKind {
 public:
  struct Entry {
    int64_t asked = 0;
    std::string target{};
    std::string reason{};
    std::string message{};
    int64_t becomes = 0;
    WallTime now{};
    bool not_removed = false;
  };

  LogBook() { own_traits.records_rollbacks = true; }

  std::optional<Request> NoteRollback(const Workload& workload,
                                      const RollbackOutcome& outcome) const override {
    entry = {.asked = outcome.asked,
             .target = outcome.target != nullptr ? outcome.target->meta.name : "",
             .reason = std::string(outcome.reason),
             .message = std::string(outcome.message),
             .becomes = outcome.becomes,
             .now = outcome.now,
             .not_removed = outcome.not_removed};
    if (is_stored) return std::nullopt;
    return Request::MergePatch(kBoats, VersionOf(workload.meta), "status", R"({"status":{}})");
  }
  Result<Request> RollBack(const Workload& workload, const std::string&, const ReplicaSet&,
                           const std::string&) const override {
    return Request::JsonPatch(kBoats, VersionOf(workload.meta),
                              R"([{"op":"remove","path":"/spec/rollbackTo"}])");
  }

  bool is_stored = false;
  mutable Entry entry;
};

// A boat that asks for a rollback. Its ReplicaSets are those of `world`.
struct Voyage {
  Workload Boat() const {
    const Deployment& model = world.deployment;
    return {.kind = kind,
            .meta = model.meta,
            .replicas = model.spec.replicas,
            .selector = model.spec.selector,
            .template_json = model.spec.template_json.get(),
            .template_fingerprint = model.spec.template_fingerprint,
            .progress_deadline_seconds = 600,
            .limits = {.desired = model.spec.replicas, .surge = 1},
            .max_surge = model.spec.max_surge,
            .max_unavailable = model.spec.max_unavailable,
            .status = {.observed_generation = 1},
            .roll_back_to = asked,
            .follow_revision = follow,
            .rolled_back = before};
  }
  Step Decide() const {
    View view{.workload = Boat()};
    for (const ReplicaSet& rs : world.replica_sets) view.replica_sets.push_back(&rs);
    view.pods_known = true;
    return Next(view, learned, kNow);
  }
  // Answers the reads on the way.
  Step StepAfterReads() {
    for (;;) {
      Step step = Decide();
      const Read* read = std::get_if<Read>(&step);
      if (read == nullptr) return step;
      REQUIRE(++reads <= 2);
      const Reply reply{R"({"spec":{"template":{"spec":{"containers":[{"name":"old"}]}}}})"};
      learned.push_back({read->request.Identity(), reply});
    }
  }
  // Checks that the record is next, and lets the API server accept it.
  void Record() {
    const Step step = Decide();
    REQUIRE(std::holds_alternative<Write>(step));
    const Write& write = std::get<Write>(step);
    CHECK(write.request.Describe() == "patch boats/status ns/web");
    CHECK(write.because.decision == decisions::kNoteRollback);
    learned.push_back(OutcomeOf(write, Reply{}));
  }
  // Checks that the boat itself is patched next, with that Event.
  void CheckPatch(const Event& want) {
    const Step step = StepAfterReads();
    REQUIRE(std::holds_alternative<Write>(step));
    const Write& write = std::get<Write>(step);
    CHECK(write.request.Describe() == "patch boats ns/web");
    REQUIRE(write.on_success.size() == 1);
    CHECK(write.on_success[0] == want);
  }

  World world{2};
  LogBook kind;
  std::optional<int64_t> asked;
  std::optional<int64_t> follow;  // the revision that Pods follow after an abort
  std::optional<PerformedRollback> before;
  Learned learned;
  int reads = 0;
};

// Revisions 1, 2 and 3; the last is the present one.
struct ThreeRevisions : Voyage {
  ThreeRevisions() {
    world.Add("web-1", 0, 0, 97);
    world.Add("web-2", 0, 0, 98);
    world.AddNew("web-3", 2, 2);
  }
};

// A user who goes back wants what worked, not what was tried before it.
TEST_CASE("a rollback to 0 prefers the newest earlier revision that was complete (RO-126)") {
  ThreeRevisions boat;
  boat.asked = 0;
  SECTION("of a kind that keeps a stable revision") {
    boat.kind.own_traits.keeps_stable_revision = true;
    boat.world.NoteComplete(boat.world.replica_sets[0], 1);
    boat.Record();
    CHECK(boat.kind.entry.target == "web-1");
  }
  SECTION("if none was, the one before") {
    boat.kind.own_traits.keeps_stable_revision = true;
    boat.Record();
    CHECK(boat.kind.entry.target == "web-2");
  }
  SECTION("other kinds go to the one before, as upstream") {
    boat.world.NoteComplete(boat.world.replica_sets[0], 1);
    boat.Record();
    CHECK(boat.kind.entry.target == "web-2");
  }
  Proves("RO-126");
}

TEST_CASE("a rollback is recorded before anything is read or written for it (RO-020)") {
  ThreeRevisions boat;
  boat.asked = 1;
  boat.Record();
  CHECK(boat.kind.entry.asked == 1);
  CHECK(boat.kind.entry.target == "web-1");
  CHECK(boat.kind.entry.becomes == 4);
  CHECK(boat.kind.entry.reason.empty());
  CHECK(boat.kind.entry.now == kNow);

  boat.kind.is_stored = true;
  SECTION("and performed in the same sync") {}
  SECTION("after a crash it is performed by the next one") { boat.learned.clear(); }
  boat.CheckPatch({Event::Type::kNormal, "BoatRollback", "Rolled back boat \"web\" to revision 1"});
  CHECK(boat.reads == 2);
  Proves("RO-020");
}

TEST_CASE("a refused record keeps the rollback from being performed (RO-021)") {
  ThreeRevisions boat;
  boat.asked = GENERATE(1, 9);
  const Step step = boat.Decide();
  boat.learned.push_back(
      OutcomeOf(std::get<Write>(step), Error{ErrorKind::kForbidden, "no entries today"}));
  const Step end = boat.Decide();
  REQUIRE(std::holds_alternative<Failed>(end));
  CHECK(std::get<Failed>(end).error.kind == ErrorKind::kForbidden);
  Proves("RO-021");
}

TEST_CASE("a record that is accepted and not kept holds up nothing (RO-021)") {
  ThreeRevisions boat;
  boat.asked = 2;
  boat.Record();
  boat.CheckPatch({Event::Type::kNormal, "BoatRollback", "Rolled back boat \"web\" to revision 2"});
  Proves("RO-021");
}

struct RefusalRow {
  std::string id;
  int64_t asked;
  std::string reason;
  std::string message;
};

TEST_CASE("a refusal is recorded with what the user can do (RO-025)") {
  const RefusalRow row = GENERATE(values<RefusalRow>({
      {"unknown", 9, "RollbackRevisionNotFound",
       "Revision 9 does not exist; a rollback can go to revisions 1 and 2"},
      {"the present one", 3, "RollbackTemplateUnchanged",
       "Revision 3 has the template that boat \"web\" has already: there is nothing to do"},
  }));
  CAPTURE(row.id);
  ThreeRevisions boat;
  boat.asked = row.asked;
  boat.Record();
  CHECK(boat.kind.entry.asked == row.asked);
  CHECK(boat.kind.entry.target.empty());
  CHECK(boat.kind.entry.becomes == 0);
  CHECK(boat.kind.entry.reason == row.reason);
  CHECK(boat.kind.entry.message == row.message);
  boat.kind.is_stored = true;
  boat.CheckPatch({Event::Type::kWarning, "Boat" + row.reason, row.message});
  CHECK(boat.reads == 0);
  Proves("RO-025");
}

// Whom this serves: the user who takes the revision that the message names. The present one would
// be refused, too.
TEST_CASE("a refusal names no revision that would be refused as well (RO-025)") {
  Voyage boat;
  boat.world.AddNew("web-1", 2, 2);
  boat.asked = 9;
  boat.Record();
  CHECK(boat.kind.entry.message ==
        "Revision 9 does not exist, and there is no other revision to roll back to");
  Proves("RO-025");
}

TEST_CASE("without a revision before the present one nothing is rolled back (RO-025)") {
  Voyage boat;
  boat.world.AddNew("web-1", 2, 2);
  boat.asked = 0;
  boat.Record();
  boat.kind.is_stored = true;
  boat.CheckPatch(
      {Event::Type::kWarning, "BoatRollbackRevisionNotFound",
       "There is no revision before the present one, so there is nothing to roll back to"});
  Proves("RO-025");
}

TEST_CASE("during an abort, the template's own revision is rolled out by its end (RO-025)") {
  const auto [follow, text] = GENERATE(table<int64_t, std::string>({
      {2, "Pods follow revision 2 during the abort. End the abort to roll out the template"},
      {3, "the abort also brings Pods to this revision, so there is nothing to do"},
      {0,
       "the abort has no revision to go back to, and moves no Pod. End the abort to roll out the "
       "template"},
  }));
  ThreeRevisions boat;
  boat.asked = 3;
  boat.follow = follow;
  boat.Record();
  CHECK(boat.kind.entry.message ==
        "Revision 3 has the template that boat \"web\" has already: " + text);
  Proves("RO-025");
}

// Revision 1 was rolled back to and became 4. Revisions 2 and 3 are left.
struct RolledBack : Voyage {
  RolledBack() {
    ReplicaSet& first = world.AddNew("web-1", 2, 2);
    world.SetAnnotation(first, kRevision, "4");
    world.SetAnnotation(first, kRevisionHistory, "1");
    world.Add("web-2", 0, 0, 98);
    world.Add("web-3", 0, 0, 99);
    asked = 1;
    before = {.asked = 1, .became = 4};
  }
};

TEST_CASE("the same value set again is removed, and the template stays (RO-023)") {
  RolledBack boat;
  boat.Record();  // the generation of the record may be another one
  CHECK(boat.kind.entry.target == "web-1");
  CHECK(boat.kind.entry.becomes == 4);
  boat.kind.is_stored = true;
  boat.CheckPatch({Event::Type::kNormal, "BoatRollbackDone",
                   "Nothing to roll back: boat \"web\" still has the template of revision 1 from "
                   "an earlier rollback. That revision now has number 4"});
  CHECK(boat.reads == 0);
  Proves("RO-023");
}

TEST_CASE("so it is before the revision has got its new number (RO-023)") {
  ThreeRevisions boat;
  boat.asked = 3;
  boat.before = {.asked = 3, .became = 4};
  boat.kind.is_stored = true;
  boat.CheckPatch({Event::Type::kNormal, "BoatRollbackDone",
                   "Nothing to roll back: boat \"web\" still has the template of revision 3 from "
                   "an earlier rollback. That revision now has number 3"});
  Proves("RO-023");
}

// Serves users who see that their Pods do not have the revision they asked for.
TEST_CASE("during an abort it says which revision Pods follow (RO-023)") {
  ThreeRevisions boat;
  boat.asked = 3;
  boat.follow = 2;
  boat.before = {.asked = 3, .became = 4};
  boat.kind.is_stored = true;
  boat.CheckPatch({Event::Type::kNormal, "BoatRollbackDone",
                   "Nothing to roll back: boat \"web\" still has the template of revision 3 from "
                   "an earlier rollback. That revision now has number 3; Pods follow revision 2 "
                   "during the abort. End the abort to roll out the template"});
  Proves("RO-023");
}

// For whoever asks for a revision while the workload is paused, and sees its template come and go
// before the pause ends: the number is that of a template.
TEST_CASE("a former number is that of the revision that had it (RO-022)") {
  RolledBack boat;
  boat.before.reset();
  boat.world.SetAnnotation(boat.world.replica_sets[1], kRevisionHistory, "7");
  boat.asked = 7;
  boat.Record();
  CHECK(boat.kind.entry.target == "web-2");
  Proves("RO-022");
}

TEST_CASE("a number that no revision had is none (RO-022)") {
  RolledBack boat;
  boat.before = {.asked = 1, .became = 4};  // another template may have got the number
  boat.world.replica_sets[0].meta.annotations.Erase(kRevisionHistory);
  boat.kind.is_stored = true;
  boat.CheckPatch({Event::Type::kWarning, "BoatRollbackRevisionNotFound",
                   "Revision 1 does not exist; a rollback can go to revisions 2 and 3"});
  Proves("RO-022");
}

TEST_CASE("the same value goes back again after another revision (RO-022)") {
  Voyage boat;
  ReplicaSet& first = boat.world.Add("web-1", 0, 0, 97);
  boat.world.SetAnnotation(first, kRevision, "4");
  boat.world.SetAnnotation(first, kRevisionHistory, "1");
  boat.world.Add("web-2", 0, 0, 98);
  boat.world.SetAnnotation(boat.world.AddNew("web-5", 2, 2), kRevision, "5");
  boat.asked = 1;
  boat.before = {.asked = 1, .became = 4};
  boat.Record();
  CHECK(boat.kind.entry.target == "web-1");
  CHECK(boat.kind.entry.becomes == 6);
  boat.kind.is_stored = true;
  boat.CheckPatch({Event::Type::kNormal, "BoatRollback", "Rolled back boat \"web\" to revision 1"});
  Proves("RO-022");
}

// Lets no ReplicaSet be made, as of a template that the API server refuses.
class Becalmed : public Extension {
 public:
  std::optional<Step> Next(const Situation&, Moment moment) const override {
    if (moment == Moment::kBeforeCreation) return Wait{};
    return std::nullopt;
  }
};

TEST_CASE("a template of which no ReplicaSet is made can be left by a rollback (RO-026)") {
  const Becalmed becalmed;
  Voyage boat;
  boat.kind.Extend(becalmed);
  boat.world.Add("web-1", 0, 0, 97);
  boat.world.Add("web-2", 2, 2, 98);
  int64_t back_to = 1;
  SECTION("to any revision") { boat.asked = back_to; }
  SECTION("0 means the highest") {
    boat.asked = 0;
    back_to = 2;
  }
  boat.Record();
  CHECK(boat.kind.entry.target == "web-" + std::to_string(back_to));
  CHECK(boat.kind.entry.becomes == (back_to == 1 ? 3 : 2));
  boat.kind.is_stored = true;
  boat.CheckPatch({Event::Type::kNormal, "BoatRollback",
                   "Rolled back boat \"web\" to revision " + std::to_string(back_to)});
  Proves("RO-026");
}

// For the user who takes a template back that must not run: not one Pod of it is made. It gets a
// number all the same.
TEST_CASE("the ReplicaSet of a template that is taken back is made without Pods") {
  Voyage boat;
  boat.world.Add("web-1", 0, 0, 97);
  boat.world.Add("web-2", 2, 2, 98);
  boat.asked = GENERATE(0, 1);
  const Step step = boat.Decide();
  REQUIRE(std::holds_alternative<Write>(step));
  const Write& write = std::get<Write>(step);
  REQUIRE(write.because.decision == decisions::kCreateNewReplicaSet);
  CHECK(nlohmann::json::parse(write.request.body())["spec"]["replicas"] == 0);
  Proves("RO-026");
}

TEST_CASE("a template whose ReplicaSet is refused can be left by a rollback (RO-026)") {
  const auto why = GENERATE(ErrorKind::kForbidden, ErrorKind::kQuotaExceeded, ErrorKind::kWebhook,
                            ErrorKind::kInvalid);
  CAPTURE(Name(why));
  Voyage boat;
  boat.world.Add("web-1", 0, 0, 97);
  boat.world.Add("web-2", 2, 2, 98);
  boat.asked = 1;

  Step step = boat.Decide();
  REQUIRE(std::holds_alternative<Write>(step));
  REQUIRE(std::get<Write>(step).because.decision == decisions::kCreateNewReplicaSet);
  boat.learned.push_back(OutcomeOf(std::get<Write>(step), Error{why, "denied"}));
  step = boat.Decide();  // the status says why
  REQUIRE(std::holds_alternative<Write>(step));
  CHECK(std::get<Write>(step).request.Describe() == "patch boats/status ns/web");
  CHECK(std::get<Write>(step).because.decision != decisions::kNoteRollback);
  boat.learned.push_back(OutcomeOf(std::get<Write>(step), Reply{}));

  boat.kind.is_stored = true;
  boat.CheckPatch({Event::Type::kNormal, "BoatRollback", "Rolled back boat \"web\" to revision 1"});
  Proves("RO-026");
}

TEST_CASE("a server in trouble is asked again before a rollback (RO-026)") {
  class Adrift : public Extension {
   public:
    std::optional<Step> Next(const Situation&, Moment moment) const override {
      if (moment == Moment::kBeforeCreation) {
        return Failed{.error = {ErrorKind::kServer, "restarting"}};
      }
      return std::nullopt;
    }
  };
  const Adrift adrift;
  Voyage boat;
  boat.kind.Extend(adrift);
  boat.world.Add("web-1", 0, 0, 97);
  boat.world.Add("web-2", 2, 2, 98);
  boat.asked = 1;
  CHECK(std::holds_alternative<Failed>(boat.Decide()));
  Proves("RO-026");
}

TEST_CASE("0 goes back one revision each time (RO-024)") {
  ThreeRevisions boat;
  boat.asked = 0;
  boat.before = {.asked = 0, .became = 3};
  boat.Record();
  CHECK(boat.kind.entry.asked == 0);
  CHECK(boat.kind.entry.target == "web-2");
  boat.kind.is_stored = true;
  boat.CheckPatch({Event::Type::kNormal, "BoatRollback", "Rolled back boat \"web\" to revision 2"});
  Proves("RO-024");
}

// The API server keeps the request.
constexpr const char* kStillAsks = R"({"spec":{"rollbackTo":{"revision":0}}})";

void CheckRemovals(Voyage& boat) {
  boat.kind.own_traits.rollback_request = "spec.rollbackTo";
  boat.kind.own_traits.rollback_path = "/spec/rollbackTo";
}

// For the user whose webhook keeps the request: a crash makes no second rollback.
TEST_CASE("a kept request for 0 whose record says that it was performed is over (RO-024)") {
  ThreeRevisions boat;
  CheckRemovals(boat);
  boat.kind.is_stored = true;
  boat.asked = 0;
  boat.world.deployment.meta.generation = 7;
  boat.before = {.asked = 2, .became = 4, .generation = 7, .to_previous = true};
  SECTION("the template is that of the recorded revision") {
    ReplicaSet& back = boat.world.replica_sets[2];
    boat.world.SetAnnotation(back, kRevision, "4");
    boat.world.SetAnnotation(back, kRevisionHistory, "2");
    boat.world.SetAnnotation(boat.world.replica_sets[1], kRevision, "3");
    int cleared = 0;
    for (;;) {
      const Step step = boat.Decide();
      const Write* write = std::get_if<Write>(&step);
      if (write == nullptr) {
        CHECK(std::holds_alternative<Wait>(step));
        break;
      }
      CHECK(write->because.decision != decisions::kRollBack);
      if (write->because.decision == decisions::kClearRollback) ++cleared;
      boat.learned.push_back(OutcomeOf(*write, Reply{kStillAsks}));
    }
    CHECK(cleared == 1);
  }
  SECTION("another edit made that generation, so the rollback is still to be performed") {
    boat.CheckPatch(
        {Event::Type::kNormal, "BoatRollback", "Rolled back boat \"web\" to revision 2"});
  }
  Proves("RO-024");
}

// For the user who changes their mind at once: the request for 1 was recorded, and replaced before
// its removal. The edit made the generation that the removal would have made.
TEST_CASE("a request for 0 that replaces a repeated request is performed (RO-024)") {
  RolledBack boat;
  CheckRemovals(boat);
  boat.kind.is_stored = true;
  boat.asked = 0;
  boat.world.deployment.meta.generation = 8;
  boat.before = {.asked = 1, .became = 4, .generation = 8};
  boat.CheckPatch({Event::Type::kNormal, "BoatRollback", "Rolled back boat \"web\" to revision 3"});
  Proves("RO-024");
}

TEST_CASE("after a removal that was not kept, the record names the present generation (RO-084)") {
  ThreeRevisions boat;
  CheckRemovals(boat);
  boat.asked = 9;
  boat.Record();
  boat.kind.is_stored = true;
  const Step clear = boat.Decide();
  REQUIRE(std::holds_alternative<Write>(clear));
  REQUIRE(std::get<Write>(clear).because.decision == decisions::kClearRollback);
  CHECK_FALSE(boat.kind.entry.not_removed);
  boat.learned.push_back(OutcomeOf(std::get<Write>(clear), Reply{kStillAsks}));
  boat.Decide();
  CHECK(boat.kind.entry.not_removed);
  CHECK(boat.kind.entry.target.empty());
  Proves("RO-084");
}

}  // namespace
}  // namespace windlass::workload::rollback_record_test
