// Dry runs: what Windlass asks the API server before it makes the ReplicaSet of a new template, and
// what the answers mean.
//
//   1. one ReplicaSet without Pods. The answer has the template with all defaults (RO-090).
//   2. one Pod. A template that no Pod can have is found before an old Pod is touched (RO-091).
//
// Nothing is made. Both are asked once for a template, and never if a ReplicaSet for it exists: at
// rest and after a restart nothing is asked (RO-090).
#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "controller/core/step.h"
#include "controller/rollout/template_defaults.h"
#include "controller/workload/situation.h"

namespace windlass::rollout {

// Returns true if nothing is known of the defaults of the template that is to be rolled out: the
// API server has neither told them nor refused to, or was not asked because the strategy is
// refused.
bool IsUntold(const workload::Situation& situation, const TemplateChecks& checks);

// Returns the dry run that the next decision needs, as a read after which the sync goes on. Returns
// an error
//   - kMalformed if the template cannot be read
//   - of the API server if it did not tell this sync the defaults (RO-097)
//   - of the API server if it refused in this sync, and `checks` lacks the refusal because the
//     clock was set back
// Returns nullopt if nothing is to be asked:
//   - there is a new ReplicaSet, or none is to be made: the Rollout is paused, follows another
//     revision, is being deleted, or its strategy is refused
//   - the answers are known, or the template was refused
//   - this sync has asked already
std::optional<Result<Read>> DueDryRun(const workload::Situation& situation,
                                      const TemplateChecks& checks);

// Return the requests. Their objects have the name "<rollout>-<suffix>". The ReplicaSet is the one
// that would be created, but without Pods. The Pod has no owner: the ReplicaSet does not exist yet.
Result<Request> DryRunReplicaSet(const workload::Situation& situation,
                                 std::string_view suffix = "dry-run");
Result<Request> DryRunPod(const workload::Situation& situation);

// Returns what the answer to a dry run says of the template. Only HTTP 400 and 422 refuse it. These
// say nothing about it (RO-092):
//   - 403: a quota, a policy, a missing right
//   - 409: another client made an object of that name. A generated name would avoid this, but then
//     the words of a refusal, which users see, would differ each time
//   - 429 and 5xx: the server or a webhook is in trouble
//   - any answer of an admission webhook, also that it does not support dry run
// The answer about a ReplicaSet that is accepted has the template with its defaults. If the API
// server is in trouble, the answer about a ReplicaSet is kNotTold: the server is asked again before
// anything is made. Without the defaults, a ReplicaSet that has the template already might not be
// found, and all Pods would be replaced (RO-097).
DryRunAnswer JudgeReplicaSet(const Result<Reply>& said);
DryRunAnswer JudgePod(const Result<Reply>& said);

// Returns what is to be called with the answer to `read`, so that `memory` has it before the next
// step is planned. Returns null if `read` is no dry run. `memory` must outlive the result.
std::function<void(const Outcome&)> NoteAnswerIn(TemplateDefaults& memory, const Workload& workload,
                                                 const Request& read, WallTime now);

}  // namespace windlass::rollout
