// get: one workload as a tree, or a table of workloads. Printed once; with --watch it is drawn
// again in a terminal whenever something changes.
#include <nlohmann/json.hpp>
#include <utility>

#include "cmd/kubectl-windlass/commands.h"
#include "cmd/kubectl-windlass/failure.h"
#include "cmd/kubectl-windlass/follow.h"
#include "cmd/kubectl-windlass/json_fields.h"
#include "cmd/kubectl-windlass/output.h"
#include "cmd/kubectl-windlass/render.h"
#include "cmd/kubectl-windlass/replica_sets.h"
#include "cmd/kubectl-windlass/screen.h"
#include "cmd/kubectl-windlass/standing.h"
#include "cmd/kubectl-windlass/tree.h"
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

class TableView final : public View {
 public:
  TableView(const CommandContext& context, const std::vector<ResourceId>& shown) : View(context) {
    const bool all = context.line.all_namespaces;
    for (const ResourceId& resource : shown) {
      selections.push_back({resource, all ? "" : context.namespace_});
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

ExitCode PrintOnce(const CommandContext& context, const View& view, const Follow& follow) {
  const Status there = view.CheckThere(follow);
  if (!there.ok()) return Report(context.session, context.console, there.error());
  if (context.line.output != OutputFormat::kText) {
    context.console.out(view.Objects(follow, /*compact=*/false));
    return ExitCode::kDone;
  }
  const auto lines = view.Lines(follow, context.session.clock().Wall(), std::nullopt);
  for (const std::string& line : lines) context.console.Line(line);
  return ExitCode::kDone;
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
  for (;;) {
    const Status there = view.CheckThere(follow);
    if (!there.ok()) return Report(session, context.console, there.error());
    if (context.line.output != OutputFormat::kText) {
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

// Returns the resources that a table shows: those of the arguments, or all that the server serves.
Result<std::vector<ResourceId>> ResourcesToList(const CommandContext& context,
                                                const std::vector<ObjectArgument>& objects) {
  if (!objects.empty()) return std::vector{objects.front().resource};
  std::vector<ResourceId> resources = {resources::kDeployments};
  const Result<std::string> served =
      context.session.GetText("/apis/" + resources::kRollouts.GroupVersion());
  if (served.ok()) {
    resources.push_back(resources::kRollouts);
  } else if (served.error().kind != ErrorKind::kNotFound) {
    return Explained(served.error(), {Verb::kGet, resources::kRollouts, "", ""},
                     context.session.options().server);
  }
  resources.push_back(resources::kReplicationControllers);
  return resources;
}

}  // namespace

ExitCode RunGet(const CommandContext& context) {
  const auto objects = ParseObjectArguments(context.line.arguments);
  if (!objects.ok()) return Usage(context, objects.error().message);
  if (objects->size() > 1) {
    return Usage(context, "name one object, or none for a table of all of them");
  }
  if (objects->empty() || objects->front().name.empty()) {
    const auto resources = ResourcesToList(context, *objects);
    if (!resources.ok()) return Report(context.session, context.console, resources.error());
    return Show(context, TableView(context, *resources));
  }
  if (context.line.all_namespaces) {
    return Usage(context, "-A lists workloads: leave out the name, or give -n instead of -A");
  }
  const Place place{objects->front().resource, context.namespace_, objects->front().name};
  const Result<Json> workload = ReadObject(context.session, place);
  if (!workload.ok()) return Report(context.session, context.console, workload.error());
  return Show(context, TreeView(context, place, *workload));
}

}  // namespace windlass::cli
