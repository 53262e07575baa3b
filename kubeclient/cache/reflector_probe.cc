// How a reflector distinguishes a quiet server from a server that was restored to an earlier state.
// A restored server has not reached the version at which our watch begins. Until it reaches that
// version, the watch gets nothing, not even bookmarks, and misses all changes. So
// after two silent watches the reflector asks for the server's version.
#include <optional>

#include "kubeclient/cache/is_older.h"
#include "kubeclient/cache/list_watch.h"
#include "kubeclient/cache/reflector_machine.h"
#include "kubeclient/cache/reflector_patience.h"

namespace windlass {

// --- kProbing ---

// Lists one object, consistently; only the version of the list matters.
void ReflectorMachine::Probe() {
  if (relist_wanted_ || server_was_away_) return Watch();  // Watch relists
  state_ = ReflectorState::kProbing;
  ++counters_.probes;
  ListPageQuery query;
  query.limit = 1;
  call_ = transport_.Call(ListPageRequest(options_, query),
                          [this, alive = OpenCall()](const Result<HttpResponse>& reply) {
                            if (!alive.expired()) OnProbe(reply);
                          });
}

void ReflectorMachine::OnProbe(const Result<HttpResponse>& reply) {
  const std::optional<ListPage> page = ReadPage(reply);
  if (page) OnProbeAnswer(*page);
}

void ReflectorMachine::OnProbeAnswer(const ListPage& page) {
  if (IsOlder(page.resource_version, last_version_)) {
    times_back_ = kTimesBackMax - 1;
    return WentBack(page.resource_version);
  }
  silences_ = 0;
  times_back_ = 0;
  Watch();
}

// Called when a consistent read shows an older version than ours. A server that lags causes this
// once or twice in a row; after kTimesBackMax times in a row we reset.
void ReflectorMachine::WentBack(const ResourceVersion& version) {
  ++counters_.time_travels;
  ++times_back_;
  consistent_ = true;
  const std::string what =
      "the server went back from resourceVersion " + last_version_.text + " to " + version.text;
  if (times_back_ >= kTimesBackMax) return Reset(what);
  Fail(ListWatchFailure::Malformed(what));
}

}  // namespace windlass
