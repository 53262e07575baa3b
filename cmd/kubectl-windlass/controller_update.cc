#include "cmd/kubectl-windlass/controller_update.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "cmd/kubectl-windlass/json_fields.h"
#include "cmd/kubectl-windlass/unobserved.h"
#include "controller/replication_controller/annotations.h"
#include "controller/replication_controller/words.h"

namespace windlass::cli {
namespace {

namespace rc = replication_controller;

// Returns the name of the controller that this one was made to replace: of the annotation
// "web:<uid>" it is "web". Returns "" if it was made by nobody's update.
std::string SourceName(const Json& controller) {
  const std::string source = AnnotationOf(controller, rc::kSourceId);
  return source.substr(0, source.find(':'));
}

}  // namespace

Result<ControllerUpdate> ReadControllerUpdate(const CommandContext& context, const Place& place) {
  ControllerUpdate found{.controller = nullptr, .place = place};
  const Result<Json> controller = ReadWorkload(context, place);
  // Who may not read ReplicationControllers may steer an update that they may read.
  const bool missing = !controller.ok() && (controller.error().kind == ErrorKind::kNotFound ||
                                            controller.error().kind == ErrorKind::kForbidden);
  if (!controller.ok() && !missing) return controller.error();
  if (controller.ok()) found.controller = *controller;
  // A controller that an update has made may be the old one of the next update.
  for (const std::string& name : {place.name, SourceName(found.controller)}) {
    if (name.empty() || (found.update && IsUnderWay(*found.update))) continue;
    Place of_update{resources::kReplicationControllerUpdates, place.namespace_, name};
    Result<Json> update = ReadWorkload(context, of_update);
    if (!update.ok()) {
      if (update.error().kind != ErrorKind::kNotFound) found.unreadable = update.error();
      continue;
    }
    const std::string new_name = TextOf(*update, "/status/newName", place.name);
    const bool ours = name == place.name || new_name == place.name;
    if (ours && (!found.update || IsUnderWay(*update))) {
      found.place = std::move(of_update);
      found.update = *std::move(update);
    }
  }
  if (missing && !found.update) return controller.error();
  return found;
}

Json OtherController(const CommandContext& context, const Place& place,
                     const ControllerUpdate& found) {
  const std::string new_name = TextOf(*found.update, "/status/newName");
  const std::string& other = place.name == found.place.name ? new_name : found.place.name;
  if (other.empty()) return nullptr;
  Result<Json> read =
      ReadObject(context.session, {resources::kReplicationControllers, place.namespace_, other});
  return read.ok() ? *std::move(read) : Json();
}

bool IsUnderWay(const Json& update) {
  const std::string phase = TextOf(update, "/status/phase");
  const bool over = phase == rc::kSucceeded || phase == rc::kRolledBack;
  return !(over && IsObserved(update));
}

bool HasBegun(const Json& update) {
  return IsUnderWay(update) && !TextOf(update, "/status/step").empty();
}

bool HasChangedNothing(const CommandContext& context, const Json& update) {
  if (!TextOf(update, "/status/step").empty()) return false;
  const Result<Json> old = ReadObject(
      context.session,
      {resources::kReplicationControllers, context.namespace_, TextOf(update, "/metadata/name")});
  return !old.ok() || AnnotationOf(*old, rc::kNextControllerId).empty();
}

ExitCode RefuseToTakeBackNothing(const CommandContext& context, const Place& place,
                                 const Json& update) {
  return Refuse(context, place,
                "has an update that has changed nothing yet: kubectl delete " +
                    ResourceText(resources::kReplicationControllerUpdates) + ' ' +
                    TextOf(update, "/metadata/name") + " -n " + place.namespace_ +
                    " takes it away");
}

}  // namespace windlass::cli
