#include "kubeclient/cache/relist_or_retry.h"

#include <algorithm>
#include <utility>

#include "kubeclient/transport/retry_after.h"

namespace windlass {
namespace {

// Converts retryAfterSeconds of a Status, and clamps it to the limits of a Retry-After header
//
Duration Clamp(int64_t retry_after_seconds) {
  return milliseconds(std::clamp<int64_t>(retry_after_seconds, 0, kRetryAfterMsMax / 1000) * 1000);
}

}  // namespace

ListWatchFailure ListWatchFailure::FromError(const Error& error) {
  ListWatchFailure failure;
  failure.malformed = error.kind == ErrorKind::kMalformed;
  failure.too_large = error.kind == ErrorKind::kTooLarge;
  failure.message = error.message;
  failure.retry_after = milliseconds(error.retry_after_ms);
  return failure;
}

ListWatchFailure ListWatchFailure::FromStatus(const ApiStatus& status) {
  ListWatchFailure failure;
  failure.code = status.code;
  failure.reason = status.reason;
  failure.message = status.message;
  failure.version_too_large =
      std::ranges::count(status.causes, "ResourceVersionTooLarge", &ErrorCause::reason) > 0;
  if (status.retry_after_seconds) failure.retry_after = Clamp(*status.retry_after_seconds);
  return failure;
}

ListWatchFailure ListWatchFailure::FromResponse(int status, std::string_view body,
                                                std::optional<Duration> retry_after,
                                                Decoder& decoder) {
  ListWatchFailure failure;
  const Result<ApiStatus> decoded = decoder.DecodeStatus(body);
  if (decoded.ok()) failure = FromStatus(*decoded);
  failure.code = status;
  failure.retry_after = std::max(failure.retry_after, retry_after.value_or(Duration{0}));
  return failure;
}

ListWatchFailure ListWatchFailure::Malformed(std::string message) {
  ListWatchFailure failure;
  failure.malformed = true;
  failure.message = std::move(message);
  return failure;
}

std::string ListWatchFailure::Describe() const {
  std::string text = reason;
  if (text.empty() && code != 0) text = "HTTP " + std::to_string(code);
  if (message.empty()) return text;
  if (!text.empty()) text += ": ";
  return text + message;
}

std::string ListWatchFailure::Label() const {
  if (malformed) return "malformed";
  if (code == 0) return "transport";
  // A code outside of 300 to 599 becomes "other", to bound the number of the metric's series.
  return code >= 300 && code < 600 ? std::to_string(code) : "other";
}

Recovery RecoveryFrom(Asked asked, const ListWatchFailure& failure) {
  const bool watching = asked == Asked::kWatch;
  // What we have read may be incomplete, so we read everything again.
  if (failure.malformed) return Recovery::kRelist;
  // The same request would get an answer of the same size again, so we ask for less.
  if (failure.too_large) return Recovery::kRelistInPages;
  if (failure.version_too_large) return Recovery::kRelistConsistently;
  // An object in etcd is corrupt, and usually stays corrupt for a while. Our state may be wrong, so
  // the reflector relists, but only after the back-off.
  if (failure.reason == "StoreReadError") return Recovery::kRelist;
  if (failure.code == 410 || failure.reason == "Expired" || failure.reason == "Gone") {
    return watching ? Recovery::kRelistNow : Recovery::kRelistConsistently;
  }
  if (failure.code == 429 || failure.reason == "TooManyRequests") return Recovery::kAgain;
  if (failure.code == 401) return Recovery::kAgainOnce;
  if (failure.code == 403) return Recovery::kWaitForRight;
  if (failure.code == 0) return Recovery::kAgain;
  if (failure.code >= 500) {
    return watching ? Recovery::kAgainThenRelist : Recovery::kAgain;
  }
  if (asked == Asked::kWatchList && failure.code >= 400) return Recovery::kListInstead;
  if (failure.code == 404) return Recovery::kWaitForApi;
  return Recovery::kRelist;
}

}  // namespace windlass
