// Settings of in-place updates that are fields of the object: ReplicaSets have them as annotations
// (P-074).
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "controller/in_place/phases/condition_reason.h"
#include "controller/in_place/phases/extension.h"
#include "controller/in_place/phases/rollout_in_place.h"
#include "controller/in_place/phases/status.h"
#include "controller/workload/annotations/annotations.h"
#include "controller/workload/ownership/claim.h"
#include "controller/workload/planner/planner.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/workload/boats.h"

namespace windlass::in_place::field_settings_test {
namespace {

using Json = nlohmann::json;

// Boats that are updated in place if possible. No object has an annotation that says so.
struct Fleet : workload::Harbour {
  Fleet() {
    kind.Extend(InPlaceExtension());
    kind.own_traits.mirrors_settings = true;
  }
  View Seen() const {
    View view = Look();
    view.workload.in_place_settings = settings;
    view.workload.requested_template = requested;
    view.in_place_known = sees_pods;
    view.settings_lost = settings_lost;
    return view;
  }
  Request NextWrite() const {
    const Step step = workload::Next(Seen(), {}, workload::kNow);
    const Write* write = std::get_if<Write>(&step);
    REQUIRE(write != nullptr);
    return write->request;
  }
  // Returns the annotations that the next write sets.
  Json NextAnnotations() const {
    const Request write = NextWrite();
    REQUIRE(write.resource() == resources::kReplicaSets);
    return Json::parse(write.body())["metadata"]["annotations"];
  }

