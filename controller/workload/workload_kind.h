// What differs between kinds of workloads, such as Deployments and Rollouts.
//
// What is the same for all objects of a kind is a value (KindTraits). What depends on the object is
// a function of WorkloadKind.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "controller/workload/workload.h"
#include "kubeclient/api/replica_set.h"
#include "kubeclient/api/request.h"
#include "kubeclient/api/resource_id.h"
#include "kubeclient/base/clock.h"
#include "kubeclient/base/result.h"

namespace windlass {

class Extension;

// What is the same for all objects of a kind. The members without a default are required.
struct KindTraits {
  // The API resource of the objects. Its `kind` is the name in owner references and reasons.
  ResourceId resource;
  // The kind before an object's name: "deployment" in "deployment ns/web".
  std::string_view noun;
  // True if settings of in-place updates are copied to the ReplicaSets. The copy of
  // windlass.dev/in-place makes the cache keep a ReplicaSet's template, which in-place updates
  // need. From the copies, `kubectl rollout undo` restores the settings of a Deployment; nothing
  // restores those of a Rollout.
  bool mirrors_settings;

  // True if objects publish their revision as a number: 7 for the revision "007" of a ReplicaSet,
  // and none for "seven". False if they publish the text of the ReplicaSet's annotation.
  bool publishes_numbers = false;
  // True if the kind records what becomes of a request to roll back (NoteRollback). For such a
  // kind, messages tell users what they can do about a refusal. For other kinds, messages are
  // upstream's, which tools know.
  bool records_rollbacks = false;
  // True if a workload of this kind can take over the ReplicaSets of a workload of another kind,
  // one by one, in the middle of a rollout. So a paused workload may have adopted only some of
  // these ReplicaSets.
  bool takes_over_rollouts = false;
  // True if the kind remembers which revision was complete last (Workload::kept_revision). That
  // revision's ReplicaSet is never deleted as history, so other old ReplicaSets may be deleted
  // before a rollout is complete (RO-125).
  bool keeps_stable_revision = false;

  // Returns the name of the kind, with which reasons begin: "Deployment" of "DeploymentPaused".
  std::string_view name() const { return resource.kind; }
};

// What the planner wants the status to be.
struct StatusDraft {
  WorkloadStatus status;
  std::string_view revision{};  // to publish with `status`; empty if the published one stays
  WallTime now{};               // when it was drafted
};

// What becomes of a request to roll back.
struct RollbackOutcome {
  int64_t asked = 0;  // the revision to go back to; 0: the one before the present one
  const ReplicaSet* target = nullptr;  // what is rolled back to; null if the request is refused
  std::string_view reason{};           // of a refusal: "RollbackRevisionNotFound"; else empty
  std::string_view message{};          // of a refusal: what the user can do
  int64_t becomes = 0;                 // the number that the target then has; 0 if refused
  WallTime now{};                      // when this was decided
};

// Where a user finds a setting in an object, for error messages.
struct SettingPlace {
  std::string_view noun;  // "annotation"
  std::string name;       // "windlass.dev/in-place-surge"
};

// What holds a rollout up, if only the kind or an extension of the planner knows of it.
struct RolloutHold {
  // True if the rollout waits as the user asked: at a pause among the steps, even a timed one, or
  // at a partition.
  bool by_user = false;
  std::string_view cause{};  // the reason if it is stuck, borrowed from the workload; else ""
};

// Where a rollout stands among its steps. Example: step 2 of 5.
struct StepPosition {
  int32_t index = 0;  // of the step under way, from 1; above `total` when all are done
  int32_t total = 0;
};

// One kind of workloads. A new kind implements the functions that are `= 0`; all others have a
// default. An instance is stateless, or made for one object and valid as long as that object's
// Workload.
class WorkloadKind {
 public:
  WorkloadKind() = default;
  virtual ~WorkloadKind() = default;
  WorkloadKind(const WorkloadKind&) = delete;
  WorkloadKind& operator=(const WorkloadKind&) = delete;

  // Returns a constant.
  virtual const KindTraits& traits() const = 0;

  // --- the status ---

  // Returns true if the object has the status already that WriteStatus would write for `draft`.
  // Does not compare the published revision.
  virtual bool IsStored(const Workload& workload, const StatusDraft& draft) const = 0;

  // Returns the one request that writes the whole status of `draft` and publishes the revision of
  // `draft`.
  virtual Request WriteStatus(const Workload& workload, const StatusDraft& draft) const = 0;

  // Returns true if the object has annotations that `kubectl rollout undo` copied from a
  // ReplicaSet: the next status write removes these, whatever the status is. By default returns
  // false, because `kubectl rollout undo` knows only Deployments.
  virtual bool HasStrayNotes(const Workload& /*workload*/) const { return false; }

  // --- rolling back ---

  // Returns the one request that gives the object the template of the ReplicaSet `target` and
  // those annotations of `target` that the kind restores (a Rollout: only
  // kubernetes.io/change-cause), and removes the request to roll back. `own_json` is the object and
  // `template_json` the template of `target`, both as the API server has just sent them. Returns an
  // error if one of these texts cannot be read, or if `own_json` is not of the version that
  // `workload` shows.
  virtual Result<Request> RollBack(const Workload& workload, const std::string& own_json,
                                   const ReplicaSet& target,
                                   const std::string& template_json) const = 0;

  // Returns the request that only removes the request to roll back.
  virtual Request ClearRollback(const Workload& workload) const = 0;

  // Returns the request that records `outcome` and must succeed before RollBack or ClearRollback is
  // sent. Returns nullopt if the stored object has the record already. By default nothing is
  // recorded (KindTraits::records_rollbacks).
  virtual std::optional<Request> NoteRollback(const Workload& /*workload*/,
                                              const RollbackOutcome& /*outcome*/) const {
    return std::nullopt;
  }

  // --- what users read and write ---

  // Returns where the object has the setting `key`.
  virtual SettingPlace PlaceOf(std::string_view key) const = 0;

  // Returns how users write the value `word` of the setting `key`; by default `word` itself.
  virtual std::string_view WordOf(std::string_view /*key*/, std::string_view word) const {
    return word;
  }

  // Returns what brings `revision` of `workload` back, for messages: a command, or a field with its
  // value.
  virtual std::string WayBackTo(const Workload& /*workload*/, std::string_view revision) const {
    return "a rollback to revision " + std::string(revision);
  }

  // --- how far a rollout is, for metrics ---

  // Returns what holds the workload's rollout up, if only the kind knows of it; by default nothing.
  virtual RolloutHold HoldOf(const Workload& /*workload*/) const { return {}; }

  // Returns where the rollout stands among its steps; nullopt if it has none, as by default.
  virtual std::optional<StepPosition> StepOf(const Workload& /*workload*/) const {
    return std::nullopt;
  }

  // --- what extends the planner ---

  // Lets `extension` extend the planner for this kind (extension.h). `extension` must outlive the
  // kind.
  void Extend(const Extension& extension) { extension_ = &extension; }
  // Returns what extends the planner for this kind; null before Extend.
  const Extension* extension() const { return extension_; }

 private:
  const Extension* extension_ = nullptr;
};

}  // namespace windlass
