// How long a call to the API server may take, by its kind.
#pragma once

#include "kubeclient/base/clock.h"

namespace windlass {

// A call that has no constant of its own below.
inline constexpr Duration kCallDeadline = seconds(10);
// A call for the Lease: half of the default renew deadline (10 s), so that a second attempt fits.
inline constexpr Duration kLeaseCallDeadline = seconds(5);
// One page of a list that fills a cache.
inline constexpr Duration kListPageDeadline = seconds(60);
// A list that a sync waits for, such as the Pods of one Deployment. If its answer is lost, the
// rollout stands still for this long before the client repeats the list.
inline constexpr Duration kListDeadline = seconds(30);
// The longest silence of a watch. The server sends a bookmark once a minute, so two missing
// bookmarks mean that the connection is dead.
inline constexpr Duration kWatchIdle = seconds(150);

}  // namespace windlass
