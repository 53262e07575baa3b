// How a reflector tells a quiet server from one that was put back to an earlier state: the server
// shows a watch nothing up to the version it began from, bookmarks included, so that a watch from
// the future is silent until the server has got there, and then lacks what was in between (R-044,
// Asked after two silent watches.
#include <optional>

#include "kubeclient/cache/is_older.h"
#include "kubeclient/cache/list_watch.h"
#include "kubeclient/cache/reflector_machine.h"
#include "kubeclient/cache/reflector_patience.h"

namespace windlass {

// --- kProbing ---

// One object, consistent: it is about the version of the list.
void ReflectorMachine::Probe() {
  if (relist_wanted_) return Watch();  // which lists
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

// A consistent read older than what we saw: a server that lags says so once or twice.
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
