// Plays random events while Pods are patched one by one, as the planner does it. At every patch the
// limits must hold, and a rollout that nothing disturbs must end.
#include <rapidcheck.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "controller/in_place/batch/budget.h"
#include "controller/in_place/batch/candidates.h"
#include "controller/in_place/batch/disruption.h"
#include "test/property.h"
#include "test/unit/controller/in_place/pods.h"

namespace windlass::in_place::patching_property_test {
namespace {

using namespace test;

constexpr WallTime kNow{2000};

// The Pods that one budget selects.
struct Guard {
  PodDisruptionBudget budget{};
  int64_t min_healthy = 0;
};

struct Member {
  Pod pod{};
  PodStanding standing{.available = true};
};

class World {
 public:
  // Makes one Pod for each seed.
  World(const std::vector<uint8_t>& seeds, const BatchLimits& limits, uint32_t disruptions)
      : limits_(limits) {
    for (const uint8_t seed : seeds) {
      Pod& pod = members_.emplace_back().pod;
      pod = PodWith({Running("app", "r/app:1", 'A', "I1", {450})});
      pod.meta.name = "web-" + std::to_string(members_.size());
      pod.meta.labels = {{"app", "web"}, {"zone", seed % 2 == 0 ? "even" : "odd"}};
      pod.node_name = "node-" + std::to_string(seed / 2 % 4);
    }
    Guarded({{"app", "web"}}, disruptions % 4);
    Guarded({{"zone", "odd"}}, disruptions / 4 % 4);
  }

  // Lets one event happen to the Pod at `choice`.
  void Happen(uint32_t choice) {
    Member& member = members_[choice / 16 % members_.size()];
    Pod& pod = member.pod;
    PodStanding& it = member.standing;
    switch (choice % 16) {
      case 0: return SetReady(pod, false);  // the API server notices
      case 1:
      case 2:  // the kubelet has carried out the patch
        it.in_flight = false;
        return SetReady(pod, true);
      case 3:
      case 4: it.available = !it.in_flight && !it.exempt && pod.ready.IsTrue(); return;
      case 5:  // the Pod fails by itself
        it.available = false;
        return SetReady(pod, false);
      case 6:  // the node is lost
        it.exempt = true;
        it.available = false;
        return SetReady(pod, false);
      case 7: it.exempt = false; return;
      case 8: return Replace(member);
      case 9: it.updated = false; return;  // the target changed, or the Pod was edited
      case 10: return Unschedule(member);
      case 11: it.unschedulable = false; return;  // the Pod gets a node
      default: return;
    }
  }

  // Returns the Pod that the planner would patch now; null if there is none.
  Member* Next() {
    std::vector<RolloutPod> pods;
    for (Member& member : members_) {
      member.standing.node = member.pod.node_name.text();
      pods.push_back({.pod = &member.pod, .standing = member.standing});
    }
    std::vector<const PodDisruptionBudget*> budgets;
    for (Guard& guard : guards_) {  // their controller sees only the API
      const int64_t healthy = std::ranges::count_if(members_, [&](const Member& member) {
        return member.pod.ready.IsTrue() && IsGuarded(guard, member);
      });
      guard.budget.disruptions_allowed =
          static_cast<int32_t>(std::max<int64_t>(0, healthy - guard.min_healthy));
      budgets.push_back(&guard.budget);
    }
    const Candidates candidates = CandidatesOf(pods, kNow);
    const auto allowed = RespectBudgets(pods, candidates.order, budgets, WallTime{1'000'000});
    const auto batch = NextBatch(pods, allowed.candidates, limits_);
    if (batch.empty()) return nullptr;
    return &*std::ranges::find_if(
        members_, [&](const Member& member) { return &member.pod == batch.front()->pod; });
  }

  // Takes the Pod down, and checks that the limits allow it.
  void Patch(Member& member) {
    const PodStanding was = member.standing;
    const bool was_healthy = IsHealthy(member);
    const bool proven = Count([](auto& pod) { return pod.updated && pod.available; }) > 0;
    const int64_t out = Count(IsUnproven);
    RC_ASSERT(!was.updated);
    RC_ASSERT(Count([&](const PodStanding& pod) {
                const bool neighbour = pod.node == was.node && !pod.node.empty() && pod.in_flight;
                return neighbour && pod.waited_for() && !was.in_flight && was.waited_for();
              }) == 0);
    // Also a Pod in flight waits for the canary.
    if (limits_.canary_first && !limits_.returning && !proven) RC_ASSERT(out == 0);

    member.standing.updated = member.standing.in_flight = true;
    member.standing.available = false;
    member.pod.containers[0].image = "r/app:2";
    ++patches_;

    const int64_t available = Count([](auto& pod) { return pod.available; });
    if (was.available) RC_ASSERT(available >= limits_.desired - limits_.max_unavailable);
    if (!limits_.returning && !was.in_flight && was.waited_for()) {
      RC_ASSERT(Count(IsUnproven) <= std::max(1, limits_.max_unavailable));
    }
    const int64_t old = Count([](auto& pod) { return !pod.updated; });
    if (!limits_.returning) RC_ASSERT(old >= limits_.partition);
    for (const Guard& guard : guards_) {
      const bool asked = was_healthy && IsGuarded(guard, member);
      if (asked) RC_ASSERT(Healthy(guard) >= guard.min_healthy);
    }
  }

