// A view with what follows from it: which run it is, who is scaled down and who up.
#pragma once

#include <optional>
#include <string>

#include "controller/core/step.h"
#include "controller/replication_controller/view.h"
#include "kubeclient/base/clock.h"

namespace windlass::replication_controller {

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
  Duration update_period() const;
  Duration timeout() const;
};

Situation MakeSituation(const View& view, const Learned& learned, WallTime now);

// Returns true if the replication controller has acted on the latest spec of `controller` as far
// as an update waits for it: of one that is scaled up all Pods exist, of one that is scaled down no
// Pod more than that is left. Its status may count Pods before its own cache has those that it made
// last, so the Pods of the view count as well.
bool HasScaledUp(const ReplicationController& controller);
bool HasScaledDown(const Situation& situation, const ReplicationController& controller);

// Returns true if `controller` owns `pod`.
bool Owns(const ReplicationController& controller, const Pod& pod);

struct Availability {
  int32_t available = 0;
  std::optional<WallTime> next;  // when time alone makes one more available; nullopt: never
};
// Counts Pods of `controller` that match its selector, are not being deleted and have been ready
// for spec.minReadySeconds (RC-10); but no more than its status says are ready, because the cache
// of Pods may be behind. Example: 3 such Pods, status.readyReplicas 1: 1.
Availability CountAvailable(const Situation& situation, const ReplicationController& controller);

}  // namespace windlass::replication_controller
