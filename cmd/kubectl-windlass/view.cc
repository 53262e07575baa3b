#include "cmd/kubectl-windlass/view.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <tuple>
#include <utility>

#include "cmd/kubectl-windlass/cells.h"
#include "cmd/kubectl-windlass/controller_standing.h"
#include "cmd/kubectl-windlass/json_fields.h"
#include "cmd/kubectl-windlass/kind.h"
#include "cmd/kubectl-windlass/output.h"
#include "cmd/kubectl-windlass/replica_sets.h"
#include "cmd/kubectl-windlass/standing.h"
#include "cmd/kubectl-windlass/table.h"
#include "cmd/kubectl-windlass/tree.h"

namespace windlass::cli {
namespace {

// A view of one object and of the objects that belong to it. Selection number 0 is the object.
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
    const bool owns_pods = KindOf(place.resource)->owns_pods;
    const std::string labels =
        owns_pods ? SelectorOfController(workload) : SelectorOfWorkload(workload);
    Select(resources::kPods, labels);
    if (!owns_pods) Select(resources::kReplicaSets, labels);
    // A user who may not read Pods or ReplicaSets still sees the object.
    for (size_t i = 1; i < selections.size(); ++i) selections[i].optional = true;
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
  // `first` and `second`: the two controllers; each is null if it does not exist or cannot be read.
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
    return found.empty() || StandingOfUpdate(*found.front()).ends.has_value();
  }
};

struct ListedObject {
  ResourceId resource{};
  const Json* object = nullptr;
  Standing standing{};
};

std::vector<std::string> RowOf(const ListedObject& listed, bool all_namespaces, WallTime now) {
  const Json& object = *listed.object;
  std::vector<std::string> row;
  if (all_namespaces) row.push_back(TextOf(object, "/metadata/namespace"));
  row.emplace_back(listed.resource.kind);
  row.push_back(TextOf(object, "/metadata/name"));
  const Standing& standing = listed.standing;
  std::string updated =
      standing.updated ? std::to_string(*standing.updated) + '/' + std::to_string(standing.desired)
                       : "-";
  std::string reason = standing.reason;
  // During an abort, standing.updated counts the Pods that are back at the stable revision.
  if (standing.phase == "Aborted") reason += ": " + std::exchange(updated, "-") + " stable";
  row.insert(row.end(),
             {standing.phase, std::move(updated), std::to_string(standing.available),
              AgeText(TimeOf(object, "/metadata/creationTimestamp"), now), std::move(reason)});
  return row;
}

