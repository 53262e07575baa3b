// What is decided for one revision as a whole, noted on the ReplicaSet that waits for it, the
// pending one: rolled out in place or not (P-013), stand-in Pods (P-024), given up (P-062). And who
// may have which annotation (P-074).
//
//   internal.windlass.dev/mode       {"rev":"6","mode":"InPlace","reason":"","host":"<uid>",
//                                     "from":"t-<hex>","g":7}
//   internal.windlass.dev/stand-ins  2
//   internal.windlass.dev/blocked    {"rev":"6","reason":"…"}
//
// And on the host, since we last resized it during the rollout:
//
//   internal.windlass.dev/own-generation  8
//
// A ReplicaSet may be used again for a later revision: a note counts for the revision it names
// only. What cannot be understood counts as absent; members that nobody knows are ignored. `kubectl
// rollout undo` carries a ReplicaSet's annotations to the Deployment: there a note is never read,
// and is taken away (deployment/patches.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "controller/in_place/changes.h"
#include "kubeclient/api/canonical.h"
#include "kubeclient/api/replica_set.h"

namespace windlass::in_place {

inline constexpr std::string_view kMode = "internal.windlass.dev/mode";
inline constexpr std::string_view kStandIns = "internal.windlass.dev/stand-ins";
inline constexpr std::string_view kBlocked = "internal.windlass.dev/blocked";
inline constexpr std::string_view kOwnGeneration = "internal.windlass.dev/own-generation";

// Ours, about the object that has it: never copied to another one.
bool IsInternal(std::string_view key);
bool HasInternal(const ObjectMeta& meta);

// A user's setting: windlass.dev/in-place or windlass.dev/in-place-…. Not windlass.dev/
// in-place-state, which is a Pod's.
bool IsUserKey(std::string_view key);

enum class Mode : uint8_t { kInPlace, kRecreate };

// The decision about one revision. It stands, except that kInPlace may become kRecreate (P-013).
struct RolloutMode {
  Mode mode = Mode::kInPlace;
  std::string reason{};    // why kRecreate, as eligibility.h tells it
  Uid host{};              // the ReplicaSet that owned the Pods
  Fingerprint from{};      // of the host's template then
  int64_t generation = 0;  // metadata.generation of the host then; 0: not noted
  bool operator==(const RolloutMode&) const = default;
};

std::string WriteMode(const RolloutMode& mode, std::string_view revision);

// nullopt, too, when the note is for another revision.
std::optional<RolloutMode> ModeOf(const ReplicaSet& pending, std::string_view revision);

// Somebody changed the template of `host` since that decision (P-073). Another fingerprint alone
// does not say so: an API server that knows more fields shows new defaults in a template that
// nobody has touched, and another version of Windlass may see the same template in another way.
// Such a host has the generation it had. Our own resizes move it as well; each notes in its own
// write what generation it leads to (kOwnGeneration), whatever the server shows from then on.
//
// A resize must not note that while the template is a changed one: it would make that ours.
bool HasForeignTemplate(const ReplicaSet& host, const RolloutMode& mode);

// The annotation for a resize of `host`.
std::string WriteOwnGeneration(const ReplicaSet& host);

// How many stand-in Pods we made of it; 0 when it does not say.
int32_t NotedStandIns(const ReplicaSet& pending);

// Why this revision is not to be tried again; nullopt when it is not blocked.
std::string WriteBlock(std::string_view revision, std::string_view reason);
std::optional<std::string> BlockedBy(const ReplicaSet& pending, std::string_view revision);

// What makes the user keys of the ReplicaSet those of its Deployment. They are on all of them
// because `kubectl rollout undo` replaces the Deployment's annotations by a ReplicaSet's.
TextChanges MirrorDifference(const ObjectMeta& deployment, const ObjectMeta& replica_set);

}  // namespace windlass::in_place
