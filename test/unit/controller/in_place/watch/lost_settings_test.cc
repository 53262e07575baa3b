// What is remembered of settings that a webhook removes from a ReplicaSet.
#include "controller/in_place/watch/lost_settings.h"

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
    rs.meta.uid = {0xD0, 2};
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
  std::optional<LostAnnotations> After(Outcome outcome) {
    NoteLostSettings(store, boat, {std::move(outcome)}, kNow);
    return store.Find(kKey)->lost_annotations;
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
  int version = 0;
};

TEST_CASE("settings that a ReplicaSet lacks after their write are lost (P-074)") {
  Fixture f;
  const auto lost = f.After(f.Mirror());
  REQUIRE(lost);
  CHECK(lost->at == kNow);
  CHECK(lost->owner_generation == 7);
  f.Put({});
  CHECK(f.store.Find(kKey)->lost_annotations);  // a newer version does not change that
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
  NoteLostSettings(f.store, f.boat, {}, kNow);
  CHECK_FALSE(f.store.Find(kKey)->lost_annotations);
  Proves("P-074");
}

}  // namespace
}  // namespace windlass::lost_settings_test
