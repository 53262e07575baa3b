// Which Deployments are being updated in place, and which do not get on, by what their condition
// windlass.dev/InPlace says. Core thread only.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "kubeclient/api/deployment.h"
#include "kubeclient/cache/store.h"

namespace windlass {

// Why Pods are replaced instead of being updated in place, if that is what the change tells:
// "FieldChanged", for the metrics without the field. "Other" if the condition names no reason that
// Windlass has: whoever may write the status may write anything, and a metric must not grow by it.
std::optional<std::string> FallBackReason(const Change<Deployment>& change);

class InPlaceRollouts {
 public:
  void Changed(const Change<Deployment>& change);

  bool UnderWay(const ObjectKey& deployment) const { return under_way_.contains(deployment); }
  // Number of stalled rollouts by cause. Stopping at a requested partition is not a stall.
  std::map<std::string, uint64_t> Blocked() const;

 private:
  std::set<ObjectKey> under_way_;
  std::map<ObjectKey, std::string> blocked_;
};

}  // namespace windlass
