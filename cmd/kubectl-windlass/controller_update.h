// Finds and reads the rolling update of a ReplicationController, and judges whether it can still be
// changed. The ReplicationControllerUpdate has the name of the old controller. If a user names the
// new controller, its annotation kSourceId leads to the update.
//
// Also finds controllers in the middle of an update for which no ReplicationControllerUpdate is
// stored (UnfinishedUpdateOf), for example an update with --local that was stopped.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "cmd/kubectl-windlass/commands.h"
#include "cmd/kubectl-windlass/json.h"
#include "kubeclient/base/result.h"

namespace windlass::cli {

struct ControllerUpdate {
  Json controller;  // null if it does not exist, or the user has no right to read it
  std::optional<Error> no_controller{};  // why `controller` is null: NotFound or Forbidden
  Place place;                   // the place of `update`, or of `controller` if there is no update
  std::optional<Json> update{};  // nullopt: there is no update, or it could not be read
  std::optional<Error> unreadable{};
};

// Reads the ReplicationController and its update. Prints the warnings of ReadWorkload for both.
//   - If the cluster does not serve ReplicationControllerUpdates, `update` is nullopt.
//   - If a read of the update fails with an error other than NotFound, `unreadable` is this error.
//   - If the controller does not exist or is Forbidden, but has an update, `controller` is null.
//   - If the controller cannot be read otherwise, returns the error.
Result<ControllerUpdate> ReadControllerUpdate(const CommandContext& context, const Place& place);

// Reads the other controller of the update. If the old controller is at `place`, this is the new
// one; otherwise it is the old one. `found.update` must be set. Returns null if there is no other
// controller, or if it cannot be read.
Json OtherController(const CommandContext& context, const Place& place,
                     const ControllerUpdate& found);

// Returns true in these cases:
//   - the update has neither succeeded nor been rolled back; it may have failed
//   - Windlass has not seen the latest spec of the update yet
bool IsUnderWay(const Json& update);

// Returns spec.cleanup of the update. If spec.cleanup is not set, returns "Delete" if spec.newName
// is set, else "Rename".
std::string CleanupOf(const Json& update);
// Returns true if the update is under way, and its status shows that Windlass has begun to change
// something. This may have been in an earlier run, before an edit of the spec.
bool HasBegun(const Json& update);
// Returns true if the update has failed before it changed anything, for example because Windlass
// has refused it.
bool IsRefused(const Json& update);

// Returns true if the update has stopped because a user deleted the old controller, and the update
// can go on neither forward nor back. The condition Stalled then has one of two reasons:
//   - kNotFound: the update had begun, and neither of its two controllers exists
//   - kOldDeleted, and one of these is true of the old controller:
//     - it does not exist, or cannot be read
//     - it exists again, but without the annotations of the update
//     - it exists again, but without kRenameJournal, and a rename has deleted the new controller
bool IsGivenUp(const CommandContext& context, const Place& update_place, const Json& update);

// Returns true if neither the status of the update nor the annotations of the old controller show
// that the update has changed something.
//   - if the old controller does not exist: only the status counts
//   - if the old controller cannot be read: false
bool HasChangedNothing(const CommandContext& context, const Place& update_place,
                       const Json& update);
// Returns true if the update can no longer be rolled back, because it has begun to delete one of
// its controllers. Returns false for an update whose spec.rollback is true.
bool IsPastReturn(const CommandContext& context, const Place& update_place, const Json& update);
// Prints that `update` can no longer be paused or rolled back. `place` is the controller that the
// user named. Returns the exit code.
ExitCode RefusePastReturn(const CommandContext& context, const Place& place, const Json& update);
// Returns the kubectl command that deletes the update. If the old controller has the annotation
// kRollingUpdateTo (RC-1), Windlass would create the update again. So a command that removes the
// annotation then comes first.
std::string TakeAwayText(const CommandContext& context, const Place& update_place);
// Returns the name of the controller that `controller` replaces, in an update or in a rollback.
// Example: "web" if the annotation kSourceId of `controller` is "web:<uid>". Returns "" if there is
// no such annotation. An update that ends removes this annotation.
std::string SourceName(const Json& controller);
// Returns true if the annotation kSourceId of `target` says that `target` replaces `source`, in an
// update or in a rollback.
bool Replaces(const Json& target, const Json& source);
// Returns true if the annotations of the old controller show that its update has begun.
bool HasNotes(const Json& old);
// Prints an error: the update has changed nothing yet, so there is nothing to roll back. The error
// contains the command that deletes the update. `place` is the controller that the user named.
// Returns the exit code.
ExitCode RefuseToTakeBackNothing(const CommandContext& context, const Place& place,
                                 const Place& update_place);

// Returns a text if annotations show that `controller` is in the middle of an update. The text says
// what to do, and is printed after the controller's name: "is in the middle of …". Lists the
// controllers, and looks at `controller` as it is in the list. Returns "" in these cases:
//   - the annotations show no update
//   - `controller` is being deleted, or is not in the list
//   - the list fails, and `controller` lacks kRenameJournal
std::string UnfinishedUpdateOf(const CommandContext& context, const Place& place,
                               const Json& controller);
// Returns the controllers among `controllers` for which UnfinishedUpdateOf would return a text.
// Sends no request. Leaves out:
//   - controllers that belong to an update under way in `updates`
//   - controllers that were not written since an update in `updates` ended: they may have been
//     listed before the update removed its annotations from them
std::set<const Json*> UnfinishedAmong(const std::vector<const Json*>& controllers,
                                      const std::vector<const Json*>& updates);

}  // namespace windlass::cli
