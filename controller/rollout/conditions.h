// The phase of a Rollout and the conditions Ready, Reconciling and Stalled, judged by a draft of
// its status. Tools know these words: kubectl wait, kstatus, Flux, Argo CD.
//
// The phase is that of the first row that holds. "–": the condition is absent.
//
//   phase        when                                          Ready              others
//   Aborted      spec.abort, and Pods follow the stable        False Aborted      Stalled
//                revision (RO-061)
//   Stalled      nothing may be rolled out: a wrong template,  False, the cause   Stalled
//                an update in place that is not possible,
//                nothing to abort to; or Progressing is False
//                (RO-062)
//   Paused       spec.paused and not complete, or at a         False Paused       Reconciling
//                pause among the steps (RO-063), or
//                spec.paused with spec.rollbackTo (RO-152)
//   Progressing  not complete, or the generation is not        False Progressing  Reconciling
//                observed (RO-064); also complete with too
//                few Pods available, paused or not             False PodsUnavailable
//   RolledBack   complete, by the rollback that led to this    True RolledBack    –
//                generation (RO-065)
//   Healthy      complete (RO-066)                             True Healthy       –
//
// A rollout that was complete once stays complete while Available is True: losing a Pod later does
// not make a rollout (RO-067). With replicas > 0, it also needs one available Pod. Available does
// not: with 1 replica and maxUnavailable 1, Available is True without any available Pod (RO-150).
//
// A condition keeps its transition time while its status is the same. So the draft that follows a
// write equals what was written, whatever the time is (RO-068).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "controller/rollout/carried.h"
#include "controller/workload/workload.h"

namespace windlass::rollout {

struct Standing {
  std::string_view phase;  // reasons.h
  std::string message;     // why, and what to do
  // Ready, then Reconciling or Stalled, then RollbackRefused if it still holds.
  std::vector<Condition> conditions;
};

// Returns the revision that the status shows once `draft` is written; empty if there is none.
std::string_view CurrentRevision(const Workload& workload, const StatusDraft& draft);

// Returns true if `draft` says that the template was rolled out completely (RO-069):
//   - at least one Pod is desired, and the rollout to the template's own revision is complete
//   - no abort makes the Pods follow another revision
//   - all steps are over
bool IsRolledOut(const Workload& workload, const StatusDraft& draft);

// `own` is what `draft` carries.
Standing StandingOf(const Workload& workload, const StatusDraft& draft, const RolloutOwn& own);

}  // namespace windlass::rollout
