// The rows of upstream's TestScale, each as a whole sync of a paused Deployment: then only the
// scaling itself changes sizes (D-350).
#include <map>
#include <string>
#include <vector>

#include "controller/workload/annotations/annotations.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/workload/cluster.h"

namespace windlass::workload::scaling_rows_test {
namespace {

using Json = nlohmann::json;
using Sizes = std::vector<int32_t>;

constexpr int32_t kNoAnnotations = -1;

struct Given {
  int32_t replicas;
  int32_t max_replicas;    // its annotation; desired-replicas is less by the surge of before
  int32_t available = -1;  // all of them
};

struct Row {
  std::string id;
  int32_t replicas;  // the Deployment's, now
  int32_t surge_before;
  int32_t surge;
  std::vector<Given> replica_sets;  // v1, v2 … in the order of their creation
  bool has_new;                     // the last one is of the Deployment's template
  Sizes want;
};

std::string Image(size_t position) { return "v" + std::to_string(position + 1); }

// A paused Deployment with the ReplicaSets of the row.
struct Paused : Cluster {
  explicit Paused(const Row& row) : Cluster(1) {
    for (size_t i = 0; i < row.replica_sets.size(); ++i) {
      RollOut(Image(i));
    }
    if (!row.has_new) SetImage("none");
    std::map<std::string, int32_t> available;
    for (size_t i = 0; i < row.replica_sets.size(); ++i) {
      const Given& given = row.replica_sets[i];
      EditReplicaSet(NameOf(Image(i)), [&](Json& rs) { Become(rs, given, row.surge_before); });
      if (given.available >= 0) available[Image(i)] = given.available;
    }
    RunReplicaSets(available);
    Edit([&](Json& d) {
      d["spec"]["paused"] = true;
      d["spec"]["replicas"] = row.replicas;
      d["spec"]["strategy"]["rollingUpdate"] = {{"maxSurge", row.surge}, {"maxUnavailable", 0}};
    });
    writes.clear();
  }

  static void Become(Json& rs, const Given& given, int32_t surge_before) {
    rs["spec"]["replicas"] = given.replicas;
    Json& annotations = rs["metadata"]["annotations"];
    annotations.erase(kDesiredReplicas);
    annotations.erase(kMaxReplicas);
    if (given.max_replicas == kNoAnnotations) return;
    annotations[kDesiredReplicas] = std::to_string(given.max_replicas - surge_before);
    annotations[kMaxReplicas] = std::to_string(given.max_replicas);
  }
};

Sizes SizesIn(Cluster& cluster, const Row& row) {
  Sizes sizes;
  for (size_t i = 0; i < row.replica_sets.size(); ++i) sizes.push_back(cluster.SizeOf(Image(i)));
  return sizes;
}

// Checks both size annotations of each ReplicaSet with a size.
void CheckAnnotations(Cluster& cluster, const Row& row) {
  for (size_t i = 0; i < row.replica_sets.size(); ++i) {
    if (cluster.SizeOf(Image(i)) == 0) continue;
    const Json annotations = cluster.ReplicaSet(Image(i))["metadata"]["annotations"];
    CHECK(annotations[kDesiredReplicas] == std::to_string(row.replicas));
    CHECK(annotations[kMaxReplicas] == std::to_string(row.replicas + row.surge));
  }
}

TEST_CASE("a sync scales the ReplicaSets to the sizes of upstream's rows (UT-10)") {
  const Row row = GENERATE(values<Row>({
      {"X-70", 12, 0, 0, {{10, 10}}, true, {12}},
      {"X-71", 5, 0, 0, {{10, 10}}, true, {5}},
      {"X-72", 10, 0, 0, {{3, 5}, {2, 5}}, true, {6, 4}},
      {"X-73", 3, 0, 0, {{3, 5}, {2, 5}}, true, {2, 1}},
      {"X-74", 4, 0, 0, {{1, 9}, {8, 9}}, true, {0, 4}},
      {"X-75", 10, 0, 0, {{2, 7}, {3, 7}, {2, 7}}, true, {3, 4, 3}},
      {"X-76", 8, 0, 0, {{3, 13}, {8, 13}, {2, 13}}, true, {2, 5, 1}},
      {"X-77", 4, 0, 0, {{1, 3}, {1, 3}, {1, 3}}, true, {1, 1, 2}},
      {"X-78", 2, 0, 0, {{1, 3}, {1, 3}, {1, 3}}, true, {0, 1, 1}},
      {"X-79", 5, 0, 0, {{2, 4}, {2, 4}}, false, {2, 3}},
      {"X-80", 0, 0, 0, {{1, 6}, {2, 6}, {3, 6}}, true, {0, 0, 0}},
      {"X-81", 6, 0, 0, {{0, 0}, {0, 0}, {0, 0}}, true, {0, 0, 6}},
      {"X-82", 20, 2, 2, {{6, 12}, {6, 12}}, true, {11, 11}},
      {"X-83", 50, 3, 6, {{8, 13}, {5, 13}}, true, {34, 22}},
      {"X-84 D-359", 10, 3, 3, {{8, 13}, {3, 13}}, true, {10, 3}},
      {"X-85", 14, 0, 0, {{3, 10}, {7, 10}}, false, {4, 10}},
      {"X-86", 2, 1, 1, {{1, 3}, {2, 3, 0}}, true, {1, 2}},
      {"X-87 D-361", 5, 0, 0, {{1, 5}, {1, 3}, {2, 5}}, true, {1, 2, 2}},
      {"X-99 D-355", 2, 1, 1, {{1, kNoAnnotations}, {2, 3}}, true, {0, 2}},
  }));
  CAPTURE(row.id);
  Paused cluster(row);
  const Sizes before = SizesIn(cluster, row);
  cluster.Sync();
  CHECK(SizesIn(cluster, row) == row.want);
  CheckAnnotations(cluster, row);
  if (before == row.want) CHECK(cluster.WritesAndForget().empty());

  cluster.writes.clear();
  cluster.Sync();  // that was all
  CHECK(cluster.writes.empty());
  Proves(row.id);
  Proves("UT-10");
}

}  // namespace
}  // namespace windlass::workload::scaling_rows_test
