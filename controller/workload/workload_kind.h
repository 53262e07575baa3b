// What differs between kinds of workloads, such as Deployments and Rollouts.
//
// KindTraits has the values that are the same for all objects of a kind. WorkloadKind has functions
// for what depends on the object.
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
  // The API resource of the objects. Owner references and reasons contain `resource.kind`.
  ResourceId resource;
  // The word before an object's name in messages: "deployment" in "deployment ns/web".
  std::string_view noun;
  // True if Windlass copies the settings of in-place updates to the ReplicaSets. Uses of the
  // copies:
  //   - The cache keeps the template of a ReplicaSet whose windlass.dev/in-place is not "Disabled".
  //     In-place updates need it.
  //   - `kubectl rollout undo` restores a Deployment's settings from them, but not a Rollout's.
  bool mirrors_settings;

  // Whether objects publish their revision as a number or as the text of the ReplicaSet's
  // annotation.
  //   - true: as a number. "007" is published as 7, and "seven" as no revision.
  //   - false: as the text. "007" is published as "007".
  bool publishes_numbers = false;
  // True if the kind records in its objects what becomes of a request to roll back (NoteRollback).
  // true: the message about a refused request also says what the user can do.
  // false: the message is upstream's, because tools look for that text.
  bool records_rollbacks = false;
  // rollback_request: what a user sets to ask for a rollback, for messages: "spec.rollbackTo".
  // rollback_path: the same as a JSON pointer. Windlass removes the request in the write that rolls
  // back or, if it does not roll back, in a write of its own. After either write, Windlass checks
  // whether the API server kept the request (answered_rollback.h). It does not check if
  // rollback_path is empty.
  std::string_view rollback_request{};
  std::string_view rollback_path{};
  // True if a workload of this kind can take over another kind's ReplicaSets in mid-rollout. While
  // the workload is paused, the ReplicaSets keep their sizes until a user edits the workload's spec
  // (KeepsAdoptedSizes in scale.cc).
  bool takes_over_rollouts = false;
  // True if the kind stores which revision was complete last (Workload::kept_revision). History
  // clean-up never deletes the ReplicaSet of this revision. So it need not wait until a rollout is
  // complete before it deletes other old ReplicaSets (RO-125).
  bool keeps_stable_revision = false;
  // What a pause does after the progress deadline has passed (RO-063).
  //   - true: Progressing says "paused" instead of "timed out", and the deadline begins anew after
  //     the pause.
  //   - false: Progressing goes on to say "timed out", as with upstream (D-061).
  bool pause_ends_timeout = false;
  // True if the status says that the strategy cannot be carried out (RefuseAndTellStrategy). False
  // if only the log says so, as with upstream (D-059).
  bool tells_invalid_strategy = false;

  // Returns the name of the kind. Reasons begin with it: "Deployment" in "DeploymentPaused".
  std::string_view name() const { return resource.kind; }
};

// The status that the planner wants the object to have.
struct StatusDraft {
  WorkloadStatus status;
  std::string_view revision{};  // to publish; empty if the published revision does not change
  WallTime now{};               // when the planner made the draft
};

// What becomes of a request to roll back.
struct RollbackOutcome {
  int64_t asked = 0;  // the revision to go back to; 0: the revision before the present one
  const ReplicaSet* target = nullptr;  // has the template to go back to; null if refused
  std::string_view reason{};           // why it is refused: "RollbackRevisionNotFound"; else empty
  std::string_view message{};          // why it is refused, and what the user can do; else empty
  int64_t becomes = 0;                 // the target's number after the rollback; 0 if refused
  WallTime now{};                      // when the planner decided this
  // True if the rollback was written, but the API server put the former template back.
  // This sync then does not remove the user's request again, even if the API server put the request
  // back, too.
  bool put_back = false;
  // True if the request is answered, but the API server does not remove it. The record of the
  // answer names the next generation, which the removal would have made. NoteRollback changes this
  // to the present generation. `target` is null.
  bool not_removed = false;
};

// Where a user finds a setting in an object, for error messages.
struct SettingPlace {
  std::string_view noun;  // "annotation"
  std::string name;       // "windlass.dev/in-place-surge"
};

// What holds a rollout up. Contains the causes that only the kind or an extension knows.
struct RolloutHold {
  // True if the rollout waits because the user asked for it: at a partition, or at a pause among
  // the steps, even if the pause ends by itself.
  bool by_user = false;
  std::string_view cause{};  // why the rollout is stuck, borrowed from the workload; else ""
};

