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

// What a container really does. A Pod's status shows it late or never (P-086), so invariants read
// this.
struct ContainerTruth {
  std::string name;
  std::string image;     // of the running process, or of the last one; empty: none ever ran
  bool running = false;  // there is a process
  bool serving = false;  // it does its work: it is neither starting nor told to stop
  MonotonicTime since;   // the time of the last change of `serving`
  int starts = 0;
  int changes = 0;  // the starts with another image than the start before
  Json resources;   // what the running process has, as in spec.containers[].resources
};

// What a Pod really does. `containers` has sidecars and ordinary containers; a plain init container
// does not serve.
struct PodTruth {
  StoreKey key;
  std::string uid;
  std::vector<ContainerTruth> containers;
  bool reachable = true;  // false: its node is lost
  MonotonicTime reachable_since;
  MonotonicTime working_since;  // likewise, but a node that was only cut off worked all the time

  bool serving() const;  // every container serves, and the node is not lost
  MonotonicTime since() const;
  // Since when it has served, whether or not it was reachable: as its kubelet sees it.
  MonotonicTime worked_since() const;
};

struct ContainerTimer {
  TimerId id = 0;
  bool counts = false;  // while the timer is armed, the kubelet is not idle
};

// The state that the kubelet keeps. PodTruth::containers has the truth at the same index.
struct ContainerRun {
  bool sidecar = false;
  bool probed = false;  // the spec has a readinessProbe
  bool ready = false;   // as the kubelet knows it
  bool failed_pull = false;
  bool backing_off = false;
  std::string wanted;  // the image that the kubelet pulled last, or will pull
  std::string image;   // of the last container that was created, like image_id
  std::string image_id;
  std::string id;
  int restarts = 0;
  int crashes = 0;  // since the image last changed
  Json state;       // as in the Pod's status
  Json last_state;
  Json allocated;        // the resources that the kubelet has accepted
  Json resources;        // those that the container has; differ while a resize is under way
  ContainerTimer life;   // fires when it becomes ready, exits, or ends its back-off
  ContainerTimer probe;  // fires when the prober finds it down
};

// Returns an entry of status.containerStatuses.
Json StatusOf(const std::string& name, const ContainerRun& container);
// Returns the entry of a plain init container that has ended successfully.
Json StatusOfDone(const std::string& name, const std::string& image, const std::string& id,
                  const std::string& now);

Json Waiting(const std::string& reason, const std::string& message = "");
Json Terminated(const std::string& id, int exit_code, const std::string& reason,
                const std::string& now);

// Sets a condition of a Pod or Node. The transition time changes only with the status.
void SetCondition(Json& status, const std::string& type, const std::string& value,
                  const std::string& now);
void SetCondition(Json& status, const std::string& type, bool holds, const std::string& now);
void SetReady(Json& pod, bool ready, const std::string& now);

}  // namespace windlass::sim
