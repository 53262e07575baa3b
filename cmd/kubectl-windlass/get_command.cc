// get: one workload as a tree, or a table of workloads. Printed once; with --watch it is drawn
// again in a terminal whenever something changes.
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "cmd/kubectl-windlass/cells.h"
#include "cmd/kubectl-windlass/commands.h"
#include "cmd/kubectl-windlass/controller_update.h"
#include "cmd/kubectl-windlass/failure.h"
#include "cmd/kubectl-windlass/follow.h"
#include "cmd/kubectl-windlass/json_fields.h"
#include "cmd/kubectl-windlass/kind.h"
#include "cmd/kubectl-windlass/object_argument.h"
#include "cmd/kubectl-windlass/output.h"
#include "cmd/kubectl-windlass/render.h"
#include "cmd/kubectl-windlass/replica_sets.h"
#include "cmd/kubectl-windlass/screen.h"
#include "cmd/kubectl-windlass/selected_objects.h"
#include "cmd/kubectl-windlass/table.h"
#include "cmd/kubectl-windlass/tree.h"
#include "cmd/kubectl-windlass/unobserved.h"
#include "cmd/kubectl-windlass/workload_table.h"

namespace windlass::cli {
namespace {

// What is shown: selections, and how their objects become lines.
class View {
 public:
  explicit View(const CommandContext& context) : context_(context) {}
  virtual ~View() = default;
  View(const View&) = delete;
  View& operator=(const View&) = delete;

  std::vector<Selection> selections;

  // Returns an error if the object that is shown has been deleted.
  virtual Status CheckThere(const Follow&) const { return Unit{}; }
  // The object must be there.
  virtual std::vector<std::string> Lines(const Follow& follow, WallTime now,
                                         const RenderOptions& options) const = 0;
  virtual bool IsComplete(const Follow& follow) const = 0;
  virtual bool IsTable() const { return false; }
  // Returns true if -o prints the objects of selection number `selection`.
  virtual bool IsPrinted(size_t selection) const { return selection < selections.size(); }

  // Returns all objects as -o says; as NDJSON if `compact`.
  std::string Objects(const Follow& follow, bool compact) const;

 protected:
  const CommandContext& context_;
};

std::string View::Objects(const Follow& follow, bool compact) const {
  if (context_.line.output == OutputFormat::kName) {
    std::string names;
    for (size_t i = 0; i < selections.size(); ++i) {
      if (!IsPrinted(i)) continue;
      names += PrintList(follow.Objects(i), selections[i].resource, OutputFormat::kName);
    }
    return names;
  }
  Json items = Json::array();
  for (size_t i = 0; i < selections.size(); ++i) {
    if (!IsPrinted(i)) continue;
    const Json list =
        Json::parse(PrintList(follow.Objects(i), selections[i].resource, OutputFormat::kJson));
    for (const Json& item : list["items"]) items.push_back(item);
  }
  const Json all = {{"apiVersion", "v1"}, {"items", std::move(items)}, {"kind", "List"}};
  return compact ? all.dump() + '\n' : PrintValue(all, context_.line.output);
}

// One object with what belongs to it; it is selection number 0.
class ObjectView : public View {
 public:
  ObjectView(const CommandContext& context, Place place) : View(context), place_(std::move(place)) {
    Select(place_.resource, "", place_.name);
  }

  Status CheckThere(const Follow& follow) const override {
    if (!follow.Objects(0).empty()) return Unit{};
    return Error{ErrorKind::kNotFound,
                 ObjectName(place_.resource, place_.name) + " has been deleted"};
  }

 protected:
  void Select(const ResourceId& resource, std::string labels, std::string name = "") {
    selections.push_back({.resource = resource,
                          .namespace_ = place_.namespace_,
                          .labels = std::move(labels),
                          .name = std::move(name)});
  }

  const Place place_;
};

class TreeView final : public ObjectView {
 public:
  TreeView(const CommandContext& context, const Place& place, const Json& workload)
      : ObjectView(context, place) {
    const bool controller = place.resource == resources::kReplicationControllers;
    const std::string labels =
        controller ? SelectorOfController(workload) : SelectorOfWorkload(workload);
    Select(resources::kPods, labels);
    if (!controller) Select(resources::kReplicaSets, labels);
  }

  std::vector<std::string> Lines(const Follow& follow, WallTime now,
                                 const RenderOptions& options) const override {
    const std::vector<const Json*> sets =
        selections.size() > 2 ? follow.Objects(2) : std::vector<const Json*>();
    const Tree tree =
        TreeOf(*follow.Objects(0).front(), place_.resource, sets, follow.Objects(1), now);
    return RenderTree(tree, options);
  }

