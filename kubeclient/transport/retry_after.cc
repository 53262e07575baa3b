#include "kubeclient/transport/retry_after.h"

#include <algorithm>

namespace windlass {

std::optional<Duration> ParseRetryAfter(std::string_view header) {
  const size_t first = header.find_first_not_of(" \t");
  if (first == std::string_view::npos) return std::nullopt;
  header = header.substr(first, header.find_last_not_of(" \t") - first + 1);

  const bool negative = header.front() == '-';
  if (negative) header.remove_prefix(1);
  if (header.empty()) return std::nullopt;

  constexpr int64_t kSecondsMax = kRetryAfterMsMax / 1000;
  int64_t value = 0;
  for (const char c : header) {
    if (c < '0' || c > '9') return std::nullopt;
    value = std::min(value * 10 + (c - '0'), kSecondsMax);  // saturates, so it cannot overflow
  }
  return seconds(negative ? 0 : value);
}

}  // namespace windlass
