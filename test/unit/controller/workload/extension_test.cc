// What plugs into the planner: an invented kind without an extension, and one with an extension
// that counts how often the planner calls it.
#include "controller/workload/extension.h"

#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>

#include "controller/workload/annotations/annotations.h"
#include "controller/workload/ownership/claim.h"
#include "controller/workload/planner/planner.h"
#include "controller/workload/situation.h"
#include "controller/workload/workload_kind.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/workload/boats.h"

namespace windlass::workload::extension_test {
namespace {

using Json = nlohmann::json;
using What = PlannedWrite::What;

constexpr std::string_view kNote = "internal.windlass.dev/sail";

struct Sails : ExtensionState {
  explicit Sails(int number) : count(number) {}
  int count;
};

// Reports conditions and Events about sails, and notes their number on ReplicaSets.
class Rigging : public Extension {
 public:
  void Look(Situation& situation) const override {
    ++calls["Look"];
    situation.extended.new_one_is_empty = new_one_is_empty;
    situation.extension_state = std::make_shared<const Sails>(3);
    if (takes_youngest && !situation.all.empty()) {
      situation.new_replica_set = situation.all.back();
      situation.old.assign(situation.all.begin(), situation.all.end() - 1);
    }
  }

  std::optional<Step> Next(const Situation& situation, Moment moment) const override {
    const std::map<Moment, std::string> names = {{Moment::kRecover, "recover"},
                                                 {Moment::kWhilePaused, "paused"},
                                                 {Moment::kWhileRunning, "running"},
                                                 {Moment::kBeforeCreation, "creation"},
                                                 {Moment::kWhileHeld, "held"}};
    ++calls["Next, " + names.at(moment)];
    CHECK(SailsOf(situation) == 3);
    if (wants == moment) return Failed{.error = {ErrorKind::kInvalid, "hoist a sail"}};
    return std::nullopt;
  }

  void UpdateStatus(const Situation& situation, WorkloadStatus& status) const override {
    ++calls["UpdateStatus"];
    const std::string message = std::to_string(SailsOf(situation)) + " sails";
    status.conditions.push_back({"example.com/Sails", "True", "Hoisted", message, {}, {}});
  }

  std::vector<Event> Events(const Situation&, const WorkloadStatus& status) const override {
    ++calls["Events"];
    return {{Event::Type::kNormal, "Hoisted", status.conditions.back().message}};
  }

  std::string Note(const Situation& situation, const PlannedWrite& write,
                   std::map<std::string, std::string>& annotations) const override {
    ++calls[write.what == What::kResize ? "Note, resize" : "Note, new"];
    const std::string note = std::to_string(SailsOf(situation));
    if (write.onto != nullptr && write.onto->meta.annotations.Find(kNote) == note) return {};
    annotations[std::string(kNote)] = note;
    return write.what == What::kResize ? "" : "NoWind";
  }

  Step End(const Situation&, Step step) const override {
    ++calls["End"];
    return LookAgainNoLater(std::move(step), seconds(7));
  }

  std::set<std::string> Called() const {
    std::set<std::string> called;
    for (const auto& [name, times] : calls) called.insert(name);
    return called;
  }

  bool new_one_is_empty = false;
  bool takes_youngest = false;
  std::optional<Moment> wants;
  mutable std::map<std::string, int> calls;

