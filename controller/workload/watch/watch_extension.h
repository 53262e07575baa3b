// The functions that the caches of workloads call on an extension. An extension is a feature that
// needs watches of its own, such as updates in place. A kind without such a feature has no
// WatchExtension. Core thread only.
#pragma once

#include "controller/workload/view.h"

namespace windlass {

class WatchExtension {
 public:
  WatchExtension() = default;
  virtual ~WatchExtension() = default;
  WatchExtension(const WatchExtension&) = delete;
  WatchExtension& operator=(const WatchExtension&) = delete;

  // Returns true if the workload asks for the extension.
  virtual bool IsAskedBy(const Workload& workload) const = 0;
  // Returns true if the ReplicaSet shows that its workload asked for the extension at some time.
  virtual bool IsRememberedBy(const ReplicaSet& rs) const = 0;

  // Starts the extension's watches. Called when the caches run, and the first workload (IsAskedBy)
  // or the first ReplicaSet (IsRememberedBy) needs the watches.
  virtual void Start() = 0;
  // Gives the extension's watches up. Called when no workload or ReplicaSet needs them any more.
  // The watches run on for some time, in case Start is called again (Informers::LetGo). Fill does
  // nothing until Start is called again.
  virtual void LetGo() = 0;
  // Stops the extension's watches at once. May also be called if they do not run.
  virtual void Stop() = 0;

  // Returns the size, in bytes of JSON, of the largest Pod that this ReplicaSet owns. Returns 0 if
  // no Pod is large, or if the extension's watches do not run.
  virtual size_t LargestPodJson(const Uid& replica_set) const = 0;

  // Adds to `view` what the extension needs. `view` has the ReplicaSets of its workload already.
  // Does nothing while the extension's watches do not run.
  virtual void Fill(View& view) const = 0;
};

}  // namespace windlass
