// A write whose outcome is unknown, and what follows it.
//
//   1. The sync that sent the write ends. Before anything else is decided for its key, the runtime
//      reads the object, uncached (S-003). Then a sync plans from what was read.
//   2. A late write is sent once more if a sync plans it again. A write is late if
//        - it was not completed in time, for example because an admission webhook does not answer;
//        - or the answer is an error that leaves open whether the write happened. Example: a 500,
//          because the patch that a webhook returned does not apply.
//      If the second try is late as well, the sync that plans the write for the third time does not
//      send it. The write counts as refused with kTimeout. That sync reports the refusal in the
//      status, and fails (S-018).
//   3. After the back-off, the write is tried anew.
//
// So users see a write that is never completed in a condition. Such a write stops neither the
// counters of the status nor the progress deadline. Users do not see a write that is late only
// once, for example because etcd elects a leader, nor a connection that was reset.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "kubeclient/api/request.h"
#include "kubeclient/base/result.h"

namespace windlass {

// The late writes of one key, which one sync hands on to the next. They are dropped when a sync
// ends without a write of unknown outcome.
class LateWrites {
 public:
  // Takes note of `error` if it says that `request` was late or was answered with an error.
  void Note(const Request& request, const Error& error);
  // Call when `request` has succeeded: it is no longer late.
  void Forget(const Request& request);
  // Returns the error with which `request` counts as refused, if it must not be sent. Returns
  // nullopt if it may be sent.
  std::optional<Error> WhyRefused(const Request& request) const;

 private:
  struct Late {
    RequestKey asked;
    Error error;
    int times = 0;
  };
  std::vector<Late> late_;  // few, because a second one ends a sync (Sync::CountAsRefused)
};

struct Unverified {
  // Drops the body: many Unverified objects may wait for a long time.
  Unverified(const Request& sent, LateWrites until_now)
      : request(sent.WithoutBody()), late(std::move(until_now)) {}

  Request request;
  LateWrites late;  // of the key's syncs until now, including `request`
};

}  // namespace windlass
