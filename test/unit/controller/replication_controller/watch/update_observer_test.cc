// What the metrics say of ReplicationControllerUpdates: when a rollout begins, where it stands, and
// how it ends. test/sim/update_metrics_test.cc has the same of whole updates.
#include "controller/replication_controller/watch/update_observer.h"

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "controller/kind/conditions.h"
#include "controller/replication_controller/run.h"
#include "controller/replication_controller/words.h"
#include "kubeclient/api/time.h"
#include "kubeclient/base/assert.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/support/recording_log.h"
#include "test/unit/cache/virtual_time.h"

namespace windlass::update_observer_test {
namespace {

using namespace std::string_literals;
using namespace replication_controller;
using Page = std::map<std::string, double>;
using Update = ReplicationControllerUpdate;

// "<metric without windlass_rollout> <label value> …" to its value; of a histogram the number of
// values.
Page PageOf(const UpdateObserver& observer) {
  Figures figures;
  observer.AddFigures(figures);
  Page page;
  for (const Figures::Family& family : figures.families()) {
    for (const auto& [labels, value] : family.series) {
      std::string text(family.metric->name.substr("windlass_"s.size()));
      for (const std::string& label : labels) text += " " + label;
      const auto* count = std::get_if<uint64_t>(&value);
      const auto* spread = std::get_if<Histogram>(&value);
      page[text] = count != nullptr    ? static_cast<double>(*count)
                   : spread != nullptr ? static_cast<double>(spread->count())
                                       : std::get<double>(value);
    }
  }
  return page;
}

Page Only(const Page& page, const std::string& what) {
  Page only;
  for (const auto& [text, value] : page) {
    if (text.starts_with(what)) only.emplace(text, value);
  }
  return only;
}

// A clock that does not know the date.
class FaultyClock final : public Clock {
 public:
  MonotonicTime Now() const override { return {}; }
  WallTime Wall() const override { return {WallMicros()}; }
  int64_t WallMicros() const override {
    WL_ASSERT(false);
    return 0;
  }
};

TEST_CASE("An assertion that fails over one update ends no process (Q-014)") {
  const FaultyClock clock;
  RecordingLog log;
  FaultLog faults{clock, log};
  Store<Update> store;
  const UpdateObserver observer{clock, faults, store};
  Update update;
  update.meta.name = "web";
  update.meta.namespace_ = "ns";
  update.meta.uid = *Uid::Parse("00000000-0000-4000-8000-000000000001");
  update.meta.generation = 1;
  update.meta.resource_version = {"7"};
  update.status.observed_generation = 1;
  update.status.phase = kPreparing;
  update.status.conditions = {{kind::kReadyCondition, "False", "Rolling", "", {1}, {1}}};
  store.Apply(update);  // the observer asks when its rollout began
  REQUIRE(log.lines.size() == 1);
  CHECK(log.lines[0].starts_with("error internal error outside of a sync object="));
  CHECK(log.lines[0].find("replicationcontrollerupdates ns/web") != std::string::npos);
}

// An update "web" to web-2, as the API server stores it.
struct Fixture {
  VirtualTime time;
  RecordingLog log;
  FaultLog faults{time, log};
  Store<Update> store;
  UpdateObserver observer{time, faults, store};
  Update update;
  uint64_t versions = 0;