// Returns the lines of the table. The column NAMESPACE is there only if `all_namespaces` is true:
//   KIND         NAME   PHASE         UPDATED   AVAILABLE   AGE   REASON
//   Deployment   web    Progressing   2/4       4           41d
std::vector<std::string> WorkloadTable(const std::vector<ListedObject>& objects,
                                       bool all_namespaces, WallTime now,
                                       const RenderOptions& options) {
  std::vector<TableRow> rows;
  std::vector<std::string> head = {"KIND",      "NAME", "PHASE", "UPDATED",
                                   "AVAILABLE", "AGE",  "REASON"};
  if (all_namespaces) head.insert(head.begin(), "NAMESPACE");
  rows.push_back({std::move(head)});
  for (const ListedObject& listed : objects) {
    TableRow& row = rows.emplace_back();
    row.cells = RowOf(listed, all_namespaces, now);
    for (std::string& cell : row.cells) cell = Printable(cell, options.ascii_texts());
  }
  return TableLines(rows, options.width);
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
    // At the start, TellUnreadable printed which kinds and objects could not be read. It printed
    // them on the terminal's first screen, which is hidden now, so they are repeated here.
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
  // Leaves out updates, because they are not workloads. An update that is under way is shown in the
  // rows of its two controllers.
  bool IsPrinted(size_t selection) const override {
    return KindOf(selections[selection].resource) != nullptr;
  }

 private:
  // Returns the objects of `kind` that are in the middle of an update, but have no update object
  // that is under way. Returns none if such an object may be unread:
  //   - the updates could not be read
  //   - the user has named the objects, so updates with other names were not read
  std::set<const Json*> Unfinished(const Follow& follow, const Kind& kind) const {
    if (kind.update.unfinished == nullptr) return {};
    std::vector<const Json*> objects;
    std::vector<const Json*> updates;
    for (size_t i = 0; i < selections.size(); ++i) {
      const bool of_updates = selections[i].resource == kind.update.resource;
      if (of_updates && UnreadableOf(follow, i)) return {};
      if (!of_updates && selections[i].resource != kind.resource) continue;
      if (!selections[i].name.empty()) return {};
      for (const Json* found : follow.Objects(i)) {
        (of_updates ? updates : objects).push_back(found);
      }
    }
    return kind.update.unfinished(objects, updates);
  }

  // Returns where `update` stands or, if `update` is null, where `object` stands. A refused update
  // has no counters, so the counters are those of `object`. If `unfinished` is true, shows `object`
  // as held, as `status` does.
  static Standing StandingOfRow(const Kind& kind, const Json& object, const Json* update,
                                bool unfinished) {
    Standing standing = kind.standing(object);
    if (update != nullptr) {
      Standing of_update = kind.update.standing(*update);
      if (!kind.update.is_refused(*update)) return of_update;
      of_update.desired = standing.desired;
      of_update.updated = standing.updated;
      of_update.available = standing.available;
      return of_update;
    }
    if (!unfinished) return standing;
    standing.phase = "Paused";
    standing.reason = "unfinished update";
    standing.ends = ExitCode::kHeld;
    return standing;
  }

  std::vector<ListedObject> Rows(const Follow& follow) const {
    // The update that the row of a controller shows, by namespace and name of the controller. The
    // first of these:
    //   - an update under way from this controller
    //   - an update under way to this controller
    //   - a refused update from this controller
    std::map<std::pair<std::string, std::string>, const Json*> updates;
    std::vector<std::tuple<std::string, std::string, const Json*>> with_new;
    std::vector<const Json*> refused;
    const auto key = [](const Json& object) {
      return std::pair(TextOf(object, "/metadata/namespace"), TextOf(object, "/metadata/name"));
    };
    for (const Kind& kind : Kinds()) {
      if (kind.update.standing == nullptr) continue;
      for (size_t i = 0; i < selections.size(); ++i) {
        if (selections[i].resource != kind.update.resource) continue;
        for (const Json* update : follow.Objects(i)) {
          if (kind.update.is_refused(*update)) refused.push_back(update);
          if (!kind.update.is_under_way(*update)) continue;
          updates[key(*update)] = update;
          with_new.emplace_back(TextOf(*update, "/metadata/namespace"),
                                TextOf(*update, "/status/newName"), update);
        }
      }
    }
    for (const auto& [in, name, update] : with_new) updates.try_emplace({in, name}, update);
    for (const Json* update : refused) updates.try_emplace(key(*update), update);
    std::vector<ListedObject> rows;
    for (size_t i = 0; i < selections.size(); ++i) {
      const Kind* kind = KindOf(selections[i].resource);
      if (kind == nullptr) continue;
      const std::set<const Json*> unfinished = Unfinished(follow, *kind);
      for (const Json* object : follow.Objects(i)) {
        const auto update =
            kind->update.standing == nullptr ? updates.end() : updates.find(key(*object));
        rows.push_back(
            {kind->resource, object,
             StandingOfRow(*kind, *object, update == updates.end() ? nullptr : update->second,
                           unfinished.contains(object))});
      }
    }
    return rows;
  }
};

}  // namespace

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

std::unique_ptr<View> MakeTreeView(const CommandContext& context, const Place& place,
                                   const Json& workload) {
  return std::make_unique<TreeView>(context, place, workload);
}

std::unique_ptr<View> MakeUpdateView(const CommandContext& context, const Place& update,
                                     const Json& old_controller, const Json& new_controller) {
  return std::make_unique<UpdateView>(context, update, old_controller, new_controller);
}

std::unique_ptr<View> MakeTableView(const CommandContext& context,
                                    std::vector<Selection> selections) {
  return std::make_unique<TableView>(context, std::move(selections));
}

std::optional<Error> UnreadableOf(const Follow& follow, size_t selection) {
  std::optional<Error> error = follow.Unreadable(selection);
  if (error && error->kind == ErrorKind::kNotFound) error.reset();
  return error;
}

}  // namespace windlass::cli
