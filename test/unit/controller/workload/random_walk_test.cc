// Random users, random Pods, crashes anywhere: what must hold at every moment of a rollout, and
// that every rollout completes.
#include "controller/workload/annotations/annotations.h"
#include "test/property.h"
#include "test/proves.h"
#include "test/unit/controller/workload/cluster.h"

namespace windlass::workload::random_walk_test {
namespace {

using Json = nlohmann::json;

constexpr int32_t kReplicas = 10;
constexpr int32_t kMaxTotal = 13;
constexpr int32_t kMinAvailable = 8;

int32_t Number(const Json& object, const char* group, const char* field) {
  return object.value(group, Json::object()).value(field, 0);
}

int32_t TotalSize(Cluster& cluster) {
  int32_t total = 0;
  for (const auto& [name, rs] : cluster.replica_sets()) total += Number(rs, "spec", "replicas");
  return total;
}

// Returns the available Pods that are not about to be removed.
int32_t Available(Cluster& cluster) {
  int32_t available = 0;
  for (const auto& [name, rs] : cluster.replica_sets()) {
    available +=
        std::min(Number(rs, "status", "availableReplicas"), Number(rs, "spec", "replicas"));
  }
  return available;
}

std::string RandomImage() { return "v" + std::to_string(*rc::gen::inRange(1, 5)); }

// Makes one random event happen in a cluster.
void Happen(Cluster& cluster) {
  switch (*rc::gen::inRange(0, 8)) {
    case 0: return cluster.SetImage(RandomImage());
    case 1: {
      const auto& [name, rs] =
          *std::next(cluster.replica_sets().begin(),
                     *rc::gen::inRange<std::ptrdiff_t>(
                         0, static_cast<std::ptrdiff_t>(cluster.replica_sets().size())));
      return cluster.Undo(rs["metadata"]["annotations"][kRevision]);
    }
    case 2:
      return cluster.Edit([](Json& d) {
        d["metadata"]["annotations"]["note"] = std::to_string(*rc::gen::inRange(0, 3));
      });
    case 3:
      return cluster.Edit([](Json& d) { d["spec"]["minReadySeconds"] = *rc::gen::inRange(0, 3); });
    default:  // some Pods become available
      return cluster.RunReplicaSets({{RandomImage(), *rc::gen::inRange(0, 11)}});
  }
}

TEST_CASE("a rolling update keeps its limits whatever happens, and arrives") {
  CheckProperty("limits and arrival (D-273)", [] {
    Cluster cluster(kReplicas);
    cluster.Settle();
    const int happenings = *rc::gen::inRange(0, 25);
    for (int i = 0; i < happenings; ++i) {
      Happen(cluster);
      const int32_t available = Available(cluster);
      cluster.Sync(*rc::gen::inRange(1, 5));  // mostly crashes in between
      RC_ASSERT(TotalSize(cluster) <= kMaxTotal);
      RC_ASSERT(Available(cluster) >= std::min(available, kMinAvailable));
    }
    cluster.Settle();
    RC_ASSERT(cluster.Condition("Progressing") == "True NewReplicaSetAvailable");
    RC_ASSERT(TotalSize(cluster) == kReplicas);
    const std::string image =
        cluster.deployment()["spec"]["template"]["spec"]["containers"][0]["image"];
    RC_ASSERT(cluster.SizeOf(image) == kReplicas);
    RC_ASSERT(cluster.RevisionOf(image) == cluster.revision());
    for (const auto& [name, rs] :
         cluster.replica_sets()) {  // revisions are unique and none is higher
      const std::string revision = rs["metadata"]["annotations"][kRevision];
      RC_ASSERT(*ParseRevision(revision) <= *ParseRevision(cluster.revision()));
      RC_ASSERT((revision == cluster.revision()) == (name == cluster.NameOf(image)));
    }
  });
  Proves("D-273");
}

int32_t Replicas(Cluster& cluster) { return cluster.deployment()["spec"]["replicas"]; }

// Like Happen; besides, users scale, pause and resume, and time passes.
void HappenToASize(Cluster& cluster) {
  switch (*rc::gen::inRange(0, 6)) {
    case 0: return cluster.Scale(*rc::gen::inRange(0, 21));
    case 1: {
      const bool paused = *rc::gen::inRange(0, 2) == 1;
      return cluster.Edit([=](Json& d) { d["spec"]["paused"] = paused; });
    }
    case 2: cluster.now += *rc::gen::inRange(0, 1200); return;
    default: return Happen(cluster);
  }
}

TEST_CASE("Recreate never has Pods of two templates, whatever happens") {
  CheckProperty("exclusivity (D-307, I-09)", [] {
    Cluster cluster(kReplicas);
    cluster.ChangeStrategy("Recreate");
    const int limit = *rc::gen::inRange(0, 3);
    cluster.Edit([=](Json& d) { d["spec"]["revisionHistoryLimit"] = limit; });
    cluster.Settle();
    const int happenings = *rc::gen::inRange(0, 25);
    for (int i = 0; i < happenings; ++i) {
      HappenToASize(cluster);
      std::map<std::string, int> pods;  // they go later than the counters say
      std::map<std::string, int> sizes;
      for (const auto& [name, rs] : cluster.replica_sets()) {
        pods[name] = std::max(Number(rs, "status", "replicas"), *rc::gen::inRange(0, 2));
        sizes[name] = Number(rs, "spec", "replicas");
        cluster.SetPods(name, pods[name]);
      }
      cluster.Sync(*rc::gen::inRange(1, 5));
      for (const auto& [name, rs] : cluster.replica_sets()) {
        if (Number(rs, "spec", "replicas") <= sizes[name]) continue;
        for (const auto& [other, count] : pods) RC_ASSERT(other == name || count == 0);
      }
      int active = 0;
      for (const auto& [name, rs] : cluster.replica_sets()) {
        active +=
            Number(rs, "spec", "replicas") > 0 || Number(rs, "status", "replicas") > 0 ? 1 : 0;
      }
      RC_ASSERT(active <= 1);
      const Json& status = cluster.deployment()["status"];
      RC_ASSERT(status.value("updatedReplicas", 0) == 0 ||
                status.value("updatedReplicas", 0) == status.value("replicas", 0));
    }
    for (const auto& [name, rs] : cluster.replica_sets()) cluster.SetPods(name, 0);
    cluster.Settle();
    RC_ASSERT(TotalSize(cluster) == Replicas(cluster));  // paused or not
    cluster.Edit([](Json& d) { d["spec"]["paused"] = false; });
    cluster.Settle();
    RC_ASSERT(cluster.Condition("Progressing") == "True NewReplicaSetAvailable");
    RC_ASSERT(TotalSize(cluster) == Replicas(cluster));
  });
  Proves("D-300");
}

TEST_CASE("a rollout that is scaled and paused on its way keeps its limits, and arrives") {
  CheckProperty("limits and arrival (D-350...D-364, B-11, B-13)", [] {
    Cluster cluster(kReplicas);
    cluster.Settle();
    const int happenings = *rc::gen::inRange(0, 25);
    for (int i = 0; i < happenings; ++i) {
      HappenToASize(cluster);
      const int32_t total = TotalSize(cluster);
      const int32_t available = Available(cluster);
      cluster.Sync(*rc::gen::inRange(1, 6));
      const int32_t replicas = Replicas(cluster);
      RC_ASSERT(TotalSize(cluster) <= std::max(total, replicas + (replicas + 3) / 4));
      RC_ASSERT(Available(cluster) >= std::min(available, replicas - replicas / 4));
    }
    cluster.Edit([](Json& d) { d["spec"]["paused"] = false; });
    cluster.Settle();
    const int32_t replicas = Replicas(cluster);
    RC_ASSERT(cluster.Condition("Progressing") == "True NewReplicaSetAvailable");
    RC_ASSERT(TotalSize(cluster) == replicas);
    const std::string image =
        cluster.deployment()["spec"]["template"]["spec"]["containers"][0]["image"];
    RC_ASSERT(cluster.SizeOf(image) == replicas);
    if (replicas == 0) return;
    const Json& annotations = cluster.ReplicaSet(image)["metadata"]["annotations"];
    RC_ASSERT(annotations[kDesiredReplicas] == std::to_string(replicas));
  });
}

}  // namespace
}  // namespace windlass::workload::random_walk_test
