// Which Deployments are being updated in place, and which do not get on, by what their condition
// windlass.dev/InPlace says. Core thread only.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kubeclient/api/deployment.h"
#include "kubeclient/cache/store.h"

namespace windlass {

// Why Pods are replaced instead of being updated in place, if that is what the change tells:
// "FieldChanged", for the metrics without the field.
std::optional<std::string> FallBackReason(const Change<Deployment>& change);

class InPlaceRollouts {
 public:
  void Changed(const Change<Deployment>& change);

  bool UnderWay(const ObjectKey& deployment) const { return under_way_.contains(deployment); }
  // Those that are under way for longest, at most kInPlaceRolloutsShown, in order of key: a metric
  // must not grow with the cluster.
  std::vector<ObjectKey> Shown() const;
  // How many do not get on, by cause. What a user asked for with a partition is none.
  std::map<std::string, uint64_t> Blocked() const;

 private:
  std::map<ObjectKey, uint64_t> under_way_;  // in which order they began
  std::map<ObjectKey, std::string> blocked_;
  uint64_t begun_ = 0;
};

}  // namespace windlass
