// Remembers that an admission webhook removed the settings of updates in place from a ReplicaSet.
// Windlass then writes them again only after some time (Mirror in controller/in_place/phases).
// Losing this memory costs only one more write.
#pragma once

#include <cstddef>
#include <map>

#include "controller/core/step.h"
#include "controller/workload/view.h"
#include "kubeclient/api/canonical.h"
#include "kubeclient/api/replica_set.h"
#include "kubeclient/base/clock.h"
#include "kubeclient/cache/store.h"

namespace windlass {

// Core thread only.
class LostSettings {
 public:
  // Forgets each ReplicaSet that `replica_sets` lists no more. The store must not change after this
  // object is gone.
  explicit LostSettings(Store<ReplicaSet>& replica_sets);
  LostSettings(const LostSettings&) = delete;
  LostSettings& operator=(const LostSettings&) = delete;

  // Call before each step of a sync of the view's workload is planned. `learned` has the answers of
  // the API server in this sync. If the last one is the answer to a write of settings, and the
  // ReplicaSet in `view` still lacks the settings, remembers `now`, and adds the ReplicaSet to
  // View::settings_lost.
  // Does nothing if the workload's settings or the ReplicaSet's version have changed since the
  // write.
  void Note(View& view, const Learned& learned, WallTime now);

  // Sets View::settings_lost. Leaves out a ReplicaSet if the user has changed the settings or the
  // spec of the workload since. The generation alone does not show a change of the settings: a
  // changed annotation does not raise it.
  void Fill(View& view) const;

  size_t size() const { return lost_.size(); }

 private:
  struct Lost {
    WallTime at{};
    Fingerprint wanted{};  // of the workload's generation and settings when they were lost
  };
  std::map<Uid, Lost> lost_;
};

}  // namespace windlass