  Fixture() {
    update.meta.name = "web";
    update.meta.namespace_ = "ns";
    update.meta.uid = *Uid::Parse("00000000-0000-4000-8000-000000000001");
    update.meta.generation = 1;
    update.spec.new_name = "web-2";
    observer.Lead(true);
  }
  void Put() {
    update.meta.resource_version = {std::to_string(++versions)};
    store.Apply(update);
  }
  // A user changes the spec.
  void Edit() {
    ++update.meta.generation;
    Put();
  }
  // A leader writes the status.
  void Act(std::string_view phase, std::string_view step, std::string_view reason = "") {
    ReplicationControllerUpdateStatus& status = update.status;
    status.observed_generation = update.meta.generation;
    status.phase = phase;
    status.step = step;
    status.rollback = update.spec.rollback;
    if (step == kStepScale && status.target.empty()) status.target = TargetOf(update.spec);
    const bool ready = phase == kSucceeded || phase == kRolledBack;
    std::vector<Condition> conditions = {
        MakeCondition("Ready", ready ? "True" : "False", reason.empty() ? phase : reason)};
    if (phase == kFailed) conditions.push_back(MakeCondition("Stalled", "True", reason));
    status.conditions = std::move(conditions);
    Put();
  }
  // The time is that of the last change of `state`.
  Condition MakeCondition(std::string_view type, std::string_view state,
                          std::string_view reason) const {
    const Condition* stored = FindCondition(update.status.conditions, type);
    const bool stays = stored != nullptr && stored->status == state;
    return {.type = type,
            .status = state,
            .reason = reason,
            .message = {},
            .last_update_time = {},
            .last_transition_time = stays ? stored->last_transition_time : time.Wall()};
  }
  void Begin() {
    Put();
    Act(kPreparing, kStepPrepare);
    Act(kProgressing, kStepScale);
  }
  void BeginRename() {
    update.status.journal = "{}";
    Act(kCleaningUp, kStepCleanUp);
  }
  Page Of(const std::string& metric) const { return Only(PageOf(observer), metric + " "); }
  Page Started() const { return Of("rollouts_started_total"); }
  Page Finished() const { return Of("rollouts_finished_total"); }
  Page UnderWay() const { return Of("rollouts"); }
};

const std::string kKind = "ReplicationControllerUpdate";
const std::string kStarted = "rollouts_started_total ns ReplicationControllerUpdate RollingUpdate ";
const std::string kFinished =
    "rollouts_finished_total ns ReplicationControllerUpdate RollingUpdate ";

TEST_CASE_METHOD(Fixture, "an update begins once, and is complete once") {
  Put();
  CHECK(Started() == Page{{kStarted + "template", 1}});
  CHECK(UnderWay() == Page{{"rollouts ns " + kKind + " progressing", 1}});
  time.Advance(seconds(60));
  for (const auto& [phase, step] : {std::pair(kPreparing, kStepPrepare),
                                    {kProgressing, kStepScale},
                                    {kProgressing, kStepScale},
                                    {kCleaningUp, kStepCleanUp}}) {
    Act(phase, step);
    CHECK(Finished().empty());
  }
  CHECK(PageOf(observer).at("rollout_oldest_age_seconds " + kKind + " progressing") == 60);
  Act(kSucceeded, kStepDone);
  Put();  // anything else of it changes
  CHECK(Started() == Page{{kStarted + "template", 1}});
  CHECK(Finished() == Page{{kFinished + "complete", 1}});
  CHECK(Of("rollout_duration_seconds") ==
        Page{{"rollout_duration_seconds " + kKind + " RollingUpdate complete", 1}});
  CHECK(UnderWay().empty());
  CHECK(Of("rollout_info").empty());
}

TEST_CASE_METHOD(Fixture, "the reason of an update that does not get on is the cause") {
  struct Row {
    std::string_view phase, reason;
    bool paused;
    std::string state;  // "phase" or "stuck cause"
  };
  const std::vector<Row> rows = {
      {kProgressing, kProgressing, false, "progressing"},
      {kCleaningUp, kCleaningUp, false, "progressing"},
      {kPaused, kPaused, true, "paused"},
      {kPaused, kPaused, false, "progressing"},  // it was resumed just now
      {kPaused, kExternalScale, false, "stuck ExternalScale"},
      {kPaused, kExternalScale, true, "paused"},
      {kFailed, kAutoscaled, true, "paused"},
      {kFailed, kTimedOut, false, "stuck TimedOut"},
      {kFailed, kOwnedByOther, false, "stuck OwnedByAnother"},
      {kFailed, kSelectedByOther, false, "stuck SelectedByAnother"},
      {kFailed, kAutoscaled, false, "stuck Autoscaled"},
      {kFailed, kNotFound, false, "stuck NotFound"},
      {kFailed, kInvalidUpdate, false, "stuck InvalidUpdate"},
      {kFailed, kUnexpectedAnnotations, false, "stuck UnexpectedAnnotations"},
      {kFailed, kOtherImage, false, "stuck OtherImage"},
      {kFailed, kOtherContent, false, "stuck OtherContent"},
      {kFailed, kOtherName, false, "stuck OtherName"},
      {kFailed, kNothingToRollBack, false, "stuck NothingToRollBack"},
      {kFailed, kWriteRefused, false, "stuck WriteRefused"},
      {kFailed, "NewWord", false, "stuck Other"},
      {kProgressing, "WindlassOutOfMemory", false, "stuck WindlassOutOfMemory"},
  };
  Begin();
  for (const Row& row : rows) {
    INFO(row.phase << " " << row.reason << " " << row.paused);
    update.spec.paused = row.paused;
    Act(row.phase, kStepScale, row.reason);
    const std::string phase = row.state.substr(0, row.state.find(' '));
    CHECK(UnderWay() == Page{{"rollouts ns " + kKind + " " + phase, 1}});
    const Page stuck = Of("rollouts_stuck");
    if (phase == "stuck") {
      const std::string cause = row.state.substr(phase.size());
      CHECK(stuck == Page{{"rollouts_stuck ns " + kKind + cause, 1}});
      CHECK(Of("rollout_info") ==
            Page{{"rollout_info ns web " + kKind + " RollingUpdate  00000000-1 stuck" + cause, 1}});
    } else {
      CHECK(stuck.empty());
    }
  }
  CHECK(Finished().empty());
  CHECK(Started() == Page{{kStarted + "template", 1}});
}

TEST_CASE_METHOD(Fixture, "an update that is refused before it changed anything has ended") {
  Put();
  Act(kFailed, "", kAutoscaled);
  CHECK(UnderWay().empty());
  CHECK(Finished() == Page{{kFinished + "refused", 1}});
  Edit();
  CHECK(UnderWay().size() == 1);
  Act(kFailed, "", kAutoscaled);
  CHECK(UnderWay().empty());
  CHECK(Finished() == Page{{kFinished + "refused", 2}});
  Proves("RC-20");
}

TEST_CASE_METHOD(Fixture, "one that waits for a controller that does not exist is stuck") {
  Put();
  Act(kFailed, "", kNotFound);
  CHECK(Of("rollouts_stuck") == Page{{"rollouts_stuck ns " + kKind + " NotFound", 1}});
}

TEST_CASE_METHOD(Fixture, "a refusal in the middle leaves the update stuck") {
  Begin();
  Act(kFailed, kStepScale, kTimedOut);
  Edit();
  Act(kFailed, "", kAutoscaled);
  CHECK(Finished().empty());
  CHECK(Of("rollouts_stuck") == Page{{"rollouts_stuck ns " + kKind + " Autoscaled", 1}});
}

TEST_CASE_METHOD(Fixture, "the time for which an update is stuck is counted, also after TimedOut") {
  Begin();
  Act(kFailed, kStepScale, kTimedOut);
  time.Advance(seconds(30));
  const std::string stuck = "rollout_stuck_seconds_total ns " + kKind + " TimedOut";
  CHECK(PageOf(observer).at(stuck) == 30);
  update.spec.timeout = "1h";
  Edit();
  CHECK(Finished().empty());  // another try of the same
  Act(kProgressing, kStepScale);
  time.Advance(seconds(30));
  CHECK(PageOf(observer).at(stuck) == 30);
  CHECK(UnderWay() == Page{{"rollouts ns " + kKind + " progressing", 1}});
  Act(kSucceeded, kStepDone);
  CHECK(Finished() == Page{{kFinished + "complete", 1}});
}

TEST_CASE_METHOD(Fixture, "a rollback ends the rollout, and is one") {
  Begin();
  Act(kFailed, kStepScale, kTimedOut);
  update.spec.rollback = true;
  Edit();
  Page finished = {{kFinished + "rolled_back", 1}};
  CHECK(Finished() == finished);
  CHECK(Started() == Page{{kStarted + "rollback", 1}, {kStarted + "template", 1}});
  CHECK(Of("rollbacks_total") == Page{{"rollbacks_total ns " + kKind + " rollback", 1}});
  Act(kProgressing, kStepScale);
  CHECK(Finished() == finished);
  Act(kRolledBack, kStepDone);
  finished[kFinished + "complete"] = 1;
  CHECK(Finished() == finished);
  CHECK(UnderWay().empty());
  // Forward again.
  update.spec.rollback = false;
  Edit();
  CHECK(Started() == Page{{kStarted + "rollback", 1}, {kStarted + "template", 2}});
  CHECK(Finished() == finished);
}

TEST_CASE_METHOD(Fixture, "edit and end may come in one change") {
  Begin();
  update.spec.rollback = true;
  ++update.meta.generation;
  Act(kRolledBack, kStepDone);
  CHECK(Finished() == Page{{kFinished + "complete", 1}, {kFinished + "rolled_back", 1}});
  CHECK(Started() == Page{{kStarted + "rollback", 1}, {kStarted + "template", 1}});
  CHECK(UnderWay().empty());
}

TEST_CASE("which edits of an update under way make another rollout") {
  struct Row {
    const char* what;
    void (*edit)(ReplicationControllerUpdateSpec& spec);
    bool paused;
    std::string outcome;  // "" if it goes on
  };
  const std::vector<Row> rows = {
      {"timeout", [](auto& spec) { spec.timeout = "1h"; }, false, ""},
      {"limits", [](auto& spec) { spec.max_surge = IntOrPercent::Int(3); }, false, ""},
      {"policy", [](auto& spec) { spec.on_external_scale = kAdopt; }, false, ""},
      {"pause", [](auto& spec) { spec.paused = true; }, false, ""},
      {"no name", [](auto& spec) { spec.new_name.clear(); }, false, ""},
      {"another name", [](auto& spec) { spec.new_name = "web-3"; }, false, "superseded"},
      {"another image", [](auto& spec) { spec.image = "app:v3"; }, false, "superseded"},
      {"rollback", [](auto& spec) { spec.rollback = true; }, false, "rolled_back"},
      {"name, paused", [](auto& spec) { spec.new_name = "web-3"; }, true, ""},
      {"rollback, paused", [](auto& spec) { spec.rollback = true; }, true, ""},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    Fixture f;
    f.update.spec.image = "app:v2";
    f.Begin();
    f.update.spec.paused = row.paused;
    row.edit(f.update.spec);
    f.Edit();
    f.Put();
    const Page ended = {{kFinished + row.outcome, 1}};
    CHECK(f.Finished() == (row.outcome.empty() ? Page() : ended));
    CHECK(f.UnderWay().size() == 1);
    if (!row.paused) continue;
    f.update.spec.paused = false;
    f.Edit();
    CHECK(f.Finished().size() == 1);
    CHECK(f.UnderWay().size() == 1);
  }
}

TEST_CASE_METHOD(Fixture, "what is edited during a rename is for the next rollout") {
  update.spec.image = "app:v2";
  Begin();
  BeginRename();
  update.spec.image = "app:v3";
  Edit();
  CHECK(Finished().empty());
  update.status.journal.clear();
  Act(kPreparing, kStepDone);
  CHECK(Finished() == Page{{kFinished + "complete", 1}});
  CHECK(Started() == Page{{kStarted + "template", 2}});
  CHECK(UnderWay().size() == 1);
  Put();
  update.status.target = TargetOf(update.spec);
  Act(kPreparing, kStepPrepare);
  Act(kProgressing, kStepScale);
  CHECK(Finished() == Page{{kFinished + "complete", 1}});
  Act(kSucceeded, kStepDone);
  CHECK(Finished() == Page{{kFinished + "complete", 2}});
  CHECK(Started() == Page{{kStarted + "template", 2}});
}

TEST_CASE_METHOD(Fixture, "a rename that cannot be rolled back any more is no rollback") {
  Begin();
  BeginRename();
  update.spec.rollback = true;
  Edit();
  CHECK(Finished().empty());
  Act(kCleaningUp, kStepCleanUp);
  update.status.journal.clear();
  Act(kSucceeded, kStepDone);
  CHECK(Finished() == Page{{kFinished + "complete", 1}});
  CHECK(Started() == Page{{kStarted + "template", 1}});
  CHECK(Of("rollbacks_total").empty());
  CHECK(UnderWay().empty());
}

TEST_CASE_METHOD(Fixture, "a rename that is rolled back is a rollback from then on") {
  Begin();
  BeginRename();
  update.spec.rollback = true;
  Edit();
  CHECK(Finished().empty());
  update.status.journal.clear();
  SECTION("in two changes") {
    Act(kPreparing, kStepPrepare);
    CHECK(Finished() == Page{{kFinished + "rolled_back", 1}});
    CHECK(UnderWay() == Page{{"rollouts ns " + kKind + " progressing", 1}});
  }
  SECTION("in one change") {}
  Act(kRolledBack, kStepDone);
  CHECK(Finished() == Page{{kFinished + "complete", 1}, {kFinished + "rolled_back", 1}});
  CHECK(Started() == Page{{kStarted + "rollback", 1}, {kStarted + "template", 1}});
  CHECK(Of("rollbacks_total") == Page{{"rollbacks_total ns " + kKind + " rollback", 1}});
  CHECK(UnderWay().empty());
}

TEST_CASE_METHOD(Fixture,
                 "an edit after the end begins another rollout, one that is paused later") {
  Begin();
  Act(kSucceeded, kStepDone);
  update.spec.timeout = "1h";
  Edit();
  CHECK(Started() == Page{{kStarted + "template", 2}});
  Act(kSucceeded, kStepDone);
  update.spec.paused = true;
  Edit();
  Act(kPaused, "", kPaused);
  CHECK(UnderWay().empty());
  update.spec.paused = false;
  Edit();
  CHECK(Started() == Page{{kStarted + "template", 3}});
  CHECK(Finished() == Page{{kFinished + "complete", 2}});
}

TEST_CASE_METHOD(Fixture, "a rollout ends with its update") {
  Begin();
  store.FoldDelete(KeyOf(update.meta), update.meta.uid);
  CHECK(Finished() == Page{{kFinished + "deleted", 1}});
  CHECK(UnderWay().empty());
}

TEST_CASE("an update that is seen first") {
  struct Row {
    const char* what;
    void (*make)(Fixture& f);
    std::string state;  // of one that is under way
    double started;     // when this process begins to lead
    double age = 0;     // then
  };
  const std::vector<Row> rows = {
      {"new", [](Fixture&) {}, "progressing", 1},
      {"new and paused", [](Fixture& f) { f.update.spec.paused = true; }, "", 0},
      {"paused before its run",
       [](Fixture& f) {
         f.update.spec.paused = true;
         f.Act(kPaused, "", kPaused);
       },
       "", 0},
      {"resumed before its run",
       [](Fixture& f) {
         f.Act(kPaused, "", kPaused);
         ++f.update.meta.generation;
       },
       "progressing", 1},
      {"midway",
       [](Fixture& f) {
         f.Act(kPreparing, kStepPrepare);
         f.time.Advance(seconds(50));
         f.Act(kProgressing, kStepScale);
       },
       "progressing", 0, 100},
      {"midway, edited since",
       [](Fixture& f) {
         f.Act(kProgressing, kStepScale);
         ++f.update.meta.generation;
       },
       "progressing", 0, 100},
      {"midway and paused",
       [](Fixture& f) {
         f.update.spec.paused = true;
         f.Act(kPaused, kStepScale, kPaused);
       },
       "paused", 0, 100},
      {"midway, turned round and paused",
       [](Fixture& f) {
         f.Act(kProgressing, kStepScale);
         f.update.spec.rollback = true;
         f.update.spec.paused = true;
         f.Act(kPaused, "", kPaused);
       },
       "paused", 0},
      {"turned round after its timeout",
       [](Fixture& f) {
         f.Act(kFailed, kStepScale, kTimedOut);
         f.update.spec.rollback = true;
         ++f.update.meta.generation;
         f.Act(kProgressing, kStepScale);
       },
       "progressing", 0},
      {"refused", [](Fixture& f) { f.Act(kFailed, "", kAutoscaled); }, "", 0},
      {"timed out", [](Fixture& f) { f.Act(kFailed, kStepScale, kTimedOut); }, "stuck", 0, 100},
      {"complete", [](Fixture& f) { f.Act(kSucceeded, kStepDone); }, "", 0},
      {"edited after its end",
       [](Fixture& f) {
         f.Act(kSucceeded, kStepDone);
         ++f.update.meta.generation;
       },
       "progressing", 1},
      {"turned round since",
       [](Fixture& f) {
         f.Act(kProgressing, kStepScale);
         f.update.spec.rollback = true;
         ++f.update.meta.generation;
       },
       "progressing", 1},
      {"turned round during its rename",
       [](Fixture& f) {
         f.BeginRename();
         f.update.spec.rollback = true;
         ++f.update.meta.generation;
       },
       "progressing", 0, 100},
      {"another name since",
       [](Fixture& f) {
         f.Act(kProgressing, kStepScale);
         f.update.spec.new_name = "web-3";
         ++f.update.meta.generation;
       },
       "progressing", 1},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    Fixture maker;  // as another process has left it
    row.make(maker);
    Fixture f;
    f.observer.Lead(false);
    f.time.Advance(seconds(100));
    f.update = maker.update;
    f.Put();
    CHECK(PageOf(f.observer).empty());
    f.observer.Lead(true);
    double started = 0;
    for (const auto& [text, count] : f.Started()) started += count;
    CHECK(started == row.started);
    const std::string under_way = "rollouts ns " + kKind + " " + row.state;
    CHECK(f.UnderWay() == (row.state.empty() ? Page() : Page{{under_way, 1}}));
    // Midway, the age is that of the condition, which says nothing of a rollback.
    const Page ages = f.Of("rollout_oldest_age_seconds");
    CHECK((ages.empty() ? row.state.empty() : ages.begin()->second == row.age));
  }
}

// A user with the right to write the status may write any time of RFC 3339.
TEST_CASE("a rollout is shown from no time that cannot be right") {
  struct Row {
    std::string shown;  // since when the update is not ready
    double age;         // on 2026-01-01T00:00:00Z
  };
  const std::vector<Row> rows = {
      {"2025-12-31T23:59:00Z", 60},
      {"2017-01-01T00:00:00Z", 3287 * 86400},  // nine years, two of them with a leap day
      {"2015-01-01T00:00:00Z", 0},
      {"0001-01-01T00:00:00Z", 0},
      {"2026-01-01T00:00:01Z", 0},
      {"9999-12-31T23:59:59Z", 0},
  };
  for (const Row& row : rows) {
    INFO(row.shown);
    Fixture maker;  // as another process has left it
    maker.Act(kProgressing, kStepScale);
    Fixture f;
    f.update = maker.update;
    f.update.status.conditions.front().last_transition_time = ParseTime(row.shown).value();
    f.Put();
    const Page page = PageOf(f.observer);
    CHECK(page.at("rollout_oldest_age_seconds " + kKind + " progressing") == row.age);
    CHECK(page.at("rollout_started_timestamp_seconds ns web " + kKind) ==
          static_cast<double>(f.time.Wall().unix_seconds) - row.age);
  }
}

TEST_CASE_METHOD(Fixture, "only a leader counts and shows, and it knows what went before") {
  observer.Lead(false);
  Begin();
  CHECK(PageOf(observer).empty());
  time.Advance(seconds(50));
  observer.Lead(true);
  CHECK(Started().empty());
  CHECK(UnderWay() == Page{{"rollouts ns " + kKind + " progressing", 1}});
  CHECK(PageOf(observer).at("rollout_oldest_age_seconds " + kKind + " progressing") == 50);
  Act(kSucceeded, kStepDone);
  CHECK(Finished() == Page{{kFinished + "complete", 1}});
}

TEST_CASE_METHOD(Fixture, "a new leader counts no beginning that a leader has seen") {
  observer.Lead(false);
  Begin();
  update.spec.timeout = "1h";
  Edit();
  observer.Lead(true);
  CHECK(Started().empty());
  CHECK(UnderWay() == Page{{"rollouts ns " + kKind + " progressing", 1}});
  // No leader has seen that it was turned round.
  observer.Lead(false);
  update.spec.rollback = true;
  Edit();
  observer.Lead(true);
  CHECK(Started() == Page{{kStarted + "rollback", 1}});
}

TEST_CASE_METHOD(Fixture, "a rollout under way has series of its own, with the sizes of both") {
  Put();
  const std::string series = " ns web " + kKind;
  const std::string info = "rollout_info" + series + " RollingUpdate  ";
  CHECK(Of("rollout_info") == Page{{info + "00000000-1 progressing ", 1}});
  CHECK(Of("rollout_replicas").empty());  // its status has no sizes yet
  CHECK(PageOf(observer).at("rollout_started_timestamp_seconds" + series) ==
        static_cast<double>(time.Wall().unix_seconds));
  CHECK(PageOf(observer).at("rollouts_not_shown") == 0);
  update.status.desired_replicas = 5;
  update.status.old_replicas = 2;
  update.status.new_replicas = 4;
  update.status.available_replicas = 3;
  Act(kProgressing, kStepScale);
  const std::string replicas = "rollout_replicas" + series;
  CHECK(Of("rollout_replicas") == Page{{replicas + " available", 3},
                                       {replicas + " desired", 5},
                                       {replicas + " old", 2},
                                       {replicas + " updated", 4}});
  update.spec.rollback = true;
  Edit();
  CHECK(PageOf(observer).at(replicas + " updated") == 2);
  CHECK(PageOf(observer).at(replicas + " old") == 4);
  update.status.earlier_rollouts = 1;
  Act(kPreparing, kStepPrepare);
  CHECK(Of("rollout_info") == Page{{info + "00000000-2 progressing ", 1}});
}

}  // namespace
}  // namespace windlass::update_observer_test
