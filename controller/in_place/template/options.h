// What a workload asks of in-place updates: its settings windlass.dev/in-place…, typed, with
// defaults, checked against the rest of its spec. Source: P-082, P-083.
//
// There is no webhook that could refuse a wrong value. Windlass reports it, and treats the workload
// as one that never asked until the value is corrected. A setting that only the present number of
// replicas makes impossible is not an error: scaling must not make Windlass replace the Pods of a
// workload with Only. RefuseRollout (eligibility.h) handles that case.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "controller/in_place/template/drain.h"
#include "controller/workload/workload.h"
#include "kubeclient/api/object_meta.h"
#include "kubeclient/base/result.h"

namespace windlass::in_place {

inline constexpr std::string_view kInPlaceKey = "windlass.dev/in-place";
inline constexpr std::string_view kMaxUnavailable = "windlass.dev/in-place-max-unavailable";
inline constexpr std::string_view kSurge = "windlass.dev/in-place-surge";
inline constexpr std::string_view kPartition = "windlass.dev/in-place-partition";
inline constexpr std::string_view kCanaryFirst = "windlass.dev/in-place-canary-first";
inline constexpr std::string_view kDrain = "windlass.dev/in-place-drain";
inline constexpr std::string_view kDrainSeconds = "windlass.dev/in-place-drain-seconds";
inline constexpr std::string_view kOnFailure = "windlass.dev/in-place-on-failure";
inline constexpr std::string_view kPdb = "windlass.dev/in-place-pdb";
inline constexpr std::string_view kUnblock = "windlass.dev/in-place-unblock";

enum class Policy : uint8_t {
  kDisabled,
  kIfPossible,  // other changes are rolled out by replacing Pods
  kOnly,        // other changes are refused
  kRelease,     // leave nothing that another controller does not understand (P-076)
};
enum class Surge : uint8_t { kAuto, kNever, kAlways };        // stand-in Pods (P-024)
enum class OnFailure : uint8_t { kHold, kRevert, kReplace };  // P-061 … P-063
enum class PdbPolicy : uint8_t { kRespect, kIgnore };         // P-038

// Counts are in Pods: percentages are resolved for the workload's present replicas.
struct Options {
  Policy policy = Policy::kDisabled;
  int32_t max_unavailable = 0;  // at most replicas
  int32_t max_surge = 0;        // stand-in Pods at most; 0 if surge is kNever
  Surge surge = Surge::kAuto;
  int32_t partition = 0;       // Pods that keep the old revision; at most replicas
  bool has_partition = false;  // the setting is above 0, also if there are no replicas
  bool canary_first = true;
  Drain drain;
  int32_t drain_seconds = 0;
  OnFailure on_failure = OnFailure::kHold;
  PdbPolicy pdb = PdbPolicy::kRespect;
  std::optional<int64_t> unblock;  // the revision that is no longer to be blocked
  bool operator==(const Options&) const = default;
};

struct Configuration {
  Options options;  // policy kDisabled if there are errors
  // Kind kConfig, one for each wrong value. First the keys above, in their order; then removed
  // settings (removed_settings.h); then values that contradict each other. Each message names the
  // workload, the setting or strategy field, and what to write instead.
  std::vector<Error> errors;
  std::vector<std::string> warnings;  // in the same form, about values that are used
};

// Reads the settings of `workload`. If windlass.dev/in-place is absent or Disabled, no other
// setting is read (P-001). Words may be written in upper or lower case: `true`, `True`,
// `ifpossible`.
Configuration ReadOptions(const Workload& workload);

// Both return true if windlass.dev/in-place says IfPossible, Only or Release, in upper or lower
// case. The other settings may be wrong. The first reads the settings of a workload, the second the
// annotations of any object.
bool Asks(const Workload& workload);
bool Asks(const ObjectMeta& meta);

}  // namespace windlass::in_place
