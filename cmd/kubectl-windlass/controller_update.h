// The rolling update of a ReplicationController. The ReplicationControllerUpdate has the name of
// the old controller, and is found by the new controller, too.
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
  Json controller;               // null if it does not exist, or may not be read
  Place place;                   // of the update; without an update, of the controller
  std::optional<Json> update{};  // nullopt: there is none, or it could not be read
  std::optional<Error> unreadable{};
};

// Reads the ReplicationController and its update. Warns as ReadWorkload does. If the cluster does
// not serve updates, there is no update. If a read of the update fails with another error than
// NotFound, `unreadable` has that error. Returns an error if the ReplicationController cannot be
// read. Exception: if an update was found, NotFound and Forbidden count as no error.
Result<ControllerUpdate> ReadControllerUpdate(const CommandContext& context, const Place& place);

// Reads the other controller of the update: the new one if `place` is the old one, else the old
// one. Requires that `found.update` is set. Returns null if there is no other controller, or if it
// cannot be read.
Json OtherController(const CommandContext& context, const Place& place,
                     const ControllerUpdate& found);

// Returns false if the update has succeeded or was rolled back, and Windlass has seen its latest
// spec; else true. A failed update is still under way.
bool IsUnderWay(const Json& update);

// Returns spec.cleanup of the update; if it is not set, Delete if spec.newName is set, else Rename.
std::string CleanupOf(const Json& update);
// Returns true if the update is under way, and its status shows that Windlass has begun to change
// something, perhaps in an earlier run of the update.
bool HasBegun(const Json& update);

// Returns true if the update can go on neither forward nor back, in two cases:
//   - the old controller was deleted, and was not restored with the annotations of the update, or
//     cannot be read
//   - the old controller was restored, but without the journal of the update's rename, and the new
//     controller is deleted
bool IsGivenUp(const CommandContext& context, const Place& update_place, const Json& update);

// Returns true if the update has changed neither of its controllers yet, as far as its status and
// the annotations of the old controller show.
bool HasChangedNothing(const CommandContext& context, const Place& update_place,
                       const Json& update);
// Returns true if an update that goes forward has begun to delete one of its controllers. From then
// on, the update cannot be rolled back.
bool IsPastReturn(const CommandContext& context, const Place& update_place, const Json& update);
// Prints that `update`, of the controller `place`, can be neither paused nor rolled back any more.
// Returns the exit code.
ExitCode RefusePastReturn(const CommandContext& context, const Place& place, const Json& update);
// Returns the command that deletes an update. If an annotation of the old controller asks for the
// update (RC-1), a command that removes the annotation comes first: otherwise Windlass would create
// the update again.
std::string TakeAwayText(const CommandContext& context, const Place& update_place);
// Returns the name of the controller that `controller` replaces in an update or a rollback under
// way. Example: "web" if the annotation kSourceId of `controller` is "web:<uid>". Returns "" if
// there is no such annotation; the end of an update removes it.
std::string SourceName(const Json& controller);
// Returns true if the annotation kSourceId of `target` says that `target` replaces `source`, in an
// update or in a rollback.
bool Replaces(const Json& target, const Json& source);
// Returns true if annotations of the old controller show that an update of it has begun.
bool HasNotes(const Json& old);
// Prints an error: the update of the controller `place` has changed nothing yet, so there is
// nothing to take back. Says how to delete the update. Returns the exit code.
ExitCode RefuseToTakeBackNothing(const CommandContext& context, const Place& place,
                                 const Place& update_place);

// If the annotations of the two controllers show that `controller` is in the middle of an update,
// returns a text that says so, and what to do. The text follows the name of the controller: "is in
// the middle of …". Lists the controllers, and looks at the listed version of `controller`, too.
// Returns "" if the annotations show no update, if `controller` is being deleted or is deleted, or
// if the other controller is not known without a list, and the controllers cannot be listed.
std::string UnfinishedUpdateOf(const CommandContext& context, const Place& place,
                               const Json& controller);
// Returns those of `controllers` for which UnfinishedUpdateOf would return a text, and which have
// no update under way among `updates`. Sends no request: of a controller that is not in
// `controllers` it knows nothing. The two lists may be of different moments: a controller whose
// annotations are about one of `updates` that has ended is left out.
std::set<const Json*> UnfinishedAmong(const std::vector<const Json*>& controllers,
                                      const std::vector<const Json*>& updates);

}  // namespace windlass::cli