  std::vector<Setting> settings{{"windlass.dev/in-place", "IfPossible"},
                                {"windlass.dev/in-place-surge", "Never"}};
  std::map<Uid, WallTime> settings_lost;
  std::string requested;
  bool sees_pods = false;
};

TEST_CASE("a ReplicaSet is made with the settings (P-074)") {
  Fleet fleet;
  fleet.world.deployment.meta.annotations = {
      {"team", "a"}, {"windlass.dev/in-place", "Only"}, {"windlass.dev/in-place-pdb", "Ignore"}};
  const Json annotations = fleet.NextAnnotations();
  CHECK(annotations["team"] == "a");
  CHECK(annotations["windlass.dev/in-place"] == "IfPossible");
  CHECK(annotations["windlass.dev/in-place-surge"] == "Never");
  CHECK_FALSE(annotations.contains("windlass.dev/in-place-pdb"));  // no setting of a boat
}

TEST_CASE("a ReplicaSet that is there gets the settings, and loses those that are gone (P-074)") {
  Fleet fleet;
  ReplicaSet& rs = fleet.world.AddNew("web-1", 2, 2);
  rs.meta.annotations.Set("windlass.dev/in-place-surge", "Never");
  rs.meta.annotations.Set("windlass.dev/in-place-pdb", "Ignore");
  CHECK(fleet.NextAnnotations() ==
        Json::parse(R"({"windlass.dev/in-place":"IfPossible","windlass.dev/in-place-pdb":null})"));
}

TEST_CASE("a new ReplicaSet gets no annotation of the object that is no setting (P-074)") {
  Fleet fleet;
  fleet.world.deployment.meta.annotations = {{"team", "a"},
                                             {"windlass.dev/in-place-pdb", "Ignore"}};
  ReplicaSet& rs = fleet.world.AddNew("web-1", 2, 2);
  rs.meta.annotations.Set("windlass.dev/in-place", "IfPossible");
  rs.meta.annotations.Set("windlass.dev/in-place-surge", "Never");
  CHECK(fleet.NextAnnotations() == Json::parse(R"({"team":"a"})"));
}

// Whom this serves: whose webhook removes annotations of ReplicaSets. Each sync would write again.
TEST_CASE("settings that were not kept are not written again for a minute (P-074)") {
  Fleet fleet;
  ReplicaSet& rs = fleet.world.AddNew("web-1", 2, 2);
  const auto writes_settings = [&] {
    return fleet.NextWrite().body().find("windlass.dev/in-place") != std::string::npos;
  };
  CHECK(writes_settings());
  fleet.settings_lost[rs.meta.uid] = workload::kNow + seconds(-59);
  CHECK_FALSE(writes_settings());
  fleet.settings_lost[rs.meta.uid] = workload::kNow + seconds(-60);
  CHECK(writes_settings());
  fleet.settings_lost[rs.meta.uid] = workload::kNow + seconds(1);  // the clock was set back
  CHECK(writes_settings());
  Proves("P-074");
}

// Whom this serves: who mends the webhook, and changes nothing else. No event comes then. At rest
// it would serve nobody.
TEST_CASE("a rollout is looked at when its settings may be written again (P-074)") {
  Fleet fleet;
  const bool at_rest = GENERATE(false, true);
  const int32_t left = at_rest ? 0 : 1;
  const Uid old = fleet.world.AddOld("web-1", left, left).meta.uid;
  const Uid present = fleet.world.AddNew("web-2", 2, 2).meta.uid;
  const auto looks_again = [&] {
    View view = fleet.Seen();
    view.in_place_missing = "pods (no right to watch them)";
    const Learned learned;
    const workload::Situation situation =
        workload::MakeSituation(view, workload::ClaimReplicaSets(view), learned, workload::kNow);
    return InPlaceOf(situation).look_again;
  };
  CHECK(looks_again() == std::nullopt);
  fleet.settings_lost = {{old, workload::kNow + seconds(-10)},
                         {present, workload::kNow + seconds(-30)}};
  CHECK((looks_again() == workload::kNow + seconds(30)) == !at_rest);
  fleet.settings_lost.erase(present);
  CHECK((looks_again() == workload::kNow + seconds(50)) == !at_rest);
  fleet.settings_lost[old] = workload::kNow + seconds(-60);
  CHECK(looks_again() == std::nullopt);
  Proves("P-074");
}

// Gives `rs` the settings.
void Mirror(const Fleet& fleet, ReplicaSet& rs) {
  for (const auto& [key, value] : fleet.settings) rs.meta.annotations.Set(key, value);
}

TEST_CASE("the way back from a refused template is that of the kind (P-014, RO-073)") {
  Fleet fleet;
  const ReplicaSet& host = fleet.world.AddOld("web-1", 2, 2);
  const View view = fleet.Look();
  const Learned learned;
  workload::Situation situation =
      workload::MakeSituation(view, workload::ClaimReplicaSets(view), learned, workload::kNow);
  InPlace found;
  found.configuration.options.policy = Policy::kOnly;
  found.now = phases::Refused{.host = &host, .why = CauseOf({Reason::kFieldChanged, "/spec/os"})};
  situation.extension_state = std::make_shared<InPlaceState>(std::move(found));
  WorkloadStatus status;
  UpdateInPlaceCondition(situation, status);
  const Condition* told = FindCondition(status.conditions, kInPlaceCondition);
  REQUIRE(told != nullptr);
  CHECK(told->message ==
        "spec.template.spec.os has changed, and Windlass cannot change it in a running Pod "
        "(FieldChanged). With Aye, nothing is rolled out: set windlass.dev/in-place to "
        "IfPossible for new Pods; steering to 1 restores the previous template");
  Proves("P-014 RO-073");
}

// Before the pause ends, ReplicaSets get no settings, so the cache does not keep their templates.
TEST_CASE("a paused workload that adopts may see no template, and is said to be paused (RO-038)") {
  Fleet fleet;
  fleet.requested = "t-asked";
  fleet.sees_pods = true;
  fleet.kind.own_traits.takes_over_rollouts = true;
  fleet.world.deployment.spec.paused = true;
  fleet.world.AddOld("web-1", 1, 1);  // of two; another ReplicaSet may follow
  CHECK(fleet.NextWrite().Describe() == "patch boats/status ns/web");
  REQUIRE(fleet.kind.written);
  CHECK(workload::StatusAndReason(fleet.kind.written->conditions, kInPlaceCondition) ==
        "True Paused");
  Proves("RO-038");
}

TEST_CASE("the text of the wanted template is kept as soon as the settings are there (RO-011)") {
  Fleet fleet;
  fleet.requested = "t-asked";
  fleet.sees_pods = true;
  ReplicaSet& host = fleet.world.Add("web-1", 2, 2, 1);
  Mirror(fleet, host);
  host.template_json = fleet.world.deployment.spec.template_json;
  ReplicaSet& noted = fleet.world.Add("web-2", 0, 0, 200);
  noted.meta.annotations.Set(workload::kRequestedTemplate, "t-asked");
  CHECK(fleet.NextAnnotations() == Json::parse(R"({"windlass.dev/in-place":"IfPossible",)"
                                               R"("windlass.dev/in-place-surge":"Never"})"));
  Mirror(fleet, noted);  // its text is not there yet: nothing is decided
  CHECK(fleet.NextWrite().Describe() == "patch boats/status ns/web");
  Proves("RO-011");
}

}  // namespace
}  // namespace windlass::in_place::field_settings_test
