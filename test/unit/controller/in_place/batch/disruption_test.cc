// PodDisruptionBudgets: P-038.
#include "controller/in_place/batch/disruption.h"

#include <string>
#include <string_view>
#include <vector>

#include "test/catch.h"
#include "test/unit/controller/in_place/pods.h"

namespace windlass::in_place::disruption_test {
namespace {

using namespace test;

// A letter per Pod; upper case: budget "second" selects it, too.
//   o  available            x  down         w  Ready, minReadySeconds are not over
//   r  in flight, Ready     n  in flight, not Ready     d  in flight, Ready, being deleted
struct World {
  std::vector<Pod> stored;
  std::vector<RolloutPod> pods;
  std::vector<const RolloutPod*> all;

  // The Pods are named by their letter and their number: "o0", "x1".
  explicit World(const std::string& letters) : stored(letters.size()) {
    for (size_t i = 0; i < letters.size(); ++i) {
      const bool second = letters[i] < 'a';
      const char letter = second ? static_cast<char>(letters[i] - 'A' + 'a') : letters[i];
      Pod& pod = stored[i];
      pod.meta.name = letters[i] + std::to_string(i);
      pod.meta.labels = {{"app", "web"}, {"second", second ? "yes" : "no"}};
      const bool ready = std::string_view("owrd").find(letter) != std::string_view::npos;
      pod.ready = {ready ? ConditionStatus::kTrue : ConditionStatus::kFalse, {500}};
      if (letter == 'd') pod.meta.deletion_timestamp = {900};
      const bool in_flight = letter == 'r' || letter == 'n' || letter == 'd';
      pods.push_back(
          {.pod = &pod, .standing = {.in_flight = in_flight, .available = letter == 'o'}});
    }
    for (const RolloutPod& one : pods) all.push_back(&one);
  }
  World(const World&) = delete;  // `pods` points to `stored`
  World& operator=(const World&) = delete;

