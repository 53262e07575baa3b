// How long a watch lasts and when the next one begins; how long, or how often, a reflector
// tolerates a problem before it acts.
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

// A watch counts as healthy if it does not fail within this time after its headers came.
inline constexpr Duration kWatchTakenAsWell = seconds(10);
// A silent watch list is reported after the first of these times. After the second it is given up,
// and a list is read instead.
inline constexpr Duration kWatchListSilenceWarn = seconds(10);
inline constexpr Duration kWatchListSilenceMax = seconds(60);
// How long the reflector asks for lists instead of watch lists after the server refused a watch
// list, or was silent during one.
inline constexpr Duration kWatchListUnsupportedFor = seconds(600);
// If watches fail because the server is in trouble, they are asked for again for this long. After
// that a list is asked for.
inline constexpr Duration kServerErrorPatience = seconds(60);
// When the pages of a list have expired this often in a row, the list is read in one piece. If one
// piece was too large before, a watch list is read instead.
inline constexpr int kPageRestartsMax = 2;
// How many relists in a row begin at once. Further relists wait for the back-off.
inline constexpr int kRelistsAtOnceMax = 3;
// After this many lists or bookmarks in a row that show an earlier state, the reflector acts: after
// a list it resets, after a bookmark it probes the server.
inline constexpr int kTimesBackMax = 3;
// If the name of an object cannot be read, a relist follows within this time.
inline constexpr Duration kUnnamedRelist = seconds(300);
// How often a reflector looks for an API that is not installed, +- 20 % (R-024).
inline constexpr Duration kAbsentApiProbe = seconds(60);

}  // namespace windlass
