// intstr.IntOrString as maxSurge, maxUnavailable, partitions and steps use it: a count, or a
// percentage of the replicas.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "kubeclient/base/result.h"

namespace windlass {

// The most bytes of a string that are kept. Decoding shortens a longer string.
inline constexpr size_t kPercentBytesMax = 64;

struct IntOrPercent {
  enum class Type : uint8_t { kInt, kString };
  Type type = Type::kInt;
  int32_t int_value = 0;
  std::string string_value;  // as written, or shortened; for example "25%"

  static IntOrPercent Int(int32_t value) { return {Type::kInt, value, {}}; }
  static IntOrPercent Percent(std::string text) { return {Type::kString, 0, std::move(text)}; }
  bool operator==(const IntOrPercent&) const = default;  // 1 and "1" are different values
};

// Returns the number of Pods that `value` means if there are `total` Pods; a negative `total`
// counts as 0. A percentage is rounded up or down. Example: "25%" of 10 Pods is 3 rounded up, 2
// rounded down. Returns kInvalid, with a message that says what to write, for
//   - a negative count
//   - a string that is not "<non-negative integer>%"
//   - a result above int32 (B-34)
// Source: D-250, D-255; upstream intstr GetScaledValueFromIntOrPercent, computed in 64-bit
// integers.
Result<int32_t> Resolve(const IntOrPercent& value, int32_t total, bool round_up);

// Like Resolve, rounded up, for a value that divides Pods into two parts.
// If there are two or more Pods, "1%" to "99%" leave neither part empty: the result is at least 1
// and below `total`.
//   "75%" of 3    2.25, rounded up 3, limited to 2
//   "1%" of 3     0.03, rounded up 1
//   "50%" of 1    0.5, rounded up 1
//   "100%" of 3   3
Result<int32_t> ResolvePart(const IntOrPercent& value, int32_t total);

// Returns true if `value` is a count or percentage above 0. Returns false if Resolve refuses it for
// 100 Pods, for example because the percentage is too large.
bool IsAboveZero(const IntOrPercent& value);

// Returns true if `value` is a percentage above 0 and below 100.
bool IsProperPart(const IntOrPercent& value);

}  // namespace windlass
