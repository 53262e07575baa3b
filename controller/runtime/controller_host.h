// What a controller may ask of the runtime it lives in. Core thread only.
#pragma once

#include "controller/runtime/fold_table.h"
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
  virtual FoldTable& folds() = 0;
  // Records an Event of this controller that no sync of its own carries.
  virtual void Record(const ObjectReference& about, const Event& event) = 0;

  // `key` wants a sync. Dropped while this process does not lead, before the controller's caches
  // are complete (then every key is looked at anyway), and while a reply for `key` is folded.
  virtual void Wake(const ObjectKey& key, windlass::Wake wake) = 0;
  // True while the reply to a write or read of `key`'s own sync is folded.
  virtual bool IsFolding(const ObjectKey& key) const = 0;
  // True from the first look at every key of a term until the term ends.
  virtual bool InTerm() const = 0;

  // A cache became complete: the first look at every key may be due.
  virtual void CacheSynced() = 0;
  // Every key is to be looked at once more, as at the beginning of a term.
  virtual void LookAtAll() = 0;
  // A cache changed: what a new leader waits for may have come.
  virtual void CacheChanged() = 0;
  // The controller needs other rights than before.
  virtual void RightsChanged() = 0;
};

}  // namespace windlass
