// A workload: an object that owns ReplicaSets and says which Pods there should be, such as a
// Deployment.
//
// This value holds all that the planner needs to know of the object. The function AsWorkload of
// each kind makes it.
//
// Rules of the planner read the value and never ask its kind. Where kinds differ, they call
// functions of Workload::kind (workload_kind.h).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "controller/core/digest.h"
#include "kubeclient/api/canonical.h"
#include "kubeclient/api/condition.h"
#include "kubeclient/api/int_or_percent.h"
#include "kubeclient/api/large_annotations.h"
#include "kubeclient/api/object_meta.h"
#include "kubeclient/api/selector.h"
#include "kubeclient/api/unlimited.h"

namespace windlass {

// The part of an object's status that only the object's kind understands; the planner cannot read
// it. Holds one value of any type that has ==, or no value. Copies share the value, which never
// changes.
class KindStatus {
 public:
  KindStatus() = default;
  template <typename Value>
  explicit KindStatus(Value value)
      : held_(AnyValue::Of(std::move(value))), equals_(&AreEqual<Value>) {}

  // Returns the value; null if there is no value, or if the value has another type.
  template <typename Value>
  const Value* As() const {
    return held_.As<Value>();
  }

  // Two KindStatus without a value are equal.
  bool operator==(const KindStatus& other) const {
    return equals_ == nullptr ? other.equals_ == nullptr : equals_(held_, other.held_);
  }

 private:
  template <typename Value>
  static bool AreEqual(const AnyValue& one, const AnyValue& other) {
    const Value* const same = other.As<Value>();
    return same != nullptr && *same == one.Get<Value>();
  }

  AnyValue held_;
  bool (*equals_)(const AnyValue& one, const AnyValue& other) = nullptr;  // null: no value
};

class WorkloadKind;

// Limits of a rollout in Pods, with percentages resolved (D-250…D-254). Example: 10 desired, surge
// 3, max_unavailable 2: at most 13 Pods, at least 8 available.
struct Fenceposts {
  int32_t desired = 0;          // spec.replicas of the workload
  int32_t surge = 0;            // Pods allowed above desired
  int32_t max_unavailable = 0;  // Pods that may be missing from desired
  // At most this many Pods get the new revision; all others stay on the old revision.
  //   - if neither steps nor a partition are in force: kUnlimited
  //   - if one of them is in force, and `desired` is 0: 0
  int32_t updated_max = kUnlimited;

  // Returns how many Pods stay on the old revision. Example: 10 desired, updated_max 3: 7.
  int32_t kept_old() const {
    const int32_t updated = updated_max > 0 ? updated_max : 0;
    return updated < desired ? desired - updated : 0;
  }

  // Returns true if steps or a partition are in force, even if they hold no Pod back. Example: 10
  // desired, updated_max 10.
  bool holds_back() const { return updated_max != kUnlimited; }

  // 64 bits, because the sum would overflow an int32_t with the legal maxSurge 2^31-1.
  int64_t max_total() const { return int64_t{desired} + surge; }
  int64_t min_available() const { return int64_t{desired} - max_unavailable; }
};

// The stored status, or a draft of the next status. The planner copies the stored status and
// changes the copy. The kind writes the copy to the API server (WorkloadKind::WriteStatus).
struct WorkloadStatus {
  int64_t observed_generation = 0;
  int32_t replicas = 0;
  int32_t updated_replicas = 0;
  int32_t ready_replicas = 0;
  int32_t available_replicas = 0;
  int32_t unavailable_replicas = 0;
  std::optional<int32_t> terminating_replicas{};  // nullopt and 0 differ (D-403)
  std::optional<int32_t> collision_count{};
  std::vector<Condition> conditions{};  // == compares their order, too (D-405)
  KindStatus carried{};                 // the kind's own part, which the planner does not read
  bool operator==(const WorkloadStatus&) const = default;
};

enum class Strategy : uint8_t {
  kRollingUpdate,
  kRecreate,
  kOther,  // Workload::strategy_error says why it is refused
};

// A setting of in-place updates, as key and value of an annotation. The value may be invalid.
// Example: for a Rollout with the strategy type InPlaceOnly, the key is "windlass.dev/in-place" and
// the value is "Only" (WorkloadKind::WordOf).
struct Setting {
  std::string_view key;  // "windlass.dev/in-place-surge", even if the kind has a field for it
  std::string_view value;
};

// A template to which the API server has added the default values of absent fields.
struct DefaultedTemplate {
  Fingerprint fingerprint{};
  std::string json{};
};

// The last rollback that Windlass has recorded. Perhaps Windlass has not performed it yet, for
// example because it crashed after the record.
struct PerformedRollback {
  // The revision that the user asked for. A user asks for 0 to get the previous revision. Then this
  // is the number that the target, the ReplicaSet of the previous revision, had before the
  // rollback, or 0 if the target had no number.
  int64_t asked = 0;
  int64_t became = 0;  // the number that the target gets by the rollback
  // The generation that the rollback makes, or has made; 0 if the kind does not record it.
  int64_t generation = 0;
  bool to_previous = false;  // the user asked for 0
};

// References, pointers and string_views are borrowed, most of them from the stored object. They are
// valid until the next change of its store.
struct Workload {
  const WorkloadKind& kind;
  const ObjectMeta& meta;

