#include "test/sim/pod_ranking.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <map>
#include <nlohmann/json.hpp>
#include <tuple>

namespace windlass::sim {
namespace {

constexpr std::string_view kDeletionCost = "controller.kubernetes.io/pod-deletion-cost";

int PhaseRank(const Json& pod) {
  const std::string phase = TextAt(pod, {"status", "phase"});
  if (phase == "Pending") return 0;
  return phase == "Unknown" ? 1 : 2;
}

int64_t DeletionCost(const Json& pod) {
  const std::string text = AnnotationOf(pod, kDeletionCost);
  int64_t cost = 0;
  std::from_chars(text.data(), text.data() + text.size(), cost);
  return cost;
}

int64_t Restarts(const Json& pod) {
  int64_t most = 0;
  const Json& containers = At(pod, {"status", "containerStatuses"});
  if (!containers.is_array()) return 0;
  for (const Json& container : containers) {
    most = std::max(most, IntAt(container, {"restartCount"}));
  }
  return most;
}

// Compares times in powers of two, so that small differences do not decide: ages of 4 s and 7 s are
// equal, 8 s is older.
int Bucket(WallTime since, WallTime now) {
  const int64_t age = std::max<int64_t>(0, (now - since).count());
  return static_cast<int>(std::bit_width(static_cast<uint64_t>(age)));
}

int ReadyBucket(const Json& pod, WallTime now) {
  if (!IsReadyPod(pod)) return 0;
  return Bucket(TimeValue(TextAt(ConditionOf(pod, "Ready"), {"lastTransitionTime"})), now);
}

}  // namespace

std::vector<Object> RankForDeletion(std::vector<Object> pods, const std::vector<Object>& siblings,
                                    WallTime now) {
  std::map<std::string, int64_t> on_node;
  for (const Object& sibling : siblings) ++on_node[TextAt(*sibling, {"spec", "nodeName"})];
  const auto rank = [&](const Object& pod) {
    const std::string node = TextAt(*pod, {"spec", "nodeName"});
    const WallTime created = TimeValue(TextAt(*pod, {"metadata", "creationTimestamp"}));
    return std::tuple(!node.empty(), PhaseRank(*pod), IsReadyPod(*pod), DeletionCost(*pod),
                      -on_node[node], ReadyBucket(*pod, now), -Restarts(*pod), Bucket(created, now),
                      UidOf(*pod));
  };
  std::sort(pods.begin(), pods.end(),
            [&](const Object& a, const Object& b) { return rank(a) < rank(b); });
  return pods;
}

}  // namespace windlass::sim
