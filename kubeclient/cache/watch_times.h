// How long a watch lasts, and when the next one begins.
#pragma once

#include "kubeclient/base/clock.h"

namespace windlass {

// The server ends a watch after a time that is drawn for each watch between these two: client-go's
// figures.
inline constexpr Duration kWatchTimeoutLow = seconds(300);
inline constexpr Duration kWatchTimeoutHigh = seconds(600);
// After an orderly end the next watch waits for a random time below this limit, so that our watches
// reach a restarted server one by one.
inline constexpr Duration kWatchAgainJitter = seconds(1);

}  // namespace windlass
