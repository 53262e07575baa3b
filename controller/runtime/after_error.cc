#include "controller/runtime/after_error.h"

#include "kubeclient/cache/work_queue.h"

namespace windlass {

SyncResult AfterError(const Error& error, Retry retry) {
  if (retry == Retry::kForget) return {SyncResult::Kind::kForget, {}, {}, {}};
  SyncResult back_off{SyncResult::Kind::kRetry, {}, kRetryMax, {}};
  back_off.at_least = milliseconds(error.retry_after_ms);
  // The write will probably fail until the spec changes. The queue retries it at long intervals, so
  // that no key is ever lost. A change of the spec resets the back-off.
  if (retry == Retry::kOnSpecChange) {
    back_off.longest = kPolicyRetryMax;
    return back_off;
  }
  switch (error.kind) {
    case ErrorKind::kConflict:
    case ErrorKind::kNotFound: return {SyncResult::Kind::kConflict, {}, {}, {}};
    case ErrorKind::kNamespaceTerminating: return {SyncResult::Kind::kForget, {}, {}, {}};
    case ErrorKind::kForbidden:
    case ErrorKind::kInvalid: back_off.longest = kPolicyRetryMax; return back_off;
    default: return back_off;
  }
}

}  // namespace windlass