  // Lets every Pod in flight come up.
  void Settle() {
    for (Member& member : members_) {
      if (member.standing.in_flight) member.standing = {.updated = true, .available = true};
    }
  }

  int64_t old() const {
    return Count([](auto& pod) { return !pod.updated; });
  }
  int64_t patches() const { return patches_; }

 private:
  static bool IsUnproven(const PodStanding& pod) {
    return pod.updated && !pod.available && pod.waited_for();
  }
  static void SetReady(Pod& pod, bool ready) {
    pod.ready = {ready ? ConditionStatus::kTrue : ConditionStatus::kFalse, {500}};
  }

  // Adds a budget that allows this many of its Pods to be down.
  void Guarded(StringMap labels, int64_t disruptions) {
    Guard guard;
    guard.budget.has_selector = guard.budget.selector.present = true;
    guard.budget.selector.match_labels = std::move(labels);
    guard.min_healthy = Healthy(guard) - disruptions;
    guards_.push_back(std::move(guard));
  }

  // Evicts the Pod. The host makes another one, which no kubelet has started yet.
  static void Replace(Member& member) {
    Pod& pod = member.pod;
    pod.meta.name += "x";
    pod.containers[0].id = {};
    pod.containers[0].image = "r/app:1";
    pod.phase = PodPhase::kPending;
    SetReady(pod, false);
    member.standing = {};
  }

  // Evicts the Pod. No node has room for the new one; it does not matter which node takes it later.
  static void Unschedule(Member& member) {
    Replace(member);
    member.pod.scheduled = {ConditionStatus::kFalse, {1900}};
    member.standing.unschedulable = true;
  }

  template <typename Condition>
  int64_t Count(Condition&& holds) const {
    return std::ranges::count_if(members_, holds, &Member::standing);
  }
  static bool IsHealthy(const Member& member) {
    return member.pod.ready.IsTrue() && !member.standing.in_flight;
  }
  static bool IsGuarded(const Guard& guard, const Member& member) {
    return Matches(guard.budget.selector, member.pod.meta.labels);
  }
  int64_t Healthy(const Guard& guard) const {
    return std::ranges::count_if(members_, [&](const Member& member) {
      return IsHealthy(member) && IsGuarded(guard, member);
    });
  }

  std::vector<Member> members_;
  std::vector<Guard> guards_;
  BatchLimits limits_;
  int64_t patches_ = 0;
};

BatchLimits LimitsOf(size_t pods, uint32_t choice) {
  return {.desired = static_cast<int32_t>(pods),
          .max_unavailable = static_cast<int32_t>(choice % 4),
          .partition = static_cast<int32_t>(choice / 4 % 3),
          .canary_first = choice / 16 % 2 == 0,
          .returning = choice / 32 % 4 == 0};
}

TEST_CASE("P-032 P-033 P-038 no patch breaks a limit, whatever happened before") {
  CheckProperty("the limits hold", [](const std::vector<uint8_t>& seeds, uint32_t limits,
                                      uint32_t disruptions, const std::vector<uint32_t>& choices) {
    RC_PRE(!seeds.empty());
    World world(seeds, LimitsOf(seeds.size(), limits), disruptions);
    for (const uint32_t choice : choices) {
      world.Happen(choice);
      if (Member* next = world.Next()) world.Patch(*next);
    }
    RC_TAG(world.patches() == 0 ? "nobody" : world.patches() < 3 ? "few" : "many");
  });
}

TEST_CASE("P-033 P-071 an undisturbed rollout patches every Pod once, but for the partition") {
  CheckProperty("it ends", [](const std::vector<uint8_t>& seeds, uint32_t choice) {
    BatchLimits limits = LimitsOf(seeds.size(), choice);
    limits.max_unavailable = std::max(1, limits.max_unavailable);
    World world(seeds, limits, 5);  // one from each budget
    const auto before = static_cast<int64_t>(seeds.size());
    for (int64_t looks = 0; looks < 2 * before + 2; ++looks) {
      if (Member* next = world.Next()) {
        world.Patch(*next);
      } else {
        world.Settle();
      }
    }
    const int64_t kept = limits.returning ? 0 : std::min<int64_t>(limits.partition, before);
    RC_ASSERT(world.old() == kept);
    RC_ASSERT(world.patches() == before - kept);
  });
}

}  // namespace
}  // namespace windlass::in_place::patching_property_test
