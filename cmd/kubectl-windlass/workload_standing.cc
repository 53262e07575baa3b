#include "cmd/kubectl-windlass/workload_standing.h"

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "cmd/kubectl-windlass/kind.h"
#include "cmd/kubectl-windlass/step_status.h"
#include "controller/api/custom_resources.h"
#include "controller/rollout/reasons.h"
#include "controller/workload/conditions.h"
#include "controller/workload/status/answered_rollback.h"
#include "controller/workload/status/own_reasons.h"

namespace windlass::cli {
namespace {

// What the sentences are about. The sentences for Deployments keep kubectl's word order.
struct Subject {
  std::string kind;     // "deployment"
  std::string name;     // "\"web\""
  std::string command;  // "deployment/web -n shop", for texts that say what to do
};

std::string Waiting(const Subject& subject, const std::string& what) {
  // kubectl's words, without the second "rollout" if the kind is rollout.
  const std::string_view of = subject.kind == "rollout" ? "" : " rollout";
  return "Waiting for " + subject.kind + ' ' + subject.name + std::string(of) +
         " to finish: " + what + "...";
}

// Returns "." if `text` does not end with a period; else "".
std::string EndOfSentence(const std::string& text) { return text.ends_with('.') ? "" : "."; }

// Returns what the rollout waits for, in kubectl's words; "" if it waits for nothing.
std::string Missing(const Standing& standing, int64_t replicas, const Subject& subject) {
  const int64_t updated = standing.updated.value_or(0);
  if (updated < standing.desired) {
    return Waiting(subject, std::to_string(updated) + " out of " +
                                std::to_string(standing.desired) +
                                " new replicas have been updated");
  }
  if (replicas > updated) {
    return Waiting(subject,
                   std::to_string(replicas - updated) + " old replicas are pending termination");
  }
  if (standing.available < updated) {
    return Waiting(subject, std::to_string(standing.available) + " of " + std::to_string(updated) +
                                " updated replicas are available");
  }
  return "";
}

void End(Standing& standing, ExitCode code, std::string why) {
  standing.ends = code;
  standing.why = std::move(why);
}

void Complete(Standing& standing, const Subject& subject) {
  standing.sentence = subject.kind + ' ' + subject.name + " successfully rolled out";
  standing.ends = ExitCode::kDone;
}

// Returns the condition ReplicaFailure; null if it is absent, or only says that annotations were
// not copied.
const Json* FailureToTell(const Json& object) {
  return AnnotationsNotCopied(object) != nullptr ? nullptr
                                                 : TrueCondition(object, "ReplicaFailure");
}

// Call this if a setting of the Deployment's updates in place has an invalid value. Returns true if
// a change of the Deployment waits because of that. Decides as follows:
//   - if there is a condition Progressing: true if its reason is InPlaceNotPossible
//   - otherwise (there is no progress deadline): true if status.updatedReplicas is below
//     status.replicas, because then there are old Pods. A scaling alone makes no old Pods
bool ChangeWaits(const Json& deployment) {
  if (ConditionOf(deployment, workload::kProgressing) != nullptr) {
    return ReasonOf(deployment, workload::kProgressing) == workload::kInPlaceNotPossible;
  }
  return NumberOf(deployment, "/status/updatedReplicas") < NumberOf(deployment, "/status/replicas");
}

// If windlass.dev/in-place is Only, returns why a change of the Deployment is not rolled out: it is
// not possible in place, or a setting is invalid. Otherwise returns "".
std::string RefusedInPlace(const Json& object) {
  const Json* in_place = ConditionOf(object, workload::kInPlaceCondition);
  if (in_place == nullptr || !IsDeploymentOnlyInPlace(object)) return "";
  const std::string reason = TextOf(*in_place, "/reason");
  const bool refused =
      reason == "NotPossible" || (reason == "InvalidConfig" && ChangeWaits(object));
  return refused ? TextOf(*in_place, "/message") : "";
}

void FillDeployment(const Json& object, const Subject& subject, Standing& standing) {
  if (ReasonOf(object, workload::kProgressing) == "ProgressDeadlineExceeded") {
    standing.phase = "Stalled";
    standing.reason = "ProgressDeadlineExceeded";
    End(standing, ExitCode::kFailed,
        subject.kind + ' ' + subject.name + " exceeded its progress deadline");
    return;
  }
  standing.sentence = Missing(standing, NumberOf(object, "/status/replicas"), subject);
  if (standing.sentence.empty()) {
    standing.phase = "Healthy";
    Complete(standing, subject);
    return;
  }
  if (FlagOf(object, "/spec/paused")) {
    standing.phase = "Paused";
    standing.reason = "spec.paused";
    End(standing, ExitCode::kHeld,
        subject.kind + ' ' + subject.name + " is paused: kubectl windlass resume " +
            subject.command + " lets it go on");
    return;
  }
  if (ReasonOf(object, workload::kInPlaceCondition) == "Partitioned") {
    standing.phase = "Paused";
    standing.reason = "partition";
    End(standing, ExitCode::kHeld,
        subject.kind + ' ' + subject.name +
            " waits at its partition: lower the annotation windlass.dev/in-place-partition to "
            "let it go on");
    return;
  }
  const std::string refused = RefusedInPlace(object);
  if (!refused.empty()) {
    standing.phase = "Paused";
    standing.reason = "in place: " + ReasonOf(object, workload::kInPlaceCondition);
    End(standing, ExitCode::kHeld,
        subject.kind + ' ' + subject.name + " is not rolled out: " + refused);
    return;
  }
  if (const Json* failure = FailureToTell(object)) {
    standing.reason = TextOf(*failure, "/reason");
  } else if (const Json* told = InPlaceToTell(object)) {
    standing.reason = "in place: " + TextOf(*told, "/reason");
  }
}

// Fills in `standing` for a pause that cannot end yet, because Pods of its step are not available.
// Such a pause does not wait for a person.
void StandingAtUnavailableStep(const Json& object, const Subject& subject, const StepStatus& step,
                               Standing& standing) {
  standing.reason = "pause, step " + StepText(step) + ", Pods not available";
  standing.quotes_message = true;
  standing.sentence = Waiting(subject, "at the pause of step " + StepText(step) +
                                           ", whose Pods are not available (" +
                                           TextOf(object, "/status/message") + ')');
}

bool HasStable(const Json& object) { return NumberOf(object, "/status/stableRevision") > 0; }

// Returns the commands that take back the rollout of a Rollout. `reason` is why the Rollout is
// stalled; "" if it is not.
//   - "abort or undo": there is a stable revision. Without one, abort moves no Pod (RO-032)
//   - "undo": there is a revision before the present template. If the present template has a
//     revision, status.currentRevision must be above 1. With three values of `reason`, the template
//     has no revision yet, so 1 is enough (RO-026)
//   - "": otherwise
std::string CommandsBack(const Json& object, const std::string& reason) {
  if (HasStable(object)) return "abort or undo";
  const bool has_revision = reason != "InvalidTemplate" && reason != "ReplicaSetCreateError" &&
                            reason != "InPlaceNotPossible";
  return NumberOf(object, "/status/currentRevision") > (has_revision ? 1 : 0) ? "undo" : "";
}

void StandingAtPause(const Json& object, const Subject& subject, Standing& standing) {
  const std::string who = subject.kind + ' ' + subject.name;
  const std::optional<StepStatus> step = StepStatusOf(object);
  if (FlagOf(object, "/spec/paused")) {
    standing.reason = "spec.paused";
    const std::string back = StoredRollback(object);
    End(standing, ExitCode::kHeld,
        who + " is paused: kubectl windlass resume " + subject.command +
            (back.empty() ? " lets it go on"
                          : " lets it go back to " + back + ", as spec.rollbackTo asks"));
  } else if (ListOf(object, "/spec/strategy/steps").empty()) {
    standing.reason = "partition";
    End(standing, ExitCode::kHeld,
        who + " waits at its partition: lower spec.strategy.partition to let it go on");
  } else if (!step || step->done()) {
    standing.quotes_message = true;
    End(standing, ExitCode::kHeld, who + " is held: " + TextOf(object, "/status/message"));
  } else if (step->pods == StepPods::kNone && !step->forced) {
    standing.reason = "step " + StepText(*step) + ", too few replicas";
    End(standing, ExitCode::kHeld,
        who + " waits at step " + StepText(*step) + ": " +
            NoPodsText(object, *step, subject.command, false));
  } else if (step->promoted) {
    standing.sentence = Waiting(subject, "step " + StepText(*step) + " was promoted");
  } else if (step->ends) {
    standing.reason = "pause, step " + StepText(*step);
    standing.sentence = Waiting(subject, "at the pause of step " + StepText(*step));
  } else {
    standing.reason = "pause, step " + StepText(*step);
    const std::string back = CommandBack(object, subject.command);
    End(standing, ExitCode::kHeld,
        who + " waits at step " + StepText(*step) + ": kubectl windlass promote " +
            subject.command + " lets it go on" +
            (back.empty() ? "" : ", " + back + " takes it back"));
  }
}

// Returns the step if the Rollout is at a pause and Pods of that step are not available. Otherwise,
// or if spec.paused holds the Rollout, returns nullopt.
std::optional<StepStatus> UnavailableStep(const Json& object) {
  const std::optional<StepStatus> step = StepStatusOf(object);
  const bool waits = step && step->is_pause && step->pods == StepPods::kNotAvailable;
  return waits && !FlagOf(object, "/spec/paused") ? step : std::nullopt;
}

// Returns what a user can do about a Rollout that is stalled because of `reason`. Names the remedy,
// and the commands that take the rollout back (CommandsBack) or end its abort. Returns "" if
// status.message says all of it.
std::string WayOn(const Json& object, const std::string& reason, const Subject& subject) {
  // With this reason, status.message names the field to correct. Another template, an abort or its
  // end would correct nothing.
  if (reason == workload::kInvalidStrategy) return "";
  if (FlagOf(object, "/spec/abort")) {
    return " Correct the template, and end the abort with kubectl windlass retry " +
           subject.command;
  }
  const std::string commands = CommandsBack(object, reason);
  const std::string back = "run kubectl windlass " + commands + ' ' + subject.command;
  // With this reason, status.message already says what to do, which depends on the cause.
  if (reason == "InPlaceNotPossible") {
    return commands.empty() ? "" : " To take the template back, " + back;
  }
  std::string remedy = " Correct the template";
  if (reason == "ReplicaSetCreateError")
    remedy = " Make room for the ReplicaSet in the quota, or let the policy or webhook allow it";
  if (reason == "ProgressDeadlineExceeded") {
    remedy =
        " Correct what its Pods wait for (kubectl windlass get " + subject.command + " shows it)";
  }
  return commands.empty() ? remedy : remedy + ", or " + back;
}

// Returns for example "none of 2 Pods is available, and 2 Pods are terminating". Call this if
// status.replicas is 0. The text does not say that no Pod exists, because a Pod may have been
// created after the status was written.
std::string NoneAvailable(const Json& object, int64_t desired) {
  const int64_t ending = NumberOf(object, "/status/terminatingReplicas");
  std::string text = desired == 1 ? "no Pod is available"
                                  : "none of " + std::to_string(desired) + " Pods is available";
  if (ending > 0) {
    text += ", and " + std::to_string(ending) +
            (ending == 1 ? " Pod is terminating" : " Pods are terminating");
  }
  return text;
}

void FillRollout(const Json& object, const Subject& subject, Standing& standing) {
  const std::string who = subject.kind + ' ' + subject.name;
  const std::string message = TextOf(object, "/status/message");
  const int64_t replicas = NumberOf(object, "/status/replicas");
  standing.phase = TextOf(object, "/status/phase", std::string(rollout::kProgressingPhase));
  standing.sentence = Missing(standing, replicas, subject);
  if (replicas == 0 && standing.desired > 0) {
    standing.sentence = Waiting(subject, NoneAvailable(object, standing.desired));
  }
  if (standing.phase == "Healthy" || standing.phase == "RolledBack") {
    Complete(standing, subject);
  } else if (standing.phase == "Stalled") {
    standing.reason = ReasonOf(object, "Stalled");
    standing.sentence.clear();
    standing.quotes_message = true;
    End(standing, ExitCode::kFailed,
        who + " is stalled (" + standing.reason + "): " + message + EndOfSentence(message) +
            WayOn(object, standing.reason, subject));
  } else if (standing.phase == "Aborted") {
    standing.reason = "spec.abort";
    standing.sentence.clear();
    standing.quotes_message = true;
    End(standing, ExitCode::kAborted, who + " is aborted: " + message);
  } else if (const auto step = UnavailableStep(object)) {
    StandingAtUnavailableStep(object, subject, *step, standing);
  } else if (standing.phase == "Paused") {
    StandingAtPause(object, subject, standing);
  } else if (standing.sentence.empty()) {
    standing.sentence = Waiting(subject,
                                "all Pods are there, but the status does not say yet that the "
                                "rollout is complete");
  }
  const Json* failure = FailureToTell(object);
  const bool goes_on = !standing.ends && standing.reason.empty();
  if (!goes_on) return;
  if (failure != nullptr) {
    standing.reason = TextOf(*failure, "/reason");
  } else if (const Json* told = InPlaceToTell(object)) {
    standing.reason = "in place: " + TextOf(*told, "/reason");
  }
}

// Adds to the text of `standing` what conditions of a Rollout show about spec.rollbackTo:
//   - Windlass has answered the request, but the API server keeps it (AnsweredRollback).
//   - Windlass has refused the request, and the spec has not changed since.
// A Deployment has no such conditions, only an Event.
void TellRefusedRollback(const Json& object, Standing& standing) {
  if (const Json* answered = AnsweredRollback(object)) {
    std::string& said = standing.sentence.empty() ? standing.why : standing.sentence;
    said += "; " + TextOf(*answered, "/message");
  }
  const Json* refused = TrueCondition(object, "RollbackRefused");
  if (refused == nullptr) return;
  std::string& text = standing.sentence.empty() ? standing.why : standing.sentence;
  text += "; spec.rollbackTo was refused: " + TextOf(*refused, "/message");
}

// Returns a Standing with the members that Deployments and Rollouts have in common. Sets the
// sentence only if the controller has not seen the latest spec.
Standing Begin(const Json& object, const Subject& subject) {
  Standing standing;
  standing.phase = rollout::kProgressingPhase;
  standing.desired = NumberOf(object, "/spec/replicas", 1);
  standing.updated = NumberOf(object, "/status/updatedReplicas");
  standing.available = NumberOf(object, "/status/availableReplicas");
  if (!IsObserved(object)) {
    const Json* why = WhyUnobserved(object);
    standing.sentence = "Waiting for " + subject.kind + " spec update to be observed" +
                        (why == nullptr ? "" : " (" + TextOf(*why, "/message") + ')') + "...";
    standing.reason = why == nullptr ? "not observed" : TextOf(*why, "/reason");
  }
  return standing;
}

Subject SubjectOf(const Json& object, const ResourceId& resource) {
  const std::string name = TextOf(object, "/metadata/name");
  return {KindWord(resource), '"' + name + '"',
          ShortName(resource, name) + " -n " + TextOf(object, "/metadata/namespace", "default")};
}

}  // namespace

bool IsDeploymentOnlyInPlace(const Json& deployment) {
  const std::string policy = AnnotationOf(deployment, "windlass.dev/in-place");
  return std::ranges::equal(policy, std::string_view("only"), {},
                            [](unsigned char c) { return std::tolower(c); });
}

bool IsRolloutOnlyInPlace(const Json& rollout) {
  return TextOf(rollout, "/spec/strategy/type") == "InPlaceOnly";
}

const Json* InPlaceToTell(const Json& object) {
  const Json* in_place = ConditionOf(object, workload::kInPlaceCondition);
  if (in_place == nullptr) return nullptr;
  const std::string reason = TextOf(*in_place, "/reason");
  return reason == "Complete" || reason == "HandedBack" ? nullptr : in_place;
}

bool Quotes(const Standing& standing, const Json& condition) {
  const std::string reason = TextOf(condition, "/reason");
  return standing.quotes_message && (reason == "GivenUp" || workload::HoldsUp(reason));
}

std::string StalledByStrategy(const Json& rollout) {
  const Json* stalled = TrueCondition(rollout, "Stalled");
  const bool invalid =
      stalled != nullptr && TextOf(*stalled, "/reason") == workload::kInvalidStrategy;
  if (!invalid || !IsObserved(rollout)) return "";
  return "is stalled (" + std::string(workload::kInvalidStrategy) +
         "): " + TextOf(rollout, "/status/message");
}

std::string CommandBack(const Json& rollout, const std::string& object) {
  const Json* stalled = TrueCondition(rollout, "Stalled");
  const std::string commands =
      CommandsBack(rollout, stalled != nullptr ? TextOf(*stalled, "/reason") : "");
  if (commands.empty()) return "";
  return std::string("kubectl windlass ") + (HasStable(rollout) ? "abort " : "undo ") + object;
}

std::string RollbackText(int64_t revision) {
  return revision == 0 ? "the revision before" : "revision " + std::to_string(revision);
}

const Json* AnsweredRollback(const Json& rollout) {
  const Json* stored = FieldOf(rollout, "/spec/rollbackTo");
  const Json* answered = TrueCondition(rollout, workload::kRollbackToNotRemoved);
  if (stored == nullptr || answered == nullptr) return nullptr;
  const std::string reason = workload::ReasonFor(NumberOf(*stored, "/revision"));
  return TextOf(*answered, "/reason") == reason ? answered : nullptr;
}

const Json* PendingRollback(const Json& rollout) {
  return AnsweredRollback(rollout) != nullptr ? nullptr : FieldOf(rollout, "/spec/rollbackTo");
}

std::string StoredRollback(const Json& rollout) {
  const Json* stored = PendingRollback(rollout);
  const bool waits = FlagOf(rollout, "/spec/paused") && !FlagOf(rollout, "/spec/abort");
  if (stored == nullptr || !waits) return "";
  return RollbackText(NumberOf(*stored, "/revision"));
}

Standing StandingOfDeployment(const Json& object) {
  const Subject subject = SubjectOf(object, resources::kDeployments);
  Standing standing = Begin(object, subject);
  standing.revision = RevisionOf(object);
  if (standing.sentence.empty()) FillDeployment(object, subject, standing);
  return standing;
}

Standing StandingOfRollout(const Json& object) {
  const Subject subject = SubjectOf(object, resources::kRollouts);
  Standing standing = Begin(object, subject);
  standing.revision = NumberOf(object, "/status/currentRevision");
  if (!standing.sentence.empty()) return standing;
  FillRollout(object, subject, standing);
  TellRefusedRollback(object, standing);
  return standing;
}

}  // namespace windlass::cli
