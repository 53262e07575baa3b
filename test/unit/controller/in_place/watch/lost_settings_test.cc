// What is remembered of settings that a webhook removes from a ReplicaSet.
#include "controller/in_place/watch/lost_settings.h"

#include <optional>
#include <string>
#include <utility>

#include "controller/in_place/phases/decisions.h"
#include "controller/in_place/phases/rollout_mode.h"
#include "controller/workload/requests/replica_set_requests.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/workload/boats.h"

namespace windlass::lost_settings_test {
namespace {

constexpr WallTime kNow{1'800'000'000};
const ObjectKey kKey{"ns", "web-1"};
constexpr Uid kUid{0xD0, 2};

// Boat web wants settings on its ReplicaSet web-1, which has none.
struct Fixture {
  Fixture() {
    meta.generation = 7;
    boat.in_place_settings = {{"windlass.dev/in-place", "Only"}};
    Put({});
  }
  // Shows the next version of web-1.
  void Put(const std::string& setting) {
    ReplicaSet rs;
    rs.meta.namespace_ = "ns";
    rs.meta.name = "web-1";
    rs.meta.uid = kUid;
    rs.meta.resource_version = {std::to_string(++version)};
    if (!setting.empty()) rs.meta.annotations.Set("windlass.dev/in-place", setting);
    store.Apply(std::move(rs));
  }
  // Returns the answer to the write of the settings that web-1 lacks now.
  Outcome Mirror() const {
    const ReplicaSet& rs = *store.Find(kKey);
    const Request request =
        workload::PatchAnnotations(rs, in_place::MirrorDifference(boat.in_place_settings, rs.meta));
    Outcome outcome{request.Identity(), Reply{}};
    outcome.decided = in_place::decisions::kMirrorAnnotations;
    return outcome;
  }
  // Returns what a sync's next step sees of the boat and of web-1.
  View Seen() const {
    View view{.workload = boat};
    if (const ReplicaSet* rs = store.Find(kKey)) view.replica_sets.push_back(rs);
    memory.Fill(view);
    return view;
  }
  // Returns when the settings were lost, as the next step sees it after `outcome`.
  std::optional<WallTime> After(Outcome outcome) {
    View view = Seen();
    memory.Note(view, {std::move(outcome)}, kNow);
    CHECK(view.settings_lost == Seen().settings_lost);
    return Lost();
  }
  // Returns the same for a later sync.
  std::optional<WallTime> Lost() const {
    const View view = Seen();
    const auto found = view.settings_lost.find(kUid);
    return found == view.settings_lost.end() ? std::nullopt : std::optional(found->second);
  }

  workload::BoatKind kind;
  ObjectMeta meta;
  LabelSelector selector;
  std::optional<IntOrPercent> unset;
  Workload boat{.kind = kind,
                .meta = meta,
                .selector = selector,
                .max_surge = unset,
                .max_unavailable = unset};
  Store<ReplicaSet> store;
  LostSettings memory{store};
  int version = 0;
};

TEST_CASE("settings that a ReplicaSet lacks after their write are lost (P-074)") {
  Fixture f;
  CHECK(f.After(f.Mirror()) == kNow);
  f.Put({});
  CHECK(f.Lost() == kNow);  // a newer version does not change that
  CHECK(f.memory.size() == 1);
  f.store.FoldDelete(kKey, kUid);
  CHECK(f.memory.size() == 0);
  Proves("P-074");
}

// Whom this serves: who mends the webhook, and then says anew how Pods are to be updated.
TEST_CASE("lost settings are written again at once after a user's change (P-074)") {
  Fixture f;
  REQUIRE(f.After(f.Mirror()));
  SECTION("an annotation, which raises no generation") {
    f.boat.in_place_settings = {{"windlass.dev/in-place", "IfPossible"}};
  }
  SECTION("one more annotation") {
    f.boat.in_place_settings.push_back({"windlass.dev/in-place-surge", "Never"});
  }
  SECTION("the spec") { f.meta.generation = 8; }
  CHECK_FALSE(f.Lost());
  f.meta.generation = 7;
  f.boat.in_place_settings = {{"windlass.dev/in-place", "Only"}};
  CHECK(f.Lost() == kNow);  // what is wanted now was lost
  Proves("P-074");
}

TEST_CASE("the order of the settings does not matter for what was lost (P-074)") {
  Fixture f;
  f.boat.in_place_settings.push_back({"windlass.dev/in-place-surge", "Never"});
  REQUIRE(f.After(f.Mirror()));
  f.boat.in_place_settings = {{"windlass.dev/in-place-surge", "Never"},
                              {"windlass.dev/in-place", "Only"}};
  CHECK(f.Lost() == kNow);
  Proves("P-074");
}

TEST_CASE("settings are lost only if just their write was in vain (P-074)") {
  Fixture f;
  Outcome outcome = f.Mirror();
  SECTION("they were kept") { f.Put("Only"); }
  SECTION("the write was refused") { outcome.said = Error{ErrorKind::kForbidden, "no"}; }
  SECTION("it was another write") { outcome.decided = in_place::decisions::kScaleStandIns; }
  SECTION("a user has changed the settings meanwhile") {
    f.boat.in_place_settings = {{"windlass.dev/in-place", "IfPossible"}};
  }
  SECTION("the ReplicaSet has changed meanwhile") { f.Put({}); }
  CHECK_FALSE(f.After(outcome));
  Proves("P-074");
}

TEST_CASE("nothing is lost before something was written (P-074)") {
  Fixture f;
  View view = f.Seen();
  f.memory.Note(view, {}, kNow);
  CHECK(view.settings_lost.empty());
  CHECK(f.memory.size() == 0);
  Proves("P-074");
}

}  // namespace
}  // namespace windlass::lost_settings_test
