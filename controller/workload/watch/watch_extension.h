// A feature that watches more than every workload needs, such as updates in place, as the caches of
// workloads see it. A kind without such a feature has none. Core thread only.
#pragma once

#include "controller/workload/view.h"

namespace windlass {

class WatchExtension {
 public:
  WatchExtension() = default;
  virtual ~WatchExtension() = default;
  WatchExtension(const WatchExtension&) = delete;
  WatchExtension& operator=(const WatchExtension&) = delete;

  // Returns true if the workload asks for the feature.
  virtual bool IsAskedBy(const Workload& workload) const = 0;
  // Returns true if the ReplicaSet shows that its workload asked for the feature at some time.
  virtual bool IsRememberedBy(const ReplicaSet& rs) const = 0;

  // Starts the further watches. Called when the first workload or ReplicaSet is concerned.
  virtual void Start() = 0;
  // Lets them go when no workload or ReplicaSet is concerned any more: they end some time later,
  // unless Start is called again (Informers::LetGo). Their objects are filled in no more at once.
  virtual void LetGo() = 0;
  // Stops them. Also called if they do not run.
  virtual void Stop() = 0;

  // Returns how many bytes of JSON the largest Pod has that this ReplicaSet owns; 0 if none is
  // large, or the further watches do not run.
  virtual size_t LargestPodJson(const Uid& replica_set) const = 0;

  // Fills in what the feature adds to the view of a workload that is concerned. `view` has its
  // ReplicaSets already. Does nothing while the further watches do not run.
  virtual void Fill(View& view) const = 0;
};

}  // namespace windlass
