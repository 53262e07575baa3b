// A write of which it is not known whether it happened, and what follows it.
//
//   1. The sync that sent it ends. Before anything else is decided for its key, the object is read,
//      uncached (S-003).
//   2. If the write was not completed in time, as when an admission webhook does not answer, the
//      next sync tells users. If that sync plans the write again, which then has not happened, it
//      does not send it: the write counts as refused with kTimeout and ends the walk of decisions.
//      The sync writes the status, and fails (S-018).
//   3. After the back-off, the write is tried anew.
//
// So a write that is never completed is named in a condition, and stops neither the counters of the
// status nor the progress deadline. Other lost replies, as of a connection that was reset, say
// nothing about the next try: users are not told.
#pragma once

#include <optional>

#include "kubeclient/api/request.h"
#include "kubeclient/base/result.h"

namespace windlass {

struct Unverified {
  Request request;
  std::optional<Error> late{};  // kTimeout: the write was not completed in time

  // Returns why `planned`, a write of the next sync, counts as refused; nullopt: it does not.
  std::optional<Error> WhyLate(const Request& planned) const;
};

// Returns what is not known after `request` has ended with `error`, which is kAmbiguous.
Unverified UnverifiedAfter(const Request& request, const Error& error);

}  // namespace windlass
