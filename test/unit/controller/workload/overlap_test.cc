// What is said of a workload whose selector matches ReplicaSets of another controller.
#include "controller/workload/status/overlap.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "controller/workload/conditions.h"
#include "controller/workload/planner/planner.h"
#include "controller/workload/status/status.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/workload/boats.h"

namespace windlass::workload::overlap_test {
namespace {

const WallTime kLongAgo{1'700'000'000};

OwnerReference Other(const std::string& version, const std::string& kind, const std::string& name) {
  return {version, kind, name, UidOf(std::hash<std::string>{}(name)), true, true};
}
const OwnerReference kDeploymentApi = Other("apps/v1", "Deployment", "api");

// A boat that is complete, beside others.
struct Beside : Harbour {
  Beside() { world.AddNew("web-1", 2, 2); }

  Step Next(WallTime now = kNow) {
    View view = Look();
    view.overlaps = overlaps;
    if (stored) view.workload.status = *stored;
    view.workload.revision = kind.published;
    return workload::Next(view, {}, now);
  }
  // Returns the Events of the next status write, "Boat web: …" or "" for those about the boat.
  std::vector<std::string> Write(WallTime now = kNow) {
    const Step step = Next(now);
    const auto* write = std::get_if<windlass::Write>(&step);
    REQUIRE(write != nullptr);
    REQUIRE(write->request.subresource() == "status");
    stored = kind.written;
    std::vector<std::string> events;
    for (const Event& event : write->on_success) {
      CHECK(event.type == Event::Type::kWarning);
      CHECK(event.reason == "SelectorOverlap");
      std::string about;
      if (event.about) {
        CHECK(event.about->key.namespace_ == "ns");
        about =
            event.about->api_version + " " + event.about->kind + " " + event.about->key.name + ": ";
      }
      events.push_back(about + event.message.substr(0, event.message.find(" as well")));
    }
    return events;
  }
  const Condition* Told() const { return FindCondition(stored->conditions, kSelectorOverlap); }
  std::string Message() const {
    const Condition* condition = Told();
    return condition == nullptr ? "" : condition->message;
  }

  std::vector<Overlap> overlaps;
  std::optional<WorkloadStatus> stored;
};

using Texts = std::vector<std::string>;

TEST_CASE("an overlap makes a condition, and an Event about each of the two") {
  Beside boat;
  boat.overlaps = {{kDeploymentApi, kLongAgo}};
  CHECK(boat.Write() == Texts{"spec.selector matches Pods of Deployment api",
                              "apps/v1 Deployment api: spec.selector of Boat web matches Pods of "
                              "this Deployment"});
  CHECK(StatusAndReason(boat.stored->conditions, kSelectorOverlap) == "True SelectsPodsOfAnother");
  CHECK(
      boat.Message() ==
      "spec.selector matches Pods of Deployment api as well. Each controller keeps its own Pods. "
      "If one controller is to replace the other, finish the replacement. Otherwise delete one of "
      "them and create it again with a label of its own in spec.selector and spec.template");
  SECTION("and no other Event while it lasts") {
    boat.world.replica_sets[0].status.available_replicas = 1;
    CHECK(boat.Write(kNow + seconds(60)) == Texts{});
    CHECK(boat.Told()->last_update_time == kNow);
  }
  SECTION("and is taken back at its end") {
    boat.overlaps.clear();
    CHECK(boat.Write(kNow + seconds(60)) == Texts{});
    CHECK(boat.Message() == "");
    SECTION("and is told again") {
      boat.overlaps = {{kDeploymentApi, kNow + seconds(100)}};
      CHECK(boat.Write(kNow + seconds(105)).size() == 2);
    }
  }
  Proves("RO-160 RO-161");
}

TEST_CASE("the other is not told of what it tells itself") {
  Beside boat;
  boat.overlaps = {{Other("example.com/v2", "Boat", "red"), kLongAgo, false, true},
                   {kDeploymentApi, kLongAgo}};
  const Texts events = boat.Write();
  REQUIRE(events.size() == 2);
  CHECK(events[0] == "spec.selector matches Pods of Boat.example.com red and Deployment api");
  CHECK(events[1].starts_with("apps/v1 Deployment api"));
  Proves("RO-161");
}

TEST_CASE("a further overlap is told alone, and the condition names both") {
  Beside boat;
  boat.overlaps = {{kDeploymentApi, kLongAgo}};
  boat.Write();
  boat.overlaps.push_back({Other("windlass.dev/v1alpha1", "Rollout", "web"), kNow + seconds(-4)});
  const Texts events = boat.Write(kNow + seconds(1));
  CHECK(events == Texts{"spec.selector matches Pods of Rollout web",
                        "windlass.dev/v1alpha1 Rollout web: spec.selector of Boat web matches "
                        "Pods of this Rollout"});
  CHECK(boat.Message().starts_with(
      "spec.selector matches Pods of Deployment api and Rollout web as well"));
  boat.overlaps.erase(boat.overlaps.begin());
  CHECK(boat.Write(kNow + seconds(9)) == Texts{});
  CHECK(boat.Message().starts_with("spec.selector matches Pods of Rollout web as well"));
  Proves("RO-161");
}

TEST_CASE("of many others three are named, and ten get an Event") {
  Beside boat;
  for (int i = 10; i < 30; ++i) {
    boat.overlaps.push_back({Other("apps/v1", "Deployment", "d" + std::to_string(i)), kLongAgo});
  }
  CHECK(boat.Write().size() == 11);
  CHECK(boat.Message().starts_with(
      "spec.selector matches Pods of Deployment d10, Deployment d11 and 18 others as well"));
  boat.overlaps.pop_back();
  boat.overlaps.push_back({Other("apps/v1", "Deployment", "late"), kNow});
  CHECK(boat.Write(kNow + seconds(5)).size() == 2);  // although the message is the same
  boat.world.replica_sets[0].status.available_replicas = 1;
  CHECK(boat.Write(kNow + seconds(60)).empty());
  Proves("RO-161");
}

TEST_CASE("an overlap of less than five seconds is not told") {
  Beside boat;
  boat.Write();
  boat.overlaps = {{kDeploymentApi, kNow + seconds(-3)}};
  const Step step = boat.Next();
  const auto* wait = std::get_if<Wait>(&step);
  REQUIRE(wait != nullptr);
  CHECK(wait->look_again_in == seconds(2));
  CHECK(boat.Write(kNow + seconds(2)).size() == 2);
  Proves("RO-162");
}

// A condition of the future does not tell what it was written of.
TEST_CASE("a clock that is set back puts off no overlap") {
  Beside boat;
  boat.overlaps = {{kDeploymentApi, kLongAgo}};
  boat.Write();
  const WallTime now = kNow + seconds(-3600);
  boat.overlaps.push_back({Other("windlass.dev/v1alpha1", "Rollout", "web"), now});
  CHECK(boat.Write(now).size() == 2);  // what was told is told once more
  const Texts events = boat.Write(now + seconds(5));
  REQUIRE(events.size() == 2);
  CHECK(events[0] == "spec.selector matches Pods of Rollout web");
  boat.world.replica_sets[0].status.available_replicas = 1;
  CHECK(boat.Write(now + seconds(60)).empty());
  Proves("RO-161 RO-162");
}

// After a restart, it is not known when an overlap began.
TEST_CASE("what was there at the start was told if the condition is stored") {
  Beside boat;
  boat.Write();
  boat.overlaps = {{kDeploymentApi, kNow, /*at_start=*/true}};
  const bool told = GENERATE(true, false);
  if (told) {
    SetCondition(boat.stored->conditions,
                 NewCondition(kSelectorOverlap, "True", "SelectsPodsOfAnother", "", kLongAgo));
    CHECK(boat.Write() == Texts{});  // the message of an earlier version
  } else {
    CHECK(std::holds_alternative<Wait>(boat.Next()));
    CHECK(boat.Write(kNow + seconds(5)).size() == 2);
  }
  CHECK(boat.Message().starts_with("spec.selector matches Pods of Deployment api"));
  Proves("RO-161 RO-162");
}

TEST_CASE("a paused workload tells of it, too, and one that is deleted does not") {
  Beside boat;
  boat.overlaps = {{kDeploymentApi, kLongAgo}};
  const bool deleting = GENERATE(true, false);
  boat.world.deployment.spec.paused = true;
  if (deleting) boat.world.deployment.meta.deletion_timestamp = kNow;
  CHECK(boat.Write().size() == (deleting ? 0 : 2));
  CHECK(boat.Message().empty() == deleting);
  Proves("RO-160");
}

// Each keeps what it has.
TEST_CASE("an overlap changes nothing that is written to ReplicaSets") {
  Harbour harbour;
  harbour.world.AddOld("web-1", 2, 2);
  const bool overlaps = GENERATE(true, false);
  View view = harbour.Look();
  if (overlaps) view.overlaps = {{kDeploymentApi, kLongAgo}};
  const Step step = Next(view, {}, kNow);
  const auto* write = std::get_if<Write>(&step);
  REQUIRE(write != nullptr);
  CHECK(write->request.verb() == Verb::kCreate);
  CHECK(write->request.resource() == resources::kReplicaSets);
  Proves("RO-160");
}

}  // namespace
}  // namespace windlass::workload::overlap_test
