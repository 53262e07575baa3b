// What is decided for one revision as a whole: in place or not (P-013), stand-in Pods (P-024),
// given up (P-062). It is noted on the pending ReplicaSet, the one that waits for the revision.
// Also: which object may have which annotation (P-074).
//
//   internal.windlass.dev/mode       {"rev":"6","mode":"InPlace","reason":"","host":"<uid>",
//                                     "from":"t-<hex>","g":7}
//   internal.windlass.dev/stand-ins  2
//   internal.windlass.dev/blocked    {"rev":"6","reason":"…"}
//
// On the host, once we have resized it during the rollout:
//
//   internal.windlass.dev/own-generation  8
//
// A ReplicaSet may be used again for a later revision, so mode and blocked count only for the
// revision they name. A note that cannot be read counts as absent, and unknown members are ignored.
// `kubectl rollout undo` copies a ReplicaSet's annotations to the workload: there a note is never
// read, and the next status write removes it (controller/workload/status.h).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "controller/in_place/template/changes.h"
#include "controller/workload/workload.h"
#include "kubeclient/api/canonical.h"
#include "kubeclient/api/replica_set.h"

namespace windlass::in_place {

inline constexpr std::string_view kMode = "internal.windlass.dev/mode";
inline constexpr std::string_view kStandIns = "internal.windlass.dev/stand-ins";
inline constexpr std::string_view kBlocked = "internal.windlass.dev/blocked";
inline constexpr std::string_view kOwnGeneration = "internal.windlass.dev/own-generation";

// Returns true for an annotation of ours about the object that has it. It is never copied.
bool IsInternal(std::string_view key);
bool HasInternal(const ObjectMeta& meta);

// Returns true for a user's setting: windlass.dev/in-place or windlass.dev/in-place-…, but not
// windlass.dev/in-place-state, which belongs to Pods.
bool IsUserKey(std::string_view key);

// A note spells kReplace as "Recreate".
enum class Mode : uint8_t { kInPlace, kReplace };

// The decision about one revision. It is final, except that kInPlace may become kReplace (P-013).
struct RolloutMode {
  Mode mode = Mode::kInPlace;
  std::string reason{};    // why kReplace, as Text in eligibility.h writes it
  Uid host{};              // the ReplicaSet that owned the Pods
  Fingerprint from{};      // of the host's template then
  int64_t generation = 0;  // metadata.generation of the host then; 0: not noted
  bool operator==(const RolloutMode&) const = default;
};

std::string WriteMode(const RolloutMode& mode, std::string_view revision);

// Returns the decision; nullopt if the note is absent, cannot be read, or is for another revision.
std::optional<RolloutMode> ModeOf(const ReplicaSet& pending, std::string_view revision);

// Returns true if a ReplicaSet other than `host` waits for a revision: some Pods of `host` may have
// been patched to it, even if another template is wanted by now.
bool IsUnderWay(std::span<const ReplicaSet* const> all, const ReplicaSet& host);

// Returns the revisions that such ReplicaSets wait for: Pods of `host` may have been patched to
// them. Adds the revision of `host` if Pods may have been patched back to it:
//   - if an undo made it newer than one of the others. Example: 1, then 2 in place, undone: 3.
//   - if `goes_back_first` is true (GoesBackFirst): the revision of `host` stays the same then
// An undo of that undo hides that Pods were patched back: then only their states tell them apart.
std::vector<int64_t> RevisionsUnderWay(std::span<const ReplicaSet* const> all,
                                       const ReplicaSet& host, bool goes_back_first);

// Returns true if another client changed the template of `host` since the decision (P-073). Returns
// true only if both changed:
//   - the fingerprint. It alone is no proof: an upgraded API server shows new defaults, and another
//     version of Windlass may compute another fingerprint.
//   - the generation: it is neither the one noted with the decision nor the one noted by our last
//     resize (kOwnGeneration). A generation of 0 counts as changed.
//
// A resize must not note a generation while the template is a changed one: the change would then
// pass for ours.
bool HasForeignTemplate(const ReplicaSet& host, const RolloutMode& mode);

// Returns the value of kOwnGeneration for a resize of `host`: the generation after that resize.
std::string WriteOwnGeneration(const ReplicaSet& host);

// Returns how many stand-in Pods are noted; 0 if there is no valid note.
int32_t NotedStandIns(const ReplicaSet& pending);

// The reason why this revision must not be tried again. BlockedBy returns nullopt if the revision
// is not blocked.
std::string WriteBlock(std::string_view revision, std::string_view reason);
std::optional<std::string> BlockedBy(const ReplicaSet& pending, std::string_view revision);

// Returns the changes that give the ReplicaSet the user keys among `settings`, those of its
// workload, as annotations. All ReplicaSets have them:
//   - `kubectl rollout undo` gives the workload a ReplicaSet's annotations
//   - the cache keeps the template of a ReplicaSet only if it has them (interest.h)
TextChanges MirrorDifference(std::span<const Setting> settings, const ObjectMeta& replica_set);

}  // namespace windlass::in_place
