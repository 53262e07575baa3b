// What one decision about a rolling update of ReplicationControllers is made from: the view, what
// follows from it (which run it is, who is scaled down and who up), and what the API server
// answered in this sync.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/core/step.h"
#include "controller/replication_controller/json.h"
#include "controller/replication_controller/run.h"
#include "kubeclient/api/pod.h"
#include "kubeclient/api/selector.h"

namespace windlass::replication_controller {

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
  // Null if there is none.
  const ReplicationController* old_controller() const { return view.old_controller; }
  const ReplicationController* new_controller() const { return view.new_controller; }
  // The controller that is scaled down, and the one that is scaled up. A rollback swaps them
  // (RC-15).
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

// Returns true if the replication controller has acted on the latest spec of `controller` as far
// as an update waits for it: of one that is scaled up all Pods exist, of one that is scaled down no
// Pod more than that is left. Its status may count Pods before its own cache has those that it made
// last, so the Pods of the view count as well.
bool HasScaledUp(const ReplicationController& controller);
bool HasScaledDown(const Situation& situation, const ReplicationController& controller);

// Returns the Pods of `controller` that are not being deleted.
std::vector<const Pod*> LivePodsOf(const Situation& situation,
                                   const ReplicationController& controller);

// Returns the selector of the objects that have all of these labels.
LabelSelector SelectorOf(StringMap labels);
bool HasLabels(const ObjectMeta& meta, const StringMap& labels);

struct Availability {
  int32_t available = 0;
  std::optional<WallTime> next;  // when time alone makes one more available; nullopt: never
};
// Counts Pods of `controller` that match its selector, are not being deleted and have been ready
// for spec.minReadySeconds (RC-10); but no more than its status says are ready, because the cache
// of Pods may be behind. Example: 3 such Pods, status.readyReplicas 1: 1.
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
// The same for the list of all objects of the update's namespace.
enum class IfRefused : uint8_t { kFail, kGoOn };
Answer AskForAll(const Situation& situation, const ResourceId& resource, std::string why,
                 IfRefused if_refused);
// Returns the object that was answered; null if there is none.
Json ObjectIn(const Answer& answer);
// Returns the items of the list that was answered; null if the API server sent no list.
Json ItemsIn(const Answer& answer);

}  // namespace windlass::replication_controller
