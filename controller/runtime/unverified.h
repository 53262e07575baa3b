// A write of which it is not known whether it happened, and what follows it.
//
//   1. The sync that sent it ends. Before anything else is decided for its key, the object is read,
//      uncached (S-003). Then a sync plans from what was read.
//   2. A write that was not completed in time, as when an admission webhook does not answer, or
//      that was answered with an error of which that is not known, as a 500 for a webhook's patch
//      that does not apply, is sent once more if it is planned again. If it ends so again, users
//      are told: when a sync plans it for the third time, it does not send it, and the write counts
//      as refused with kTimeout. That sync writes the status, and fails (S-018).
//   3. After the back-off, the write is tried anew.
//
// So a write that is never completed is named in a condition, and stops neither the counters of the
// status nor the progress deadline. Users are not told of a write that is late once, for example
// because etcd elects a leader, nor of a connection that was reset.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "kubeclient/api/request.h"
#include "kubeclient/base/result.h"

namespace windlass {

// The writes of one key that were late, or answered with an error, in syncs in a row which all
// ended with such a write.
class LateWrites {
 public:
  // Takes note of how `request` has ended, if that says that it was late or answered with an error.
  void Note(const Request& request, const Error& error);
  // `request` has succeeded: it is in time again.
  void Forget(const Request& request);
  // Returns why `request` counts as refused and is not sent; nullopt: it is sent.
  std::optional<Error> WhyRefused(const Request& request) const;

 private:
  struct Late {
    RequestKey asked;
    Error error;
    int times = 0;
  };
  std::vector<Late> late_;  // a few: see Sync::CountAsRefused
};

struct Unverified {
  // The body is dropped: this may wait for long, beside many others.
  Unverified(const Request& sent, LateWrites until_now)
      : request(sent.WithoutBody()), late(std::move(until_now)) {}

  Request request;
  LateWrites late;  // until now, with this one
};

}  // namespace windlass
