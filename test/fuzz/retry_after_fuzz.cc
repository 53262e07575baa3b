// The Retry-After header.
#include <string>

#include "kubeclient/base/assert.h"
#include "kubeclient/transport/retry_after.h"
#include "test/fuzz/input.h"

namespace windlass::fuzz {
namespace {

void Check(std::string_view header) {
  const std::optional<Duration> wait = ParseRetryAfter(header);
  WL_ASSERT(ParseRetryAfter(" " + std::string(header) + "\t") == wait);
  if (!wait) return;
  WL_ASSERT(*wait >= Duration(0) && *wait <= milliseconds(kRetryAfterMsMax));
  const auto whole = std::chrono::duration_cast<seconds>(*wait);
  WL_ASSERT(whole == *wait);
  WL_ASSERT(ParseRetryAfter(std::to_string(whole.count())) == wait);
}

const Target kTarget("retry_after", &Check);

}  // namespace
}  // namespace windlass::fuzz
