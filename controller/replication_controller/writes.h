// The writes that the phases share:
//   - changes of the old and the new controller
//   - the status, with its conditions and with the lines that kubectl would print
//   - the end of a run
// Each write is based on one version of the object, and repeating the write changes nothing.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/replication_controller/situation.h"

namespace windlass::replication_controller {

// --- the two controllers ---

// Returns the write of `request`, unless this sync has sent the same request already. If it has,
// the result depends on the answer to that request:
//   - If it was a patch that succeeded, the API server has dropped the change. Returns the write of
//     a status and a Warning Event that report this. Once that status is written, returns Failed.
//   - Otherwise returns a Wait.
// If `request` sets spec.replicas, `size` is the value that it sets. The sync then checks that the
// API server keeps this size. Without `size`, a patch must keep the present size.
Step Effect(const Situation& situation, Request request, Because because,
            std::optional<int32_t> size = {});

// Returns the request that merges `fields` into the controller.
Request Patch(const ReplicationController& controller, const Json& fields);

// Returns the request that sets `annotations` and, unless `replicas` is nullopt, spec.replicas. An
// annotation whose value is nullopt is removed.
using Annotations = std::map<std::string_view, std::optional<std::string>>;
Request Annotate(const ReplicationController& controller, const Annotations& annotations,
                 std::optional<int32_t> replicas = {});

// Returns the write that gives `controller` the size `to`.
Step Resize(const Situation& situation, const ReplicationController& controller, int32_t to,
            Because because);

// Returns the step that deletes `controller`. `propagation` says whether its Pods are deleted, too.
Step Delete(const Situation& situation, const ReplicationController& controller,
            DeletionPropagation propagation);

// Returns the annotations to remove from `controller` when this update ends (RC-13), each with the
// value nullopt for Annotate. Annotations that belong to another update, or ask for another update,
// are not among them.
Annotations EndedAnnotations(const Situation& situation, const ReplicationController& controller);
// Returns the write that removes EndedAnnotations; nullopt if there are none, or if `controller` is
// being deleted.
std::optional<Step> RemoveAnnotations(const Situation& situation,
                                      const ReplicationController& controller);

// --- the status ---

using StatusDraft = ReplicationControllerUpdateStatus;

// Returns the run's status with the present generation, spec.rollback, and the name of the new
// controller.
StatusDraft BeginDraft(const Situation& situation);
// Returns the result of BeginDraft with `desired` and the present sizes. The draft names no scaling
// that is about to be made, and has no journal (the notes that let Windlass finish a rename after a
// crash). Call this only if both controllers exist.
StatusDraft BeginDraftOfSizes(const Situation& situation, int32_t desired);

// Call this for a paused update, whose Pods still change. If the update has begun to scale, and the
// controller that is scaled up exists, sets the available replicas of `draft` to the present
// number. Returns a Wait that ends when the next ready Pod becomes available. If there is no such
// Pod, the Wait has no end.
Wait CountInPause(const Situation& situation, StatusDraft& draft);

// Appends a line of the kind that kubectl prints.
void Say(StatusDraft& draft, std::string line);

// Sets phase and message, and the conditions that follow from the phase (conditions.h of
// controller/kind), with `reason`:
//   - Succeeded, RolledBack: Ready
//   - Failed: Stalled
//   - any other: Reconciling
void SetPhase(const Situation& situation, StatusDraft& draft, std::string_view phase,
              std::string_view reason, std::string_view message);

// Returns the write that stores `draft`; nullopt if `draft` is stored already, or was sent in this
// sync.
std::optional<Step> Store(const Situation& situation, const StatusDraft& draft,
                          std::vector<Event> events = {});

// Returns the write of Store; if there is nothing to store, returns `wait`, which ends the sync.
Step StoreOrWait(const Situation& situation, const StatusDraft& draft, Wait wait,
                 std::vector<Event> events = {});

// Like StoreOrWait. With the write, also sends a Warning Event that has `reason` and the message of
// the draft, unless the draft's phase and message are stored already.
Step StoreWithWarning(const Situation& situation, const StatusDraft& draft, std::string_view reason,
                      Wait wait = {});

// Like StoreOrWait, for a draft with `phase`, reason kWaiting and message "waiting for <what>".
Step WaitFor(const Situation& situation, std::string_view phase, std::string_view what,
             Wait wait = {});

// Like StoreWithWarning, for a draft with phase Failed. Unless the failure ends the run (HasEnded),
// Windlass tries again whenever something changes, and also after `look_again_in`, if it is set.
Step Fail(const Situation& situation, std::string_view reason, const std::string& message,
          std::optional<Duration> look_again_in = {});

// Returns the write that stores in the status why the API server refused the request `asked`. If
// there is nothing to store, returns Failed.
// If the cause of the refusal may pass, the run goes on. Example: the API server could not call a
// webhook. Otherwise the run ends (RC-20) if
//   - it has no step yet
//   - or it is at kStepPrepare, and there is no new controller
Step FailRefused(const Situation& situation, const RequestKey& asked, const Error& error);

// Called if the API server accepted the write of `outcome`, which sets a size, but kept a different
// size. Example of a cause: a mutating admission policy. Returns the write that stores both sizes
// in the status, with a Warning Event. Once they are stored, returns
//   - in kStepScale: Failed, with the phase kFailed. After the back-off, Windlass writes the size
//     again. Example: Windlass wrote 3 to scale from 0 to 3, and the API server keeps 1. The stored
//     scaling then says "from 1 to 3", so that Windlass does not take the 1 for another client's
//     scaling
//   - in other steps: a Wait of a few seconds. The update then goes on with the kept size
Step TellNotKept(const Situation& situation, const ReplicationController& controller,
                 const Outcome& outcome);

// Ends the run: stores kStepDone and `phase` (kSucceeded or kRolledBack), and appends `line`, the
// last of kubectl's lines (RC-12). If the spec now asks for another new controller, and not for a
// rollback, the next run is due. The stored phase is then kPreparing instead.
Step Finish(const Situation& situation, std::string_view phase, std::string line);

// Ends the run with `target` as the controller that stays: removes the annotations of the update
// from `target` (RC-13), then calls Finish with kubectl's line. Examples:
//   - `target` is the new controller web-2:
//     `replicationcontroller/web-2 rolling updated to "web-2"`
//   - `target` is the old controller web, after a rename or a rollback:
//     `replicationcontroller/web rolling updated`
Step FinishAs(const Situation& situation, const ReplicationController& target,
              std::string_view phase);

}  // namespace windlass::replication_controller
