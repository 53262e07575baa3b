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
// brings an object or a bookmark counts as healthy at once. A healthy watch ends the reflector's
// trouble (AllIsWell in reflector_machine.cc).
inline constexpr Duration kWatchTakenAsWell = seconds(10);
// A silent watch list is reported after the first of these times. After the second it is given up,
// and a list is read instead.
inline constexpr Duration kWatchListSilenceWarn = seconds(10);
inline constexpr Duration kWatchListSilenceMax = seconds(60);
// How long the reflector avoids watch lists after the server refused one, or was silent during one
// . Even then it asks for a watch list if no list can bring the state, for example
// because one object is too large.
inline constexpr Duration kWatchListUnsupportedFor = seconds(600);
// While watches fail with a 5xx, the reflector asks for a watch again for this long. After that it
// asks for a complete state.
inline constexpr Duration kServerErrorPatience = seconds(60);
// When the pages of a list have expired this often in a row, the list is read in one piece. If one
// piece was too large before, a watch list is read instead.
inline constexpr int kPageRestartsMax = 2;
// At most this many relists by kRelistNow, kRelistConsistently and kRelistInPages
// (relist_or_retry.h) begin at once in a row. Further ones wait for the back-off. A healthy watch
// ends the row.
inline constexpr int kRelistsAtOnceMax = 3;
// After this many lists or bookmarks in a row that show an earlier state, the reflector acts
// . After a list it resets, after a bookmark it probes the server.
// One probe, or the first list after an outage, suffices for a reset.
inline constexpr int kTimesBackMax = 3;
// If the name, uid or version of an object cannot be read, a relist follows within this time
//
inline constexpr Duration kUnnamedRelist = seconds(300);
// How often a reflector looks for an API that is not installed, +- 20 % (R-024).
inline constexpr Duration kAbsentApiProbe = seconds(60);

}  // namespace windlass
