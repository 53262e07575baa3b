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

// The selections whose objects `get` shows, and how these objects become lines.
class View {
 public:
  explicit View(const CommandContext& context) : context_(context) {}
  virtual ~View() = default;
  View(const View&) = delete;
  View& operator=(const View&) = delete;

  std::vector<Selection> selections;

  // Returns an error if the view shows one object, and that object has been deleted. A table shows
  // several objects, and returns no error.
  virtual Status CheckThere(const Follow&) const { return Unit{}; }
  // Returns the lines to print. Requires that CheckThere has succeeded.
  virtual std::vector<std::string> Lines(const Follow& follow, WallTime now,
                                         const RenderOptions& options) const = 0;
  virtual bool IsComplete(const Follow& follow) const = 0;
  virtual bool IsTable() const { return false; }
  // Returns true if -o prints the objects of selection number `selection`.
  virtual bool IsPrinted(size_t selection) const { return selection < selections.size(); }

  // Returns the objects of all printed selections (IsPrinted) in the format of -o. If `compact` is
  // true, the text is one line of JSON, except with -o name.
  std::string Objects(const Follow& follow, bool compact) const;

 protected:
  const CommandContext& context_;
};

// Makes a view of one Deployment, Rollout or ReplicationController. `workload` is the object as
// read.
std::unique_ptr<View> MakeTreeView(const CommandContext& context, const Place& place,
                                   const Json& workload);
// Makes a view of the ReplicationControllerUpdate `update` and of both of its controllers. One of
// the controllers may be null.
std::unique_ptr<View> MakeUpdateView(const CommandContext& context, const Place& update,
                                     const Json& old_controller, const Json& new_controller);
// Makes a table of the objects that the selections match. A ReplicationControllerUpdate has no row
// of its own: while it is under way, it is shown in the rows of its old and its new controller.
std::unique_ptr<View> MakeTableView(const CommandContext& context,
                                    std::vector<Selection> selections);

// Returns why the selection could not be read; nullopt if it was read, or if the cluster does not
// serve its kind.
std::optional<Error> UnreadableOf(const Follow& follow, size_t selection);

}  // namespace windlass::cli
