// Never fight another controller over an object.
//
// Two Deployment controllers on one cluster would overwrite each other's status for ever. A status
// that we did not write is repaired, as upstream repairs it. After the third within one generation
// the Deployment is read uncached. If its metadata.managedFields shows that another Deployment
// controller has written the status within the last minutes, we step back from the object for a
// while. Another Deployment controller is
// - kube-controller-manager;
// - any field manager but ours that owns status.observedGeneration or a counter of the status.
// Memory: at most an entry per Deployment that exists, provided that Forget is called of each that
// goes. Source: S-017. Core thread only.
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
  // A Deployment arrived from the watch with a status other than the cached one: somebody else
  // wrote it.
  void ForeignStatus(const Deployment& deployment);

  // The reply to a status write of ours, as the server stored it. The watch may have shown it
  // first.
  void OwnStatus(const ObjectMeta& meta);

  // Whether the Deployment should be read and judged before anything is written to it.
  bool Suspicious(const Deployment& deployment) const;

  // Judges an uncached read (raw JSON). Returns the field manager of a rival that is at work, and
  // SteppedBack holds from then on; returns "" if there is none.
  std::string Judge(const Deployment& deployment, std::string_view object_json, WallTime now);

  bool SteppedBack(const Deployment& deployment, WallTime now) const;

  // The Deployment is gone, and its uid never comes back.
  void Forget(const Uid& uid) { seen_.erase(uid); }

  // Deployments that anything is remembered of.
  size_t size() const { return seen_.size(); }

 private:
  struct Seen {
    int64_t generation = 0;
    int foreign = 0;         // status writes by others within that generation
    ResourceVersion latest;  // of those
    WallTime back_until;     // zero = not stepped back
  };
  std::map<Uid, Seen> seen_;  // Deployments whose status somebody else wrote
};

}  // namespace windlass
