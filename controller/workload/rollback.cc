#include "controller/workload/rollback.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "controller/workload/annotations.h"
#include "controller/workload/create.h"
#include "controller/workload/decisions.h"
#include "controller/workload/scale.h"
#include "controller/workload/strategy.h"
#include "controller/workload/sync_length.h"
#include "kubeclient/api/template_text.h"

namespace windlass::workload {
namespace {

// Returns the reason of an Event: "DeploymentRollback" followed by `what`.
std::string Reason(const Workload& workload, std::string_view what) {
  return std::string(workload.kind.name()) + "Rollback" + std::string(what);
}

// Returns the second highest revision; 0 if there is none (D-463).
int64_t LastRevision(const std::vector<const ReplicaSet*>& candidates) {
  int64_t highest = 0;
  int64_t second = 0;
  for (const ReplicaSet* rs : candidates) {
    const std::optional<int64_t> revision = RevisionOf(rs->meta);
    if (!revision) continue;
    if (*revision >= highest) {
      second = std::exchange(highest, *revision);
    } else if (*revision > second) {
      second = *revision;
    }
  }
  return second;
}

const ReplicaSet* FindRevision(const std::vector<const ReplicaSet*>& candidates, int64_t revision) {
  for (const ReplicaSet* rs : candidates) {
    if (RevisionOf(rs->meta) == revision) return rs;
  }
  return nullptr;
}

// There is nothing to go back to: only clears the annotation.
Write Clear(const Situation& situation, std::string_view why, std::string message) {
  const std::string reason = Reason(situation.workload, why);
  return {.request = situation.workload.kind.ClearRollback(situation.workload),
          .because = {decisions::kClearRollback, {{"reason", reason}}},
          .on_success = {{Event::Type::kWarning, reason, std::move(message)}}};
}

Step RollBackTo(const Situation& situation, const ReplicaSet& target, int64_t revision) {
  const Workload& workload = situation.workload;
  Request read_target = Request::Get(resources::kReplicaSets, KeyOf(target.meta));
  const Outcome* found = FindOutcome(situation.learned, read_target.Identity());
  if (found == nullptr) return Read{std::move(read_target), "its template is rolled back to"};
  if (!found->said.ok()) return Failed{.error = found->said.error()};  // gone: choose again
  Request read_own = Request::Get(workload.kind.resource(), KeyOf(workload.meta));
  const Outcome* own = FindOutcome(situation.learned, read_own.Identity());
  if (own == nullptr) return Read{std::move(read_own), "its annotations are replaced whole"};
  if (!own->said.ok()) return Failed{.error = own->said.error()};

  const Result<std::string> pod_template = ExtractTemplate(found->said->body);
  if (!pod_template.ok()) return Failed{.error = pod_template.error()};
  Result<Request> request =
      workload.kind.RollBack(workload, own->said->body, target, *pod_template);
  if (!request.ok()) return Failed{.error = request.error()};
  return Write{
      .request = *request,
      .because = {decisions::kRollBack, {{"revision", revision}, {"replicaset", target.meta.name}}},
      .on_success = {{Event::Type::kNormal, Reason(workload, ""),
                      "Rolled back " + std::string(workload.kind.noun()) + " \"" +
                          workload.meta.name + "\" to revision " + std::to_string(revision)}}};
}

// Returns the step that makes or numbers the ReplicaSet of the present template; nullopt if that is
// done (D-462).
std::optional<Step> NumberPresent(const Situation& situation) {
  if (situation.new_replica_set == nullptr) {
    if (auto step = RefuseStrategy(situation.workload)) return step;
    if (situation.recreate()) return CreateNewReplicaSet(situation, 0);
    return CreateNewReplicaSet(situation);
  }
  return UpdateNewReplicaSet(situation, situation.new_replica_set->replicas);
}

// Returns true if this sync has patched the workload already.
bool IsDone(const Situation& situation) {
  const Workload& workload = situation.workload;
  return std::ranges::any_of(situation.learned, [&](const Outcome& outcome) {
    return outcome.said.ok() && IsPatchOf(outcome, workload.kind.resource(), workload.meta);
  });
}

}  // namespace

std::optional<Step> HandleRollback(const Situation& situation) {
  const std::optional<int64_t> wanted = situation.workload.roll_back_to;
  if (!wanted) {
    if (!IsDone(situation)) return std::nullopt;
    return Wait{.look_again_in = kNextSyncAfter};
  }
  if (auto step = NumberPresent(situation)) return step;

  std::vector<const ReplicaSet*> candidates = situation.old;
  candidates.push_back(situation.new_replica_set);
  const int64_t revision = *wanted == 0 ? LastRevision(candidates) : *wanted;
  if (revision == 0) return Clear(situation, "RevisionNotFound", "Unable to find last revision.");
  const ReplicaSet* target = FindRevision(candidates, revision);
  if (target == nullptr) {
    return Clear(situation, "RevisionNotFound", "Unable to find the revision to rollback to.");
  }
  if (target == situation.new_replica_set ||
      target->template_fingerprint == situation.workload.template_fingerprint) {
    return Clear(situation, "TemplateUnchanged",
                 "The rollback revision contains the same template as current " +
                     std::string(situation.workload.kind.noun()) + " \"" +
                     situation.workload.meta.name + "\"");
  }
  return RollBackTo(situation, *target, revision);
}

}  // namespace windlass::workload
