// The options of an uncached list of whole Pods, and a function that reads from the answer which
// Pods are not ready. What it keeps of them:
//   - why a Pod is not scheduled
//   - what a container waits for, how often it was restarted, and how its last run ended
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kubeclient/api/object_meta.h"
#include "kubeclient/api/request.h"
#include "kubeclient/base/result.h"

namespace windlass {

// Returns the options of a list of at most the first `limit` live Pods that `label_selector`
// selects.
ListOptions FirstLivePods(std::string label_selector, int limit);

// A container that is not ready. Init containers that are done are left out.
struct UnreadyContainer {
  std::string name;
  std::string waiting_reason{};        // empty if it does not wait
  std::string waiting_message{};       // the kubelet's words
  std::optional<int64_t> exit_code{};  // of its last run that ended; nullopt if none has
  std::string exit_reason{};           // "Error", "OOMKilled"
  int64_t restarts = 0;
  // True for an init container that runs now and has to end. False for a sidecar, which may run on.
  bool init_runs = false;
  bool operator==(const UnreadyContainer&) const = default;
};

struct UnreadyPod {
  std::string name;
  Uid controller{};                  // uid of the controlling owner; zero if there is none
  bool unschedulable = false;        // condition PodScheduled is False
  std::string scheduling_message{};  // the scheduler's words
  std::vector<UnreadyContainer> containers{};  // init containers first
  bool operator==(const UnreadyPod&) const = default;
};

// Returns the listed Pods that are neither ready nor being deleted, in the order of the list. A
// value of an unexpected type counts as absent. The list may be incomplete: further pages may
// follow. Returns kMalformed if `list_body` is not a list.
Result<std::vector<UnreadyPod>> UnreadyPods(std::string_view list_body);

}  // namespace windlass