  bool IsComplete(const Follow& follow) const override {
    const std::vector<const Json*> found = follow.Objects(0);
    if (found.empty()) return true;
    return StandingOf(*found.front(), place_.resource).ends.has_value();
  }
};

// A ReplicationController in the middle of an update: the update, and both controllers.
class UpdateView final : public ObjectView {
 public:
  // `first` and `second`: the two controllers; one of them may be null.
  UpdateView(const CommandContext& context, const Place& update, const Json& first,
             const Json& second)
      : ObjectView(context, update) {
    for (const Json* controller : {&first, &second}) {
      if (controller->is_null()) continue;
      Select(resources::kReplicationControllers, "", TextOf(*controller, "/metadata/name"));
      Select(resources::kPods, SelectorOfController(*controller));
    }
  }

  std::vector<std::string> Lines(const Follow& follow, WallTime now,
                                 const RenderOptions& options) const override {
    std::vector<const Json*> controllers;
    std::vector<const Json*> pods;
    for (size_t i = 1; i < selections.size(); i += 2) {
      for (const Json* controller : follow.Objects(i)) controllers.push_back(controller);
      for (const Json* pod : follow.Objects(i + 1)) pods.push_back(pod);
    }
    const Tree tree = TreeOfUpdate(*follow.Objects(0).front(), controllers, pods, now);
    return RenderTree(tree, options);
  }
  bool IsComplete(const Follow& follow) const override {
    const std::vector<const Json*> found = follow.Objects(0);
    return found.empty() || !IsUnderWay(*found.front());
  }
};

// Returns why a kind could not be read; nullopt if it was, or if the cluster does not serve it.
std::optional<Error> UnreadableOf(const Follow& follow, size_t selection) {
  std::optional<Error> error = follow.Unreadable(selection);
  if (error && error->kind == ErrorKind::kNotFound) error.reset();
  return error;
}

class TableView final : public View {
 public:
  TableView(const CommandContext& context, std::vector<Selection> shown) : View(context) {
    selections = std::move(shown);
  }

  std::vector<std::string> Lines(const Follow& follow, WallTime now,
                                 const RenderOptions& options) const override {
    auto lines = WorkloadTable(Rows(follow), context_.line.all_namespaces, now, options);
    if (!options.height) return lines;
    // What TellUnreadable said is on the terminal's first screen.
    for (size_t i = 0; i < selections.size(); ++i) {
      const std::optional<Error> error = UnreadableOf(follow, i);
      if (!error) continue;
      const std::string text = Printable("error: " + error->message, options.ascii_texts());
      for (std::string& line : TableLines({{{text}}}, options.width))
        lines.push_back(std::move(line));
    }
    return CutToHeight(std::move(lines), options);
  }

  bool IsComplete(const Follow& follow) const override {
    return std::ranges::all_of(
        Rows(follow), [](const ListedObject& listed) { return listed.standing.ends.has_value(); });
  }

  bool IsTable() const override { return true; }
  // Updates are shown in the rows of what they update, and are no workloads.
  bool IsPrinted(size_t selection) const override {
    return KindOf(selections[selection].resource) != nullptr;
  }

