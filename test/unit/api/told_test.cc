// What the store keeps beside a ReplicaSet about the sizes that its controller was told (Told).
#include <optional>
#include <utility>

#include "kubeclient/api/replica_set.h"
#include "test/catch.h"
#include "test/proves.h"

namespace windlass::told_test {
namespace {

// A ReplicaSet as its versions follow each other.
struct Watched {
  std::optional<ReplicaSet> held;

  // All Pods that the status counts are ready and available, unless `available` and `ready` say how
  // many are.
  const Told& See(int64_t generation, int32_t size, int64_t observed, int32_t counted,
                  std::optional<int32_t> available = {}, std::optional<int32_t> ready = {}) {
    ReplicaSet now;
    now.meta.generation = generation;
    now.replicas = size;
    now.status.observed_generation = observed;
    now.status.replicas = counted;
    now.status.available_replicas = available.value_or(counted);
    now.status.ready_replicas = ready.value_or(now.status.available_replicas);
    Remember(held ? &*held : nullptr, now);
    held = std::move(now);
    return held->told;
  }
};

TEST_CASE("the largest size since all its Pods were counted is kept") {
  Watched rs;
  CHECK(rs.See(1, 10, 0, 0).known);
  CHECK(rs.See(1, 10, 1, 10).largest == 10);
  CHECK(rs.See(2, 8, 1, 10).largest == 10);  // not observed: Pods for 10 may still be made
  CHECK(rs.See(2, 8, 2, 10).largest == 8);   // counted 10: it has seen all its Pods
  CHECK(rs.See(2, 8, 2, 8).largest == 8);
  Proves("D-261");
}

TEST_CASE("an observed generation does not show that all Pods are counted") {
  Watched rs;
  rs.See(1, 10, 1, 3);  // it made 10 and sees 3 of them
  CHECK(rs.See(2, 5, 1, 3).largest == 10);
  CHECK(rs.See(2, 5, 2, 3).largest == 10);  // it does not see the other 7 yet
  CHECK(rs.See(2, 5, 2, 10).largest == 5);
  Proves("D-261");
}

TEST_CASE("sizes that were never held are not known until Pods are counted") {
  Watched rs;
  SECTION("before a start") { CHECK_FALSE(rs.See(4, 10, 4, 10).known); }
  SECTION("between two lists") {
    rs.See(1, 10, 1, 10);
    CHECK(rs.See(2, 8, 2, 8).known);
    CHECK_FALSE(rs.See(4, 8, 4, 8).known);
  }
  SECTION("nor of another cluster, where generations begin anew") {
    rs.See(1, 10, 1, 10);
    rs.See(2, 8, 2, 8);
    CHECK_FALSE(rs.See(1, 8, 1, 8).known);
  }
  NoteCounted(*rs.held, 12);
  CHECK(rs.held->told.known);
  CHECK(rs.held->told.largest == 12);
  Proves("D-261");
}

// For the user who goes back at once: a Pod that is being removed serves nobody.
TEST_CASE("Pods that were to be removed stay doubtful until they are counted (I-01)") {
  Watched rs;
  CHECK_FALSE(rs.See(1, 6, 1, 6).lowest);
  CHECK(rs.See(2, 0, 1, 6).lowest == 0);
  CHECK(rs.See(3, 6, 1, 6).lowest == 0);
  SECTION("the status of the last generation may still count them") {
    CHECK(rs.See(3, 6, 3, 6).lowest == 0);
  }
  SECTION("a status of a generation before says nothing of them") {
    CHECK(rs.See(3, 6, 1, 0).lowest == 0);
  }
  SECTION("counted") {
    CHECK_FALSE(rs.See(3, 6, 3, 0).lowest);
    CHECK_FALSE(rs.See(3, 6, 3, 6).lowest);
  }
  SECTION("the new ones are counted, and none of the old ones") {
    CHECK_FALSE(rs.See(3, 6, 3, 6, 0).lowest);
  }
  SECTION("ready ones may be removed before they are available") {
    CHECK(rs.See(3, 6, 3, 6, 0, 6).lowest == 0);
  }
  SECTION("the time of the doubt begins anew when a size is not observed") {
    rs.See(3, 6, 3, 6);
    rs.held->told.observed_since = WallTime{100};
    CHECK(rs.See(3, 6, 3, 5).observed_since == WallTime{100});
    CHECK_FALSE(rs.See(4, 5, 3, 5).observed_since);
  }
  SECTION("a list does not show which Pods are ready") {
    rs.See(3, 6, 3, 6);
    NoteCounted(*rs.held, 6);
    CHECK(rs.held->told.lowest == 0);
  }
  SECTION("a smaller size in between counts") {
    rs.See(4, 3, 1, 6);
    CHECK(rs.See(5, 6, 1, 6).lowest == 0);
  }
  Proves("I-01");
}

TEST_CASE("sizes that were not seen may have been 0 (I-01)") {
  Watched rs;
  SECTION("before a start, and not observed") {
    CHECK(rs.See(4, 6, 3, 6).lowest == 0);
    CHECK(rs.See(4, 6, 4, 6).lowest == 0);
  }
  SECTION("not before a start if the controller has observed the last size") {
    CHECK_FALSE(rs.See(4, 6, 4, 6).lowest);
  }
  SECTION("between two lists") {
    rs.See(1, 6, 1, 6);
    CHECK(rs.See(3, 6, 3, 6).lowest == 0);
  }
  Proves("I-01");
}

}  // namespace
}  // namespace windlass::told_test
