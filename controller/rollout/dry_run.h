// The dry runs that Windlass sends to the API server before creating the ReplicaSet of a new
// template, and what the answers mean.
//
//   1. A ReplicaSet without Pods. The answer has the template with all defaults (RO-090).
//   2. A Pod. A template that no Pod can have is found before an old Pod is touched (RO-091).
//
// A dry run creates nothing. Windlass does not repeat a dry run as long as its answer counts
// (template_defaults.h). Windlass sends none if the template has a ReplicaSet already. So a Rollout
// at rest causes no dry run, even after a restart of Windlass (RO-090).
#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "controller/core/step.h"
#include "controller/rollout/template_defaults.h"
#include "controller/workload/situation.h"

namespace windlass::rollout {

// Returns true if a template is to be rolled out, and Windlass still waits for the API server to
// return its defaults. Also true if Windlass does not ask, because the strategy is refused.
bool IsUntold(const workload::Situation& situation, const TemplateChecks& checks);

// Returns the dry run that the next decision needs, as a Read after which the sync goes on. Returns
// an error:
//   - kMalformed if the template cannot be read
//   - the API server's error, if it did not return the defaults in this sync (RO-097)
//   - kServer if the template in the API server's answer cannot be read
//   - the API server's error, if it refused the template in this sync, and `checks` lacks the
//     refusal because the clock was set back
//   - kServer if `checks` lacks the defaults that came in this sync, because the Rollout changed
// Returns nullopt if nothing is to be asked:
//   - there is a new ReplicaSet, or none is to be made: the Rollout is paused, follows another
//     revision, is being deleted, or its strategy is refused
//   - the answers are known, or the template was refused
//   - this sync has asked about the Pod already
std::optional<Result<Read>> DueDryRun(const workload::Situation& situation,
                                      const TemplateChecks& checks);

// Return the dry-run requests. Their objects are named "<rollout>-<suffix>"; the suffix of the Pod
// is "dry-run". The ReplicaSet is the one that would be created, but with 0 replicas. The Pod has
// no owner, because its ReplicaSet does not exist yet.
Result<Request> DryRunReplicaSet(const workload::Situation& situation,
                                 std::string_view suffix = "dry-run");
Result<Request> DryRunPod(const workload::Situation& situation);

// Returns true if `error` says that a webhook, a policy, a quota or a missing right forbids the
// creation. Returns false if a webhook denies with 429 or 5xx, because this denial is temporary.
bool IsForbidden(const Error& error);

// Return what the answer to a dry run says about the template. Only HTTP 400 and 422 refuse the
// template. These answers say nothing about it (RO-092):
//   - 403: a quota, a policy, a missing right
//   - 409: an object of that name exists. A generated name would avoid this, but users would then
//     see other words each time the same template is refused
//   - 429 and 5xx: the server or a webhook is in trouble
//   - any answer of an admission webhook, including that the webhook does not support dry run
// If the API server accepts the ReplicaSet, the result has the template with its defaults. If the
// API server did not return the defaults but may do so soon, JudgeReplicaSet returns kNotTold: the
// server is asked again before anything is created. Without the defaults, Windlass might not find a
// ReplicaSet that has the template already, and would replace all Pods (RO-097). If the API
// server forbids the ReplicaSet, JudgeReplicaSet returns kForbidden, and the caller decides whether
// the rollout can go on. JudgePod never returns kForbidden: perhaps the quota has room for the Pod
// once old Pods are gone.
DryRunAnswer JudgeReplicaSet(const Result<Reply>& said);
DryRunAnswer JudgePod(const Result<Reply>& said);

// Returns the function that stores the answer to `read` in `memory`. The caller calls it with the
// answer before the next step is planned. Returns null if `read` is no dry run. `memory` must
// outlive the result.
std::function<void(const Outcome&)> NoteAnswerIn(TemplateDefaults& memory, const Workload& workload,
                                                 const Request& read, WallTime now);

}  // namespace windlass::rollout
