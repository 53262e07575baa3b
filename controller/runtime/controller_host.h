// What a controller may ask of the runtime it belongs to. Core thread only.
#pragma once

#include "controller/runtime/informers.h"
#include "kubeclient/api/object_meta.h"
#include "kubeclient/api/request.h"
#include "kubeclient/cache/work_queue.h"

namespace windlass {

class ControllerHost {
 public:
  virtual ~ControllerHost() = default;

  // The informers of this process. Their environment() has the clock, the log and the timers.
  virtual Informers& informers() = 0;
  // Records an Event that does not come from a sync of this controller.
  virtual void Record(const ObjectReference& about, const Event& event) = 0;

  // Asks for a sync of `key`. The runtime ignores the call
  //   - while this process does not lead
  //   - until the first sync of every key has been queued (InTerm)
  //   - while the runtime puts a reply into the caches that belongs to `key`'s own sync
  //     (IsFolding), because that sync goes on by itself
  //   - if `wake` is kResync and RuntimeOptions::resync is false, as in some tests
  virtual void Wake(const ObjectKey& key, windlass::Wake wake) = 0;
  // Returns true while the runtime puts the reply to a write or read of `key`'s own sync into the
  // caches (FoldTable).
  virtual bool IsFolding(const ObjectKey& key) const = 0;
  // Returns true if this process leads, and the first sync of every key has been queued (see
  // CacheSynced). After WakeAll, returns false until every key has been queued again.
  virtual bool InTerm() const = 0;

  // Call when a cache became complete, so that the first sync of all keys may begin.
  virtual void CacheSynced() = 0;
  // Asks for one more sync of every key, as at the beginning of a term. The syncs begin when the
  // controller's caches are complete and the barrier of a new leader (leadership_barrier.h) is
  // passed. Until then the runtime ignores Wake.
  virtual void WakeAll() = 0;
  // Call when a cache has changed. The barrier of a new leader then compares the caches again.
  virtual void CacheChanged() = 0;
  // Call when the controller needs other rights than before.
  virtual void RightsChanged() = 0;
};

}  // namespace windlass
