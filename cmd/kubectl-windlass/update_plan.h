// UpdatePlan: what this program hands the planner of a rolling update. The update exists in memory
// alone. The two ReplicationControllers and their Pods are copies of what was read; Fold, FoldLabel
// and PretendTakenBack change the copies.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cmd/kubectl-windlass/commands.h"
#include "cmd/kubectl-windlass/json.h"
#include "controller/api/replication_controller_update.h"
#include "controller/core/step.h"
#include "controller/replication_controller/situation.h"
#include "kubeclient/api/pod.h"
#include "kubeclient/api/replication_controller.h"
#include "kubeclient/base/result.h"

namespace windlass::cli {

class UpdatePlan {
 public:
  // `context` must outlive the plan. `update` is what the command line asks for.
  UpdatePlan(const CommandContext& context, Json update);

  // ReadControllers reads both controllers from the API server, and ReadPods reads their Pods.
  Status ReadControllers();
  Status ReadPods();

  // Continues as if the stored update, which has failed, had been taken back: the old controller
  // has at least its former size, and no annotations of the update. The new controller is gone if
  // the update made it.
  void PretendTakenBack();

  // Returns the planner's next step. Requires that the controllers were read.
  Step Next(const Learned& learned) const;
  replication_controller::View View() const;

  // Sends a request of the planner. A write into the update is not sent, but made in memory.
  Result<Reply> Send(const Request& request);
  // Returns the error of the failed `request` with a text for people.
  Error Told(const Request& request, const Error& error) const;
  // Both bring the controllers and Pods in memory up to date: Fold after the reply to a write,
  // FoldLabel before a label is written.
  void Fold(const Request& request, const Result<Reply>& reply);
  void FoldLabel(const Request& label);

  // Returns true if ReadControllers has succeeded.
  bool is_read() const { return is_read_; }
  const Json& update() const { return update_; }
  const ReplicationControllerUpdate& decoded() const { return *decoded_; }
  std::string Phase() const;
  // Returns why the phase is Paused: another client has scaled one of the two controllers (RC-16).
  // The text names the flag --on-external-scale, because the user has no spec to edit.
  std::string PausedText() const;
  // Returns the new controller if this program has made it and it still has 0 replicas; else null.
  const ReplicationController* MadeInVain() const;
  // Returns true if a rename has deleted the new controller: then there is no way back.
  bool IsPastReturn() const;
  // Returns true if another program has begun to take back the update that this program carries
  // out.
  bool IsTakenBackByOther() const;
  size_t pods() const { return pods_.size(); }

 private:
  Result<std::optional<ReplicationController>> Controller(const std::string& name) const;

  const CommandContext& context_;
  Json update_;
  bool is_read_ = false;
  std::optional<ReplicationControllerUpdate> decoded_;
  std::optional<ReplicationController> old_;
  std::optional<ReplicationController> new_;
  std::vector<Pod> pods_;
  std::string made_;  // the uid of the new controller that this program has created
};

// Returns true if the planner writes into the update, or reads it.
bool IsOfUpdate(const Request& request);

}  // namespace windlass::cli
