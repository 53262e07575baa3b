// A feature of a kind, as the caches of workloads see it: one that watches more than every workload
// needs, such as updates in place. A kind without such a feature has none. Core thread only.
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
  // Lets the further watches go when no workload or ReplicaSet is concerned any more. They end some
  // time later, unless Start is called again (Informers::LetGo). From this call on, Fill does
  // nothing.
  virtual void LetGo() = 0;
  // Stops the further watches. Also called if they do not run.
  virtual void Stop() = 0;

  // Returns the bytes of JSON of the largest Pod that this ReplicaSet owns; 0 if no Pod is large,
  // or if the further watches do not run.
  virtual size_t LargestPodJson(const Uid& replica_set) const = 0;

  // Fills in what the feature adds to the view of a workload that is concerned. `view` has its
  // ReplicaSets already. Does nothing while the further watches do not run.
  virtual void Fill(View& view) const = 0;
};

}  // namespace windlass
