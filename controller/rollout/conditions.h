// The phase of a Rollout and its conditions Ready, Reconciling and Stalled, computed from a draft
// of the status. kubectl wait, kstatus, Flux and Argo CD understand these conditions.
//
// The first row that applies gives the phase. "–": neither Reconciling nor Stalled is present.
//
//   phase        when                                          Ready              others
//   Aborted      spec.abort, and Pods follow the stable        False Aborted      Stalled
//                revision (RO-061)
//   Stalled      nothing may be rolled out: a wrong template,  False, the cause   Stalled
//                an update in place that is not possible,
//                nothing to abort to; or Progressing is False
//                (RO-062), but not if the deadline passed
//                before spec.paused, and all is complete now
//                (D-061)
//   Paused       spec.paused and not complete, or at a         False Paused       Reconciling
//                pause among the steps or at the partition
//                (RO-063), or spec.paused with
//                spec.rollbackTo (RO-152)
//   Progressing  not complete, or the generation is not        False Progressing  Reconciling
//                observed (RO-064)
//                the generation is not observed, because the   False TemplateNotChecked
//                API server did not return the defaults of
//                the template
//                was complete once, but too few Pods are       False PodsUnavailable
//                available now, also if spec.paused
//   RolledBack   complete, by the rollback that led to this    True RolledBack    –
//                generation (RO-065)
//   Healthy      complete (RO-066)                             True Healthy       –
//
// A rollout that was complete once stays complete while Available is True: losing a Pod later does
// not begin a rollout (RO-067). If replicas > 0, at least one Pod must be available, too, because
// Available alone can be True without any available Pod. Example: 1 replica and maxUnavailable 1
// (RO-150).
//
// A condition keeps its transition time while its status is the same. So time alone never makes a
// new draft differ from the stored status (RO-068).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "controller/rollout/carried.h"
#include "controller/workload/workload_kind.h"

namespace windlass::rollout {

struct Standing {
  std::string_view phase;  // reasons.h
  std::string message;     // why, and what to do
  // In this order: Ready; Reconciling or Stalled, unless Ready is True; RollbackRefused, if it
  // still counts.
  std::vector<Condition> conditions;
};

// Returns the revision that the status shows once `draft` is written; empty if there is none.
std::string_view CurrentRevision(const Workload& workload, const StatusDraft& draft);

// Returns true if `draft` says that the template was rolled out completely (RO-069):
//   - at least one Pod is desired, and the rollout to the template's own revision is complete
//   - no abort makes the Pods follow another revision
//   - all steps are over
bool IsRolledOut(const Workload& workload, const StatusDraft& draft);

// Returns the phase, message and conditions of `draft`. `own` is the RolloutOwn that `draft`
// carries, except that a revision which `draft` completes is the stable one in `own` already.
Standing StandingOf(const Workload& workload, const StatusDraft& draft, const RolloutOwn& own);

}  // namespace windlass::rollout