// Where a rollout stands among its steps. Example: step 2 of 5.
struct StepPosition {
  int32_t index = 0;  // of the present step, from 1; above `total` when all steps are done
  int32_t total = 0;
};

// One kind of workloads. A new kind implements the functions that are `= 0`; all others have a
// default. An instance that has state belongs to one object, and must not be used longer than the
// Workload of that object.
class WorkloadKind {
 public:
  WorkloadKind() = default;
  virtual ~WorkloadKind() = default;
  WorkloadKind(const WorkloadKind&) = delete;
  WorkloadKind& operator=(const WorkloadKind&) = delete;

  // Returns the same value at every call.
  virtual const KindTraits& traits() const = 0;

  // --- the status ---

  // Returns true if the stored object already has the status that WriteStatus would write for
  // `draft`. Does not compare the published revision.
  virtual bool IsStored(const Workload& workload, const StatusDraft& draft) const = 0;

  // Returns the one request that writes the whole status of `draft` and publishes the revision of
  // `draft`.
  virtual Request WriteStatus(const Workload& workload, const StatusDraft& draft) const = 0;

  // Returns true if `kubectl rollout undo` copied internal annotations (annotations.h) from a
  // ReplicaSet. The planner then writes the status even if it did not change: WriteStatus removes
  // these annotations. False by default: of our kinds, `kubectl rollout undo` changes only
  // Deployments.
  virtual bool HasStrayNotes(const Workload& /*workload*/) const { return false; }

  // --- rolling back ---

  // Returns the one request that rolls the object back:
  //   - It sets the template to that of `target`.
  //   - It restores annotations from `target`, for a Rollout only kubernetes.io/change-cause.
  //   - It removes the user's request to roll back.
  // `own_json` (the object) and `template_json` (of `target`) are as the API server has just sent
  // them. Returns an error if one of them cannot be read, or if `own_json` has another
  // resourceVersion than `workload`.
  virtual Result<Request> RollBack(const Workload& workload, const std::string& own_json,
                                   const ReplicaSet& target,
                                   const std::string& template_json) const = 0;

  // Returns the API request that removes the user's request to roll back, and changes nothing else.
  virtual Request ClearRollback(const Workload& workload) const = 0;

  // Returns the request that records `outcome`. Returns nullopt if the kind records nothing
  // (KindTraits::records_rollbacks), or if the stored object has the record already. The default
  // returns nullopt. The planner sends the request
  //   - if outcome.put_back or outcome.not_removed is true: after the request of RollBack or
  //     ClearRollback
  //   - otherwise: before that request. If the record fails, the planner does not send that request
  virtual std::optional<Request> NoteRollback(const Workload& /*workload*/,
                                              const RollbackOutcome& /*outcome*/) const {
    return std::nullopt;
  }

  // --- what users read and write ---

  // Returns where a user finds the setting `key` in the object.
  virtual SettingPlace PlaceOf(std::string_view key) const = 0;

  // Returns how users write the value `word` of the setting `key`; by default `word` itself.
  // Example: users of Rollouts write "InPlaceOnly" for "Only" of windlass.dev/in-place.
  virtual std::string_view WordOf(std::string_view /*key*/, std::string_view word) const {
    return word;
  }

  // Returns how a user rolls `workload` back to `revision`, for messages: a command, or a field
  // with its value. Example: "spec.rollbackTo: {revision: 3}".
  virtual std::string WayBackTo(const Workload& /*workload*/, std::string_view revision) const {
    return "a rollback to revision " + std::string(revision);
  }

  // --- how far a rollout is, for metrics ---

  // Returns what holds the workload's rollout up, if it is a cause that only the kind knows. By
  // default returns {}: no such cause.
  virtual RolloutHold HoldOf(const Workload& /*workload*/) const { return {}; }

  // Returns the rollout's position among its steps. Returns nullopt if it has no steps; this is the
  // default.
  virtual std::optional<StepPosition> StepOf(const Workload& /*workload*/) const {
    return std::nullopt;
  }

  // --- what extends the planner ---

  // Makes the planner use `extension` for workloads of this kind (extension.h). `extension` must
  // outlive this object.
  void Extend(const Extension& extension) { extension_ = &extension; }
  // Returns the extension that Extend was called with; null before that call.
  const Extension* extension() const { return extension_; }

 private:
  const Extension* extension_ = nullptr;
};

}  // namespace windlass