 private:
  std::vector<ListedObject> Rows(const Follow& follow) const {
    // The updates that are under way, by namespace and name.
    std::map<std::pair<std::string, std::string>, const Json*> updates;
    const auto key = [](const Json& object) {
      return std::pair(TextOf(object, "/metadata/namespace"), TextOf(object, "/metadata/name"));
    };
    for (const Kind& kind : Kinds()) {
      if (kind.update.standing == nullptr) continue;
      for (size_t i = 0; i < selections.size(); ++i) {
        if (selections[i].resource != kind.update.resource) continue;
        for (const Json* update : follow.Objects(i)) {
          if (kind.update.is_under_way(*update)) updates[key(*update)] = update;
        }
      }
    }
    std::vector<ListedObject> rows;
    for (size_t i = 0; i < selections.size(); ++i) {
      const Kind* kind = KindOf(selections[i].resource);
      if (kind == nullptr) continue;
      for (const Json* object : follow.Objects(i)) {
        const auto update =
            kind->update.standing == nullptr ? updates.end() : updates.find(key(*object));
        rows.push_back({kind->resource, object,
                        update == updates.end() ? kind->standing(*object)
                                                : kind->update.standing(*update->second)});
      }
    }
    return rows;
  }
};

// Returns true if an object is shown of which selection number `selection` has the updates.
bool ShowsWhatIsUpdated(const View& view, const Follow& follow, size_t selection) {
  for (size_t i = 0; i < view.selections.size(); ++i) {
    const Kind* kind = KindOf(view.selections[i].resource);
    if (kind == nullptr || kind->update.resource != view.selections[selection].resource) continue;
    if (!follow.Objects(i).empty()) return true;
  }
  return false;
}

// Says what could not be read, or does not exist. Returns kError if that is an object or a kind
// that was asked for, as kubectl does.
ExitCode TellUnreadable(const CommandContext& context, const View& view, const Follow& follow) {
  ExitCode code = ExitCode::kDone;
  for (size_t i = 0; i < view.selections.size(); ++i) {
    const Selection& selection = view.selections[i];
    const std::optional<Error> error = UnreadableOf(follow, i);
    if (!view.IsPrinted(i)) {
      if (error && ShowsWhatIsUpdated(view, follow, i)) context.console.Warning(error->message);
    } else if (error) {
      code = Report(context.session, context.console, *error);
    } else if (!selection.name.empty() && follow.Objects(i).empty()) {
      code =
          Report(context.session, context.console,
                 {ErrorKind::kNotFound, ResourceText(selection.resource) + " \"" + selection.name +
                                            "\" not found in namespace " + selection.namespace_});
    }
  }
  return code;
}

// `size`: of the terminal, if there is one.
RenderOptions OptionsOf(const CommandContext& context, const TerminalSize& size) {
  RenderOptions options;
  options.ascii = context.line.ascii || context.console.ascii;
  if (!context.console.terminal) return options;
  options.width = static_cast<size_t>(std::max(2, size.width));
  options.colour = context.console.colour;
  return options;
}

// Says of the first object of each kind in a table, and of the first update, whose latest spec
// nobody has seen. A single object was read before (ReadWorkload).
void TellOverdue(const CommandContext& context, const View& view, const Follow& follow) {
  for (size_t i = 0; i < view.selections.size(); ++i) {
    const Selection& selection = view.selections[i];
    for (const Json* object : follow.Objects(i)) {
      const Place place{selection.resource, TextOf(*object, "/metadata/namespace"),
                        TextOf(*object, "/metadata/name")};
      const std::string text = OverdueText(*object, place, context.session.clock().Wall());
      if (text.empty()) continue;
      context.console.Warning(text);
      break;
    }
  }
}

ExitCode PrintOnce(const CommandContext& context, const View& view, const Follow& follow) {
  const Status there = view.CheckThere(follow);
  if (!there.ok()) return Report(context.session, context.console, there.error());
  if (view.IsTable()) TellOverdue(context, view, follow);
  if (context.line.output != OutputFormat::kText) {
    context.console.out(view.Objects(follow, /*compact=*/false));
  } else {
    const RenderOptions options = OptionsOf(context, context.console.size());
    for (const std::string& line : view.Lines(follow, context.session.clock().Wall(), options)) {
      context.console.out(line + '\n');
    }
  }
  return TellUnreadable(context, view, follow);
}

// Returns how a watch ends: Ctrl-C is the usual end, and --timeout is one if nothing is under way.
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

// Adds a selection of objects of `kind`, and one of the updates that they may have.
void AddToTable(const Kind& kind, const Selection& objects, std::vector<Selection>& selections) {
  selections.push_back(objects);
  if (kind.update.standing == nullptr) return;
  selections.push_back({.resource = kind.update.resource,
                        .namespace_ = objects.namespace_,
                        .name = objects.name,
                        .optional = true});
}

// Returns what a table of whole kinds shows: the kind of the argument, or all.
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

// Returns what a table of single objects shows.
std::vector<Selection> ObjectsToList(const std::vector<Place>& places) {
  std::vector<Selection> selections;
  for (const Place& place : places) {
    AddToTable(*KindOf(place.resource),
               {.resource = place.resource, .namespace_ = place.namespace_, .name = place.name},
               selections);
  }
  return selections;
}

}  // namespace

// Shows a ReplicationController; in the middle of an update with the other one.
ExitCode ShowController(const CommandContext& context, const Place& place) {
  Result<ControllerUpdate> found = ReadControllerUpdate(context, place);
  if (!found.ok()) return Report(context.session, context.console, found.error());
  if (found->unreadable) context.console.Warning(found->unreadable->message);
  if (!found->update || !IsUnderWay(*found->update)) {
    if (found->controller.is_null()) {
      const std::string new_name = TextOf(*found->update, "/status/newName");
      return Report(
          context.session, context.console,
          {ErrorKind::kNotFound, ObjectName(place.resource, place.name) +
                                     " does not exist any more: its update to " + new_name +
                                     " has ended; kubectl windlass get rc/" + new_name + " -n " +
                                     place.namespace_ + " shows that one"});
    }
    return Show(context, TreeView(context, place, found->controller));
  }
  const Json other = OtherController(context, place, *found);
  return Show(context, place.name == found->place.name
                           ? UpdateView(context, found->place, found->controller, other)
                           : UpdateView(context, found->place, other, found->controller));
}

ExitCode ShowWorkload(const CommandContext& context, const Place& place) {
  const Result<Json> workload = ReadWorkload(context, place);
  if (!workload.ok()) return Report(context.session, context.console, workload.error());
  return Show(context, TreeView(context, place, *workload));
}

ExitCode RunGet(const CommandContext& context) {
  const CommandLine& line = context.line;
  const auto objects = ParseObjectArguments(line.arguments);
  if (!objects.ok()) return Usage(context, objects.error().message);
  const bool whole_kinds =
      objects->empty() || (objects->size() == 1 && objects->front().name.empty());
  if (line.filenames.empty() && whole_kinds) {
    return Show(context, TableView(context, KindsToList(context, *objects)));
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
          ? Show(context, TableView(context, ObjectsToList(places)))
          : ActOf(places.front().resource, CommandName::kGet)(context, places.front());
  return shown == ExitCode::kDone ? missing : shown;
}

}  // namespace windlass::cli
