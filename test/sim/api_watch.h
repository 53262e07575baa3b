// WATCH: the stream of changes of one resource, with initial events, bookmarks, time-outs and 410.
//
// A watch receives a change at the moment of the change, in revision order; the transport adds
// latency. An object that leaves the selector is shown as DELETED, with its last matching state and
// the revision of the change.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "kubeclient/base/random.h"
#include "test/sim/api_list.h"
#include "test/sim/api_path.h"
#include "test/sim/api_selector.h"
#include "test/sim/object_store.h"
#include "test/sim/sim_loop.h"

namespace windlass::sim {

using WatchId = uint64_t;

struct WatchSink {
  std::function<void(std::string line)> on_line;
  // Called exactly once, unless the watch is stopped. `status` is 200 for an orderly end; otherwise
  // `body` is a metav1.Status.
  std::function<void(int status, std::string body)> on_end;
};

class WatchHub {
 public:
  // The server sends a bookmark about once a minute, and one shortly before it ends a watch
  // (upstream's figures).
  static constexpr Duration kBookmarkPeriod = seconds(60);
  static constexpr Duration kBookmarkJitter = seconds(15);
  static constexpr Duration kBookmarkBeforeEnd = seconds(2);
  // How long the server waits for a revision it has not seen.
  static constexpr Duration kFutureRevisionWait = seconds(3);

  WatchHub(SimLoop& loop, const ObjectStore& store, Random random)
      : loop_(loop), store_(store), random_(random) {}

  // Opens a watch. Lines and the end arrive through `sink`, some of them before Open returns.
  WatchId Open(const ApiPath& path, Shape shape, WatchSink sink);
  void Stop(WatchId id);

  // Sends a change to the watches that show it. The store calls this at every change.
  void Announce(const Change& change);

  // Ends every watch, or those of one resource, as a server does when it shuts down.
  void EndAll(std::optional<ResourceId> only);
  size_t size() const { return watches_.size(); }

 private:
  struct Watch {
    const ApiResource* resource = nullptr;
    ObjectFilter filter;
    Shape shape = Shape::kFull;
    WatchSink sink;
    bool bookmarks = false;
    TimerId end_timer = 0;
    TimerId bookmark_timer = 0;
    TimerId last_bookmark_timer = 0;
  };
  struct Options {
    uint64_t since = 0;
    bool initial_events = false;
    bool end_bookmark = false;
    Duration timeout{0};
  };

  std::optional<ApiAnswer> ParseOptions(const ApiPath& path, Options& options);
  std::string LineOf(const Watch& watch, const char* type, const Object& object) const;
  void SendInitial(Watch& watch);
  void Show(Watch& watch, const Change& change);
  void SendBookmark(Watch& watch, bool initial_events_end);
  void ArmBookmark(WatchId id);
  void SendError(WatchId id, const ApiAnswer& answer);
  void End(WatchId id, int status, std::string body);

  SimLoop& loop_;
  const ObjectStore& store_;
  Random random_;
  std::map<WatchId, Watch> watches_;
  WatchId last_ = 0;
};

}  // namespace windlass::sim
