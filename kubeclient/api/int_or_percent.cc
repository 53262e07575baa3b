#include "kubeclient/api/int_or_percent.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <string_view>

namespace windlass {
namespace {

// Returns 25 for "25%". Returns nullopt if the text is not decimal digits and then a '%', or if the
// number exceeds int64.
std::optional<int64_t> ParsePercent(std::string_view text) {
  if (text.size() < 2 || text.back() != '%' || text[0] < '0' || text[0] > '9') return std::nullopt;
  text.remove_suffix(1);
  int64_t percent = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), percent);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return percent;
}

Error Refuse(const std::string& text, std::string_view why) {
  return {ErrorKind::kInvalid, "\"" + text.substr(0, kPercentBytesMax) + "\" " + std::string(why) +
                                   ": write a count of Pods such as 1, or a percentage such as "
                                   "\"25%\""};
}

}  // namespace

Result<int32_t> Resolve(const IntOrPercent& value, int32_t total, bool round_up) {
  if (value.type == IntOrPercent::Type::kInt) {
    if (value.int_value < 0) return Refuse(std::to_string(value.int_value), "is negative");
    return value.int_value;
  }
  const std::optional<int64_t> percent = ParsePercent(value.string_value);
  if (!percent) return Refuse(value.string_value, "is not a percentage");

  // percent * pods may exceed 64 bits. So the whole hundreds of the percentage and the rest are
  // multiplied separately.
  // Example: 250% of 3 Pods is 200% of 3 Pods (6) plus 50% of 3 Pods (1, or 2 rounded up).
  // A percentage whose result exceeds int32 even for one Pod is refused first.
  constexpr int64_t kMax = std::numeric_limits<int32_t>::max();
  const int64_t pods = std::max(total, 0);
  if (pods == 0) return 0;
  if (*percent > kMax * 100) return Refuse(value.string_value, "is too large");
  const int64_t scaled = (*percent / 100) * pods;  // at most 2^62
  const int64_t rest = (*percent % 100) * pods;
  const int64_t result = scaled + (round_up ? (rest + 99) / 100 : rest / 100);
  if (result > kMax) return Refuse(value.string_value, "is too large");
  return static_cast<int32_t>(result);
}

bool IsAboveZero(const IntOrPercent& value) {
  const Result<int32_t> of_100 = Resolve(value, 100, /*round_up=*/true);
  return of_100.ok() && *of_100 > 0;
}

bool IsProperPart(const IntOrPercent& value) {
  if (value.type == IntOrPercent::Type::kInt) return false;
  const Result<int32_t> of_100 = Resolve(value, 100, /*round_up=*/true);
  return of_100.ok() && *of_100 > 0 && *of_100 < 100;
}

Result<int32_t> ResolvePart(const IntOrPercent& value, int32_t total) {
  WINDLASS_TRY(const int32_t pods, Resolve(value, total, /*round_up=*/true));
  if (total < 2 || !IsProperPart(value)) return pods;
  return std::clamp(pods, 1, total - 1);
}

}  // namespace windlass
