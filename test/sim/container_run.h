// One container of one Pod: what really runs, and what its kubelet knows of it.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "kubeclient/base/timer_queue.h"
#include "test/sim/image_behaviour.h"
#include "test/sim/object.h"
#include "test/sim/object_store.h"

namespace windlass::sim {

// The truth that a Pod's status shows late, or not at all (P-086): for invariants.
struct ContainerTruth {
  std::string name;
  std::string image;     // of the process that runs, or ran last; empty: none ever did
  bool running = false;  // there is a process
  bool serving = false;  // it does its work: neither on its way up nor told to stop
  MonotonicTime since;   // of the last change of `serving`
  int starts = 0;
  int changes = 0;  // of those, for the sake of another image
};

// Sidecars and containers only; a plain init container does not serve.
struct PodTruth {
  StoreKey key;
  std::string uid;
  std::vector<ContainerTruth> containers;
  bool reachable = true;  // false: its node is lost
  MonotonicTime reachable_since;

  bool serving() const;  // every one of them, and reachable
  MonotonicTime since() const;
};

struct ContainerTimer {
  TimerId id = 0;
  bool counts = false;  // the kubelet is not idle while it is armed
};

// The state that the kubelet keeps. PodTruth::containers has the truth at the same index.
struct ContainerRun {
  bool sidecar = false;
  bool probed = false;  // the spec has a readinessProbe
  bool ready = false;   // as the prober says; without one: it runs
  bool failed_pull = false;
  bool backing_off = false;
  std::string wanted;  // the image that was pulled, or was to be, last
  std::string image;   // of the last one created, as its image_id
  std::string image_id;
  std::string id;
  int restarts = 0;
  int crashes = 0;  // since the image last changed
  Json state;       // of the status
  Json last_state;
  ContainerTimer life;   // becomes ready, ends by itself, or its back-off ends
  ContainerTimer probe;  // says that it is down
};

// Returns an entry of status.containerStatuses.
Json StatusOf(const std::string& name, const ContainerRun& container);
// Returns the entry of a plain init container that has ended successfully.
Json StatusOfDone(const std::string& name, const std::string& image, const std::string& id,
                  const std::string& now);

Json Waiting(const std::string& reason);
Json Terminated(const std::string& id, int exit_code, const std::string& reason,
                const std::string& now);

// Sets a condition of a Pod or Node. The transition time changes only with the status.
void SetCondition(Json& status, const std::string& type, bool holds, const std::string& now);
void SetReady(Json& pod, bool ready, const std::string& now);

}  // namespace windlass::sim
