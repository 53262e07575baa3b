// get: one workload as a tree, or a table of workloads. Printed once; with --watch it is drawn
// again in a terminal whenever something changes.
#include <nlohmann/json.hpp>
#include <utility>

#include "cmd/kubectl-windlass/commands.h"
#include "cmd/kubectl-windlass/failure.h"
#include "cmd/kubectl-windlass/follow.h"
#include "cmd/kubectl-windlass/json_fields.h"
#include "cmd/kubectl-windlass/named_object.h"
#include "cmd/kubectl-windlass/output.h"
#include "cmd/kubectl-windlass/render.h"
#include "cmd/kubectl-windlass/replica_sets.h"
#include "cmd/kubectl-windlass/screen.h"
#include "cmd/kubectl-windlass/standing.h"
#include "cmd/kubectl-windlass/tree.h"
#include "cmd/kubectl-windlass/unobserved.h"
#include "cmd/kubectl-windlass/workload_table.h"
#include "controller/replication_controller/annotations.h"
#include "controller/replication_controller/words.h"

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
  // `size`: of the terminal; nullopt for everything. The object must be there.
  virtual std::vector<std::string> Lines(const Follow& follow, WallTime now,
                                         std::optional<TerminalSize> size) const = 0;
  virtual bool IsComplete(const Follow& follow) const = 0;

  // Returns all objects as -o says; as NDJSON if `compact`.
  std::string Objects(const Follow& follow, bool compact) const;

 protected:
  const CommandContext& context_;
};

std::string View::Objects(const Follow& follow, bool compact) const {
  if (context_.line.output == OutputFormat::kName) {
    std::string names;
    for (size_t i = 0; i < selections.size(); ++i) {
      names += PrintList(follow.Objects(i), selections[i].resource, OutputFormat::kName);
    }
    return names;
  }
  Json items = Json::array();
  for (size_t i = 0; i < selections.size(); ++i) {
    const Json list =
        Json::parse(PrintList(follow.Objects(i), selections[i].resource, OutputFormat::kJson));
    for (const Json& item : list["items"]) items.push_back(item);
  }
  const Json all = {{"apiVersion", "v1"}, {"items", std::move(items)}, {"kind", "List"}};
  return compact ? all.dump() + '\n' : PrintValue(all, context_.line.output);
}

class TreeView final : public View {
 public:
  TreeView(const CommandContext& context, const Place& place, const Json& workload)
      : View(context), place_(place) {
    const Json* selector = FieldOf(workload, "/spec/selector");
    const bool controller = place.resource == resources::kReplicationControllers;
    const std::string labels = selector == nullptr ? ""
                               : controller        ? SelectorText({{"matchLabels", *selector}})
                                                   : SelectorText(*selector);
    const std::string& in = place.namespace_;
    selections.push_back({place.resource, in, "", "metadata.name=" + place.name});
    selections.push_back({resources::kPods, in, labels});
    if (!controller) selections.push_back({resources::kReplicaSets, in, labels});
  }

  Status CheckThere(const Follow& follow) const override {
    if (!follow.Objects(0).empty()) return Unit{};
    return Error{ErrorKind::kNotFound,
                 ObjectName(place_.resource, place_.name) + " has been deleted"};
  }

  std::vector<std::string> Lines(const Follow& follow, WallTime now,
                                 std::optional<TerminalSize> size) const override {
    const std::vector<const Json*> sets =
        selections.size() > 2 ? follow.Objects(2) : std::vector<const Json*>();
    const Tree tree =
        TreeOf(*follow.Objects(0).front(), place_.resource, sets, follow.Objects(1), now);
    return RenderTree(tree, {size, size && context_.console.colour});
  }

  bool IsComplete(const Follow& follow) const override {
    const std::vector<const Json*> found = follow.Objects(0);
    if (found.empty() || place_.resource == resources::kReplicationControllers) return true;
    return StandingOf(*found.front(), place_.resource).ends.has_value();
  }

 private:
  const Place place_;
};

