// Which answers the client may deal with by sending the same request again (C-015).
#pragma once

#include <optional>

#include "kubeclient/api/request.h"
#include "kubeclient/base/clock.h"
#include "kubeclient/base/result.h"

namespace windlass {

// What one call has been through.
struct Retries {
  int not_sent = 0;
  int unauthorized = 0;
  int throttled = 0;
  int server = 0;  // 5xx, and broken answers to reads
  int event = 0;   // every failure of an Event
};

// How long to wait before the same request goes out again, counted in `so_far`; nullopt when the
// error is the caller's to judge. Never repeats a mutation that may have been executed, Events
// excepted: they have unique names and absolute counts, and nothing is decided on them.
std::optional<Duration> RetryIn(const Request& request, const Error& error, Retries& so_far);

}  // namespace windlass
