// The rolling update of a ReplicationController: the ReplicationControllerUpdate of its name, or,
// of a controller that an update has made, the one that made it.
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

// Reads the controller and its update. Warns if the latest spec of one has not been seen. Returns
// an error if neither exists, or the controller cannot be read. A cluster that does not serve
// updates has none.
Result<ControllerUpdate> ReadControllerUpdate(const CommandContext& context, const Place& place);

// Reads the other controller of the update: the new one if `place` is the old one. Requires an
// update. Returns null if there is none, or it cannot be read.
Json OtherController(const CommandContext& context, const Place& place,
                     const ControllerUpdate& found);

// Returns true if Windlass is not done with the update.
bool IsUnderWay(const Json& update);
// Returns true if it has also begun to change something.
bool HasBegun(const Json& update);

// Returns true if the update cannot go on, neither forward nor back: its old controller was
// deleted, and is not restored.
bool IsGivenUp(const CommandContext& context, const Place& update_place, const Json& update);

// Returns true if the update has changed neither of its controllers yet, as far as its status and
// the old one say.
bool HasChangedNothing(const CommandContext& context, const Place& update_place,
                       const Json& update);
// Returns true if an update that goes forward deletes one of its controllers already: then no
// rollback restores the old one.
bool IsPastReturn(const CommandContext& context, const Place& update_place, const Json& update);
// Writes that of `update`, of the controller `place`. Returns the exit code.
ExitCode RefusePastReturn(const CommandContext& context, const Place& place, const Json& update);
// Returns the command that takes an update away, and before it, if an annotation of the old
// controller asks for the update (RC-1), the one that removes that: Windlass would create it again.
std::string TakeAwayText(const CommandContext& context, const Place& update_place);
// Returns the name of the controller that this one was made to replace: of the annotation
// "web:<uid>" it is "web". Returns "" if it was made by nobody's update.
std::string SourceName(const Json& controller);
// Returns true if an update, or a rollback, has made `target` replace `source`, as its annotation
// says.
bool Replaces(const Json& target, const Json& source);
// Returns true if an update has noted on the old controller that it has begun.
bool HasNotes(const Json& old);
// Writes that such an update has nothing to take back, of the controller `place`. Returns the exit
// code.
ExitCode RefuseToTakeBackNothing(const CommandContext& context, const Place& place,
                                 const Place& update_place);

// Returns that the controller is in the middle of an update, as the two controllers of it say, and
// what to do: a predicate of the controller. Returns "" if they say none, or cannot be listed.
std::string UnfinishedUpdateOf(const CommandContext& context, const Place& place,
                               const Json& controller);

}  // namespace windlass::cli