// Returns true if Windlass is not done with the update.
bool IsUnderWay(const Json& update) {
  const std::string phase = TextOf(update, "/status/phase");
  const bool over =
      phase == replication_controller::kSucceeded || phase == replication_controller::kRolledBack;
  return !phase.empty() && !(over && IsObserved(update));
}

// A ReplicationController in the middle of an update: the update, and both controllers.
class UpdateView final : public View {
 public:
  // `first` and `second`: the two controllers; `second` may be null.
  UpdateView(const CommandContext& context, const Place& update, const Json& first,
             const Json& second)
      : View(context), update_(update) {
    const std::string& in = update.namespace_;
    selections.push_back({update.resource, in, "", "metadata.name=" + update.name});
    for (const Json* controller : {&first, &second}) {
      if (controller->is_null()) continue;
      const Json* selector = FieldOf(*controller, "/spec/selector");
      const std::string name = TextOf(*controller, "/metadata/name");
      selections.push_back({resources::kReplicationControllers, in, "", "metadata.name=" + name});
      selections.push_back({resources::kPods, in,
                            selector == nullptr ? "" : SelectorText({{"matchLabels", *selector}})});
    }
  }
  Status CheckThere(const Follow& follow) const override {
    if (!follow.Objects(0).empty()) return Unit{};
    return Error{ErrorKind::kNotFound,
                 ObjectName(update_.resource, update_.name) + " has been deleted"};
  }
  std::vector<std::string> Lines(const Follow& follow, WallTime now,
                                 std::optional<TerminalSize> size) const override {
    std::vector<const Json*> controllers;
    std::vector<const Json*> pods;
    for (size_t i = 1; i < selections.size(); i += 2) {
      for (const Json* controller : follow.Objects(i)) controllers.push_back(controller);
      for (const Json* pod : follow.Objects(i + 1)) pods.push_back(pod);
    }
    const Tree tree = TreeOfUpdate(*follow.Objects(0).front(), controllers, pods, now);
    return RenderTree(tree, {size, size && context_.console.colour});
  }
  bool IsComplete(const Follow& follow) const override {
    const std::vector<const Json*> found = follow.Objects(0);
    return found.empty() || !IsUnderWay(*found.front());
  }

 private:
  const Place update_;
};

class TableView final : public View {
 public:
  TableView(const CommandContext& context, const std::vector<ResourceId>& shown) : View(context) {
    const bool all = context.line.all_namespaces;
    for (const ResourceId& resource : shown) {
      selections.push_back({.resource = resource,
                            .namespace_ = all ? "" : context.namespace_,
                            .optional = shown.size() > 1});
    }
  }

  std::vector<std::string> Lines(const Follow& follow, WallTime now,
                                 std::optional<TerminalSize> size) const override {
    std::vector<ListedObject> objects;
    for (size_t i = 0; i < selections.size(); ++i) {
      for (const Json* object : follow.Objects(i)) {
        objects.push_back({selections[i].resource, object});
      }
    }
    auto lines = WorkloadTable(objects, context_.line.all_namespaces, now);
    return size ? CutToSize(std::move(lines), *size) : lines;
  }

  bool IsComplete(const Follow& follow) const override {
    for (size_t i = 0; i < selections.size(); ++i) {
      if (selections[i].resource == resources::kReplicationControllers) continue;
      for (const Json* object : follow.Objects(i)) {
        if (!StandingOf(*object, selections[i].resource).ends) return false;
      }
    }
    return true;
  }
};

// Says which kinds could not be read; one that the cluster does not serve is none of these. Returns
// kError if there is one, as kubectl does.
ExitCode TellUnreadable(const CommandContext& context, const View& view, const Follow& follow) {
  ExitCode code = ExitCode::kDone;
  for (size_t i = 0; i < view.selections.size(); ++i) {
    const std::optional<Error> error = follow.Unreadable(i);
    if (!error || error->kind == ErrorKind::kNotFound) continue;
    code = Report(context.session, context.console, *error);
  }
  return code;
}

