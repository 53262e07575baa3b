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

  // The informers of this process, with clock, log and timers.
  virtual Informers& informers() = 0;
  // Records an Event that does not come from a sync of this controller.
  virtual void Record(const ObjectReference& about, const Event& event) = 0;

  // Asks for a sync of `key`. Ignored
  //   - while this process does not lead,
  //   - before the controller's caches are complete (every key is synced then anyway),
  //   - while a reply for `key` is folded.
  virtual void Wake(const ObjectKey& key, windlass::Wake wake) = 0;
  // Returns true while the reply to a write or read of `key`'s own sync is folded.
  virtual bool IsFolding(const ObjectKey& key) const = 0;
  // Returns true from the first sync of all keys in a term until the term ends.
  virtual bool InTerm() const = 0;

  // A cache became complete, so the first sync of all keys may be due.
  virtual void CacheSynced() = 0;
  // Asks for one more sync of every key, as at the beginning of a term. The syncs begin when the
  // controller's caches are complete. Until then Wake is ignored.
  virtual void WakeAll() = 0;
  // A cache changed, so a new leader may now get past its barrier.
  virtual void CacheChanged() = 0;
  // The controller needs other rights than before.
  virtual void RightsChanged() = 0;
};

}  // namespace windlass
