// What an informer has seen of one resource: every change, in order, each some time after it
// happened. Without lag it is the store itself.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "kubeclient/base/random.h"
#include "test/sim/api_server.h"

namespace windlass::sim {

class LaggingView {
 public:
  // Construct the view before the resource has objects. The view sees a change after a random time
  // of up to `lag_max`, usually a short one. No change overtakes an earlier one.
  LaggingView(ApiServer& server, const ResourceId& resource, Duration lag_max, Random random);
  LaggingView(const LaggingView&) = delete;
  LaggingView& operator=(const LaggingView&) = delete;

  // Called at each change that is seen; the view contains the change already.
  std::function<void(const Change&)> on_change;

  // Returns null if the view has no such object.
  Object Find(const std::string& namespace_, const std::string& name) const;
  std::vector<Object> List(const std::string& namespace_) const;

  // Returns true if the change of this revision, or a later one, was seen.
  bool HasSeen(uint64_t revision) const;
  // Returns true if no change is on its way.
  bool idle() const { return under_way_ == 0; }

 private:
  bool lags() const { return lag_max_ > Duration{0}; }
  void See(const Change& change);

  ApiServer& server_;
  ResourceId resource_;
  Duration lag_max_;
  Random random_;
  std::map<StoreKey, Object> objects_;  // empty without lag
  uint64_t seen_ = 0;
  MonotonicTime arrives_;  // the latest change
  size_t under_way_ = 0;
};

// Returns a random time of up to `most`, more often short than long.
Duration DrawLag(Random& random, Duration most);

}  // namespace windlass::sim
