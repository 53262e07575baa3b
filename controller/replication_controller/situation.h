// The input of one decision about a rolling update:
//   - the view
//   - what follows from the view: the run, the controller to scale down, and the controller to
//     scale up
//   - what the API server answered in this sync
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/core/step.h"
#include "controller/replication_controller/run.h"
#include "kubeclient/api/json_value.h"
#include "kubeclient/api/pod.h"

namespace windlass::replication_controller {

// The objects that a decision is based on. UpdateController takes them from its caches; a client
// reads them from the API server (planner.h).
struct View {
  const ReplicationControllerUpdate& update;
  // The ReplicationController that has the update's name, and the one that NewNameOf names. Null if
  // there is none.
  const ReplicationController* old_controller = nullptr;
  const ReplicationController* new_controller = nullptr;
  // Has at least all Pods that the two controllers own. The planner ignores Pods of other owners.
  std::vector<const Pod*> pods{};
  // False if the update exists only in the memory of a client, and so ends with the client.
  bool is_stored = true;
};

struct Situation {
  const View& view;
  const Learned& learned;
  WallTime now;
  std::string new_name;                   // NewNameOf
  ReplicationControllerUpdateStatus run;  // StatusOfRun

  const ReplicationControllerUpdate& update() const { return view.update; }
  const ReplicationControllerUpdateSpec& spec() const { return view.update.spec; }
  const std::string& old_name() const { return view.update.meta.name; }
  const ReplicationController* old_controller() const { return view.old_controller; }
  const ReplicationController* new_controller() const { return view.new_controller; }
  // The controllers that are scaled down and up. A rollback swaps the two (RC-15).
  const ReplicationController* source() const {
    return spec().rollback ? new_controller() : old_controller();
  }
  const ReplicationController* target() const {
    return spec().rollback ? old_controller() : new_controller();
  }
  // What becomes of the source at the end (RC-13, RC-15):
  //   - in a rollback, kDelete
  //   - otherwise spec.cleanup, if it is set
  //   - otherwise, if spec.newName is set, kDelete: the new controller keeps its name
  //   - otherwise kRename: the new controller is deleted, and the source stays, with the new
  //     controller's content and Pods
  std::string_view cleanup() const;
  std::string_view cleanup_forward() const;  // as if spec.rollback were false
  // spec.updatePeriod in whole seconds, rounded up.
  seconds update_period() const;
  // The time when the update fails if there is no progress from now on: after spec.timeout or
  // spec.updatePeriod, whichever is longer (RC-11).
  WallTime deadline_from_now() const;
};

Situation MakeSituation(const View& view, const Learned& learned, WallTime now);

// --- the two controllers and their Pods ---

// Return true if kube-controller-manager has acted on the latest spec of `controller`, and
//   - HasScaledUp: all Pods exist
//   - HasScaledDown: at most spec.replicas Pods exist, both by its status and by the Pods in the
//     view. The status alone may lack the newest Pods.
bool HasScaledUp(const ReplicationController& controller);
bool HasScaledDown(const Situation& situation, const ReplicationController& controller);

// Returns the Pods of `controller` that are not being deleted.
std::vector<const Pod*> LivePodsOf(const Situation& situation,
                                   const ReplicationController& controller);

// Returns metadata.labels of the Pod template `template_json`; empty if there are no labels, or if
// `template_json` is not JSON.
StringMap LabelsOfTemplate(const std::string& template_json);

struct Availability {
  int32_t available = 0;
  std::optional<WallTime> next;  // when the next ready Pod becomes available
};
// Counts the Pods of `controller` that match its selector, are not being deleted and have been
// ready for the update's spec.minReadySeconds (RC-10). The result is at most status.readyReplicas,
// and at most spec.replicas, because view or status may be out of date. Example: with 3 such Pods
// and status.readyReplicas 1, the result is 1.
Availability CountAvailable(const Situation& situation, const ReplicationController& controller);

// --- reads of the API server ---

// A value; or, if the value cannot be had yet, the step to return instead: a Read, a refusal of the
// update, or Failed.
template <typename Value>
struct OrStep {
  Value value{};
  std::optional<Step> step{};
};
// The API server's answer, which may be that the object does not exist.
using Answer = OrStep<const Outcome*>;
// Returns the answer to `read` in this sync, or the step that sends `read` if that is not done yet.
// The failure of a GET, or of a read with go_on_if_refused, is an answer, too. After any other
// failure, and after a malformed reply, returns Failed.
Answer Ask(const Situation& situation, Read read);
// Returns the Read that lists the metadata of the Pods which `label_selector` selects in the
// update's namespace. Pods whose phase is Succeeded or Failed are left out. Pods that are being
// deleted, and Pods without a controller, are listed. Outcome::value is a std::vector<ListedPod>
// (pod_list.h).
Read ReadPods(const Situation& situation, std::string label_selector, std::string why);
// Returns the Read of all objects of `resource` in the update's namespace. Of the answer, only the
// parts that an update needs are kept: names, uids, selectors, scale targets and two annotations.
Read ReadAll(const Situation& situation, const ResourceId& resource, std::string why);
// Returns the ReplicationController of the update's namespace that has this uid; null if there is
// none. The step is Failed if the ReplicationControllers could not be listed.
OrStep<Json> FindByUid(const Situation& situation, std::string_view uid);
// Returns the object in `answer`. If the read kept only parts of the object, returns these parts.
// Returns null if the API server sent no object.
Json ObjectIn(const Answer& answer);
// Returns the items of the list in `answer`; null if the API server sent no list.
Json ItemsIn(const Answer& answer);

}  // namespace windlass::replication_controller
