// Rows are the worked examples of the contract; a Kubernetes reader can check them by hand.
#include "controller/workload/rolling_sizes.h"

#include <string>
#include <vector>

#include "controller/workload/replica_set_size.h"
#include "controller/workload/situation.h"
#include "test/catch.h"
#include "test/proves.h"

namespace windlass::workload::rolling_sizes_test {
namespace {

struct Row {
  std::string id;
  Fenceposts limits;  // desired, surge, max_unavailable, updated_max
  std::vector<ReplicaSetSize> old;
  ReplicaSetSize new_replica_set;
  int32_t want_new;
  std::vector<int32_t> want_old;  // looked at only when the new ReplicaSet stays as it is (D-262)
};

TEST_CASE("RollingUpdate sizes follow the worked examples of the contract") {
  const Row row = GENERATE(values<Row>({
      {"X-40 UT-09 D-268", {10, 0, 1}, {{10, 10}}, {0, 0}, 0, {9}},
      {"X-41", {10, 2, 0}, {{10, 10}}, {0, 0}, 2, {10}},
      {"X-42", {10, 2, 0}, {{5, 5}}, {0, 0}, 7, {5}},
      {"X-43 D-261", {10, 2, 0}, {{10, 10}}, {2, 0}, 2, {10}},
      {"X-44", {10, 2, 0}, {{2, 2}}, {11, 11}, 10, {2}},
      {"X-45 UT-15", {6, 10, 1}, {{3, 3}}, {2, 2}, 6, {3}},
      {"X-46 UT-15 above desired: down, whatever the total", {1, 1, 1}, {}, {5, 5}, 1, {}},
      {"X-47", {10, 0, 2}, {{10, 10}}, {0, 0}, 0, {8}},
      {"X-48 UT-08 D-266", {10, 0, 2}, {{10, 8}}, {0, 0}, 0, {8}},
      {"X-49 D-266 D-268", {10, 0, 2}, {{10, 9}}, {0, 0}, 0, {8}},
      {"X-50 D-265", {10, 0, 2}, {{8, 8}}, {2, 0}, 2, {8}},
      {"X-51 create", {10, 3, 2}, {{10, 10}}, {0, 0}, 3, {10}},
      {"X-51 and the same sync goes on", {10, 3, 2}, {{10, 10}}, {3, 0}, 3, {8}},
      {"X-52", {10, 3, 2}, {{8, 8}}, {3, 0}, 5, {8}},
      {"X-53 stuck new Pods never cost old ones", {10, 3, 2}, {{8, 8}}, {5, 0}, 5, {8}},
      {"X-54 a lost node frees nothing", {10, 3, 2}, {{8, 7}}, {5, 0}, 5, {8}},
      {"X-55 undo: the broken ones go first", {10, 3, 2}, {{5, 0}}, {8, 7}, 8, {1}},
      {"X-55 next pass", {10, 3, 2}, {{1, 0}}, {8, 7}, 10, {1}},
      {"X-56 D-266 rollover removes what never worked",
       {10, 3, 2},
       {{8, 8}, {5, 0}},
       {0, 0},
       0,
       {8, 0}},
      {"X-57", {10, 3, 2}, {{8, 8}}, {5, 1}, 5, {7}},
      {"X-58", {10, 3, 2}, {{8, 8}}, {5, 5}, 5, {3}},
      {"X-60", {1, 1, 0}, {{1, 1}}, {1, 0}, 1, {1}},
      {"X-61 a crashing single Pod waits for its successor", {1, 1, 0}, {{1, 0}}, {1, 0}, 1, {1}},
      {"X-59 W-05 D-267 a status that lags is clamped", {10, 3, 2}, {{8, 10}}, {5, 1}, 5, {7}},
      {"X-59 W-05 D-267 and frees nothing of others",
       {10, 3, 2},
       {{6, 6}, {2, 4}},
       {5, 1},
       5,
       {5, 2}},
      {"X-59 W-05 D-267 nor does one of the new ReplicaSet", {10, 3, 2}, {{8, 8}}, {5, 7}, 5, {3}},
      {"the largest legal surge", {10, 2147483647, 2}, {{10, 10}}, {0, 0}, 10, {10}},
      {"X-62", {3, 1, 0}, {{1, 1}, {2, 0}}, {1, 0}, 1, {1, 2}},
      {"X-63", {4, 0, 1}, {{4, 0}}, {0, 0}, 0, {3}},
      {"X-63 next pass", {4, 0, 1}, {{3, 0}}, {0, 0}, 1, {3}},
      {"X-64 create", {5, 5, 5}, {{5, 5}}, {0, 0}, 5, {5}},
      {"X-64 and the same sync goes on", {5, 5, 5}, {{5, 5}}, {5, 0}, 5, {0}},
      {"X-65", {0, 0, 0}, {{3, 3}}, {0, 0}, 0, {0}},
      {"UT-08 budget 1 of 2 unhealthy", {10, 0, 1}, {{10, 8}}, {0, 0}, 0, {9}},
      {"UT-08 budget 3, 2 unhealthy", {10, 0, 3}, {{10, 8}}, {0, 0}, 0, {7}},
      {"UT-08 no budget", {10, 0, 0}, {{10, 8}}, {0, 0}, 0, {10}},
      {"UT-09 too few are ready", {10, 0, 2}, {{1, 1}}, {0, 0}, 9, {1}},
      {"UT-09 D-264 nothing left", {10, 0, 2}, {{0, 0}}, {10, 10}, 10, {0}},
      {"D-267 B-46 W-05 old status after a scale-down", {10, 2, 2}, {{6, 6}}, {4, 5}, 6, {6}},
      {"RO-044 up to the limit", {10, 3, 2, 3}, {{10, 10}}, {0, 0}, 3, {10}},
      {"RO-044 at the limit, although there is room", {10, 3, 2, 3}, {{8, 8}}, {3, 3}, 3, {7}},
      {"RO-044 at rest", {10, 3, 2, 3}, {{7, 7}}, {3, 3}, 3, {7}},
      {"RO-044 broken old ones are kept, too", {10, 3, 2, 3}, {{7, 4}}, {3, 3}, 3, {7}},
      {"RO-044 broken ones go first", {10, 3, 2, 3}, {{5, 5}, {4, 0}}, {3, 3}, 3, {5, 2}},
      {"RO-044 old ones keep together", {10, 3, 2, 3}, {{4, 4}, {4, 4}}, {3, 3}, 3, {3, 4}},
      {"RO-044 none may be updated", {10, 3, 2, 0}, {{10, 10}}, {0, 0}, 0, {10}},
      {"RO-044 no surge", {10, 0, 2, 3}, {{8, 8}}, {2, 2}, 2, {7}},
      {"RO-044 a limit lowered takes no new Pod", {10, 3, 2, 3}, {{5, 5}}, {5, 5}, 5, {5}},
      {"RO-048 but those above desired go", {10, 3, 2, 3}, {{8, 8}}, {5, 5}, 3, {}},
      {"RO-048 and then the old ones", {10, 3, 2, 3}, {{8, 8}}, {3, 3}, 3, {7}},
      {"RO-048 scaled from 10 to 6 with 5 kept", {6, 2, 1, 1}, {{5, 5}}, {3, 3}, 1, {}},
      {"RO-048 no more than is too many", {10, 3, 2, 3}, {{6, 6}}, {5, 5}, 4, {}},
      {"RO-048 as many as desired is enough", {10, 3, 2, 3}, {{6, 6}}, {4, 4}, 4, {6}},
      {"RO-048 up to the limit all may stay", {10, 3, 2, 3}, {{10, 10}}, {3, 3}, 3, {7}},
      {"RO-048 available ones are needed", {6, 2, 1, 1}, {{5, 2}}, {3, 3}, 3, {5}},
      {"RO-048 one of them can go", {6, 2, 1, 1}, {{5, 3}}, {3, 3}, 2, {}},
      {"RO-048 broken ones go anyhow", {6, 2, 1, 1}, {{5, 2}}, {3, 1}, 1, {}},
      {"RO-048 as many new ones as desired", {10, 3, 2, 3}, {{2, 2}}, {10, 10}, 8, {}},
      {"RO-048 more new ones than desired", {10, 3, 2, 3}, {{2, 2}}, {12, 12}, 8, {}},
      {"RO-048 a lagging status is clamped", {6, 2, 1, 1}, {{5, 2}}, {3, 9}, 3, {5}},
      {"RO-044 above desired: down", {10, 3, 2, 3}, {}, {12, 12}, 10, {}},
      {"RO-045 there is nothing old to keep", {10, 3, 2, 3}, {}, {0, 0}, 10, {}},
      {"RO-045 old ones without Pods", {10, 3, 2, 3}, {{0, 0}}, {0, 0}, 10, {0}},
      {"RO-045 too few old ones", {10, 3, 2, 3}, {{5, 5}}, {3, 3}, 5, {5}},
  }));
  CAPTURE(row.id);

  const int32_t size = NewReplicaSetSize(row.new_replica_set, row.old, row.limits);
  CHECK(size == row.want_new);
  if (size == row.new_replica_set.replicas) {
    CHECK(OldReplicaSetSizes(row.old, row.new_replica_set, row.limits) == row.want_old);
  }
  Proves(row.id);
}

// Nine desired, seven of them always available. The old ReplicaSet was just set from 7 to 6, which
// its status does not know yet; one of its Pods was ready, but not for minReadySeconds. The Pods of
// the broken one go, and no other.
TEST_CASE("a scale-down that is still to be acted upon is no fault of the Pods (D-267)") {
  ReplicaSet rs;
  rs.replicas = 6;
  rs.status.replicas = rs.status.ready_replicas = 7;
  rs.status.available_replicas = 6;
  const ReplicaSetSize old = SizeOf(rs);
  const ReplicaSetSize broken = {6, 0};
  CHECK(OldReplicaSetSizes(std::vector{old, broken}, {}, {9, 4, 2}) == std::vector{6, 1});
  Proves("D-267");
}

// Six desired, one of them updated. Two of the new ReplicaSet's Pods are on their way out.
TEST_CASE("nor is one of a new ReplicaSet that has too many Pods (RO-048)") {
  ReplicaSet rs;
  rs.replicas = 3;
  rs.status.replicas = rs.status.ready_replicas = 5;
  rs.status.available_replicas = 3;
  CHECK(NewReplicaSetSize(SizeOf(rs), std::vector<ReplicaSetSize>{{5, 3}}, {6, 2, 1, 1}) == 3);
  Proves("RO-048");
}

}  // namespace
}  // namespace windlass::workload::rolling_sizes_test
