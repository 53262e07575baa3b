// Requests to roll back that Windlass has answered, but that are still there: the API server
// accepted the write that removes the request, and kept the request, for example because of a
// mutating admission webhook.
//
// Such a request is over, and the rollout goes on as if it were not there. If Windlass carried out
// the request again, it would replace every template that a user writes later. A request for the
// revision before would go back one revision more in each sync.
//
// Every kClearAgainAfter, a sync with nothing else to do tries once more to remove the request. No
// answer to this try holds up the rollout.
//   - There is no try while the workload is paused or being deleted, or after a refusal that ends
//     the walk (EndOfWalk).
//   - A try that lost a race (409) does not count: the change that won begins the next sync, which
//     tries again.
//
//   condition RollbackToNotRemoved   True while the answered request is there, absent otherwise.
//                                    Its reason names the revision that the request asks for:
//                                    "Revision3"; "RevisionBefore" for 0. By this reason, later
//                                    syncs know that the request is answered. A request for another
//                                    revision is a new one. The update time of the condition is the
//                                    time of the last try to remove the request, apart from tries
//                                    that lost a race
//   Warning Event                    when the condition is set
//   Normal Event                     when Windlass has removed the answered request at last
//
// The condition is in the status, so that it survives a restart. When a sync finds the request gone
// or replaced, its first write after adoptions and releases removes the condition
// (WriteAnsweredRollback). No sync does so
//   - while the workload is being deleted or has an invalid selector
//   - while the caches have no room for the workload
// As long as the condition is there, a new request for the same revision counts as answered. When
// Windlass has removed this request, the Normal Event tells the user to ask again.
//
// If a crash or the API server keeps the condition from being stored, the next sync answers the
// request anew. A request for 0 then goes back one revision more. Exception: the status of some
// kinds shows that the rollback was performed (PerformedRollback::generation).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/workload/situation.h"

namespace windlass::workload {

// The type of the condition that says that an answered request is still there. The reason of the
// Warning Event about it is the name of the kind and this type: "RolloutRollbackToNotRemoved".
inline constexpr std::string_view kRollbackToNotRemoved = "RollbackToNotRemoved";

// Returns the reason of the condition for a request for the revision `asked`. CheckCleared returns
// an error whose first cause has this text as its reason.
inline std::string ReasonFor(int64_t asked) {
  return asked == 0 ? "RevisionBefore" : "Revision" + std::to_string(asked);
}

inline constexpr Duration kClearAgainAfter = seconds(60);

// Returns a check (Write::check) for a write that removes the request to roll back of `workload`.
// The check returns an error if the request is still there. The error
//   - begins with `why`, the reason why Windlass removes the request, unless `why` is empty
//   - says what a user can do
//   - names in Error::causes the revision that the request asks for
// Checks nothing if KindTraits::rollback_path is empty.
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

// Returns the write of this sync that was to roll the workload back, if the rollback was undone at
// once: in the reply, the object had its former template again (CheckRolledBack), for example
// because of a webhook. Returns null if there is no such write.
const Outcome* FindTemplatePutBack(const Situation& situation);

// Returns true if the stored condition says that the request of `workload` is answered.
bool IsAnswered(const Workload& workload);
// Returns true if the stored condition says that the request is answered, or if this sync has
// answered it, and the request is still there. A later request for another revision is not
// answered.
bool IsAnswered(const Situation& situation);

// Returns true if this sync has tried to patch the workload, even in vain. Patches of its status do
// not count.
bool IsPatched(const Situation& situation);

// Requires that the request of the workload is answered. Returns true if this sync has not tried to
// patch the workload, and the last try to remove the request was kClearAgainAfter ago or earlier.
// If the time of the last try is not known, a try counts as due.
bool IsTimeToClear(const Situation& situation);

// Sets the condition in `status`, or removes it if no answered request is there. If this sync has
// tried to remove the request, and the try did not lose a race (409), also sets the condition's
// update time.
void ShowAnsweredRollback(const Situation& situation, WorkloadStatus& status);

// Returns the Events to send when the status of ShowAnsweredRollback has been written.
std::vector<Event> TellAnsweredRollback(const Situation& situation);

// Returns the Event to send when the answered request of `workload` has been removed. Without it, a
// user who asked for the same revision once more would see the request vanish without a rollback.
Event TellCleared(const Workload& workload);

// Returns how long until the next try to remove the answered request. Returns nullopt if there is
// no answered request, or while the workload is paused, because Windlass then removes no request.
std::optional<Duration> UntilClearedAgain(const Situation& situation);

}  // namespace windlass::workload
