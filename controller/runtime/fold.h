// Replies into the cache: the next view already shows what we just did.
//
// The key whose sync wrote is not woken by its own fold (it looks again at once); everybody else
// is. Source: S-015.
#pragma once

#include <functional>

#include "controller/runtime/cluster_cache.h"
#include "controller/runtime/wake_ups.h"
#include "kubeclient/api/decode.h"
#include "kubeclient/api/request.h"
#include "kubeclient/base/result.h"

namespace windlass {

class Fold {
 public:
  // `own_status` hears of every Deployment as it stands after a status write of ours.
  using OwnStatus = std::function<void(const ObjectMeta&)>;

  Fold(ClusterCache& cache, WakeUps& wake_ups, Decoder& decoder, OwnStatus own_status);

  // The reply to a successful write made for `key`. Error kMalformed when the reply cannot be
  // decoded: the write happened, but its result is not known.
  Status Written(const ObjectKey& key, const Request& request, const Reply& reply);

  // The reply to an uncached read made for `key`. Lists are not folded (they are facts of the
  // sync).
  Status Read(const ObjectKey& key, const Request& request, const Reply& reply);

  // An uncached read found nothing where `request` had written, or had meant to: a deleted object
  // is gone from the cache, too.
  void Vanished(const ObjectKey& key, const Request& request);

 private:
  Status Object(const Request& request, const Reply& reply);
  void PodRead(Pod pod);
  Status Deleted(const Request& request, const Reply& reply);

  ClusterCache& cache_;
  WakeUps& wake_ups_;
  Decoder& decoder_;
  OwnStatus own_status_;
};

}  // namespace windlass
