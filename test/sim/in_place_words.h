// What objects say of in-place updates, read by the simulator's own eyes (P-027, P-040, P-082).
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

// The Deployment asks for it.
bool WantsInPlace(const Json& deployment);

// LimitsOf with the annotation that is there for in-place updates alone.
RolloutLimits InPlaceLimitsOf(const Json& deployment);

// Taken out of traffic in the way that the Deployment asks for.
bool IsDrained(const Json& deployment, const Json& pod);

// The first of those with the highest revision; null when there are none.
Object HighestOf(const std::vector<Object>& replica_sets);
// Whether `rs` notes that the revision it has is rolled out in place. What it notes of a revision
// it had before says nothing.
bool SaysInPlace(const Json& rs);

// The template without the label that tells ReplicaSets apart.
Json TemplateOf(const Json& object);

// The image of a container of a template or Pod, of either list; empty when there is none.
std::string ImageIn(const Json& pod_spec, const std::string& container);
// Names of the containers of both lists.
std::vector<std::string> ContainersOf(const Json& pod_spec);

// Some container of `before` has another image in `after`; both are Pods.
bool ChangesImages(const Json& before, const Json& after);

}  // namespace windlass::sim
