// The times and limits of a reflector: how long a watch lasts, when the next one begins, and how
// long or how often the reflector tolerates a problem before it acts.
#pragma once

#include "kubeclient/base/clock.h"

namespace windlass {

// We ask the server to end each watch after a random time between these two. They are client-go's
// figures.
inline constexpr Duration kWatchTimeoutLow = seconds(300);
inline constexpr Duration kWatchTimeoutHigh = seconds(600);
// After a watch that ended in order or was silent, the next watch waits for a random time below
// this limit. The first request after an outage waits in the same way. Thus our watches reach a
// restarted server one by one.
inline constexpr Duration kWatchAgainJitter = seconds(1);

// A watch that has not failed counts as healthy this long after its headers came. A watch that
// brings an object or a bookmark counts as healthy at once. When a watch counts as healthy, the
// reflector counts as recovered from earlier failures (AllIsWell in reflector_machine.cc).
inline constexpr Duration kWatchTakenAsWell = seconds(10);
// A silent watch list is reported after the first of these times. After the second it is given up,
// and a list is read instead.
inline constexpr Duration kWatchListSilenceWarn = seconds(10);
inline constexpr Duration kWatchListSilenceMax = seconds(60);
// How long the reflector reads lists instead of watch lists, after the server refused a watch list
// or was silent during one. Exception: the reflector asks for a watch list if no
// list can bring the state, for example because one object is too large.
inline constexpr Duration kWatchListUnsupportedFor = seconds(600);
// While watches fail with a 5xx, the reflector asks for a watch again for this long. After that it
// asks for a complete state.
inline constexpr Duration kServerErrorPatience = seconds(60);
// When the pages of a list have expired this often in a row, the list is read in one piece. If one
// piece was too large before, a watch list is read instead.
inline constexpr int kPageRestartsMax = 2;
// How many relists by kRelistNow, kRelistConsistently and kRelistInPages (relist_or_retry.h) begin
// without a wait. Further ones wait for the back-off. After a healthy watch, counting begins anew.
inline constexpr int kRelistsAtOnceMax = 3;
// A server that lags may show an earlier state once or twice. If this many lists or bookmarks in a
// row show one, the reflector acts: it resets if the last of them is a list, and probes the
// server if it is a bookmark. It resets at once if a probe, or the first list after an outage,
// shows an earlier state.
inline constexpr int kTimesBackMax = 3;
// If the name, uid or version of an object cannot be read, a relist follows within this time
//
inline constexpr Duration kUnnamedRelist = seconds(300);
// How often a reflector looks for an API that is not installed, +- 20 % (R-024).
inline constexpr Duration kAbsentApiProbe = seconds(60);

}  // namespace windlass
