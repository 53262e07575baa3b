// What a Deployment asks of in-place updates: its annotations windlass.dev/in-place…, typed, with
// defaults, checked against the rest of its spec. Source: P-082, P-083.
//
// There is no webhook that could refuse a wrong value: it is told, and until it is corrected the
// Deployment is treated as one that never asked. What only the present number of replicas makes
// impossible is not wrong: whoever scales must not turn Only into replacing Pods. RefuseRollout
// (eligibility.h) knows of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "controller/in_place/drain.h"
#include "kubeclient/api/deployment.h"
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
  kRelease,     // leave nothing behind that another controller would not understand (P-076)
};
enum class Surge : uint8_t { kAuto, kNever, kAlways };         // stand-in Pods (P-024)
enum class OnFailure : uint8_t { kHold, kRevert, kRecreate };  // P-061 … P-063
enum class PdbPolicy : uint8_t { kRespect, kIgnore };          // P-038

// Counts are in Pods: percentages are resolved for the replicas the Deployment has now.
struct Options {
  Policy policy = Policy::kDisabled;
  int32_t max_unavailable = 0;  // at most replicas
  int32_t max_surge = 0;        // stand-in Pods there may be; 0 when surge is kNever
  Surge surge = Surge::kAuto;
  int32_t partition = 0;  // Pods that keep the old revision; at most replicas
  bool canary_first = true;
  Drain drain;
  int32_t drain_seconds = 0;
  OnFailure on_failure = OnFailure::kHold;
  PdbPolicy pdb = PdbPolicy::kRespect;
  std::optional<int64_t> unblock;  // the revision whose block is to be taken away
  bool operator==(const Options&) const = default;
};

struct Configuration {
  Options options;  // policy kDisabled if there are errors
  // Kind kConfig, one for each wrong value: in the order of the keys above, then removed settings
  // (removed_settings.h), then what does not go together. They name the object, the annotation and
  // what to write instead.
  std::vector<Error> errors;
  std::vector<std::string> warnings;  // in the same form, about what is understood all the same
};

// Looks at nothing but annotation windlass.dev/in-place unless that asks for something (P-001).
//
// Words are read in any case: `true`, `True` and `ifpossible` are no secrets.
Configuration ReadOptions(const Deployment& deployment);

// Annotation windlass.dev/in-place says IfPossible, Only or Release, in whatever case; whatever
// else is wrong.
bool Asks(const ObjectMeta& meta);

}  // namespace windlass::in_place
