// What the caches of workloads ask of a feature that needs watches of its own, such as updates in
// place. A kind without such a feature has no WatchExtension. Core thread only.
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

  // Starts the further watches. Called when the first workload asks for the feature, or when the
  // first ReplicaSet shows that its workload asked for it at some time.
  virtual void Start() = 0;
  // Releases the further watches. Called when no workload or ReplicaSet needs them any more. The
  // watches end some time later, unless Start is called again (Informers::LetGo). From this call
  // on, Fill does nothing.
  virtual void LetGo() = 0;
  // Stops the further watches. Also called if they do not run.
  virtual void Stop() = 0;

  // Returns the bytes of JSON of the largest Pod that this ReplicaSet owns; 0 if no Pod is large,
  // or if the further watches do not run.
  virtual size_t LargestPodJson(const Uid& replica_set) const = 0;

  // Adds to `view` what the feature needs. `view` has the ReplicaSets of its workload already. Does
  // nothing while the further watches do not run.
  virtual void Fill(View& view) const = 0;
};

}  // namespace windlass
