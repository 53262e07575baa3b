#include "controller/in_place/batch/candidates.h"

#include <algorithm>
#include <compare>
#include <cstdint>
#include <map>
#include <string_view>
#include <utility>

#include "controller/in_place/pod/failure.h"

namespace windlass::in_place {
namespace {

constexpr seconds kPutOffMax{60};

bool IsOfConcern(const Pod& pod, const PodStanding& standing) {
  const bool ended = pod.phase == PodPhase::kSucceeded || pod.phase == PodPhase::kFailed;
  return !standing.updated && !standing.stand_in && !pod.meta.deleting() && !ended;
}

bool RunsWithoutStatus(const Pod& pod) {
  return pod.phase == PodPhase::kRunning &&
         std::ranges::all_of(pod.app_containers(), [](const PodContainer& container) {
           return container.state == ContainerState::kNoStatus;
         });
}

// Returns until when the Pod is put off because its first containers are about to be created
// (P-037). Returns nullopt if
//   - the Pod has no node: no kubelet is about to create containers
//   - a container was created already
//   - a container fails, so no container will be created soon
std::optional<WallTime> PutOffUntil(const Pod& pod) {
  if (pod.node_name.empty()) return std::nullopt;
  const bool created = std::ranges::any_of(
      pod.app_containers(), [](const PodContainer& container) { return !container.id.empty(); });
  const bool fails = std::ranges::any_of(pod.containers, [](const PodContainer& container) {
    return IsFailingReason(container.waiting_reason);
  });
  if (created || fails) return std::nullopt;
  const WallTime scheduled = pod.scheduled.last_transition_time();
  // A Pod that was created with a node name need not have condition PodScheduled. Without the
  // condition, kPutOffMax counts from the Pod's creation.
  return (scheduled.IsZero() ? pod.meta.creation_timestamp : scheduled) + kPutOffMax;
}

struct OnNode {
  bool has_image = false;
  int64_t in_flight = 0;
};

// Which nodes have the image of the target template, and how many Pods are in flight on each node
// and in each zone. Pods that are not scheduled do not count.
struct Places {
  std::map<std::string_view, OnNode> nodes;
  std::map<std::string_view, int64_t> in_flight_in_zones;
};

Places PlacesOf(std::span<const RolloutPod> pods) {
  Places places;
  for (const RolloutPod& one : pods) {
    const PodStanding& pod = one.standing;
    if (pod.node.empty()) continue;
    OnNode& node = places.nodes[pod.node];
    // A Pod in flight does not show that its node has the image, because the kubelet may still be
    // pulling the image, or may have failed to pull it.
    if (pod.updated && !pod.in_flight) node.has_image = true;
    if (!pod.in_flight) continue;
    ++node.in_flight;
    ++places.in_flight_in_zones[pod.zone];
  }
  return places;
}

// The order of P-032: the Pod with the smallest rank is patched first, so false comes before true.
struct Rank {
  bool exempt;
  bool scheduled;
  bool available;
  bool of_host;  // false: has another template, mostly that of a rollout that was given up
  bool needs_pull;
  int64_t in_flight_on_node;
  int64_t in_flight_in_zone;
  WallTime created;
  std::string_view name;
  auto operator<=>(const Rank&) const = default;
};

Rank RankOf(const Pod& pod, const PodStanding& standing, Places& places) {
  const bool scheduled = !standing.node.empty();
  const OnNode& node = places.nodes[standing.node];
  return {.exempt = standing.exempt,
          .scheduled = scheduled,
          .available = standing.available,
          .of_host = standing.of_host,
          .needs_pull = !node.has_image,
          .in_flight_on_node = node.in_flight,
          .in_flight_in_zone = scheduled ? places.in_flight_in_zones[standing.zone] : 0,
          .created = pod.meta.creation_timestamp,
          .name = pod.meta.name};
}

}  // namespace

Candidates CandidatesOf(std::span<const RolloutPod> pods, WallTime now) {
  Places places = PlacesOf(pods);
  Candidates candidates;
  std::vector<std::pair<Rank, const RolloutPod*>> ranked;
  for (const RolloutPod& one : pods) {
    const Pod& pod = *one.pod;
    if (!IsOfConcern(pod, one.standing) || RunsWithoutStatus(pod)) continue;
    const std::optional<WallTime> put_off = PutOffUntil(pod);
    if (put_off && *put_off > now) {
      candidates.look_again = std::min(candidates.look_again.value_or(*put_off), *put_off);
      continue;
    }
    ranked.emplace_back(RankOf(pod, one.standing, places), &one);
  }
  std::ranges::stable_sort(ranked, {}, &std::pair<Rank, const RolloutPod*>::first);
  for (const auto& [rank, one] : ranked) candidates.order.push_back(one);
  return candidates;
}

}  // namespace windlass::in_place
