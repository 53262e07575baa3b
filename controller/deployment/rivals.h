// Keeps Windlass and another Deployment controller from overwriting each other's status.
//
// Windlass repairs a status that it did not write, as upstream does. So two Deployment controllers
// on one cluster would overwrite each other's status for ever. After the third foreign write within
// one generation, Windlass reads the Deployment uncached. If metadata.managedFields shows a write
// of another Deployment controller in the last five minutes, Windlass steps back for ten minutes.
// These count as another Deployment controller:
//   - kube-controller-manager;
//   - any field manager but ours that owns status.observedGeneration or a counter of the status.
//
// Memory: at most one entry per existing Deployment, if Forget is called for each deleted one.
// Source: S-017. Core thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "kubeclient/api/deployment.h"
#include "kubeclient/base/clock.h"

namespace windlass {

class Rivals {
 public:
  // Call when the watch shows a Deployment with a status other than the cached one. Counts the
  // write as foreign. If the write was ours, OwnStatus takes the count back.
  void ForeignStatus(const Deployment& deployment);

  // Call with the reply to one of our own status writes. If the watch showed this write before the
  // reply arrived, ForeignStatus has counted the write as foreign, and this call takes the count
  // back.
  void OwnStatus(const ObjectMeta& meta);

  // Returns true if the Deployment must be read and judged before anything is written to it.
  bool Suspicious(const Deployment& deployment) const;

  // Judges the Deployment as an uncached read returned it (raw JSON). If another controller is
  // active, returns its field manager, and SteppedBack is true for ten minutes. Otherwise returns
  // "".
  std::string Judge(const Deployment& deployment, std::string_view object_json, WallTime now);

  bool SteppedBack(const Deployment& deployment, WallTime now) const;

  // Call when the Deployment is gone; its uid never comes back.
  void Forget(const Uid& uid) { seen_.erase(uid); }

  // Returns the number of Deployments remembered.
  size_t size() const { return seen_.size(); }

 private:
  struct Seen {
    int64_t generation = 0;
    int foreign = 0;         // status writes by other clients within that generation
    ResourceVersion latest;  // of the latest foreign write
    WallTime back_until;     // zero: not stepped back
  };
  std::map<Uid, Seen> seen_;  // Deployments whose status another client wrote
};

}  // namespace windlass