  // --- what is wanted ---
  int32_t replicas = 1;
  const LabelSelector& selector;
  // spec.template as raw JSON text, byte for byte; null if the cache does not keep it
  // (uncached_parts.h). template_fingerprint is the fingerprint of the template's canonical form:
  // equal values mean equal templates. template_text is the fingerprint of the bytes.
  const std::string* template_json = nullptr;
  Fingerprint template_fingerprint{};
  Fingerprint template_text{};
  // Large annotations, whose values the cache does not keep; null or empty if the object has none.
  // If this sync has read the values (uncached_parts.h), `large_values` has them; else
  // `large_values` is null. Both are borrowed.
  const LargeAnnotations* large_annotations = nullptr;
  const std::map<std::string, std::string>* large_values = nullptr;
  int32_t min_ready_seconds = 0;
  bool paused = false;
  std::optional<int32_t> progress_deadline_seconds{};  // kUnlimited = no deadline
  std::optional<int32_t> revision_history_limit{};     // kUnlimited = keep all

  // --- how to get there ---
  Strategy strategy = Strategy::kRollingUpdate;
  // `surge` and `max_unavailable` are 0
  //   - under kRecreate and kOther
  //   - if maxSurge, maxUnavailable or the partition is invalid
  // `updated_max` is the limit of the partition alone. Situation::limits also has the limit of the
  // steps.
  Fenceposts limits{};
  std::string strategy_error{};  // why the strategy cannot be carried out; else empty
  // maxSurge and maxUnavailable as written, for example "25%"; the default if absent. Settings of
  // in-place updates that are absent get these values. `limits_field` names the field that contains
  // both, for messages.
  const std::optional<IntOrPercent>& max_surge;
  const std::optional<IntOrPercent>& max_unavailable;
  std::string_view limits_field{};  // "spec.strategy.rollingUpdate"
  // Settings of in-place updates, in no particular order. The user asks for in-place updates if
  // windlass.dev/in-place is among them with the value "IfPossible" or "Only".
  std::vector<Setting> in_place_settings{};

  // --- where it is ---
  WorkloadStatus status{};  // the stored status
  // The revision that the object publishes in an annotation or in its status; empty if it publishes
  // none.
  std::string_view revision{};
  // The name of the ReplicaSet with `revision`; "" if the status does not have the name.
  std::string_view published_name{};
  // The revision to which the user wants to roll back. 0 means the revision before the present one.
  // nullopt if the user wants no rollback.
  std::optional<int64_t> roll_back_to{};

  // --- what only some kinds have ---
  // Identifies the template that the user asked for: "t-" and 32 hexadecimal digits. Set by kinds
  // whose stored template lacks the API server's defaults, such as Rollouts; empty for other kinds.
  std::string requested_template{};
  // The template that the user asked for, with the API server's defaults; null if Windlass does not
  // know these. Borrowed.
  const DefaultedTemplate* defaulted = nullptr;
  // The number that the status announces for the revision of the present template, before a
  // ReplicaSet has this number. 0 if the status announces none. A user may already have promoted
  // this revision (kPromote).
  int64_t promised_revision = 0;
  // The revision whose rollout was complete last (KindTraits::keeps_stable_revision). If the status
  // does not name this revision, the kind may infer it from the ReplicaSets.
  // FindStable (revisions.h) finds the ReplicaSet of this revision, even if that ReplicaSet has got
  // another number meanwhile. History clean-up never deletes it.
  // `kept_name` is the name of that ReplicaSet. `kept_template` identifies its template, in the
  // form of `requested_template`. Each of the two is "" if the status lacks it.
  std::optional<int64_t> kept_revision{};
  std::string_view kept_name{};
  std::string_view kept_template{};
  // During an abort: the revision to which all Pods go back, whatever the template says
  // (followed_revision.h). 0: no complete revision is known, so no Pod moves to another revision.
  // nullopt: no abort, Pods get the workload's template.
  std::optional<int64_t> follow_revision{};
  std::optional<PerformedRollback> rolled_back{};
};

}  // namespace windlass
