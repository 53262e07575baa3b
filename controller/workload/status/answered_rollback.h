// Requests to roll back that Windlass has answered, but that are still there: the API server
// accepted the write that removes the request, and kept the request, for example because of a
// mutating admission webhook.
//
// Such a request is over. Windlass does not carry it out again: it would replace every template
// that a user writes later, and a request for the revision before would go back one revision more
// in each sync. So the rollout goes on as if the request were not there. Unless the workload is
// paused or being deleted, each sync tries once more to remove the request, and a sync comes at
// least every kClearAgainAfter.
//
//   condition RollbackToNotRemoved   True while the answered request is there, absent otherwise.
//                                    Its reason names the revision that the request asks for:
//                                    "Revision3"; "RevisionBefore" for 0. By this reason, later
//                                    syncs know that the request is answered. A request for another
//                                    revision is a new one
//   Warning Event                    when the condition is set
//
// The condition is in the status, so that it survives a restart. If the API server refuses the
// status or does not keep the condition, each sync answers the request anew.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/workload/situation.h"

namespace windlass::workload {

// The type of the condition. The reason of the Event is the name of the kind and this type:
// "RolloutRollbackToNotRemoved".
inline constexpr std::string_view kRollbackToNotRemoved = "RollbackToNotRemoved";

inline constexpr Duration kClearAgainAfter = seconds(60);

// Returns a check (Write::check) for a write that removes the request to roll back of `workload`.
// The check returns an error if the request is still there. The error says so, and what a user can
// do. If `why` is not empty, the error begins with it: why the request is removed. Checks nothing
// if KindTraits::rollback_path is empty.
std::function<Status(std::string_view reply)> CheckCleared(const Workload& workload,
                                                           std::string why = {});

// Returns a check for the write that rolls `workload` back to `revision`. `own_json` is the object
// before the write, `template_json` the template of the write. The check returns
//   - kConflict if the object has its former template again
//   - otherwise the result of CheckCleared, whose text then also says that the rollback was made
// Accepts any other change of the template, such as new defaults. Checks nothing if
// KindTraits::rollback_path is empty.
std::function<Status(std::string_view reply)> CheckRolledBack(const Workload& workload,
                                                              const std::string& own_json,
                                                              std::string template_json,
                                                              int64_t revision);

// Returns the rollback of this sync after which the object had its former template again
// (CheckRolledBack); null if there is none.
const Outcome* FindTemplatePutBack(const Situation& situation);

// Returns true if the stored condition says that the request of `workload` is answered.
bool IsAnswered(const Workload& workload);
// Like the function above, but also returns true if this sync has answered the request, and the
// request is still there.
bool IsAnswered(const Situation& situation);

// Sets the condition in `status`, or removes it if no answered request is there.
void ShowAnsweredRollback(const Situation& situation, WorkloadStatus& status);

// Returns the Events to send when the status of ShowAnsweredRollback has been written.
std::vector<Event> TellAnsweredRollback(const Situation& situation);

// Returns kClearAgainAfter if an answered request is there, and the workload is not paused;
// otherwise nullopt. While a workload is paused, Windlass removes no request.
std::optional<Duration> UntilClearedAgain(const Situation& situation);

}  // namespace windlass::workload
