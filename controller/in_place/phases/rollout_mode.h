// The decisions on one revision as a whole, noted on the pending ReplicaSet:
//   - whether the revision is rolled out in place (P-013)
//   - how many stand-in Pods it has (P-024)
//   - whether it is given up (P-062)
// Two functions are about settings: IsUserKey says which annotations are users' settings, and
// MirrorDifference says which settings a ReplicaSet should have (P-074).
//
//   internal.windlass.dev/mode       {"rev":"6","mode":"InPlace","reason":"","host":"<uid>",
//                                     "from":"t-<hex>","g":7}
//   internal.windlass.dev/stand-ins  2
//   internal.windlass.dev/blocked    {"rev":"6","reason":"…"}, and what became of the user's
//                                    setting kUnblock (Block)
//
// Once Windlass has resized the host during the rollout, the host has this note:
//
//   internal.windlass.dev/own-generation  8
//
// The notes mode and blocked count only for the revision that they name: a ReplicaSet may be used
// again for a later one. A note that cannot be read counts as absent. Unknown members are ignored.
//
// `kubectl rollout undo` copies a ReplicaSet's annotations to the workload. Windlass never reads a
// note on a workload, and the next status write removes it (controller/workload/status/status.h).
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
#include "kubeclient/base/clock.h"

namespace windlass::in_place {

inline constexpr std::string_view kMode = "internal.windlass.dev/mode";
inline constexpr std::string_view kStandIns = "internal.windlass.dev/stand-ins";
inline constexpr std::string_view kBlocked = "internal.windlass.dev/blocked";
inline constexpr std::string_view kOwnGeneration = "internal.windlass.dev/own-generation";

// Returns true for a user's setting: windlass.dev/in-place or windlass.dev/in-place-…, but not
// windlass.dev/in-place-state, which belongs to Pods.
bool IsUserKey(std::string_view key);

// A note spells kReplace as "Recreate".
enum class Mode : uint8_t { kInPlace, kReplace };

// The decision about one revision. The decision is final, with two exceptions:
//   - kInPlace may become kReplace (P-013)
//   - if the host was deleted and one other ReplicaSet has all Pods, kInPlace is decided anew with
//     that ReplicaSet as the host
struct RolloutMode {
  Mode mode = Mode::kInPlace;
  std::string reason{};  // why kReplace, as NoteOf in cause.h returns it
  // The rest is set for kInPlace only.
  Uid host{};              // the ReplicaSet that owned the Pods at the decision
  Fingerprint from{};      // of the host's template at the decision
  int64_t generation = 0;  // metadata.generation of the host at the decision; 0: not noted
  bool operator==(const RolloutMode&) const = default;
};

std::string WriteMode(const RolloutMode& mode, std::string_view revision);

// Returns the decision; nullopt if the note is absent, cannot be read, or is for another revision.
std::optional<RolloutMode> ModeOf(const ReplicaSet& pending, std::string_view revision);

// Returns true if a ReplicaSet of `all` has the note that its present revision is rolled out in
// place, and that `rs` is the host. Pods of `rs` may then have the template of that ReplicaSet.
bool IsHost(const ReplicaSet& rs, std::span<const ReplicaSet* const> all);

// Returns true if a ReplicaSet other than `host` has the annotation kMode. Pods of `host` may then
// have that ReplicaSet's template, even if another template is wanted now. The text of the
// annotation does not matter: it may be kReplace, for another revision, or unreadable.
bool IsUnderWay(std::span<const ReplicaSet* const> all, const ReplicaSet& host);

// Returns the revisions to which Pods of `host` may have been patched: those of the other
// ReplicaSets with annotation kMode (IsUnderWay). If there are any, adds the revision of `host` if
// Pods may have been patched back to it:
//   - It is newer than one of the others. Example: revision 2 is rolled out in place over revision
//     1 and then undone, so the host has revision 3.
//   - `goes_back_first` is true (GoesBackFirst).
std::vector<int64_t> RevisionsUnderWay(std::span<const ReplicaSet* const> all,
                                       const ReplicaSet& host, bool goes_back_first);

// Returns true if another client changed the template of `host` since the decision (P-073), that
// is, if both of these changed:
//   - the fingerprint. Alone it is no proof: it also changes with new defaults of an upgraded API
//     server, or with another version of Windlass.
//   - the generation: it is neither that noted with the decision nor that of our last resize
//     (kOwnGeneration). A generation of 0 counts as changed.
//
// A resize of such a `host` must not note a generation: the other client's change would then count
// as ours.
bool HasForeignTemplate(const ReplicaSet& host, const RolloutMode& mode);

// Returns the value of kOwnGeneration for a resize of `host`: the generation after that resize.
std::string WriteOwnGeneration(const ReplicaSet& host);

// Returns how many stand-in Pods are noted; 0 if there is no valid note.
int32_t NotedStandIns(const ReplicaSet& pending);

// A revision that was given up (P-062). The user's setting kUnblock lets Windlass try the revision
// once more, as soon as there are Pods. Each step is one write:
//
//   given up ──kUnblock is set──▶ tried again ──fails──▶ given up, unblock_used
//                                                              │ kUnblock is removed
//                                                              └─▶ given up
struct Block {
  std::string reason{};  // why the revision was given up last
  // True if kUnblock named the revision when it was given up. The setting then stands for the try
  // that has just failed, and does not count.
  bool unblock_used = false;
  // Since when the revision is tried again; nullopt: it is given up.
  std::optional<WallTime> tried_since{};
  bool operator==(const Block&) const = default;
};

std::string WriteBlock(const Block& block, std::string_view revision);

// Returns nullopt if the note is absent, cannot be read, or is for another revision.
std::optional<Block> BlockOf(const ReplicaSet& pending, std::string_view revision);

// Returns the changes that make the user keys of the ReplicaSet's annotations equal to `settings`,
// the settings of its workload. The ReplicaSet needs them, because
//   - `kubectl rollout undo` restores the settings from the ReplicaSet's annotations
//   - the cache keeps the template only of a ReplicaSet that has them (interest.h)
TextChanges MirrorDifference(std::span<const Setting> settings, const ObjectMeta& replica_set);

}  // namespace windlass::in_place
