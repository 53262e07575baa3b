// Which Pods may be patched now: P-033, and rows for 25 %/25 %.
#include "controller/in_place/batch/budget.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "kubeclient/api/int_or_percent.h"
#include "test/catch.h"

namespace windlass::in_place::budget_test {
namespace {

// A letter per Pod:
//   o  old, available            x  old, not available
//   f  in flight to the target   g  in flight to another one
//   u  updated, available        d  updated, not available
//   s  stand-in, available       t  stand-in, not available
//   l  old, on a lost node       m  updated, in flight on a lost node
//   w  old, no node has room     v  updated, no node has room
PodStanding Standing(char letter) {
  switch (letter) {
    case 'o': return {.available = true};
    case 'f': return {.updated = true, .in_flight = true};
    case 'g': return {.in_flight = true};
    case 'u': return {.updated = true, .available = true};
    case 'd': return {.updated = true};
    case 's': return {.updated = true, .available = true, .stand_in = true};
    case 't': return {.updated = true, .stand_in = true};
    case 'l': return {.exempt = true};
    case 'm': return {.updated = true, .in_flight = true, .exempt = true};
    case 'w': return {.unschedulable = true};
    case 'v': return {.updated = true, .in_flight = true, .unschedulable = true};
    default: return {};
  }
}

// Pods of which only the standing is known; budget.h reads nothing else.
std::vector<RolloutPod> PodsOf(const std::string& letters) {
  std::vector<RolloutPod> pods;
  for (const char letter : letters) pods.push_back({.standing = Standing(letter)});
  return pods;
}

// Returns all Pods that are not updated, first those that are not available.
std::vector<const RolloutPod*> Candidates(std::span<const RolloutPod> pods) {
  std::vector<const RolloutPod*> candidates;
  for (const RolloutPod& pod : pods) {
    if (!pod.standing.updated) candidates.push_back(&pod);
  }
  std::ranges::stable_partition(candidates,
                                [](const RolloutPod* pod) { return !pod->standing.available; });
  return candidates;
}

// Batch({2, 0}): the numbers of the Pods in a batch, counted from 0.
using Batch = std::vector<ptrdiff_t>;
Batch NumbersOf(std::span<const RolloutPod* const> batch, std::span<const RolloutPod> pods) {
  Batch numbers;
  for (const RolloutPod* pod : batch) numbers.push_back(pod - pods.data());
  return numbers;
}
Batch NextOf(std::span<const RolloutPod> pods, const Batch& candidates, const BatchLimits& limits) {
  std::vector<const RolloutPod*> these;
  for (const ptrdiff_t number : candidates) these.push_back(pods.data() + number);
  return NumbersOf(NextBatch(pods, these, limits), pods);
}

struct Row {
  std::string id;
  BatchLimits limits;
  std::string pods;
  std::string want;  // the letters of the batch
  int64_t want_budget;
};

// Of(10, 3, 8): 10 Pods, of which 3 may be unavailable, and 8 keep the old revision.
BatchLimits Of(int32_t desired, int32_t max_unavailable, int32_t partition = 0) {
  return {.desired = desired, .max_unavailable = max_unavailable, .partition = partition};
}
BatchLimits WithoutCanary(BatchLimits limits) {
  limits.canary_first = false;
  return limits;
}
// Pods go back to the host's template.
BatchLimits Returning(BatchLimits limits) {
  limits.returning = true;
  return limits;
}

TEST_CASE("a batch stays within the budget and the caps (P-033, P-034, P-039, P-064)") {
  const Row row = GENERATE(values<Row>({
      {"P-033 the first batch is one Pod", Of(10, 3), "oooooooooo", "o", 3},
      {"P-033 unless the user does not want that", WithoutCanary(Of(10, 3)), "oooooooooo", "ooo",
       3},
      {"P-033 the canary is out", Of(10, 3), "fooooooooo", "", 2},
      {"P-033 the canary is not available", Of(10, 3), "dooooooooo", "", 2},
      {"P-033 the canary is available", Of(10, 3), "uooooooooo", "ooo", 3},
      {"P-033 a batch is on its way", Of(10, 3), "uffooooooo", "o", 1},
      {"P-033 the budget is spent", Of(10, 3), "ufffoooooo", "", 0},
      {"P-033 Pods that failed by themselves spend it, too", Of(10, 1), "uddooooooo", "", 0},
      {"P-033 a Pod that is down costs nothing", Of(10, 2), "uxxooooooo", "xx", 0},
      {"P-033 but the cap holds: a bad revision does not spread", Of(10, 2), "uxxxxooooo", "xx", 0},
      {"P-033 the cap counts what is there", Of(10, 2), "udxxxooooo", "x", 0},
      {"P-033 the canary may be one that is down", Of(4, 1), "xxoo", "x", 0},
      {"P-033 without a budget one Pod that is down is repaired", Of(3, 0), "xoo", "x", 0},
      {"P-033 without a budget nothing else goes", Of(3, 0), "ooo", "", 0},
      {"P-024 P-033 a stand-in makes room for one", Of(3, 0), "ooos", "o", 1},
      {"P-024 P-033 and no more", Of(3, 0), "foos", "", 0},
      {"P-024 P-033 a stand-in that does not come up is a warning", Of(3, 0), "xoot", "", 0},
      {"P-024 P-033 two stand-ins", Of(6, 0), "ooooooss", "oo", 2},
      // The cap allows one at a time.
      {"P-033 a scaled-up Deployment has more to give", Of(4, 1), "uooooo", "o", 3},
      {"P-039 what finds no node costs nothing, and is no canary", Of(4, 1), "wooo", "w", 0},
      {"P-039 nor does the canary wait for it", Of(5, 2), "voooo", "o", 1},
      {"P-039 P-033 until a revision is proven, one finds no node for it", Of(5, 4), "vwwoo", "o",
       1},
      {"P-039 P-033 and none while the canary is out", Of(5, 3), "fwwoo", "", 0},
      {"P-039 P-033 then all may be patched, and the cap is not theirs", Of(6, 2), "uvwwxx", "wwxx",
       0},
      {"P-039 P-033 but not while the cap is reached: a bad revision does not spread", Of(6, 2),
       "uddwoo", "", 0},
      {"P-033 partition", Of(10, 3, /*partition=*/8), "uooooooooo", "o", 3},
      {"P-033 partition reached", Of(10, 3, /*partition=*/8), "uuoooooooo", "", 3},
      {"P-033 partition holds Pods that are down, too", Of(4, 1, /*partition=*/2), "uuxo", "", 0},
      {"P-033 P-071 a partition above what is left moves nothing back", Of(4, 1, /*partition=*/4),
       "uuoo", "", 1},
      {"P-034 in flight to another target: at once, if that has proven to work", Of(10, 3),
       "ugggoooooo", "ggg", 0},
      {"P-034 or if there is no canary", WithoutCanary(Of(10, 3)), "gggooooooo", "ggg", 0},
      {"P-033 P-034 the canary may be one that is in flight, and no second one follows", Of(10, 3),
       "gggooooooo", "g", 0},
      {"P-033 P-034 while the canary is out, a Pod on its way back gets there", Of(3, 0), "dgo", "",
       0},
      {"P-034 P-064 back to the host's template: at once", Returning(Of(10, 3)), "gggooooooo",
       "ggg", 0},
      {"P-034 P-033 the partition holds for them", Of(4, 2, /*partition=*/3), "ggoo", "g", 0},
      {"P-039 Pods on lost nodes go beside the others", Of(10, 3), "ullllooooo", "llll", 0},
      {"P-039 but not before the canary", Of(10, 3), "lloooooooo", "o", 1},
      {"P-039 and are not waited for", Of(10, 4), "ummooooooo", "oo", 2},
      {"P-064 back to the host's template: no partition, no canary, no cap",
       Returning(Of(6, 1, /*partition=*/4)), "ddxxxo", "xxx", 0},
      {"P-064 what is available costs its budget", Returning(Of(6, 2)), "uuuuoo", "oo", 2},
  }));
  CAPTURE(row.id, row.pods);

  const std::vector<RolloutPod> pods = PodsOf(row.pods);
  std::string batch;
  for (const ptrdiff_t i : NumbersOf(NextBatch(pods, Candidates(pods), row.limits), pods)) {
    batch += row.pods[static_cast<size_t>(i)];
  }
  CHECK(batch == row.want);
  CHECK(Budget(pods, row.limits) == row.want_budget);
}

TEST_CASE("P-033 one Pod in flight per node") {
  std::vector<RolloutPod> pods = PodsOf("uoooofg");
  pods[1].standing.node = pods[2].standing.node = "a";
  pods[3].standing.node = "b";
  pods[4].standing.node = pods[5].standing.node = "c";
  pods[6].standing.node = "a";
  const BatchLimits limits{.desired = 7, .max_unavailable = 7};
  // Nodes "a" and "c" are busy. The last Pod is in flight, so it is re-targeted on its busy node.
  CHECK(NextOf(pods, {1, 2, 3, 4, 6}, limits) == Batch{3, 6});
  pods[6].standing = Standing('u');
  CHECK(NextOf(pods, {2, 1, 3, 4}, limits) == Batch{2, 3});
}

TEST_CASE("P-033 Pods without a node do not stand in each other's way") {
  const std::vector<RolloutPod> pods = PodsOf("uxxx");
  const BatchLimits limits{.desired = 4, .max_unavailable = 3};
  CHECK(NextOf(pods, {3, 1, 2}, limits) == Batch{3, 1, 2});
}

// Plays a rollout of n Pods, batch by batch. Each batch comes up before the next.
struct Walk {
  std::string batches;  // their sizes, a digit each
  int64_t available_min = 0;
};

Walk RollOut(int32_t n, const BatchLimits& limits, const StandInLimits& stand_in_limits) {
  std::vector<RolloutPod> pods = PodsOf(std::string(static_cast<size_t>(n), 'o'));
  Walk walk{.batches = {}, .available_min = n};
  for (int rounds = 0; rounds < 2 * n + 2; ++rounds) {
    const int32_t stand_ins = StandIns(pods, limits, stand_in_limits);
    pods.resize(static_cast<size_t>(n));
    pods.resize(static_cast<size_t>(n + stand_ins), {.standing = Standing('s')});
    const Batch batch = NumbersOf(NextBatch(pods, Candidates(pods), limits), pods);
    if (batch.empty()) break;
    walk.batches += std::to_string(batch.size());
    const auto become = [&](char letter) {
      for (const ptrdiff_t i : batch) pods[static_cast<size_t>(i)].standing = Standing(letter);
    };
    become('f');
    const int64_t available =
        std::ranges::count_if(pods, &PodStanding::available, &RolloutPod::standing);
    walk.available_min = std::min(walk.available_min, available);
    CHECK(StandIns(pods, limits, stand_in_limits) <= stand_ins);
    if (limits.max_unavailable == 0) CHECK(StandIns(pods, limits, stand_in_limits) >= 1);
    become('u');
  }
  CHECK(StandIns(pods, limits, stand_in_limits) == 0);
  return walk;
}

struct Sizes {
  std::string id;
  int32_t replicas;
  int32_t want_unavailable;
  int32_t want_surge;
  std::string want_batches;
};

TEST_CASE("P-033 25 %/25 % of one to ten Pods") {
  const Sizes row = GENERATE(values<Sizes>({
      {"P-012 P-024 P-033", 1, 0, 1, "1"},
      {"P-012 P-024 P-033", 2, 0, 1, "11"},
      {"P-012 P-024 P-033", 3, 0, 1, "111"},
      {"P-033", 4, 1, 1, "1111"},
      {"P-033", 5, 1, 2, "11111"},
      {"P-033", 6, 1, 2, "111111"},
      {"P-033", 7, 1, 2, "1111111"},
      {"P-033", 8, 2, 2, "12221"},
      {"P-033", 9, 2, 3, "12222"},
      {"P-033", 10, 2, 3, "122221"},
  }));
  CAPTURE(row.id, row.replicas);

  const IntOrPercent quarter = IntOrPercent::Percent("25%");
  const auto max_unavailable = Resolve(quarter, row.replicas, /*round_up=*/false);
  const auto max_surge = Resolve(quarter, row.replicas, /*round_up=*/true);
  REQUIRE(*max_unavailable == row.want_unavailable);
  REQUIRE(*max_surge == row.want_surge);
  const BatchLimits limits{.desired = row.replicas, .max_unavailable = *max_unavailable};
  const Walk walk = RollOut(row.replicas, limits, {.max_surge = *max_surge});
  CHECK(walk.batches == row.want_batches);
  CHECK(walk.available_min >= row.replicas - *max_unavailable);
}

struct StandInRow {
  std::string id;
  BatchLimits limits;
  StandInLimits stand_ins;
  std::string pods;
  int32_t want;
};

TEST_CASE("stand-ins are made where no Pod may be missing, and for no longer than needed") {
  const StandInRow row = GENERATE(values<StandInRow>({
      {"P-024", {.desired = 3}, {.max_surge = 1}, "ooo", 1},
      {"P-024 as many as may be", {.desired = 3}, {.max_surge = 2}, "ooo", 2},
      {"P-024 as many as there are Pods left", {.desired = 3}, {.max_surge = 2}, "uuo", 1},
      {"P-024 it stands in for a Pod in flight", {.desired = 3}, {.max_surge = 2}, "uufs", 1},
      {"P-024 and until that is available", {.desired = 3}, {.max_surge = 2}, "uuds", 1},
      {"P-024 P-025 all is done", {.desired = 3}, {.max_surge = 2}, "uuus", 0},
      {"P-024 P-039 nobody waits for a lost node", {.desired = 3}, {.max_surge = 2}, "uums", 0},
      {"P-024 P-039 nor for one that finds no node", {.desired = 3}, {.max_surge = 2}, "uuvs", 0},
      {"P-024 not for what a partition keeps",
       {.desired = 3, .partition = 2},
       {.max_surge = 2},
       "uoo",
       0},
      {"P-024 P-012 none may be made", {.desired = 3}, {.max_surge = 0}, "ooo", 0},
      {"P-024 not needed", {.desired = 8, .max_unavailable = 2}, {.max_surge = 2}, "oooooooo", 0},
      {"P-024 wanted all the same",
       {.desired = 8, .max_unavailable = 2},
       {.max_surge = 2, .always = true},
       "oooooooo",
       2},
      {"P-025 P-064 gone when returning",
       {.desired = 3, .returning = true},
       {.max_surge = 2},
       "uoos",
       0},
  }));
  CAPTURE(row.id, row.pods);
  CHECK(StandIns(PodsOf(row.pods), row.limits, row.stand_ins) == row.want);
}

TEST_CASE("P-034 a Pod in flight that may serve all the same is left while too few others do") {
  std::vector<RolloutPod> pods = PodsOf("gooo");
  pods[0].standing.ready = true;
  const Batch candidates{0};
  const auto batch = [&](int32_t max_unavailable) {
    return NextOf(pods, candidates,
                  {.desired = 4, .max_unavailable = max_unavailable, .canary_first = false});
  };
  CHECK(batch(1) == candidates);
  CHECK(batch(0).empty());
  pods[0].standing.ready = false;
  CHECK(batch(0) == candidates);
}

}  // namespace
}  // namespace windlass::in_place::budget_test
