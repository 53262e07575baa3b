// maxSurge and maxUnavailable: the value on the first line, the number of Pods on the second.
#include <charconv>
#include <string>

#include "kubeclient/api/int_or_percent.h"
#include "kubeclient/base/assert.h"
#include "test/fuzz/input.h"

namespace windlass::fuzz {
namespace {

void CheckBothWays(const IntOrPercent& value, int32_t total) {
  const Result<int32_t> down = Resolve(value, total, /*round_up=*/false);
  const Result<int32_t> up = Resolve(value, total, /*round_up=*/true);
  if (!down.ok()) {
    WL_ASSERT(!up.ok() && down.error().kind == ErrorKind::kInvalid);
    return;
  }
  WL_ASSERT(*down >= 0);
  if (!up.ok()) {
    WL_ASSERT(*down == INT32_MAX);  // rounded up, it is one more than fits
    return;
  }
  WL_ASSERT(*up == *down || *up - 1 == *down);
  if (value.type == IntOrPercent::Type::kInt) WL_ASSERT(*up == *down);
}

void Check(std::string_view text, std::string_view pods) {
  int32_t total = 0;
  std::from_chars(pods.data(), pods.data() + pods.size(), total);
  CheckBothWays(IntOrPercent::Percent(std::string(text)), total);
  int32_t count = 0;
  std::from_chars(text.data(), text.data() + text.size(), count);
  CheckBothWays(IntOrPercent::Int(count), total);
}

const Target kTarget("int_or_percent", [](std::string_view bytes) {
  const auto [text, pods] = TwoTexts(bytes);
  Check(text, pods);
});

}  // namespace
}  // namespace windlass::fuzz