  std::vector<const Pod*> StoredPods() const {
    std::vector<const Pod*> these;
    for (const Pod& pod : stored) these.push_back(&pod);
    return these;
  }
  // Pods 3 and 0: Only({3, 0}).
  std::vector<const RolloutPod*> Only(const std::vector<size_t>& numbers) const {
    std::vector<const RolloutPod*> these;
    for (const size_t number : numbers) these.push_back(&pods[number]);
    return these;
  }
};

LabelSelector Selecting(StringMap labels) {
  LabelSelector selector;
  selector.present = true;
  selector.match_labels = std::move(labels);
  return selector;
}

PodDisruptionBudget Allowing(int32_t disruptions, LabelSelector selector) {
  PodDisruptionBudget budget;
  budget.has_selector = selector.present;
  budget.selector = std::move(selector);
  budget.meta.generation = budget.observed_generation = 2;
  budget.disruptions_allowed = disruptions;
  return budget;
}

struct Row {
  std::string id;
  int32_t first, second;  // disruptions allowed; < 0: no such budget
  std::string pods;
  std::string want;
  std::string want_blocking;
};

TEST_CASE("a Pod that is up needs room in every budget that selects it (P-038)") {
  const Row row = GENERATE(values<Row>({
      {"P-038 no budget", -1, -1, "oox", "oox", ""},
      {"P-038 room", 1, -1, "oox", "oox", ""},
      {"P-038 no room: what is down goes all the same", 0, -1, "oxo", "x", "first"},
      {"P-038 to a budget a Pod is up once it is Ready", 0, -1, "wx", "x", "first"},
      {"P-038 a Pod in flight that looks healthy", 1, -1, "orn", "rn", "first"},
      {"P-038 there is room for another", 2, -1, "or", "or", ""},
      {"P-038 one that is not Ready is counted by the budget itself", 1, -1, "on", "on", ""},
      {"P-038 one that is being deleted is, too", 1, -1, "od", "od", ""},
      {"P-038 all must agree", 1, 0, "oO", "o", "second"},
      {"P-038 whichever comes first", 0, 1, "oO", "", "first"},
      {"P-038 both", 1, 1, "oO", "oO", ""},
      {"P-038 in flight beside the second one", 2, 1, "rO", "rO", ""},
      {"P-038 in flight within the second one", 2, 1, "oRO", "oR", "second"},
      {"P-038 nobody was kept out", 0, 0, "xn", "xn", ""},
  }));
  CAPTURE(row.id, row.pods);

  const World world(row.pods);
  const PodDisruptionBudget first = Allowing(row.first, Selecting({{"app", "web"}}));
  const PodDisruptionBudget second = Allowing(row.second, Selecting({{"second", "yes"}}));
  std::vector<const PodDisruptionBudget*> budgets;
  if (row.first >= 0) budgets.push_back(&first);
  if (row.second >= 0) budgets.push_back(&second);
  const AllowedByBudgets allowed =
      RespectBudgets(world.pods, world.all, budgets, WallTime{1'000'000});
  std::string text;
  for (const RolloutPod* one : allowed.candidates) text += one->pod->meta.name[0];
  CHECK(text == row.want);
  const PodDisruptionBudget* const want = row.want_blocking == "first"    ? &first
                                          : row.want_blocking == "second" ? &second
                                                                          : nullptr;
  CHECK(allowed.blocking == want);
}

TEST_CASE("P-038 a budget's status is late: who has just ceased to be Ready may be counted in it") {
  World world("on");
  const PodDisruptionBudget budget = Allowing(1, Selecting({{"app", "web"}}));
  const std::vector<const PodDisruptionBudget*> budgets{&budget};
  const WallTime since = world.stored[1].ready.last_transition_time();
  const auto allowed = [&](seconds after) {
    return RespectBudgets(world.pods, world.all, budgets, since + after);
  };
  CHECK(allowed(seconds(9)).blocking == &budget);
  CHECK(allowed(seconds(9)).look_again == since + seconds(10));  // although no event comes
  CHECK(allowed(seconds(10)).blocking == nullptr);
  CHECK_FALSE(allowed(seconds(10)).look_again);
}

TEST_CASE("P-038 Pods of other workloads that are being updated take room in a shared budget") {
  const World world("oo");
  World others("rrnd");  // the last two are not counted by the budget itself
  others.stored[1].meta.labels = {{"app", "another"}};
  PodDisruptionBudget budget = Allowing(1, Selecting({{"app", "web"}}));
  const std::vector<const PodDisruptionBudget*> budgets{&budget};
  const WallTime now{1'000'000};
  const auto allowed = [&] {
    return RespectBudgets(world.pods, world.all, budgets, now, others.StoredPods());
  };
  CHECK(allowed().candidates.empty());
  CHECK(allowed().blocking == &budget);
  CHECK(allowed().look_again == now + seconds(10));  // although no event comes
  budget.disruptions_allowed = 2;
  CHECK(allowed().candidates == world.all);
  CHECK_FALSE(allowed().look_again);
  others.stored[1].meta.labels = {{"app", "web"}};
  CHECK(allowed().blocking == &budget);
}

TEST_CASE("P-038 a Pod that is restarted and not Ready yet takes room until its budget shows it") {
  World world("ox");
  const PodDisruptionBudget budget = Allowing(1, Selecting({{"app", "web"}}));
  const std::vector<const PodDisruptionBudget*> budgets{&budget};
  const WallTime since = world.stored[1].ready.last_transition_time();
  const auto blocking = [&](seconds after) {
    return RespectBudgets(world.pods, world.all, budgets, since + after).blocking;
  };
  CHECK(blocking(seconds(9)) == nullptr);  // no patch of ours made it unready
  world.stored[1].meta.annotations.Set(kPodState, "{}");
  CHECK(blocking(seconds(9)) == &budget);
  CHECK(blocking(seconds(10)) == nullptr);
}

TEST_CASE("P-038 who is no candidate is not asked about, and the order stays") {
  const World world("oooo");
  const PodDisruptionBudget none = Allowing(0, Selecting({{"second", "yes"}}));
  const std::vector<const PodDisruptionBudget*> budgets{&none};
  const std::vector<const RolloutPod*> candidates = world.Only({3, 0, 2});
  const auto allowed = RespectBudgets(world.pods, candidates, budgets, WallTime{1'000'000});
  CHECK(allowed.candidates == candidates);
  CHECK(allowed.blocking == nullptr);
}

TEST_CASE("P-038 a budget whose status is not of its spec has no room") {
  const World world("o");
  PodDisruptionBudget budget = Allowing(5, Selecting({{"app", "web"}}));
  const std::vector<const PodDisruptionBudget*> budgets{&budget};
  budget.meta.generation = 3;
  CHECK(RespectBudgets(world.pods, world.all, budgets, WallTime{1'000'000}).blocking == &budget);
  budget.observed_generation = 3;
  CHECK(RespectBudgets(world.pods, world.all, budgets, WallTime{1'000'000}).blocking == nullptr);
}

TEST_CASE("P-038 a Pod with an entry needs no room, and takes none a second time") {
  const World world("oro");
  PodDisruptionBudget budget = Allowing(0, Selecting({{"app", "web"}}));
  const std::vector<const PodDisruptionBudget*> budgets{&budget};
  const auto allowed = [&] {
    return RespectBudgets(world.pods, world.all, budgets, WallTime{1'000'000}).candidates;
  };
  CHECK(allowed() == world.Only({1}));
  budget.disrupted_pods = {"o2"};  // r1 in flight looks healthy: the room is -1
  CHECK(allowed() == world.Only({1}));
  budget.disruptions_allowed = 1;  // used up by r1, which is in flight
  CHECK(allowed() == world.Only({1, 2}));
  budget.disrupted_pods = {"r1"};
  CHECK(allowed() == world.all);
}

TEST_CASE("P-038 a budget that promised too much already has no room, as for evictions") {
  const World world("o");
  PodDisruptionBudget budget = Allowing(5, Selecting({{"app", "web"}}));
  const std::vector<const PodDisruptionBudget*> budgets{&budget};
  const auto blocking = [&](size_t promised) {
    budget.disrupted_pods.assign(promised, "other");
    return RespectBudgets(world.pods, world.all, budgets, WallTime{1'000'000}).blocking;
  };
  CHECK(blocking(2000) == nullptr);
  CHECK(blocking(2001) == &budget);
}

TEST_CASE("P-038 an empty selector selects all, none selects nothing") {
  const World world("o");
  const PodDisruptionBudget all = Allowing(0, Selecting({}));
  const PodDisruptionBudget nothing = Allowing(0, {});
  const auto blocking = [&](const PodDisruptionBudget& budget) {
    const std::vector<const PodDisruptionBudget*> budgets{&budget};
    return RespectBudgets(world.pods, world.all, budgets, WallTime{1'000'000}).blocking;
  };
  CHECK(blocking(all) == &all);
  CHECK(blocking(nothing) == nullptr);
}

}  // namespace
}  // namespace windlass::in_place::disruption_test
