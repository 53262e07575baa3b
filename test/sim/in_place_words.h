// Reads what objects say about in-place updates. This code shares nothing with the code under test,
// so that a mistake in one shows (P-027, P-040, P-082).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "test/sim/object.h"
#include "test/sim/rollout_limits.h"

namespace windlass::sim {

inline constexpr const char* kInPlaceNotes = "internal.windlass.dev/";
inline constexpr const char* kInPlaceExchange = "internal.windlass.dev/exchange";
inline constexpr const char* kInPlaceBlocked = "internal.windlass.dev/blocked";
inline constexpr const char* kInPlaceMode = "internal.windlass.dev/mode";
inline constexpr const char* kInPlaceStandIns = "internal.windlass.dev/stand-ins";

// Returns true if the Deployment or Rollout asks for in-place updates.
bool WantsInPlace(const Json& owner);

// Returns true if it asks never to replace Pods.
bool AsksForOnly(const Json& owner);

// Like LimitsOf, with the maxUnavailable of in-place updates.
RolloutLimits InPlaceLimitsOf(const Json& owner);

// Returns true if the Pod is out of traffic in the way that its owner asks for.
bool IsDrained(const Json& owner, const Json& pod);

// Returns the first ReplicaSet with the highest revision; null if there are none.
Object HighestOf(const std::vector<Object>& replica_sets);
// Returns true if `rs` notes that its present revision is rolled out in place. Notes about its
// earlier revisions do not count.
bool SaysInPlace(const Json& rs);

// Returns true if `rs` notes that its present revision is rolled out by replacing Pods.
bool SaysReplace(const Json& rs);

// The note of a ReplicaSet that its present revision was given up (P-062).
struct GivenUpNote {
  bool noted = false;   // false: there is none, or it is about another revision
  std::string tried{};  // since when the revision is tried again; empty: it is given up
};
GivenUpNote GivenUpNoteOf(const Json& rs);
// Returns true if `rs` notes that its present revision is given up, and is not tried again.
bool SaysGivenUp(const Json& rs);
// Returns the setting in-place-unblock: the number of a revision; empty if there is none.
std::string UnblockOf(const Json& owner);

// Returns true if `rs` has replicas that do not only stand in for others while those restart.
bool HasOwnPods(const Json& rs);

// Returns the template as a ReplicaSet of it has it (owners.h), without label pod-template-hash.
Json TemplateOf(const Json& object);

// Returns the image of a container or init container of a template or Pod; empty if there is none.
std::string ImageIn(const Json& pod_spec, const std::string& container);
// Returns the names of the containers and init containers.
std::vector<std::string> ContainersOf(const Json& pod_spec);

// Returns true if some container of the Pod `before` has another image in the Pod `after`.
bool ChangesImages(const Json& before, const Json& after);

// Returns the resources of a container or init container; null if there are none.
const Json& ResourcesIn(const Json& pod_spec, const std::string& container);
// Returns true if the Pod `after` asks for other resources than `before`, and one of its containers
// restarts for it.
bool RestartsForResources(const Json& before, const Json& after);

}  // namespace windlass::sim
