// A workload: an object that owns ReplicaSets and says which Pods there should be, such as a
// Deployment. This value has all that planning a rollout needs to know of it, whatever its kind.
//
// The kind makes the value from the stored object (AsWorkload of each kind). Rules of the planner
// read the value and never ask for the kind. Where kinds differ, they call the policies of
// WorkloadKind.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kubeclient/api/canonical.h"
#include "kubeclient/api/condition.h"
#include "kubeclient/api/int_or_percent.h"
#include "kubeclient/api/object_meta.h"
#include "kubeclient/api/replica_set.h"
#include "kubeclient/api/request.h"
#include "kubeclient/api/selector.h"
#include "kubeclient/api/unlimited.h"
#include "kubeclient/base/result.h"

namespace windlass {

struct Workload;

// Limits of a rollout, in Pods, after percentages are resolved (D-250…D-254).
struct Fenceposts {
  int32_t desired = 0;          // spec.replicas of the workload
  int32_t surge = 0;            // Pods allowed above desired
  int32_t max_unavailable = 0;  // Pods allowed to be missing from desired

  // 64 bits: a legal maxSurge of 2^31-1 must not overflow.
  int64_t max_total() const { return int64_t{desired} + surge; }
  int64_t min_available() const { return int64_t{desired} - max_unavailable; }
};

// A status: the one that is stored, or a draft of the next one. The planner copies the stored one
// and changes the copy; the kind writes it.
struct WorkloadStatus {
  int64_t observed_generation = 0;
  int32_t replicas = 0;
  int32_t updated_replicas = 0;
  int32_t ready_replicas = 0;
  int32_t available_replicas = 0;
  int32_t unavailable_replicas = 0;
  std::optional<int32_t> terminating_replicas{};  // absent is not 0 (D-403)
  std::optional<int32_t> collision_count{};
  std::vector<Condition> conditions{};  // order matters for comparison (D-405)
  // The kind's own part of the status, as JSON text. The planner passes it through unread.
  std::string carried{};
  bool operator==(const WorkloadStatus&) const = default;
};

enum class Strategy : uint8_t {
  kRollingUpdate,
  kRecreate,
  kOther,  // Workload::strategy_error says what to do about it
};

// A setting of in-place updates, as its user wrote it.
struct Setting {
  std::string_view key;  // "windlass.dev/in-place-surge", whatever the kind calls it
  std::string_view value;
};

// Where users find a setting in an object, for error messages.
struct SettingPlace {
  std::string_view noun;  // "annotation"
  std::string name;       // "windlass.dev/in-place-surge"
};

// The policies in which kinds of workloads differ. Stateless, or made for one object and valid as
// long as its Workload.
class WorkloadKind {
 public:
  WorkloadKind() = default;
  virtual ~WorkloadKind() = default;
  WorkloadKind(const WorkloadKind&) = delete;
  WorkloadKind& operator=(const WorkloadKind&) = delete;

  // Where its objects are, and what owner references call them.
  virtual const ResourceId& resource() const = 0;

  // The kind as users read it: "Deployment" alone and in reasons ("DeploymentPaused"), "deployment"
  // before a name ("deployment ns/web").
  std::string_view name() const { return resource().kind; }
  virtual std::string_view noun() const = 0;

  // Returns true if `draft` says nothing else than the status that is stored.
  virtual bool IsStored(const Workload& workload, const WorkloadStatus& draft) const = 0;

  // Returns true if the object carries something that its next status write takes away, whatever
  // that status is: notes that `kubectl rollout undo` copied to it from a ReplicaSet.
  virtual bool HasStrayNotes(const Workload& workload) const = 0;

  // The one request that writes `status` whole and, unless it is empty, publishes `revision`.
  virtual Request WriteStatus(const Workload& workload, const WorkloadStatus& status,
                              std::string_view revision) const = 0;

  // The one request that gives the object the template and the annotations of the ReplicaSet
  // `target`, and takes the wish to roll back away. `own_json` is the object and `template_json`
  // the template of `target`, both as the server has just sent them. Returns an error if one of
  // them cannot be read or the object was changed meanwhile.
  virtual Result<Request> RollBack(const Workload& workload, const std::string& own_json,
                                   const ReplicaSet& target,
                                   const std::string& template_json) const = 0;

  // The request that only takes the wish to roll back away.
  virtual Request ClearRollback(const Workload& workload) const = 0;

  // Returns true if settings of in-place updates are copied to the ReplicaSets, because an undo
  // brings a ReplicaSet's annotations back to the object.
  virtual bool MirrorsSettings() const = 0;

  // Where the object has the setting `key`.
  virtual SettingPlace PlaceOf(std::string_view key) const = 0;
};

// Borrows from the stored object: valid during one call of Next.
struct Workload {
  const WorkloadKind& kind;
  const ObjectMeta& meta;

  // --- what is wanted ---
  int32_t replicas = 1;
  const LabelSelector& selector;
  // spec.template: raw JSON text, byte for byte; and the fingerprints of what it means and of its
  // bytes. The text is null only in tests that have none.
  const std::string* template_json = nullptr;
  Fingerprint template_fingerprint{};
  Fingerprint template_text{};
  int32_t min_ready_seconds = 0;
  bool paused = false;
  std::optional<int32_t> progress_deadline_seconds{};  // kUnlimited = none
  std::optional<int32_t> revision_history_limit{};     // kUnlimited = keep all

  // --- how to get there ---
  Strategy strategy = Strategy::kRollingUpdate;
  Fenceposts limits{};           // no surge, none unavailable, where they cannot be resolved
  std::string strategy_error{};  // why the strategy cannot be carried out; empty if it can
  // The limits as they are written, on which settings of in-place updates fall back; and the field
  // that has both, for messages.
  const std::optional<IntOrPercent>& max_surge;
  const std::optional<IntOrPercent>& max_unavailable;
  std::string_view limits_field{};  // "spec.strategy.rollingUpdate"
  // In the order of the object. Empty where in-place updates are not asked for.
  std::vector<Setting> in_place_settings{};

  // --- where it is ---
  WorkloadStatus status{};      // as it is stored, with what the kind wants carried
  std::string_view revision{};  // that was published last, as it is written; empty if none was
  // The revision that users want back; 0 is the one before the present one.
  std::optional<int64_t> roll_back_to{};
};

}  // namespace windlass
