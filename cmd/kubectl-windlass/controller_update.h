// The rolling update of a ReplicationController: the ReplicationControllerUpdate with the name of
// the controller, or, if an update has made the controller, that update.
#pragma once

#include <optional>

#include "cmd/kubectl-windlass/commands.h"
#include "cmd/kubectl-windlass/json.h"
#include "kubeclient/base/result.h"

namespace windlass::cli {

struct ControllerUpdate {
  Json controller;               // null if it does not exist: the update has deleted it
  Place place;                   // of the update
  std::optional<Json> update{};  // nullopt: there is none, or it could not be read
  std::optional<Error> unreadable{};
};

// Reads the controller and its update. Warns if no controller has seen the latest spec of one of
// them. Returns an error if there is no update and the controller cannot be read, or if reading the
// controller fails for another cause than NotFound or Forbidden. A cluster that does not serve
// updates has none.
Result<ControllerUpdate> ReadControllerUpdate(const CommandContext& context, const Place& place);

// Reads the other controller of the update: the new one if `place` is the old one. Requires an
// update. Returns null if there is no other controller, or it cannot be read.
Json OtherController(const CommandContext& context, const Place& place,
                     const ControllerUpdate& found);

// Returns true if Windlass is not done with the update.
bool IsUnderWay(const Json& update);
// Returns true if the update is under way, and Windlass has begun to change something.
bool HasBegun(const Json& update);

// Returns true if the update cannot go on, neither forward nor back: its old controller was
// deleted, and is not restored.
bool IsGivenUp(const CommandContext& context, const Place& update_place, const Json& update);

// Returns true if the update has changed neither of its controllers yet, as far as its status and
// the notes on the old controller say.
bool HasChangedNothing(const CommandContext& context, const Place& update_place,
                       const Json& update);
// Returns true if an update that goes forward has begun to delete one of its controllers: then no
// rollback restores the old one.
bool IsPastReturn(const CommandContext& context, const Place& update_place, const Json& update);
// Writes that `update`, of the controller `place`, can be neither paused nor rolled back any more.
// Returns the exit code.
ExitCode RefusePastReturn(const CommandContext& context, const Place& place, const Json& update);
// Returns the command that deletes an update. If an annotation of the old controller asks for the
// update (RC-1), a command that removes the annotation comes first: otherwise Windlass would create
// the update again.
std::string TakeAwayText(const CommandContext& context, const Place& update_place);
// Returns the name of the controller that this one was made to replace: of the annotation
// "web:<uid>" it is "web". Returns "" if no update has made it.
std::string SourceName(const Json& controller);
// Returns true if an update, or a rollback, has made `target` replace `source`, as its annotation
// says.
bool Replaces(const Json& target, const Json& source);
// Returns true if an update has noted on the old controller that it has begun.
bool HasNotes(const Json& old);
// Writes that the update of the controller `place` has changed nothing yet, and how to delete the
// update. Returns the exit code.
ExitCode RefuseToTakeBackNothing(const CommandContext& context, const Place& place,
                                 const Place& update_place);

// Returns that the controller is in the middle of an update, as the annotations of its two
// controllers say, and what to do. The text follows the name of the controller: "is in the middle
// of …". Returns "" if the annotations say nothing of an update, or the controllers cannot be
// listed.
std::string UnfinishedUpdateOf(const CommandContext& context, const Place& place,
                               const Json& controller);

}  // namespace windlass::cli
