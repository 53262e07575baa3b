#include "controller/runtime/informer_snapshot.h"

#include <cstdlib>
#include <utility>

namespace windlass {

InformerSnapshot SnapshotOf(std::string resource, const Reflector& reflector,
                            const CacheAuditCounters& audit, MonotonicTime now) {
  const auto in_seconds = [](Duration d) { return std::chrono::duration<double>(d).count(); };
  InformerSnapshot seen;
  seen.resource = std::move(resource);
  seen.reflector = reflector.counters();
  seen.last_version = std::strtod(reflector.last_version().text.c_str(), nullptr);
  seen.seconds_since_last_heard = in_seconds(now - reflector.last_heard());
  seen.seconds_since_last_bookmark = in_seconds(now - reflector.last_bookmark());
  seen.sync_seconds = in_seconds(reflector.time_to_sync().value_or(Duration{0}));
  seen.audit = audit;
  return seen;
}

}  // namespace windlass
