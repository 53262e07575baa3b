#include "cmd/kubectl-windlass/age_text.h"

#include <algorithm>

namespace windlass::cli {
namespace {

// Returns two units; leaves out the smaller unit if it is zero: "5m30s", "3h".
std::string Two(int64_t large, const char* large_unit, int64_t small, const char* small_unit) {
  std::string text = std::to_string(large) + large_unit;
  if (small > 0) text += std::to_string(small) + small_unit;
  return text;
}

}  // namespace

// The limits are those of k8s.io/apimachinery/pkg/util/duration.
std::string AgeText(seconds age) {
  const int64_t s = std::max<int64_t>(0, age.count());
  const int64_t m = s / 60;
  const int64_t h = m / 60;
  const int64_t d = h / 24;
  if (s < 120) return std::to_string(s) + 's';
  if (m < 10) return Two(m, "m", s % 60, "s");
  if (h < 3) return std::to_string(m) + 'm';
  if (h < 8) return Two(h, "h", m % 60, "m");
  if (h < 48) return std::to_string(h) + 'h';
  if (d < 8) return Two(d, "d", h % 24, "h");
  return d < 730 ? std::to_string(d) + 'd' : Two(d / 365, "y", d % 365, "d");
}

std::string AgeText(std::optional<WallTime> since, WallTime now) {
  return since ? AgeText(now - *since) : "<unknown>";
}

}  // namespace windlass::cli
