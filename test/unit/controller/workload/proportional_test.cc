#include "controller/workload/sizes/proportional.h"

#include <algorithm>
#include <numeric>

#include "kubeclient/api/deployment.h"
#include "test/catch.h"
#include "test/property.h"
#include "test/proves.h"

namespace windlass::workload::proportional_test {
namespace {

using Shares = std::vector<ReplicaSetShare>;
using Sizes = std::vector<int32_t>;

// Returns a ReplicaSet of a row. All its Pods are available unless the row says otherwise.
ReplicaSetShare Old(int32_t replicas, std::optional<int32_t> max_replicas, int32_t available = -1) {
  return {.replicas = replicas,
          .available = available < 0 ? replicas : available,
          .max_replicas = max_replicas};
}
ReplicaSetShare New(int32_t replicas, std::optional<int32_t> max_replicas, int32_t available = -1) {
  ReplicaSetShare rs = Old(replicas, max_replicas, available);
  rs.is_new = true;
  return rs;
}

// Its size is decided for a Deployment that may have `max_replicas`.
ReplicaSetShare Written(ReplicaSetShare rs, int64_t max_replicas) {
  rs.max_replicas = static_cast<int32_t>(max_replicas);
  rs.written = true;
  return rs;
}

Sizes PresentSizes(const Shares& shares) {
  Sizes sizes;
  for (const ReplicaSetShare& rs : shares) sizes.push_back(rs.replicas);
  return sizes;
}

int64_t Sum(const Sizes& sizes) { return std::accumulate(sizes.begin(), sizes.end(), int64_t{0}); }

std::vector<size_t> Positions(const Shares& shares) {
  std::vector<size_t> positions(shares.size());
  std::iota(positions.begin(), positions.end(), 0);
  return positions;
}

// Writes one ReplicaSet at a time, the first in `order` that is due, and plans anew after each, as
// a planner of single steps does.
Sizes Walk(Shares shares, const Fenceposts& limits, const std::vector<size_t>& order) {
  for (size_t writes = 0; writes <= 3 * shares.size(); ++writes) {
    std::vector<size_t> active;
    Shares plan_of;
    for (const size_t i : order) {
      if (shares[i].replicas > 0) active.push_back(i);
    }
    std::sort(active.begin(), active.end());
    for (const size_t i : active) plan_of.push_back(shares[i]);
    const Sizes plan = ProportionalSizes(plan_of, limits, 0);
    std::optional<size_t> next;
    for (const size_t i : order) {
      const auto at = std::find(active.begin(), active.end(), i);
      if (at == active.end()) continue;
      const size_t position = static_cast<size_t>(at - active.begin());
      if (shares[i].written && plan[position] == shares[i].replicas) continue;
      shares[i].replicas = plan[position];
      shares[i].max_replicas = static_cast<int32_t>(limits.max_total());
      shares[i].written = true;
      next = i;
      break;
    }
    if (!next) return PresentSizes(shares);
  }
  FAIL("writing does not end");
  return {};
}

struct Row {
  std::string id;
  Fenceposts limits;
  Shares before;  // oldest first
  Sizes want;
};

// Checks the plan, and that it is what comes of writing the ReplicaSets in each order.
void CheckInEveryOrder(const Row& row) {
  CHECK(ProportionalSizes(row.before, row.limits, 0) == row.want);
  std::vector<size_t> order = Positions(row.before);
  do {
    CAPTURE(order);
    CHECK(Walk(row.before, row.limits, order) == row.want);
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST_CASE("every active ReplicaSet keeps its share (D-357), in whatever order they are written") {
  const Row row = GENERATE(values<Row>({
      {"X-72", {10, 0, 1}, {Old(3, 5), New(2, 5)}, {6, 4}},
      {"X-73", {3, 0, 1}, {Old(3, 5), New(2, 5)}, {2, 1}},
      {"X-74", {4, 0, 1}, {Old(1, 9), New(8, 9)}, {0, 4}},
      {"X-75", {10, 0, 1}, {Old(2, 7), Old(3, 7), New(2, 7)}, {3, 4, 3}},
      {"X-76", {8, 0, 1}, {Old(3, 13), Old(8, 13), New(2, 13)}, {2, 5, 1}},
      {"X-77 what is left over goes to the newest", Fenceposts{4, 0, 1},
       Shares{Old(1, 3), Old(1, 3), New(1, 3)}, Sizes{1, 1, 2}},
      {"X-78 what is left over is taken from the oldest", Fenceposts{2, 0, 1},
       Shares{Old(1, 3), Old(1, 3), New(1, 3)}, Sizes{0, 1, 1}},
      {"X-79 no new one", {5, 0, 1}, {Old(2, 4), Old(2, 4)}, {2, 3}},
      {"X-80 to nothing", {0, 0, 0}, {Old(1, 6), Old(2, 6), New(3, 6)}, {0, 0, 0}},
      {"X-80 to nothing, with an absolute surge", {0, 2, 0}, {Old(5, 8), New(3, 8)}, {0, 0}},
      {"X-82", {20, 2, 0}, {Old(6, 12), New(6, 12)}, {11, 11}},
      {"X-83", {50, 6, 2}, {Old(8, 13), New(5, 13)}, {34, 22}},
      {"X-84 D-359 paused in mid-rollout", {10, 3, 2}, {Old(8, 13), New(3, 13)}, {10, 3}},
      {"X-85 D-067", {14, 0, 1}, {Old(3, 10), Old(7, 10)}, {4, 10}},
      {"X-86", {2, 1, 0}, {Old(1, 3), New(2, 3, 0)}, {1, 2}},
      {"X-87 D-361 after a partial failure", Fenceposts{5, 0, 1},
       Shares{Old(1, 5), Old(1, 3), New(2, 5)}, Sizes{1, 2, 2}},
      {"X-88", {30, 3, 2}, {Old(8, 13), New(5, 13, 0)}, {20, 13}},
      {"X-89", {120, 20, 0}, {Old(100, 120), New(20, 120)}, {117, 23}},
      {"X-90", {5, 2, 1}, {Old(8, 13), New(5, 13)}, {4, 3}},
      {"X-91", {11, 3, 2}, {Old(8, 13), New(5, 13)}, {9, 5}},
      {"X-92", {20, 3, 2}, {Old(8, 13), Old(5, 13, 0)}, {14, 9}},
      {"X-93", {5, 3, 2}, {Old(18, 23), Old(5, 23)}, {6, 2}},
      {"X-94", {15, 4, 3}, {Old(8, 13), Old(3, 13), New(2, 13)}, {12, 4, 3}},
      {"X-95", {7, 2, 1}, {Old(8, 13), Old(3, 13), New(2, 13)}, {6, 2, 1}},
      {"X-96 a smaller surge", {10, 0, 1}, {Old(8, 13), New(5, 13)}, {6, 4}},
      {"RO-046 what is left over goes to the old one", Fenceposts{20, 5, 5, 10},
       Shares{Old(5, 13), New(5, 13)}, Sizes{15, 10}},
      {"RO-046 the new one grows to the limit", {20, 5, 5, 6}, {Old(5, 13), New(5, 13)}, {19, 6}},
      {"RO-046 one above the limit stays", {12, 3, 3, 3}, {Old(5, 13), New(5, 13)}, {10, 5}},
      {"RO-046 the larger old one gets it", Fenceposts{20, 5, 5, 6},
       Shares{Old(2, 13), Old(3, 13), New(5, 13)}, Sizes{4, 15, 6}},
      {"RO-046 going down, the new one gives first", Fenceposts{6, 2, 1, 3},
       Shares{Old(5, 13), New(5, 13)}, Sizes{5, 3}},
      {"RO-046 to one Pod, which stays an old one", {1, 0, 1, 0}, {Old(1, 2), New(1, 2)}, {1, 0}},
      {"RO-046 to as many as are to stay old", {3, 0, 1, 0}, {Old(3, 10), New(7, 10)}, {3, 0}},
      {"RO-046 no more go than have to", {5, 0, 1, 0}, {Old(3, 10), New(7, 10)}, {3, 2}},
      {"RO-046 all of the new ones go", {5, 0, 1, 0}, {Old(7, 10), New(3, 10)}, {5, 0}},
      {"D-360 beyond 32 bits", Fenceposts{2000000000, 100000000, 0},
       Shares{Old(500000000, 1000000000), New(500000000, 1000000000)},
       Sizes{1050000000, 1050000000}},
  }));
  CAPTURE(row.id);
  Row written = row;
  for (ReplicaSetShare& rs : written.before) {
    rs.written = rs.max_replicas == row.limits.max_total();
  }
  CheckInEveryOrder(written);
  Proves(row.id);
}

TEST_CASE("sizes of 2^31-1 whose annotations say 1 are counted in 64 bits (D-360)") {
  const Shares before = {Old(kUnlimited, 1, 0), New(kUnlimited, 1, 0)};
  const Fenceposts limits{.desired = kUnlimited, .surge = kUnlimited - 1, .max_unavailable = 0};
  CHECK(ProportionalSizes(before, limits, 0) == Sizes{0, kUnlimited});
  // A sum of two such fractions that wraps around comes out right; a sum of three does not.
  const Shares three = {Old(kUnlimited, 1, 0), Old(kUnlimited, 1, 0), New(kUnlimited, 1, 0)};
  CHECK(ProportionalSizes(three, limits, 0) == Sizes{0, kUnlimited, kUnlimited});
}

struct FractionRow {
  std::string id;
  ReplicaSetShare rs;
  Fenceposts limits;
  int32_t status_replicas;
  int64_t want;
};

TEST_CASE("a share is counted from what was allowed when it was given (D-357.3, UT-21)") {
  const FractionRow row = GENERATE(values<FractionRow>({
      {"UT-21 to nothing", Old(10, 10), {0, 0, 0}, 10, -10},
      {"UT-21 nothing to count from", Old(5, std::nullopt), {10, 0, 0}, 0, 0},
      {"UT-21 a zero to count from", Old(5, 0), {10, 0, 0}, 0, 0},
      {"UT-21 the status stands in", Old(50, std::nullopt), {120, 0, 0}, 100, 10},
      {"UT-21 the status stands in for a zero", Old(50, 0), {120, 0, 0}, 100, 10},
      {"UT-21 before 100", Old(50, 100), {120, 0, 0}, 0, 10},
      {"UT-21 with surge, before 110", Old(50, 110), {120, 10, 0}, 0, 9},
      {"UT-21 down", Old(6, 12), {10, 0, 0}, 0, -1},
      {"UT-21 down, with surge", Old(50, 130), {100, 10, 0}, 0, -8},
      {"half away from zero", Old(1, 2), {3, 0, 0}, 0, 1},
  }));
  CAPTURE(row.id);
  CHECK(FractionOf(row.rs, row.limits, row.status_replicas) == row.want);
  Proves(row.id);
}

TEST_CASE("going down, what is not available goes first (B-12, B-13)") {
  const Row row = GENERATE(values<Row>({
      // In proportion 3 and 4: one available Pod for one that is not.
      {"B-12 broken old ones make room", {5, 2, 1}, {Old(5, 13, 0), New(8, 13, 5)}, {2, 5}},
      {"B-12 among old ones", {5, 2, 1}, {Old(4, 13, 4), Old(4, 13, 0), New(5, 13, 5)}, {3, 1, 3}},
      // One stays: with a single active ReplicaSet the event would take its other path (D-354).
      {"B-12 X-93 what never started", {5, 3, 2}, {Old(18, 23), Old(5, 23, 0)}, {7, 1}},
      {"B-12 the new one does not outgrow the Deployment", Fenceposts{5, 2, 1},
       Shares{Old(5, 13, 0), New(8, 13, 8)}, Sizes{2, 5}},
      // Nothing broken is kept: in proportion.
      {"X-90", {5, 2, 1}, {Old(8, 13, 6), New(5, 13, 4)}, {4, 3}},
      // New Pods on their way make room for those that are needed: in proportion 4 and 3.
      {"X-90 new Pods that start", {5, 2, 1}, {Old(8, 13, 8), New(5, 13, 0)}, {5, 2}},
      // In proportion 2 and 2, one fewer than must be available.
      {"B-13 new Pods that never start", {3, 1, 0}, {Old(8, 13, 8), New(5, 13, 0)}, {3, 1}},
      // The limit alone would give 5 and 3, and 3 available are too few.
      {"B-13 RO-046 good new Pods stay for broken old ones", Fenceposts{6, 2, 1, 3},
       Shares{Old(5, 13, 0), New(5, 13)}, Sizes{3, 5}},
  }));
  CAPTURE(row.id);
  CHECK(ProportionalSizes(row.before, row.limits, 0) == row.want);
  CHECK(Walk(row.before, row.limits, Positions(row.before)) == row.want);
  Proves(row.id);
}

TEST_CASE("a broken rollout gives broken Pods before it gives good ones that are needed (B-12)") {
  const Row row = GENERATE(values<Row>({
      // maxSurge 3 and maxUnavailable 2 as numbers, 10 replicas scaled to 6.
      {"B-12 numbers", {6, 3, 2}, {Old(8, 13), New(5, 13, 0)}, {6, 3}},
      // 25 % and 25 %: in proportion 5 and 3.
      {"B-12 percentages", {6, 2, 1}, {Old(8, 13), New(5, 13, 0)}, {6, 2}},
      {"B-12 no surge", {5, 0, 2}, {Old(8, 10), New(2, 10, 0)}, {4, 1}},
      {"B-12 more good ones than needed", {5, 3, 2}, {Old(18, 23), New(5, 23, 0)}, {6, 2}},
      {"B-12 fewer than needed", {8, 2, 2}, {Old(7, 15, 5), New(8, 15, 0)}, {5, 5}},
      {"B-12 several old ones", {6, 2, 1}, {Old(3, 13), Old(5, 13), New(5, 13, 0)}, {3, 3, 2}},
      // The broken old ones go down to one, then those of the new one.
      {"B-12 broken old ones, too", Fenceposts{6, 2, 1},
       Shares{Old(4, 15, 0), Old(6, 15), New(5, 15, 0)}, Sizes{1, 6, 1}},
      {"B-12 more broken ones than good ones", Fenceposts{9, 3, 2},
       Shares{Old(10, 30), Old(10, 30, 0), New(10, 30, 0)}, Sizes{9, 1, 2}},
      {"B-12 old broken ones beside new good ones", {6, 3, 2}, {Old(5, 13, 0), New(8, 13)}, {3, 6}},
      {"B-12 a new one that is half good", {6, 2, 1}, {Old(5, 13), New(8, 13, 2)}, {4, 4}},
      // In proportion 4 and 0: then no Pod would show when the fault is mended.
      {"B-12 the last new one", {3, 1, 1}, {Old(12, 13), New(1, 13, 0)}, {3, 1}},
      {"B-12 the last new one, no surge", {2, 0, 2}, {Old(8, 10), New(2, 10, 0)}, {1, 1}},
      // The last broken one of an old ReplicaSet does go.
      {"B-12 the last old one", {8, 0, 2}, {Old(10, 15), Old(5, 15, 0)}, {8, 0}},
      {"B-12 up", {30, 3, 2}, {Old(8, 13), New(5, 13, 0)}, {20, 13}},
      {"B-12 to nothing", {0, 3, 2}, {Old(8, 13), New(5, 13, 0)}, {0, 0}},
  }));
  CAPTURE(row.id);
  CheckInEveryOrder(row);
  Proves(row.id);
}

TEST_CASE("enough stay available, whatever is written already and how many are active (B-13)") {
  const Row row = GENERATE(values<Row>({
      {"B-13 a written one lost its Pods", Fenceposts{2, 1, 0},
       Shares{Written(Old(2, 3, 0), 3), New(2, 5)}, Sizes{1, 2}},
      {"B-13 so did the new one", {3, 1, 0}, {Old(3, 13), Written(New(3, 4, 0), 4)}, {3, 1}},
      // What is not written yet makes room before what is.
      {"B-13 broken ones to choose from", Fenceposts{3, 3, 0},
       Shares{Written(Old(2, 6, 0), 6), Old(4, 12), New(6, 12, 0)}, Sizes{2, 3, 1}},
      // One of each stays as long as there is room for all.
      {"B-13 one of each", Fenceposts{3, 2, 0},
       Shares{Written(Old(2, 5, 0), 5), Written(Old(2, 5, 0), 5), New(4, 8)}, Sizes{1, 1, 3}},
      {"B-13 no room for all", {2, 1, 0}, {Old(2, 5, 0), Old(1, 5, 0), New(2, 5)}, {0, 1, 2}},
      {"B-13 nor for all that are written", Fenceposts{2, 1, 0},
       Shares{Written(Old(1, 3, 0), 3), Written(Old(1, 3, 0), 3), New(2, 5)}, Sizes{0, 1, 2}},
  }));
  CAPTURE(row.id);
  CHECK(ProportionalSizes(row.before, row.limits, 0) == row.want);
  CHECK(Walk(row.before, row.limits, Positions(row.before)) == row.want);
  Proves(row.id);
}

Shares RandomShares(int32_t max_replicas, bool all_available) {
  Shares shares;
  const int count = *rc::gen::inRange(2, 6);
  for (int i = 0; i < count; ++i) {
    const int32_t replicas = *rc::gen::inRange(1, 30);
    const int32_t available = all_available ? replicas : *rc::gen::inRange(0, replicas + 1);
    shares.push_back(i + 1 == count ? New(replicas, max_replicas, available)
                                    : Old(replicas, max_replicas, available));
  }
  return shares;
}

Fenceposts RandomLimits() {
  const int32_t desired = *rc::gen::inRange(1, 60);
  const int32_t surge = *rc::gen::inRange(0, 10);
  return {desired, surge, *rc::gen::inRange(surge == 0 ? 1 : 0, desired + 1)};
}

TEST_CASE("an interrupted scaling arrives at the sizes it was planned for (B-11)") {
  CheckProperty("any order of writing gives the plan", [] {
    const bool all_available = *rc::gen::inRange(0, 2) == 0;
    Shares shares = RandomShares(0, all_available);
    const auto before = static_cast<int32_t>(Sum(PresentSizes(shares)));
    for (ReplicaSetShare& rs : shares) rs.max_replicas = before;
    const Fenceposts limits = RandomLimits();
    // Broken Pods are looked at going down.
    RC_PRE(all_available || limits.max_total() <= before);
    std::vector<size_t> order = Positions(shares);
    const int turns = *rc::gen::inRange(0, 120);
    for (int i = 0; i < turns; ++i) std::next_permutation(order.begin(), order.end());
    const Sizes plan = ProportionalSizes(shares, limits, 0);
    RC_ASSERT(Sum(plan) >= limits.max_total());
    RC_ASSERT((!all_available || Sum(plan) == limits.max_total()));
    if (Sum(plan) > limits.max_total()) return;  // D-357.4
    RC_ASSERT(Walk(shares, limits, order) == plan);
  });
  Proves("B-11");
}

TEST_CASE("scaling holds Pods on the old revision, in whatever order it is written (RO-046)") {
  CheckProperty("the new ReplicaSet never outgrows updated_max", [] {
    Shares shares = RandomShares(0, /*all_available=*/true);
    const auto before = static_cast<int32_t>(Sum(PresentSizes(shares)));
    for (ReplicaSetShare& rs : shares) rs.max_replicas = before;
    Fenceposts limits = RandomLimits();
    limits.updated_max = *rc::gen::inRange(0, limits.desired);
    const size_t keeper = *rc::gen::inRange<size_t>(0, shares.size());
    for (size_t i = 0; i + 1 < shares.size(); ++i) {
      shares[i].gives_way = keeper + 1 < shares.size() && i != keeper;
      shares[i].goes_first = shares[i].gives_way;
    }
    std::vector<size_t> order = Positions(shares);
    const int turns = *rc::gen::inRange(0, 120);
    for (int i = 0; i < turns; ++i) std::next_permutation(order.begin(), order.end());
    const Sizes plan = ProportionalSizes(shares, limits, 0);
    RC_ASSERT(plan.back() <= std::max(shares.back().replicas, limits.updated_max));
    if (Sum(plan) > limits.max_total()) return;  // D-357.4
    RC_ASSERT(Sum(plan) == limits.max_total());
    RC_ASSERT(Walk(shares, limits, order) == plan);
  });
  Proves("RO-046");
}

int64_t AvailableOf(const Shares& shares, const Sizes& sizes) {
  int64_t available = 0;
  for (size_t i = 0; i < shares.size(); ++i) available += std::min(sizes[i], shares[i].available);
  return available;
}

// Its Pods are the first to go, and it gets none.
ReplicaSetShare GivenUp(int32_t replicas, int32_t max_replicas, int32_t available = -1) {
  ReplicaSetShare rs = Old(replicas, max_replicas, available);
  rs.gives_way = rs.goes_first = true;
  return rs;
}

TEST_CASE("a revision that is given up does not grow (RO-120)") {
  struct GivenUpRow {
    const char* name;
    int32_t desired;
    int32_t updated_max;
    Shares shares;  // the first is given up
    Sizes sizes;
  };
  const GivenUpRow row = GENERATE_COPY(values<GivenUpRow>({
      {"the new one gets what it would have got", 7, kUnlimited, Shares{GivenUp(3, 6), New(1, 6)},
       Sizes{3, 6}},
      {"but no more than desired", 7, kUnlimited, {GivenUp(1, 6), New(4, 6)}, {1, 7}},
      {"the stable one gets what is left over, for the new one may not work", 20, kUnlimited,
       Shares{GivenUp(6, 13), Old(2, 13), New(5, 13, 0)}, Sizes{6, 8, 8}},
      {"where the new one is held back nobody gets it", 10, 3, {GivenUp(2, 6), New(3, 6)}, {2, 3}},
  }));
  CAPTURE(row.name);
  const Fenceposts limits{
      .desired = row.desired, .surge = 2, .max_unavailable = 1, .updated_max = row.updated_max};
  CHECK(ProportionalSizes(row.shares, limits, 4) == row.sizes);
  Proves("RO-120");
}

// Nothing is on its way: it gets what is missing, and keeps its last Pod longest.
ReplicaSetShare Last(ReplicaSetShare rs) {
  rs.goes_last = true;
  return rs;
}
ReplicaSetShare WithoutGrowth(ReplicaSetShare rs) {
  rs.gives_way = true;
  return rs;
}

TEST_CASE("while nothing is on its way the last Pod is the stable one's (RO-120)") {
  const Row row = GENERATE(values<Row>({
      {"in proportion", {4, 0, 1, 3}, {Last(Old(7, 10)), WithoutGrowth(Old(3, 10))}, {3, 1}},
      {"one of each", {2, 0, 1, 2}, {Last(Old(2, 10)), WithoutGrowth(Old(8, 10))}, {1, 1}},
      {"the last one", {1, 0, 1, 1}, {Last(Old(1, 2)), WithoutGrowth(Old(1, 2))}, {1, 0}},
      {"none is kept at 0", {0, 0, 1, 0}, {Last(Old(1, 2)), WithoutGrowth(Old(1, 2))}, {0, 0}},
      {"a good Pod rather than a broken one", Fenceposts{1, 0, 0, 1},
       Shares{Last(Old(1, 2, 0)), WithoutGrowth(Old(1, 2))}, Sizes{0, 1}},
      {"all that is missing", {9, 0, 1, 3}, {Last(Old(1, 2)), WithoutGrowth(Old(1, 2))}, {8, 1}},
  }));
  CAPTURE(row.id);
  CheckInEveryOrder(row);
  Proves("RO-120");
}

TEST_CASE("going down, the Pods of a revision that is given up go first (RO-087)") {
  const Row row = GENERATE(values<Row>({
      // A user waits at a step of the third revision, and the second never was complete.
      {"the stable one keeps its Pod", Fenceposts{2, 0, 1, 1},
       Shares{Old(2, 5), GivenUp(2, 5), New(1, 5)}, Sizes{1, 0, 1}},
      {"no more of them go than have to", Fenceposts{9, 0, 1, 3},
       Shares{Old(4, 10), GivenUp(3, 10), New(3, 10)}, Sizes{4, 2, 3}},
      {"what is above the step goes before", Fenceposts{6, 0, 1, 2},
       Shares{Old(3, 8), GivenUp(2, 8), New(3, 8)}, Sizes{3, 1, 2}},
      {"the others share the rest", Fenceposts{5, 0, 1, 3},
       Shares{Old(5, 13), GivenUp(3, 13), New(5, 13)}, Sizes{2, 0, 3}},
      {"an abort takes the canary first", {5, 1, 1}, {GivenUp(7, 10), New(3, 10)}, {3, 3}},
      // Broken Pods of the stable revision go before good ones that are needed.
      {"good ones that are needed stay", Fenceposts{4, 0, 1, 2},
       Shares{Old(4, 8, 0), GivenUp(3, 8), New(1, 8)}, Sizes{0, 3, 1}},
      {"nor for a new one that does not work", Fenceposts{3, 0, 1},
       Shares{Old(2, 7), GivenUp(3, 7), New(2, 7, 0)}, Sizes{2, 0, 1}},
      {"broken ones of it go before all", Fenceposts{4, 0, 1, 2},
       Shares{Old(3, 8, 2), GivenUp(3, 8, 1), New(2, 8)}, Sizes{2, 0, 2}},
  }));
  CAPTURE(row.id);
  CheckInEveryOrder(row);
  Proves("RO-087");
}

TEST_CASE("sparing available Pods changes no total and costs none that are needed (B-12)") {
  CheckProperty("never fewer available than in proportion", [] {
    const Shares shares = RandomShares(*rc::gen::inRange(1, 100), /*all_available=*/false);
    Shares unaware = shares;
    for (ReplicaSetShare& rs : unaware) rs.available = rs.replicas;
    const Fenceposts limits{*rc::gen::inRange(1, 100), *rc::gen::inRange(0, 20), 1};
    const Sizes plan = ProportionalSizes(shares, limits, 0);
    const Sizes plain = ProportionalSizes(unaware, limits, 0);
    RC_ASSERT(Sum(plan) == Sum(plain));
    for (const int32_t size : plan) RC_ASSERT(size >= 0);
    // The new one's last Pod, which in proportion would go.
    const int64_t kept = plain.back() == 0 && plan.back() == 1 ? 1 : 0;
    RC_ASSERT(AvailableOf(shares, plan) + kept >=
              std::min<int64_t>(AvailableOf(shares, plain), limits.desired));
  });
}

TEST_CASE("going down, no broken Pod is kept in the place of a good one that is needed (B-12)") {
  CheckProperty("beyond the last Pod of the new ReplicaSet", [] {
    Shares shares = RandomShares(0, /*all_available=*/false);
    const Sizes present = PresentSizes(shares);
    for (ReplicaSetShare& rs : shares) rs.max_replicas = static_cast<int32_t>(Sum(present));
    const Fenceposts limits = RandomLimits();
    RC_PRE(limits.max_total() > 1 && limits.max_total() < Sum(present));
    const Sizes plan = ProportionalSizes(shares, limits, 0);
    if (shares.back().available == 0) RC_ASSERT(plan.back() >= 1);
    if (AvailableOf(shares, plan) >= limits.desired) return;
    int64_t lost = 0;
    int64_t broken = 0;
    for (size_t i = 0; i < shares.size(); ++i) {
      const int32_t useful =
          std::min(shares[i].available, shares[i].is_new ? limits.desired : shares[i].available);
      lost += std::max(useful - plan[i], 0);
      broken += std::max(plan[i] - std::max(shares[i].available, 1), 0);
    }
    RC_ASSERT(lost == 0 || broken == 0);
  });
}

TEST_CASE("scaling leaves the minimum available, or what there is of it (B-13)") {
  CheckProperty("whatever is written and broken", [] {
    const Fenceposts limits = RandomLimits();
    Shares shares = RandomShares(*rc::gen::inRange(1, 100), /*all_available=*/false);
    for (ReplicaSetShare& rs : shares) {
      if (*rc::gen::inRange(0, 2) == 0) rs = Written(rs, limits.max_total());
    }
    const int64_t present = AvailableOf(shares, PresentSizes(shares));
    const Sizes plan = ProportionalSizes(shares, limits, 0);
    RC_ASSERT(AvailableOf(shares, plan) >= std::min(present, limits.min_available()));
  });
}

}  // namespace
}  // namespace windlass::workload::proportional_test
