// undo of a Rollout: writes spec.rollbackTo, and waits for the answer of Windlass, which does the
// rest.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <variant>

#include "cmd/kubectl-windlass/answer.h"
#include "cmd/kubectl-windlass/change.h"
#include "cmd/kubectl-windlass/commands.h"
#include "cmd/kubectl-windlass/failure.h"
#include "cmd/kubectl-windlass/json_fields.h"
#include "cmd/kubectl-windlass/replica_sets.h"
#include "cmd/kubectl-windlass/rollout_roles.h"
#include "cmd/kubectl-windlass/undo.h"
#include "cmd/kubectl-windlass/workload_standing.h"

namespace windlass::cli {
namespace {

std::string ResumeText(const Place& place) { return "kubectl windlass resume " + InCommand(place); }

// Returns the commands that let an aborted Rollout roll out its template.
std::string RetryText(const Place& place, const Json& rollout) {
  return "kubectl windlass retry " + InCommand(place) +
         (FlagOf(rollout, "/spec/paused") ? " && " + ResumeText(place) : "");
}

// Returns "Pods follow revision 7. " if the abort moves all Pods to the stable revision 7.
// Returns "" if there is no stable revision, or if the abort moves no Pod.
std::string FollowText(const Json& rollout) {
  const int64_t stable = NumberOf(rollout, "/status/stableRevision");
  // During an abort that moves Pods, the phase is Aborted, not Stalled.
  const bool stays = TextOf(rollout, "/status/phase") == "Stalled";
  return stable < 1 || stays ? "" : "Pods follow revision " + std::to_string(stable) + ". ";
}

// Returns why the rollback does not begin now (spec.paused), or why the template that it brings
// back is not rolled out now (spec.abort). Returns "" if neither field is true.
std::string HoldText(const Place& place, const Json& rollout) {
  const std::string who = "rollout \"" + place.name + '"';
  if (FlagOf(rollout, "/spec/abort")) {
    return who + " is aborted. " + FollowText(rollout) +
           "To roll out spec.template: " + RetryText(place, rollout);
  }
  if (!FlagOf(rollout, "/spec/paused")) return "";
  return who + " is paused by spec.paused. To let it go back: " + ResumeText(place);
}

// A stored request for a rollback.
struct Asked {
  int64_t revision = 0;    // 0: the revision before the present one
  int64_t generation = 0;  // metadata.generation after the write; the answer names a higher one
  bool ours = false;       // this command has written the request
};

// Returns the refusal of the rollback that was asked for; null if it was not refused.
const Json* RefusalIn(const Json& rollout, const Asked& asked) {
  const Json* refused = TrueCondition(rollout, "RollbackRefused");
  if (refused == nullptr) return nullptr;
  return NumberOf(*refused, "/observedGeneration") > asked.generation ? refused : nullptr;
}

ExitCode RefuseReplaced(const CommandContext& context, const Place& place, const Asked& asked,
                        int64_t instead) {
  return Refuse(context, place,
                "goes back to " + RollbackText(instead) + " and not to " +
                    RollbackText(asked.revision) +
                    ": another client has replaced the request of this command",
                ExitCode::kOtherUpdate);
}

// Prints what has become of the request. Returns the exit code.
ExitCode TellVerdict(const CommandContext& context, const Place& place, const Json& rollout,
                     const Asked& asked) {
  const bool done = NumberOf(rollout, "/status/rolledBack/generation") > asked.generation &&
                    NumberOf(rollout, "/status/rolledBack/revision") == asked.revision;
  if (const Json* other = done ? nullptr : PendingRollback(rollout)) {
    const int64_t revision = NumberOf(*other, "/revision");
    if (revision != asked.revision) return RefuseReplaced(context, place, asked, revision);
    context.console.Warning(HoldText(place, rollout));
    PrintDone(context, place, rollout, "rollback requested");
    return ExitCode::kDone;
  }
  if (const Json* refused = RefusalIn(rollout, asked)) {
    // NotThere names the revision of --to-revision, so it fits only if the request asked for that
    // revision.
    const bool not_there = TextOf(*refused, "/reason") == "RollbackRevisionNotFound" &&
                           asked.revision == context.line.revision;
    context.console.Error(not_there ? NotThere(context, place) : TextOf(*refused, "/message"));
    return ExitCode::kError;
  }
  if (NumberOf(rollout, "/status/rolledBack/generation") > asked.generation) {
    const int64_t revision = NumberOf(rollout, "/status/rolledBack/revision");
    if (asked.revision != 0 && revision != asked.revision) {
      return RefuseReplaced(context, place, asked, revision);
    }
    PrintDone(context, place, rollout, "rolled back");
    return ExitCode::kDone;
  }
  if (const Json* answered = AnsweredRollback(rollout)) {
    context.console.Error(TextOf(*answered, "/message"));
    return ExitCode::kError;
  }
  return Refuse(
      context, place,
      "is not rolled back: another client removed spec.rollbackTo before Windlass looked at it. To "
      "ask for the rollback again, run the command again");
}

std::string WithdrawText(const Place& place) {
  return "kubectl patch " + ResourceText(place.resource) + ' ' + place.name + " -n " +
         place.namespace_ + R"( --type=merge -p '{"spec":{"rollbackTo":null}}')";
}

// Waits until one of these is true:
//   - Windlass has answered the request, and removed spec.rollbackTo or failed to
//     (AnsweredRollback)
//   - another client has replaced or removed the request
//   - another client has paused the Rollout, so that the request waits
// If there is no answer, for example after Ctrl-C, removes the request that the command has
// written. Otherwise a rollback could come after the command has failed.
ExitCode WaitForVerdict(const CommandContext& context, const Place& place, const Asked& asked) {
  const auto answer = WaitForAnswer(context, place, [&](const Json& rollout) {
    // Windlass records its answer before it removes the request (RO-080). So the answer is there
    // once Windlass has removed the request.
    const Json* request = PendingRollback(rollout);
    return request == nullptr || NumberOf(*request, "/revision") != asked.revision ||
           !StoredRollback(rollout).empty();
  });
  if (answer.ok() && *answer) return TellVerdict(context, place, **answer, asked);
  Withdrawal withdrawal{.patch = nullptr, .by_hand = WithdrawText(place)};
  if (asked.ours) {
    withdrawal.patch = Json::array(
        {{{"op", "test"}, {"path", "/spec/rollbackTo/revision"}, {"value", asked.revision}},
         {{"op", "remove"}, {"path", "/spec/rollbackTo"}}});
  }
  return TellUnanswered(context, place, answer, withdrawal);
}

// Returns the ReplicaSet of the revision that is asked for, as Windlass finds it (RO-022); null if
// there is none.
const Json* TargetOf(const Json& rollout, const std::vector<Json>& replica_sets, int64_t revision) {
  const std::vector<const Json*> owned = OwnedBy(rollout, replica_sets);
  if (revision == 0) return RevisionBefore(rollout, owned);
  if (const Json* found = FindRevision(replica_sets, revision)) return found;
  if (revision == NumberOf(rollout, "/status/stableRevision"))
    return RolesOf(rollout, owned).stable;
  const auto had =
      std::ranges::find_if(owned, [&](const Json* rs) { return HadRevision(*rs, revision); });
  return had == owned.end() ? nullptr : *had;
}

// Refuses a rollback to `wanted` if spec.rollbackTo asks for another revision and is not carried
// out yet. On a refusal, prints why and returns the exit code; otherwise returns nullopt.
std::optional<ExitCode> RefuseBesidePending(const CommandContext& context, const Place& place,
                                            const Json& rollout, int64_t wanted) {
  const Json* pending = PendingRollback(rollout);
  if (pending == nullptr) return std::nullopt;
  const int64_t revision = NumberOf(*pending, "/revision");
  if (revision == wanted) return std::nullopt;
  const bool waits = !StoredRollback(rollout).empty();
  return Refuse(context, place,
                "already has a request to go back to " + RollbackText(revision) + ", which " +
                    (waits ? "waits until spec.paused is false" : "Windlass has not answered yet") +
                    ". To withdraw that request: " + WithdrawText(place),
                ExitCode::kOtherUpdate);
}

// What is known of the revision that a rollback goes back to.
struct Outlook {
  std::optional<ExitCode> ended{};  // the command ends with this code, and has printed why
  std::string warning{};
  int64_t revision = 0;  // the revision to ask for
};

// Finds out which revision to ask for, and whether the command refuses the rollback. With
// --dry-run=client, prints the template of that revision.
//
// Reads no ReplicaSets if all of these are true, because Windlass then judges the revision at once:
//   - --to-revision is given
//   - --dry-run is not given
//   - neither spec.paused nor spec.abort is true
//
// Without --to-revision, asks for the number of the revision before the present template. With the
// number 0, Windlass would choose the revision only later, when the template may be another one.
// Asks for 0 only if the stored request asks for 0, or if the user may not read ReplicaSets.
Outlook LookAtTarget(const CommandContext& context, const Place& place, const Json& rollout) {
  const bool preview = context.line.dry_run == "client";
  const int64_t asked = context.line.revision;
  const std::string hold = HoldText(place, rollout);
  const bool judges = !hold.empty() || context.line.dry_run != "none";
  const auto refuse_beside = [&](int64_t wanted) {
    return RefuseBesidePending(context, place, rollout, wanted);
  };
  if (!judges && asked != 0) return {.ended = refuse_beside(asked), .revision = asked};
  const auto replica_sets = ReadReplicaSets(context.session, rollout, place.namespace_);
  // A user who may not read ReplicaSets cannot know whether the revision exists; Windlass can.
  const bool unknown = !replica_sets.ok() && replica_sets.error().kind == ErrorKind::kForbidden;
  if (unknown && !preview) {
    return {.ended = refuse_beside(asked), .warning = hold, .revision = asked};
  }
  if (!replica_sets.ok()) {
    return {.ended = Report(context.session, context.console, replica_sets.error())};
  }
  const Json* target = TargetOf(rollout, *replica_sets, asked);
  if (target == nullptr) {
    context.console.Error(NotThere(context, place));
    return {.ended = ExitCode::kError};
  }
  const Json* pending = PendingRollback(rollout);
  const bool joins = pending != nullptr && NumberOf(*pending, "/revision") == asked;
  Outlook outlook{.warning = hold, .revision = asked != 0 || joins ? asked : RevisionOf(*target)};
  outlook.ended = refuse_beside(outlook.revision);
  if (outlook.ended) return outlook;
  const RolloutRoles roles = RolesOf(rollout, OwnedBy(rollout, *replica_sets));
  const bool present =
      target == roles.asked_for || SameTemplate(PodTemplateOf(*target), PodTemplateOf(rollout));
  // A new request for the present template is refused with a Warning. A request that repeats the
  // last rollback is only recorded and removed, with a normal Event (RO-023).
  const bool repeated = asked != 0 && asked == NumberOf(rollout, "/status/rolledBack/revision");
  if (judges && present && !repeated) {
    const std::string way_on =
        !FlagOf(rollout, "/spec/abort") ? ": there is nothing to do"
        : target == roles.stable
            ? ": the abort also brings Pods to this revision, so there is nothing to do"
            : ". " + FollowText(rollout) +
                  "To roll out that template: " + RetryText(place, rollout);
    outlook.ended = Refuse(context, place,
                           "has the template of revision " + std::to_string(RevisionOf(*target)) +
                               " already" + way_on);
    return outlook;
  }
  const bool complete = target == roles.stable || WasComplete(*target);
  if (asked == 0 && !complete) {
    outlook.warning +=
        (hold.empty() ? "rollout \"" + place.name + "\" goes" : ". The rollout goes") +
        " back to " + RollbackText(RevisionOf(*target)) +
        ", which was never rolled out completely: --to-revision chooses another revision";
  }
  if (preview) {
    context.console.Warning(outlook.warning);
    outlook.ended = PrintTemplate(context, place, PodTemplateOf(*target));
  }
  return outlook;
}

}  // namespace

ExitCode UndoRollout(const CommandContext& context, const Place& place) {
  int64_t revision = 0;
  std::optional<Json> first;
  const auto changed =
      WriteChange(context, place, [&](const Json& rollout) -> std::variant<ExitCode, Change> {
        // If another client has changed the template, "the revision before" is now another revision
        // than the user meant.
        const Json now = PodTemplateOf(rollout);
        if (!first) first = now;
        if (context.line.revision == 0 && now != *first) {
          return Refuse(context, place,
                        "got another template from another client at the same time, so this "
                        "command changed nothing: kubectl windlass history " +
                            InCommand(place) + " shows that template",
                        ExitCode::kOtherUpdate);
        }
        Outlook outlook = LookAtTarget(context, place, rollout);
        if (outlook.ended) return *outlook.ended;
        revision = outlook.revision;
        Change change;
        change.warning = std::move(outlook.warning);
        // Writes the revision even if it is 0. The patch never replaces a stored request for
        // another revision: RefuseBesidePending has refused that.
        change.patch["spec"]["rollbackTo"]["revision"] = revision;
        return change;
      });
  if (const auto* code = std::get_if<ExitCode>(&changed)) return *code;
  const auto& [before, after] = std::get<Changed>(changed);
  if (context.line.dry_run != "none" || !StoredRollback(after).empty()) {
    PrintDone(context, place, after, "rollback requested");
    return ExitCode::kDone;
  }
  const int64_t generation = NumberOf(after, "/metadata/generation");
  const bool ours = generation != NumberOf(before, "/metadata/generation");
  return WaitForVerdict(context, place, {revision, generation, ours});
}

}  // namespace windlass::cli
