// metav1.Time and MicroTime: a time that was read and written is read as the same instant.
#include <string>

#include "kubeclient/api/time.h"
#include "kubeclient/base/assert.h"
#include "test/fuzz/input.h"

namespace windlass::fuzz {
namespace {

constexpr WallTime kFirst{-62167219200};  // 0000-01-01T00:00:00Z
constexpr WallTime kLast{253402300799};   // 9999-12-31T23:59:59Z

void Check(std::string_view text) {
  const std::optional<int64_t> micros = ParseMicroTime(text);
  const std::optional<WallTime> time = ParseTime(text);
  WL_ASSERT(micros.has_value() == time.has_value());
  if (!micros) return;
  const std::string written = FormatMicroTime(*micros);
  WL_ASSERT(written.size() == 27);
  const std::optional<int64_t> again = ParseMicroTime(written);
  WL_ASSERT(again && FormatMicroTime(*again) == written);

  const std::string whole = FormatTime(*time);
  WL_ASSERT(whole.size() == 20);
  // An offset can shift a time out of the years that can be written, by less than a day.
  if (*time >= kFirst && *time <= kLast) WL_ASSERT(*again == *micros && ParseTime(whole) == *time);
  WL_ASSERT(written.substr(0, 19) == whole.substr(0, 19));  // truncated, not rounded
}

const Target kTarget("time", &Check);

}  // namespace
}  // namespace windlass::fuzz
