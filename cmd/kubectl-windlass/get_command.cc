// get: prints one workload as a tree, or a table of workloads. With --watch, at each change:
//   - in a terminal: draws the tree or table anew
//   - with -o: prints all objects once more
//   - otherwise: does nothing, because --watch has no effect
#include <algorithm>
#include <nlohmann/json.hpp>

#include "cmd/kubectl-windlass/commands.h"
#include "cmd/kubectl-windlass/controller_update.h"
#include "cmd/kubectl-windlass/failure.h"
#include "cmd/kubectl-windlass/follow.h"
#include "cmd/kubectl-windlass/json_fields.h"
#include "cmd/kubectl-windlass/kind.h"
#include "cmd/kubectl-windlass/object_argument.h"
#include "cmd/kubectl-windlass/screen.h"
#include "cmd/kubectl-windlass/selected_objects.h"
#include "cmd/kubectl-windlass/unobserved.h"
#include "cmd/kubectl-windlass/view.h"

namespace windlass::cli {
namespace {

// `selection` is the number of a selection of updates. Returns true if the view has an object of
// the kind that these updates change. Example: a ReplicationController, if the updates are
// ReplicationControllerUpdates.
bool ShowsWhatIsUpdated(const View& view, const Follow& follow, size_t selection) {
  for (size_t i = 0; i < view.selections.size(); ++i) {
    const Kind* kind = KindOf(view.selections[i].resource);
    if (kind == nullptr || kind->update.resource != view.selections[selection].resource) continue;
    if (!follow.Objects(i).empty()) return true;
  }
  return false;
}

// Reports what the command could not read:
//   - objects for the rows of a table: an error, as with kubectl
//   - objects of a tree: a warning
//   - updates, which have no row: a warning if the table has objects of the kind that they change
//   - an object that the user named and that does not exist: an error
//   - a kind that the cluster does not serve: nothing, unless the user named an object of it
// Returns the exit code of the last error; kDone if there was none.
ExitCode TellUnreadable(const CommandContext& context, const View& view, const Follow& follow) {
  ExitCode code = ExitCode::kDone;
  for (size_t i = 0; i < view.selections.size(); ++i) {
    const Selection& selection = view.selections[i];
    const std::optional<Error> error = UnreadableOf(follow, i);
    if (!view.IsPrinted(i)) {
      if (error && ShowsWhatIsUpdated(view, follow, i)) context.console.Warning(error->message);
    } else if (error && !view.IsTable()) {
      context.console.Warning(error->message);
    } else if (error) {
      code = Report(context.session, context.console, *error);
    } else if (!selection.name.empty() && follow.Objects(i).empty()) {
      const Error missing{ErrorKind::kNotFound, ResourceText(selection.resource) + " \"" +
                                                    selection.name + "\" not found in namespace " +
                                                    selection.namespace_};
      // If the cluster does not serve the kind, the error of Unreadable says so.
      code = Report(context.session, context.console, follow.Unreadable(i).value_or(missing));
    }
  }
  return code;
}

// Returns the options for drawing. If standard output is a terminal, `size` is the size of the
// terminal, and the lines get its width; otherwise the width has no limit. Leaves the height
// without a limit.
RenderOptions OptionsOf(const CommandContext& context, const TerminalSize& size) {
  RenderOptions options;
  options.ascii = context.line.ascii || context.console.ascii;
  if (!context.console.terminal) return options;
  options.width = static_cast<size_t>(std::max(2, size.width));
  options.colour = context.console.colour;
  return options;
}

// Prints one warning for each selection: about the first object whose last change no controller has
// seen (OverdueText). Call this only for a table, because for a single object ReadWorkload has
// printed the warning already.
void TellOverdue(const CommandContext& context, const View& view, const Follow& follow) {
  for (size_t i = 0; i < view.selections.size(); ++i) {
    const Selection& selection = view.selections[i];
    for (const Json* object : follow.Objects(i)) {
      const Place place{selection.resource, TextOf(*object, "/metadata/namespace"),
                        TextOf(*object, "/metadata/name")};
      const std::string text = OverdueText(*object, place, context.session.clock().Wall());
      if (text.empty()) continue;
      context.console.Warning(UnobservedWarning(context, place, text));
      break;
    }
  }
}

// Returns true if the user named no objects, and none of the kinds in the table has an object.
// Returns false for a tree, or if a kind could not be read. A kind that the cluster does not serve
// counts as empty: `get` says "No resources found" without the CustomResourceDefinition of
// Rollouts, too.
bool IsEmpty(const View& view, const Follow& follow) {
  if (!view.IsTable()) return false;
  for (size_t i = 0; i < view.selections.size(); ++i) {
    // Updates have no row of their own: the row of the object that is updated shows them.
    if (!view.IsPrinted(i)) continue;
    const bool one = !view.selections[i].name.empty();
    if (one || UnreadableOf(follow, i) || !follow.Objects(i).empty()) return false;
  }
  return true;
}

ExitCode PrintOnce(const CommandContext& context, const View& view, const Follow& follow) {
  const Status there = view.CheckThere(follow);
  if (!there.ok()) return Report(context.session, context.console, there.error());
  if (view.IsTable()) TellOverdue(context, view, follow);
  const bool text = context.line.output == OutputFormat::kText;
  if (text && IsEmpty(view, follow)) {
    // The text is kubectl's.
    context.console.message(
        "No resources found" +
        (context.line.all_namespaces ? std::string() : " in " + context.namespace_ + " namespace") +
        ".\n");
  } else if (!text) {
    context.console.out(view.Objects(follow, /*compact=*/false));
  } else {
    const RenderOptions options = OptionsOf(context, context.console.size());
    for (const std::string& line : view.Lines(follow, context.session.clock().Wall(), options)) {
      context.console.out(line + '\n');
    }
  }
  return TellUnreadable(context, view, follow);
}

// Returns the exit code of a watch that has ended:
//   - after Ctrl-C: kDone
//   - after --timeout: kDone if View::IsComplete returns true, otherwise kTimeout. Rollouts and
//     updates that are paused, stalled or aborted are complete in this sense
//   - otherwise, after an error: the exit code of Report
ExitCode EndOfWatch(const CommandContext& context, const View& view, const Follow& follow,
                    const Error& error, Screen& screen) {
  screen.Leave();
  if (context.session.interrupted()) return ExitCode::kDone;
  if (context.session.timed_out()) {
    return view.IsComplete(follow) ? ExitCode::kDone : ExitCode::kTimeout;
  }
  return Report(context.session, context.console, error);
}

ExitCode Watch(const CommandContext& context, const View& view, Follow& follow) {
  Session& session = context.session;
  Screen screen(context.console);
  TellUnreadable(context, view, follow);
  for (bool first = true;; first = false) {
    const Status there = view.CheckThere(follow);
    if (!there.ok()) {
      screen.Leave();
      return Report(session, context.console, there.error());
    }
    if (context.line.output != OutputFormat::kText) {
      if (context.line.output == OutputFormat::kYaml && !first) context.console.out("---\n");
      context.console.out(view.Objects(follow, context.line.output == OutputFormat::kJson));
    } else {
      const TerminalSize size = context.console.size();
      RenderOptions options = OptionsOf(context, size);
      options.height = static_cast<size_t>(std::max(2, size.height));
      screen.Draw(view.Lines(follow, session.clock().Wall(), options), size);
    }
    // Standard output cannot be written any more, so later changes cannot be shown. RunProgram
    // prints the cause.
    if (!context.console.lost().empty()) {
      screen.Leave();
      return ExitCode::kError;
    }
    const Status paused = session.Wait([] { return false; }, kRedrawPause);
    if (!paused.ok()) return EndOfWatch(context, view, follow, paused.error(), screen);
    const bool text = context.line.output == OutputFormat::kText;
    const Status changed = follow.NextChange(text ? std::optional(kRedrawAtLeast) : std::nullopt);
    if (!changed.ok()) return EndOfWatch(context, view, follow, changed.error(), screen);
  }
}

ExitCode Show(const CommandContext& context, const View& view) {
  Follow follow(context.session, view.selections);
  const bool watch = context.line.watch &&
                     (context.console.terminal || context.line.output != OutputFormat::kText);
  const Status read = watch ? follow.Start() : follow.ReadOnce();
  if (!read.ok()) return Report(context.session, context.console, read.error());
  return watch ? Watch(context, view, follow) : PrintOnce(context, view, follow);
}

// Adds `objects`, which selects objects of `kind`. If there are update objects for the kind, such
// as ReplicationControllerUpdates, also adds a selection of these.
void AddToTable(const Kind& kind, const Selection& objects, std::vector<Selection>& selections) {
  selections.push_back(objects);
  if (kind.update.standing == nullptr) return;
  selections.push_back({.resource = kind.update.resource,
                        .namespace_ = objects.namespace_,
                        .name = objects.name,
                        .optional = true});
}

// Returns the selections for a table of all objects of a kind; with -l, only of those with the
// labels that -l gives. `objects` holds the kind that the user named; if it is empty, the table has
// all kinds.
std::vector<Selection> KindsToList(const CommandContext& context,
                                   const std::vector<ObjectArgument>& objects) {
  std::vector<Selection> selections;
  for (const Kind* kind : KindsWith(CommandName::kGet)) {
    if (!objects.empty() && kind->resource != objects.front().resource) continue;
    AddToTable(*kind,
               {.resource = kind->resource,
                .namespace_ = context.line.all_namespaces ? "" : context.namespace_,
                .labels = context.line.selector,
                .optional = objects.empty()},
               selections);
  }
  return selections;
}

// Returns the selections for a table of the objects at `places`.
std::vector<Selection> ObjectsToList(const std::vector<Place>& places) {
  std::vector<Selection> selections;
  for (const Place& place : places) {
    AddToTable(*KindOf(place.resource),
               {.resource = place.resource,
                .namespace_ = place.namespace_,
                .name = place.name,
                .optional = places.size() > 1},
               selections);
  }
  return selections;
}

}  // namespace

// Shows a ReplicationController. If an update of it is under way, also shows the update and the
// other ReplicationController of the update.
ExitCode ShowController(const CommandContext& context, const Place& place) {
  Result<ControllerUpdate> found = ReadControllerUpdate(context, place);
  if (!found.ok()) return Report(context.session, context.console, found.error());
  if (found->unreadable) context.console.Warning(found->unreadable->message);
  if (!found->update || !IsUnderWay(*found->update)) {
    if (found->no_controller && found->no_controller->kind != ErrorKind::kNotFound) {
      return Report(context.session, context.console, *found->no_controller);
    }
    if (found->no_controller) {
      const std::string new_name = TextOf(*found->update, "/status/newName");
      return Report(context.session, context.console,
                    {ErrorKind::kNotFound,
                     ObjectName(place.resource, place.name) + " does not exist: its last update" +
                         (new_name.empty() ? "" : ", to " + new_name + ',') +
                         " has ended. kubectl windlass get rc -n " + place.namespace_ +
                         " lists the ReplicationControllers"});
    }
    const std::string unfinished = UnfinishedUpdateOf(context, place, found->controller);
    if (!unfinished.empty()) {
      context.console.Warning(ObjectName(place.resource, place.name) + ' ' + unfinished);
    }
    return Show(context, *MakeTreeView(context, place, found->controller));
  }
  const Json other = OtherController(context, place, *found);
  const bool is_old = place.name == found->place.name;
  return Show(context, *MakeUpdateView(context, found->place, is_old ? found->controller : other,
                                       is_old ? other : found->controller));
}

ExitCode ShowWorkload(const CommandContext& context, const Place& place) {
  const Result<Json> workload = ReadWorkload(context, place);
  if (!workload.ok()) return Report(context.session, context.console, workload.error());
  return Show(context, *MakeTreeView(context, place, *workload));
}

ExitCode RunGet(const CommandContext& context) {
  const CommandLine& line = context.line;
  const auto objects = ParseObjectArguments(line.arguments);
  if (!objects.ok()) return Usage(context, objects.error().message);
  const bool whole_kinds =
      objects->empty() || (objects->size() == 1 && objects->front().name.empty());
  if (line.filenames.empty() && whole_kinds) {
    return Show(context, *MakeTableView(context, KindsToList(context, *objects)));
  }
  if (line.all_namespaces) {
    return Usage(context, "-A lists workloads: leave out the names, or give -n instead of -A");
  }
  const Result<Selected> selected = SelectObjects(context);
  if (!selected.ok()) return NoObject(context, selected.error());
  ExitCode missing = ExitCode::kDone;
  for (const Error& error : selected->missing) {
    missing = Report(context.session, context.console, error);
  }
  const std::vector<Place>& places = selected->places;
  if (places.empty()) return missing;
  const ExitCode shown =
      places.size() > 1
          ? Show(context, *MakeTableView(context, ObjectsToList(places)))
          : ActOf(places.front().resource, CommandName::kGet)(context, places.front());
  return shown == ExitCode::kDone ? missing : shown;
}

}  // namespace windlass::cli
