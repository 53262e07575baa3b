#include "controller/runtime/shared_informer.h"

#include <cstdlib>

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

std::string AnyInformer::Trouble() const {
  if (!given_up_.empty()) return {};
  if (!reflector().trouble().empty() || HasSynced()) return reflector().trouble();
  return std::string(reflector().options().resource.plural) +
         ": the first list is not complete yet";
}

}  // namespace windlass
