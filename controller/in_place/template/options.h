// The settings of a workload for in-place updates, windlass.dev/in-place…, as typed values: with
// defaults, and checked against the rest of the workload's spec. Source: P-082, P-083.
//
// Windlass has no webhook that could refuse a wrong value, so it reports the value. Until a user
// corrects it:
//   - with policy Only, nothing is rolled out, because this policy promises that no Pod is replaced
//     (P-014)
//   - with IfPossible and Release, in-place updates of the workload count as disabled
//
// A setting that is impossible only with the present number of replicas is not an error: scaling
// must not disable in-place updates. RefuseRollout (eligibility.h) handles it.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "controller/in_place/template/drain.h"
#include "controller/workload/in_place_annotations.h"
#include "controller/workload/workload.h"
#include "kubeclient/api/object_meta.h"
#include "kubeclient/base/result.h"

namespace windlass::in_place {

enum class Policy : uint8_t {
  kDisabled,
  kIfPossible,  // a change that cannot be made in place is rolled out by replacing Pods
  kOnly,        // a change that cannot be made in place is refused
  // In-place updates end: Windlass removes all that another controller would not understand
  // (P-076).
  kRelease,
};
enum class Surge : uint8_t { kAuto, kNever, kAlways };        // stand-in Pods (P-024)
enum class OnFailure : uint8_t { kHold, kRevert, kReplace };  // a failed patch (P-061 … P-063)
enum class PdbPolicy : uint8_t { kRespect, kIgnore };         // budgets of Pods (P-038)

// Counts are in Pods: percentages are resolved for the workload's present replicas.
struct Options {
  Policy policy = Policy::kDisabled;
  int32_t max_unavailable = 0;  // at most replicas
  int32_t max_surge = 0;        // the most stand-in Pods; 0 if surge is kNever
  Surge surge = Surge::kAuto;
  int32_t partition = 0;       // Pods that keep the old revision; at most replicas
  bool has_partition = false;  // true if the setting is above 0, even if there are no replicas
  bool canary_first = true;
  Drain drain;
  // How long a drain lasts before the patch. 0 if no drain is configured: a Pod that is still
  // drained is then patched at once.
  int32_t drain_seconds = 0;
  OnFailure on_failure = OnFailure::kHold;
  PdbPolicy pdb = PdbPolicy::kRespect;
  bool resources = false;  // CPU and memory of containers change in running Pods, too (P-106)
  // The revision that the user wants tried once more, although Windlass gave it up (P-062).
  std::optional<int64_t> unblock;
  bool operator==(const Options&) const = default;
};

struct Configuration {
  // If there are errors, each setting with a wrong value has its default, and the policy is
  // kDisabled unless the workload asks for kOnly.
  Options options;
  // One error of kind kConfig for each of these:
  //   - a setting, or a limit of the workload's strategy, with a wrong value
  //   - a removed setting that asks for something that Windlass no longer does
  //   - a contradiction between values
  // Each message names the workload, the setting or strategy field, and what to write instead.
  std::vector<Error> errors;
  std::vector<std::string> warnings;  // in the same form; they leave the policy as it is
};

// Reads the settings of `workload`. If windlass.dev/in-place is absent or Disabled, no other
// setting is read (P-001). Words may be written in upper or lower case: `true`, `True`,
// `ifpossible`.
Configuration ReadOptions(const Workload& workload);

// Return true if windlass.dev/in-place says IfPossible, Only or Release, in upper or lower case,
// even if other settings are wrong. Asks(workload) reads the settings of a workload, Asks(meta) the
// annotations of any object.
bool Asks(const Workload& workload);
bool Asks(const ObjectMeta& meta);

}  // namespace windlass::in_place
