// The dry runs that Windlass sends to the API server before creating the ReplicaSet of a new
// template, and what the answers mean.
//
//   1. The dry run of a ReplicaSet without Pods. The answer has the template with all defaults
//      (RO-090).
//   2. The dry run of a Pod. It shows whether the API server accepts Pods with the template, before
//      Windlass touches an old Pod (RO-091).
//
// A dry run creates nothing. Windlass sends none
//   - while the earlier answer is valid (template_defaults.h)
//   - if it finds a ReplicaSet of the template. So a Rollout at rest causes no dry run, even after
//     a restart of Windlass (RO-090). Exception: if a webhook removed the annotation that names the
//     ReplicaSet's template, Windlass may need a dry run to find the ReplicaSet
#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "controller/core/step.h"
#include "controller/rollout/template_defaults.h"
#include "controller/workload/situation.h"

namespace windlass::rollout {

// Returns true if a rollout waits until the API server returns the defaults of its template. Also
// true during an error in spec.strategy: Windlass asks for the defaults once the error is
// corrected.
bool IsUntold(const workload::Situation& situation, const TemplateChecks& checks);

// Returns the dry run that the next decision needs, as a Read after which the sync goes on. There
// are two dry runs: one of the ReplicaSet, which asks for the template's defaults, and then one of
// a Pod. Returns nullopt if no dry run is needed:
//   - there is a new ReplicaSet already
//   - no ReplicaSet is to be made: the Rollout is paused, aborted or being deleted, or
//     spec.strategy has an error
//   - the answers to both dry runs are known, or the API server refused the template
//   - this sync has sent the dry run of the Pod, and the template was not refused
// Returns an error if this sync cannot go on:
//   - kMalformed: spec.template cannot be read
//   - kServer: the template in the API server's answer cannot be read
//   - kConflict: `checks` lacks the answer that came in this sync, because the Rollout has changed
//     or the clock was set back
//   - the API server's error: in this sync, it did not return the defaults (RO-097), or it refused
//     the template but `checks` lacks this refusal
std::optional<Result<Read>> DueDryRun(const workload::Situation& situation,
                                      const TemplateChecks& checks);

// Return the dry-run requests. The objects in these requests are named "<rollout>-<suffix>"; the
// Pod always has the suffix "dry-run". The ReplicaSet is the one that Windlass would create, but
// with 0 replicas. The Pod has no owner reference, because its ReplicaSet does not exist yet.
Result<Request> DryRunReplicaSet(const workload::Situation& situation,
                                 std::string_view suffix = "dry-run");
Result<Request> DryRunPod(const workload::Situation& situation);

// Returns true if `error` says that a webhook, a policy, a quota or a missing right forbids the
// creation. Returns false if a webhook denies it with HTTP 429 or 5xx, because such a denial is
// temporary.
bool IsForbidden(const Error& error);

// Return what the answer to a dry run says about the template. Only HTTP 400 and 422 mean that the
// API server refuses the template. These answers say nothing about the template (RO-092):
//   - 403: a quota, a policy or a missing right forbids the object
//   - 409: an object with that name exists. A generated name would avoid this answer, but would
//     change the message about a refused template each time
//   - 429 and 5xx: the API server or a webhook is in trouble
//   - any denial by an admission webhook, and the error that a webhook does not support dry run
// JudgeReplicaSet returns
//   - kAccepted, with the template and its defaults: the API server accepts the ReplicaSet
//   - kRefused: the API server refuses the template
//   - kForbidden: the API server forbids the ReplicaSet. The caller decides whether the rollout
//     goes on
//   - kNoVerdict: a webhook does not support dry run
//   - kNotTold: any other answer. The defaults may come soon, so Windlass asks again before it
//     creates anything. Without them, it might not recognise a ReplicaSet that has the template
//     already, and would replace all Pods (RO-097)
// JudgePod returns kAccepted, kRefused or kNoVerdict, but not kForbidden: a quota may have room for
// the Pod once old Pods are gone.
DryRunAnswer JudgeReplicaSet(const Result<Reply>& said);
DryRunAnswer JudgePod(const Result<Reply>& said);

// Returns a function that stores the answer to `read` in `memory`. Call that function with the
// answer before the next step is planned. Returns null if `read` is not a dry run. `memory` must
// outlive the returned function.
std::function<void(const Outcome&)> NoteAnswerIn(TemplateDefaults& memory, const Workload& workload,
                                                 const Request& read, WallTime now);

}  // namespace windlass::rollout
