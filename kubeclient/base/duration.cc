#include "kubeclient/base/duration.h"

#include <charconv>
#include <cmath>

namespace windlass {
namespace {

// Returns how many nanoseconds `unit` has; 0 if `unit` is not ms, s, m or h.
double NanosecondsOf(std::string_view unit) {
  if (unit == "ms") return 1e6;
  if (unit == "s") return 1e9;
  if (unit == "m") return 60e9;
  if (unit == "h") return 3600e9;
  return 0;
}

}  // namespace

std::optional<Duration> ParseDuration(std::string_view text) {
  constexpr double kLongest = 1e9 * 3600 * 24 * 365;
  if (text.empty()) return std::nullopt;
  double total = 0;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    double number = 0;
    const auto [after, error] = std::from_chars(at, end, number, std::chars_format::fixed);
    if (error != std::errc{} || number < 0) return std::nullopt;
    const char* unit_end = after;
    while (unit_end != end && *unit_end >= 'a' && *unit_end <= 'z') ++unit_end;
    const double unit = NanosecondsOf({after, static_cast<size_t>(unit_end - after)});
    if (unit == 0) return std::nullopt;
    total += number * unit;
    at = unit_end;
  }
  // The condition is negated so that NaN is refused, too: from_chars reads "nan" as a number.
  if (!(total >= 0 && total <= kLongest)) return std::nullopt;
  // Rounds, because a product of doubles may be inexact. Example: the text "4.1m" gives
  // 245999999999.99997 ns, and truncating this would lose a nanosecond.
  return Duration(std::llround(total));
}

}  // namespace windlass
