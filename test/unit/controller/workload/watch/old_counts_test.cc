// When a doubt about the counts of a ReplicaSet ends by time.
#include "controller/workload/watch/old_counts.h"

#include <string>
#include <utility>

#include "test/catch.h"
#include "test/proves.h"

namespace windlass::old_counts_test {
namespace {

const Uid kWeb{0xD0, 1};
constexpr WallTime kBegin{1000};

// ReplicaSet web-1 had 6 Pods, and was set to 0 and to 6 again. Its controller has not seen this.
struct Regrown {
  Regrown() {
    Put(1, 6, 1);
    Put(2, 0, 1);
    Put(3, 6, 1);
  }
  void Put(int64_t generation, int32_t size, int64_t observed) {
    ReplicaSet rs;
    rs.meta.namespace_ = "ns";
    rs.meta.name = "web-1";
    rs.meta.uid = {0xD0, 2};
    rs.meta.generation = generation;
    rs.meta.resource_version = {std::to_string(++version)};
    rs.meta.owner_references = {{"apps/v1", "Deployment", "web", kWeb, true, true}};
    rs.replicas = size;
    rs.status = {.observed_generation = observed,
                 .replicas = 6,
                 .ready_replicas = 6,
                 .available_replicas = 6};
    store.Apply(std::move(rs));
  }
  // Decides at this time, in seconds from kBegin. Returns true if the count is still in doubt.
  bool DoubtfulAt(int64_t second) {
    TrustOldCounts(store, kWeb, kBegin + seconds(second));
    return store.Find({"ns", "web-1"})->told.lowest.has_value();
  }

  Store<ReplicaSet> store;
  int version = 0;
};

TEST_CASE("a count is relied on ten seconds after the controller has observed the size (W-05)") {
  Regrown f;
  CHECK(f.DoubtfulAt(0));
  CHECK(f.DoubtfulAt(60));  // not observed, however long it takes
  f.Put(3, 6, 3);
  CHECK(f.DoubtfulAt(60));
  CHECK(f.DoubtfulAt(69));
  SECTION("and no sooner if it gets another size meanwhile") {
    f.Put(4, 5, 3);
    f.Put(4, 5, 4);
    CHECK(f.DoubtfulAt(71));
    CHECK_FALSE(f.DoubtfulAt(81));
  }
  SECTION("nor after a clock that was set back") {
    CHECK(f.DoubtfulAt(0));
    CHECK(f.DoubtfulAt(9));
    CHECK_FALSE(f.DoubtfulAt(10));
  }
  SECTION("for good") {
    CHECK_FALSE(f.DoubtfulAt(70));
    CHECK_FALSE(f.DoubtfulAt(0));
  }
  Proves("W-05");
}

}  // namespace
}  // namespace windlass::old_counts_test
