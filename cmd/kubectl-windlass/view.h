// What `get` shows: one workload as a tree, a ReplicationController with its update, or a table.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cmd/kubectl-windlass/commands.h"
#include "cmd/kubectl-windlass/follow.h"
#include "cmd/kubectl-windlass/render.h"
#include "kubeclient/base/clock.h"
#include "kubeclient/base/result.h"

namespace windlass::cli {

// Selections, and how their objects become lines.
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

// One Deployment, Rollout or ReplicationController. `workload`: as it was read.
std::unique_ptr<View> MakeTreeView(const CommandContext& context, const Place& place,
                                   const Json& workload);
// A ReplicationController in the middle of an update: the update, and both controllers. One
// controller may be null.
std::unique_ptr<View> MakeUpdateView(const CommandContext& context, const Place& update,
                                     const Json& old_controller, const Json& new_controller);
// A table of the objects that the selections have. An update is shown in the row of the object that
// it updates.
std::unique_ptr<View> MakeTableView(const CommandContext& context,
                                    std::vector<Selection> selections);

// Returns why a kind could not be read; nullopt if it was, or if the cluster does not serve it.
std::optional<Error> UnreadableOf(const Follow& follow, size_t selection);

}  // namespace windlass::cli