 private:
  static int SailsOf(const Situation& situation) {
    REQUIRE(situation.extension_state != nullptr);
    return static_cast<const Sails&>(*situation.extension_state).count;
  }
};

struct Rigged : Harbour {
  Rigged() { kind.Extend(rigging); }
  Rigging rigging;
};

using Names = std::set<std::string>;

Json BodyOf(const Step& step) { return Json::parse(std::get<Write>(step).request.body()); }

TEST_CASE("a kind without an extension is planned by the planner's own rules") {
  Harbour harbour;
  REQUIRE(harbour.kind.extension() == nullptr);
  SECTION("its ReplicaSets carry no notes and have their Pods at once") {
    const Json made = BodyOf(harbour.Decide());
    CHECK(made["spec"]["replicas"] == 2);
    CHECK_FALSE(made["metadata"]["annotations"].contains(kNote));
  }
  SECTION("its status has the planner's conditions only, and no Events") {
    harbour.world.AddNew("web-1", 2, 2);
    const Step step = harbour.Decide();
    CHECK(std::get<Write>(step).on_success.empty());
    REQUIRE(harbour.kind.written);
    CHECK(TypesOf(harbour.kind.written->conditions) == "Available Progressing");
  }
}

TEST_CASE("an extension is asked before a ReplicaSet is made, and notes on it what it wants") {
  Rigged harbour;
  harbour.rigging.new_one_is_empty = true;
  const Step step = harbour.Decide();
  CHECK(BodyOf(step)["spec"]["replicas"] == 0);
  CHECK(BodyOf(step)["metadata"]["annotations"][std::string(kNote)] == "3");
  CHECK(std::get<Write>(step).because.counted_reason == "NoWind");
  CHECK(harbour.rigging.Called() ==
        Names{"Look", "Next, recover", "Next, running", "Next, creation", "Note, new", "End"});
  CHECK(harbour.rigging.calls["Look"] == 1);
  CHECK(harbour.rigging.calls["End"] == 1);
}

// For the user whose Pod an update took out of traffic: it returns, although nothing is rolled out.
TEST_CASE("an extension is asked what is due while there is nothing to follow (RO-032)") {
  Rigged harbour;
  ReplicaSet& rs = harbour.world.AddNew("web-1", 2, 2);
  const std::string number(rs.meta.annotations.Find(kRevision).value_or(""));
  const std::string noted = harbour.world.deployment.meta.uid.ToString() + "/" + number;
  harbour.world.SetAnnotation(rs, kAborted, noted);
  harbour.rigging.wants = Moment::kWhileHeld;
  CHECK_FALSE(std::holds_alternative<Failed>(harbour.Decide()));
  harbour.follow_revision = 7;
  const Step step = harbour.Decide();
  REQUIRE(std::holds_alternative<Failed>(step));
  CHECK(std::get<Failed>(step).error.message == "hoist a sail");
  Proves("RO-032");
}

TEST_CASE("an extension adds its notes to every resize") {
  Rigged harbour;
  harbour.world.AddOld("web-1", 2, 2);
  harbour.world.AddNew("web-2", 0, 0);
  const Step step = harbour.Decide();
  CHECK(BodyOf(step)["spec"]["replicas"] == 1);
  CHECK(BodyOf(step)["metadata"]["annotations"][std::string(kNote)] == "3");
  CHECK(harbour.rigging.Called() ==
        Names{"Look", "Next, recover", "Next, running", "Note, new", "Note, resize", "End"});
}

TEST_CASE("an extension adds its condition to the status, and its Events to the write") {
  Rigged harbour;
  harbour.world.deployment.spec.paused = true;
  ReplicaSet& new_replica_set = harbour.world.AddNew("web-1", 2, 2);
  new_replica_set.meta.annotations.Set(kNote, "3");
  const Step step = harbour.Decide();
  REQUIRE(harbour.kind.written);
  CHECK(StatusAndReason(harbour.kind.written->conditions, "example.com/Sails") == "True Hoisted");
  REQUIRE(std::get<Write>(step).on_success.size() == 1);
  CHECK(std::get<Write>(step).on_success[0].message == "3 sails");
  CHECK(harbour.rigging.Called() == Names{"Look", "Next, recover", "Next, paused", "Note, new",
                                          "UpdateStatus", "Events", "End"});
}

TEST_CASE("a step of the extension comes before the planner's own") {
  const auto [moment, paused] = GENERATE(table<Moment, bool>({{Moment::kRecover, false},
                                                              {Moment::kRecover, true},
                                                              {Moment::kWhilePaused, true},
                                                              {Moment::kWhileRunning, false},
                                                              {Moment::kBeforeCreation, false}}));
  Rigged harbour;
  harbour.world.deployment.spec.paused = paused;
  harbour.rigging.wants = moment;
  const Step step = harbour.Decide();
  REQUIRE(std::holds_alternative<Failed>(step));
  CHECK(std::get<Failed>(step).error.message == "hoist a sail");
}

TEST_CASE("an extension changes the end of a sync, also after a refused write") {
  Rigged harbour;
  harbour.world.AddOld("web-1", 2, 2);
  harbour.world.AddNew("web-2", 0, 0);
  const Step resize = harbour.Decide();
  const Learned refused{
      OutcomeOf(std::get<Write>(resize), Error{ErrorKind::kForbidden, "no more boats"})};
  harbour.rigging.calls.clear();
  harbour.Decide(refused);
  CHECK(harbour.rigging.Called() == Names{"Look", "UpdateStatus", "Events", "End"});

  Learned told = refused;
  told.push_back(OutcomeOf(std::get<Write>(harbour.Decide(refused)), Reply{}));
  const Step end = harbour.Decide(told);
  REQUIRE(std::holds_alternative<Failed>(end));
  CHECK(std::get<Failed>(end).look_again_in == seconds(7));
}

TEST_CASE("an extension may choose another ReplicaSet as the new one") {
  Rigged harbour;
  harbour.rigging.takes_youngest = true;
  harbour.world.AddNew("web-1", 0, 0);
  harbour.world.AddNew("web-2", 2, 2);
  const View view = harbour.Look();
  const Learned nothing;
  const Situation situation = MakeSituation(view, ClaimReplicaSets(view), nothing, kNow);
  REQUIRE(situation.new_replica_set != nullptr);
  CHECK(situation.new_replica_set->meta.name == "web-2");
  REQUIRE(situation.old.size() == 1);
  CHECK(situation.old[0]->meta.name == "web-1");
}

}  // namespace
}  // namespace windlass::workload::extension_test
