#include "controller/runtime/after_error.h"

#include <algorithm>
#include <string>

#include "kubeclient/cache/work_queue.h"

namespace windlass {
namespace {

constexpr int kTimesUntilTold = 2;

}  // namespace

bool CountsAsLate(const Error& error) {
  return error.detail == ErrorDetail::kNoAnswer || error.http_status >= 400;
}

void LateWrites::BeginSync(const Uid& own) {
  if (own != own_) late_.clear();
  own_ = own;
}

void LateWrites::Note(const Request& request, const Error& error) {
  if (!CountsAsLate(error)) return;
  auto found = std::ranges::find_if(late_, [&](const Late& late) { return late.Is(request); });
  if (found == late_.end()) {
    found = late_.insert(found, {request.Identity(), request.uid(), {}, 0});
  }
  ++found->times;
  const std::string what =
      error.detail == ErrorDetail::kNoAnswer
          ? "the API server did not complete the write in time; the cause may be an admission "
            "webhook that does not answer: "
          : "the API server answered with an error, and did not carry out the write. The cause may "
            "be an admission webhook: ";
  found->error = {ErrorKind::kTimeout, what + error.message};
}

void LateWrites::Forget(const Request& request) {
  std::erase_if(late_, [&](const Late& late) { return late.Is(request); });
}

std::optional<Error> LateWrites::WhyRefused(const Request& request) const {
  for (const Late& late : late_) {
    if (late.times >= kTimesUntilTold && late.Is(request)) return late.error;
  }
  return std::nullopt;
}

SyncResult AfterError(const Error& error, Retry retry) {
  if (retry == Retry::kForget) return {SyncResult::Kind::kForget, {}, {}, {}};
  SyncResult back_off{SyncResult::Kind::kRetry, {}, kRetryMax, {}};
  back_off.at_least = milliseconds(error.retry_after_ms);
  // The sync will probably fail until a user changes the spec, which resets the back-off.
  // The queue still retries the key, so that no key is lost. The back-off grows up to
  // kPolicyRetryMax (5 minutes), or less (Failed::is_urgent).
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
