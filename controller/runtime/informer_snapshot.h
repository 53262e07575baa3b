// What the metrics page shows of one informer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "kubeclient/base/clock.h"
#include "kubeclient/cache/cache_audit.h"
#include "kubeclient/cache/informer.h"
#include "kubeclient/cache/reflector.h"

namespace windlass {

struct InformerSnapshot {
  std::string resource;  // the informer's name: "pods" or "whole_pods"
  bool synced = false;
  size_t objects = 0;
  size_t quarantined = 0;
  size_t cut = 0;         // objects cached without their large parts, for lack of room
  size_t bytes = 0;       // of memory, without interned texts
  bool given_up = false;  // the informer does not run, for lack of room
  uint64_t duplicates = 0;
  uint64_t stale = 0;
  ReflectorCounters reflector;
  double last_version = 0;  // resourceVersion as a number; 0 if it is not a number
  double seconds_since_last_heard = 0;
  double seconds_since_last_bookmark = 0;
  double sync_seconds = 0;  // how long it took to get the first complete state; 0 before that
  CacheAuditCounters audit;
};

// Returns what the reflector and the audit report; leaves out the numbers of the store.
InformerSnapshot SnapshotOf(std::string resource, const Reflector& reflector,
                            const CacheAuditCounters& audit, MonotonicTime now);

template <typename T>
InformerSnapshot SnapshotOf(std::string resource, const Informer<T>& informer,
                            const CacheAuditCounters& audit, MonotonicTime now) {
  InformerSnapshot seen = SnapshotOf(std::move(resource), informer.reflector(), audit, now);
  seen.synced = informer.HasSynced();
  seen.objects = informer.store().size();
  seen.quarantined = informer.quarantined().size();
  seen.cut = informer.cut();
  seen.bytes = informer.bytes();
  seen.duplicates = informer.store().duplicates();
  seen.stale = informer.store().stale();
  return seen;
}

}  // namespace windlass