ExitCode PrintOnce(const CommandContext& context, const View& view, const Follow& follow) {
  const Status there = view.CheckThere(follow);
  if (!there.ok()) return Report(context.session, context.console, there.error());
  if (context.line.output != OutputFormat::kText) {
    context.console.out(view.Objects(follow, /*compact=*/false));
  } else {
    const auto lines = view.Lines(follow, context.session.clock().Wall(), std::nullopt);
    for (const std::string& line : lines) context.console.Line(line);
  }
  return TellUnreadable(context, view, follow);
}

// Returns how a watch ends: Ctrl-C is the usual end, and --timeout is one if nothing is under way.
ExitCode EndOfWatch(const CommandContext& context, const View& view, const Follow& follow,
                    const Error& error) {
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
    if (!there.ok()) return Report(session, context.console, there.error());
    if (context.line.output != OutputFormat::kText) {
      if (context.line.output == OutputFormat::kYaml && !first) context.console.out("---\n");
      context.console.out(view.Objects(follow, context.line.output == OutputFormat::kJson));
    } else {
      screen.Draw(view.Lines(follow, session.clock().Wall(), context.console.size()));
    }
    const Status paused = session.Wait([] { return false; }, kRedrawPause);
    if (!paused.ok()) return EndOfWatch(context, view, follow, paused.error());
    const bool text = context.line.output == OutputFormat::kText;
    const Status changed = follow.NextChange(text ? std::optional(kRedrawAtLeast) : std::nullopt);
    if (!changed.ok()) return EndOfWatch(context, view, follow, changed.error());
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

// Returns the resources that a table shows: those of the arguments, or all.
std::vector<ResourceId> ResourcesToList(const std::vector<ObjectArgument>& objects) {
  if (!objects.empty()) return {objects.front().resource};
  return {resources::kDeployments, resources::kRollouts, resources::kReplicationControllers};
}

// Shows a ReplicationController; in the middle of an update with the other one.
ExitCode ShowController(const CommandContext& context, const Place& place, const Json& controller) {
  const std::string source = AnnotationOf(controller, replication_controller::kSourceId);
  const std::string from = source.substr(0, source.find(':'));
  const Place update_place{resources::kReplicationControllerUpdates, place.namespace_,
                           from.empty() ? place.name : from};
  const Result<Json> update = ReadObject(context.session, update_place);
  if (!update.ok() || !IsUnderWay(*update)) {
    return Show(context, TreeView(context, place, controller));
  }
  const std::string new_name = TextOf(*update, "/status/newName");
  const std::string other = place.name == update_place.name ? new_name : update_place.name;
  Json second;
  if (!other.empty()) {
    Result<Json> read = ReadObject(context.session, {place.resource, place.namespace_, other});
    if (read.ok()) second = *std::move(read);
  }
  return Show(context, place.name == update_place.name
                           ? UpdateView(context, update_place, controller, second)
                           : UpdateView(context, update_place, second, controller));
}

}  // namespace

ExitCode RunGet(const CommandContext& context) {
  const auto objects = ParseObjectArguments(context.line.arguments);
  if (!objects.ok()) return Usage(context, objects.error().message);
  if (objects->size() > 1) {
    return Usage(context, "name one object, or none for a table of all of them");
  }
  if (objects->empty() || objects->front().name.empty()) {
    return Show(context, TableView(context, ResourcesToList(*objects)));
  }
  if (context.line.all_namespaces) {
    return Usage(context, "-A lists workloads: leave out the name, or give -n instead of -A");
  }
  Place place{objects->front().resource, context.namespace_, objects->front().name};
  if (objects->front().bare) {
    Result<Place> found =
        FindNamed(context.session, CommandName::kGet, context.namespace_, place.name);
    if (!found.ok()) return NoObject(context, found.error());
    place = *std::move(found);
  }
  const Result<Json> workload = ReadWorkload(context, place);
  if (!workload.ok()) return Report(context.session, context.console, workload.error());
  if (place.resource == resources::kReplicationControllers) {
    return ShowController(context, place, *workload);
  }
  return Show(context, TreeView(context, place, *workload));
}

}  // namespace windlass::cli
