// Decides whether the client may send the same request again after an error, and when (C-015).
#pragma once

#include <optional>

#include "kubeclient/api/request.h"
#include "kubeclient/base/clock.h"
#include "kubeclient/base/result.h"

namespace windlass {

// How often the write of an Event is tried, the first time included. The first 401 does not count;
// a second 401 ends the tries.
inline constexpr int kEventTriesMax = 3;

// A write may be repeated only for this long after Execute. Writes of Events have no such limit.
// Example: each try gets a 429 with a Retry-After of 4 s. The second try comes after 4 s. The third
// try would come after 8 s, so the caller gets the 429 instead and decides anew.
inline constexpr Duration kDecisionAgeMax = seconds(5);

// How often one call has failed, by kind of error.
struct Retries {
  int not_sent = 0;
  int unauthorized = 0;
  int throttled = 0;
  int server = 0;  // 5xx, and broken answers to reads
  int event = 0;   // failures after which a write of an Event may be repeated
};

// Returns how long to wait before the client sends the same request again, and counts the failure
// in `so_far`. Returns nullopt if the caller must handle the error.
//
// Never repeats a mutation that may have been executed, except a write of an Event. A second write
// of an Event does no harm, because an Event has a unique name and an absolute count.
std::optional<Duration> RetryIn(const Request& request, const Error& error, Retries& so_far);

}  // namespace windlass
