// The phase of a Rollout and its conditions Ready, Reconciling and Stalled, computed from a draft
// of the status. kubectl wait, kstatus, Flux and Argo CD understand these conditions.
//
// The first row that applies gives the phase. Exception: while the caches have no room for the
// Rollout and its generation is not observed, the phase is Progressing. The last column
// names the other condition, which is True; "–" means that both Reconciling and Stalled are absent.
// While spec.abort is true, spec.paused counts as false.
//
//   phase        when                                          Ready              others
//   Aborted      spec.abort is true, and the Pods get the      False Aborted      Stalled
//                stable revision (RO-061)
//   Stalled      one of these (RO-062):                        False, the cause   Stalled
//                - spec.abort is true, but there is no
//                  stable revision to return to
//                - spec.paused is false, and the API server
//                  refuses the template
//                - spec.paused is false, and the update in
//                  place is not possible
//                - spec.paused is false, and spec.strategy
//                  cannot be carried out
//                - Progressing is False, unless it is
//                  about a deadline that passed before
//                  the present pause, or about an abort
//                  that has ended
//   Paused       one of these:                                 False Paused       Reconciling
//                - spec.paused is true, and the rollout is
//                  not complete, even if its deadline
//                  passed before the pause (RO-063).
//                  Exception: it was complete, and has only
//                  lost Pods since
//                - the rollout is at a pause of
//                  spec.strategy.steps or at the partition
//                - a step lasts because the one replica
//                  keeps the old revision (no_canary,
//                  steps.h)
//                - spec.paused is true, and spec.rollbackTo
//                  is set and not answered (RO-152)
//   Progressing  the rollout is not complete, or the           False Progressing  Reconciling
//                generation is not observed (RO-064)
//                the generation is not observed, because the   False TemplateNotChecked
//                API server did not return the defaults of
//                the template
//                the rollout was complete, but too few Pods    False PodsUnavailable
//                are available now, whether paused or not
//   RolledBack   the rollout is complete, and a rollback led   True RolledBack    –
//                to this generation (RO-065)
//   Healthy      the rollout is complete (RO-066)              True Healthy       –
//
// A rollout that was complete stays complete while Available is True: a Pod that is lost later does
// not begin a rollout (RO-067). If spec.replicas is above 0, at least one Pod must be available as
// well, because Available can be True without any available Pod. Example: 1 replica and
// maxUnavailable 1 (RO-150).
//
// A condition keeps its transition time while its status is the same. So if a new draft says the
// same as the stored status, the two are equal, even if the draft is computed later (RO-068).
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
  // In this order:
  //   1. Ready
  //   2. if Ready is False: Reconciling or Stalled
  //   3. RollbackRefused, until the spec changes again after Windlass has removed spec.rollbackTo
  std::vector<Condition> conditions;
};

// Returns the revision that the status shows once `draft` is written; empty if there is none.
std::string_view CurrentRevision(const Workload& workload, const StatusDraft& draft);

// Returns true if `draft` says that the template is rolled out completely (RO-069). All of these
// must hold:
//   - the latest generation is observed
//   - spec.replicas is above 0, and all Pods have the template and are available
//   - spec.abort is false: an abort would give the Pods the stable revision
//   - all steps are over
//   - the strategy has no error: with an error its steps are not known, and they may hold Pods back
bool IsRolledOut(const Workload& workload, const StatusDraft& draft);

// Returns the phase, message and conditions of `draft`. `own` is the RolloutOwn of `draft`, with
// one change: if `draft` completes a revision, `own` names that revision as the stable one already.
Standing StandingOf(const Workload& workload, const StatusDraft& draft, const RolloutOwn& own);

}  // namespace windlass::rollout
