// What one decision about a rolling update is made from: the view, what follows from it (which run
// it is, who is scaled down and who up), and what the API server answered in this sync.
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
#include "kubeclient/api/selector.h"

namespace windlass::replication_controller {

using Json = OrderedJson;

// Taken from caches by the controller; a client reads it (planner.h).
struct View {
  const ReplicationControllerUpdate& update;
  // The ReplicationController that has the update's name, and the one that NewNameOf names. Null if
  // there is none.
  const ReplicationController* old_controller = nullptr;
  const ReplicationController* new_controller = nullptr;
  // At least the Pods that one of the two owns. Others are ignored.
  std::vector<const Pod*> pods{};
  // False if the update exists only in the memory of a client: then nothing happens when that ends.
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
  // The controllers that are scaled down and up. A rollback swaps them (RC-15).
  const ReplicationController* source() const {
    return spec().rollback ? new_controller() : old_controller();
  }
  const ReplicationController* target() const {
    return spec().rollback ? old_controller() : new_controller();
  }
  // spec.cleanup, or what kubectl does: the new controller keeps a name that was given, and takes
  // the old one's name otherwise. A rollback deletes the new controller (RC-13, RC-15).
  std::string_view cleanup() const;
  std::string_view cleanup_forward() const;  // also in a rollback
  // In whole seconds, rounded up.
  seconds update_period() const;
  // When an update fails that makes no progress from now on: after spec.timeout, and not before
  // spec.updatePeriod is over (RC-11).
  WallTime deadline_from_now() const;
};

Situation MakeSituation(const View& view, const Learned& learned, WallTime now);

// --- the two controllers and their Pods ---

// Returns true if the replication controller has acted on the latest spec of `controller`: of one
// that is scaled up all Pods exist, of one that is scaled down no Pod more than that is left. Its
// status may count Pods before its own cache has the last ones, so those of the view count as well.
bool HasScaledUp(const ReplicationController& controller);
bool HasScaledDown(const Situation& situation, const ReplicationController& controller);

// Returns the Pods of `controller` that are not being deleted.
std::vector<const Pod*> LivePodsOf(const Situation& situation,
                                   const ReplicationController& controller);

// Returns metadata.labels of spec.template; none if there are none, or it is no JSON.
StringMap LabelsOfTemplate(const std::string& template_json);

struct Availability {
  int32_t available = 0;
  std::optional<WallTime> next;  // when time alone makes one more available; nullopt: never
};
// Counts Pods of `controller` that match its selector, are not being deleted and have been ready
// for spec.minReadySeconds (RC-10); but no more than its status says are ready: either of the two
// may be behind. Example: 3 such Pods, status.readyReplicas 1: 1.
Availability CountAvailable(const Situation& situation, const ReplicationController& controller);

// --- questions to the API server ---

// A value; or the step, a question or a refusal, that comes first.
template <typename Value>
struct OrStep {
  Value value{};
  std::optional<Step> step{};
};
// What was answered, which may be that there is no such object.
using Answer = OrStep<const Outcome*>;
// Returns the answer to `read` in this sync, or the step that asks for it.
Answer Ask(const Situation& situation, Read read);
// Returns the question for all objects of the update's namespace. Of the answer names, uids,
// selectors and what the lists are asked for are kept.
Read ReadAll(const Situation& situation, const ResourceId& resource, std::string why);
// Returns the ReplicationController that has this uid, in the update's namespace; null if there is
// none. A client without the right to list them is refused.
OrStep<Json> FindByUid(const Situation& situation, std::string_view uid);
// Returns the object that was answered; null if there is none.
Json ObjectIn(const Answer& answer);
// Returns the items of the list that was answered; null if the API server sent no list.
Json ItemsIn(const Answer& answer);

}  // namespace windlass::replication_controller
