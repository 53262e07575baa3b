// undo: brings back the template of an earlier revision.
//
// For a Deployment the requests, rules and texts are those of kubectl rollout undo (rollback.go of
// kubectl's polymorphichelpers): a JSON patch that replaces template and annotations. A Rollout has
// a field for it, spec.rollbackTo: Windlass does the rest, and the command waits for its answer.
#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "cmd/kubectl-windlass/answer.h"
#include "cmd/kubectl-windlass/commands.h"
#include "cmd/kubectl-windlass/failure.h"
#include "cmd/kubectl-windlass/json_fields.h"
#include "cmd/kubectl-windlass/output.h"
#include "cmd/kubectl-windlass/replica_sets.h"
#include "cmd/kubectl-windlass/rollout_roles.h"
#include "cmd/kubectl-windlass/unobserved.h"
#include "cmd/kubectl-windlass/workload_standing.h"

namespace windlass::cli {
namespace {

constexpr std::string_view kLastApplied = "kubectl.kubernetes.io/last-applied-configuration";

// Annotations that stay the Deployment's own, and are not taken from the ReplicaSet.
constexpr std::array<std::string_view, 6> kOwnAnnotations = {
    kLastApplied,
    "deployment.kubernetes.io/revision",
    "deployment.kubernetes.io/revision-history",
    "deployment.kubernetes.io/desired-replicas",
    "deployment.kubernetes.io/max-replicas",
    "deprecated.deployment.rollback.to",
};

bool IsOwn(std::string_view key) {
  return std::ranges::find(kOwnAnnotations, key) != kOwnAnnotations.end();
}

Json AnnotationsAfter(const Json& deployment, const Json& replica_set) {
  Json annotations = Json::object();
  for (const std::string_view key : kOwnAnnotations) {
    const std::string value = AnnotationOf(deployment, key);
    if (!value.empty()) annotations[std::string(key)] = value;
  }
  const Json* theirs = FieldOf(replica_set, "/metadata/annotations");
  if (theirs == nullptr) return annotations;
  for (const auto& [key, value] : theirs->items()) {
    if (!IsOwn(key)) annotations[key] = value;
  }
  return annotations;
}

std::string NotThere(const CommandContext& context, const Place& place) {
  const std::string object = InCommand(place);
  if (context.line.revision == 0) {
    return "no rollout history found for " + KindWord(place.resource) + " \"" + place.name +
           "\": there is no revision before the present one";
  }
  return "unable to find specified revision " + std::to_string(context.line.revision) +
         " in history: kubectl windlass history " + object + " lists what there is";
}

Json TemplateOf(const Json& object) {
  const Json* pod_template = FieldOf(object, "/spec/template");
  return pod_template == nullptr ? Json::object() : *pod_template;
}

ExitCode PrintTemplate(const CommandContext& context, const Place& place,
                       const Json& pod_template) {
  const std::string name = ObjectName(place.resource, place.name);
  switch (context.line.output) {
    case OutputFormat::kName: PrintOutput(context, name + '\n'); break;
    case OutputFormat::kJson:
      PrintOutput(context, PrintValue(pod_template, OutputFormat::kJson));
      break;
    default:
      PrintOutput(context, "# " + name + '\n' + PrintValue(pod_template, OutputFormat::kYaml));
  }
  return ExitCode::kDone;
}

// What a Deployment goes back to.
struct Before {
  const Json* target = nullptr;  // null: there is nothing
  const Json* undone = nullptr;  // it was brought back to this one, and nobody has seen that yet
};

// Returns the revision before that of the present template. The template may have none yet: then
// the newest one is what runs. Example: of 1, 2 and 3 it is 2 for the template of 3, and 3 for one
// that was written a moment ago.
Before BeforePresent(const Json& deployment, const std::vector<Json>& replica_sets) {
  std::vector<const Json*> sets;
  for (const Json& rs : replica_sets) {
    if (RevisionOf(rs) > 0) sets.push_back(&rs);
  }
  if (sets.empty()) return {};
  // The template may be that of an earlier one; Pods stay what they are.
  if (IsObserved(deployment) && !RefusedInPlace(deployment).empty()) return {.target = sets.back()};
  const Json present = TemplateOf(deployment);
  const auto found = std::ranges::find_if(sets.rbegin(), sets.rend(), [&](const Json* rs) {
    return SameTemplate(TemplateOf(*rs), present);
  });
  if (found == sets.rend()) return {.target = sets.back()};
  if (*found != sets.back() && !IsObserved(deployment)) return {.undone = *found};
  return {.target = sets.size() > 1 ? sets[sets.size() - 2] : nullptr};
}

ExitCode BringBack(const CommandContext& context, const Place& place, const Json& deployment) {
  const auto replica_sets = ReadReplicaSets(context.session, deployment, place.namespace_);
  if (!replica_sets.ok()) return Report(context.session, context.console, replica_sets.error());
  const Before before = context.line.revision > 0
                            ? Before{.target = FindRevision(*replica_sets, context.line.revision)}
                            : BeforePresent(deployment, *replica_sets);
  if (before.undone != nullptr) {
    return Refuse(context, place,
                  "was brought back to revision " + std::to_string(RevisionOf(*before.undone)) +
                      " a moment ago, and no controller has seen that yet: name the revision with "
                      "--to-revision to go to another one");
  }
  const Json* target = before.target;
  if (target == nullptr) {
    context.console.Error(NotThere(context, place));
    return ExitCode::kError;
  }
  Json pod_template = TemplateOf(*target);
  if (FlagOf(deployment, "/spec/paused")) {
    context.console.Error(
        "you cannot rollback a paused deployment; resume it first with 'kubectl "
        "windlass resume " +
        InCommand(place) + "' and try again");
    return ExitCode::kHeld;
  }
  if (SameTemplate(pod_template, TemplateOf(deployment))) {
    PrintDone(context, place, deployment,
              "skipped rollback (current template already matches revision " +
                  std::to_string(RevisionOf(*target)) + ")");
    return ExitCode::kDone;
  }
  if (context.line.dry_run == "client") return PrintTemplate(context, place, pod_template);
  pod_template = WithoutHash(std::move(pod_template));
  const Json operations = Json::array(
      {{{"op", "replace"}, {"path", "/spec/template"}, {"value", std::move(pod_template)}},
       {{"op", "replace"},
        {"path", "/metadata/annotations"},
        {"value", AnnotationsAfter(deployment, *target)}}});
  if (!AnnotationOf(deployment, kLastApplied).empty()) {
    context.console.Warning(
        ObjectName(place.resource, place.name) +
        " is managed with kubectl apply: the next kubectl apply of the present manifest brings its "
        "template again; apply the earlier manifest, too");
  }
  const bool dry = context.line.dry_run == "server";
  const Result<Json> patched =
      PatchObject(context.session, place, {kJsonPatch, operations.dump(), "", dry});
  if (!patched.ok()) return Report(context.session, context.console, patched.error());
  PrintDone(context, place, *patched, "rolled back");
  return ExitCode::kDone;
}

// Returns the refusal of the rollback that was asked for; null if it was carried out.
const Json* RefusalIn(const Json& rollout) {
  const Json* refused = TrueCondition(rollout, "RollbackRefused");
  if (refused == nullptr) return nullptr;
  const int64_t observed = NumberOf(*refused, "/observedGeneration");
  return observed == NumberOf(rollout, "/metadata/generation") ? refused : nullptr;
}

// Tells the answer to a request that the object had at `generation`.
ExitCode TellVerdict(const CommandContext& context, const Place& place, const Json& rollout,
                     int64_t generation) {
  if (const Json* refused = RefusalIn(rollout)) {
    const bool not_there = TextOf(*refused, "/reason") == "RollbackRevisionNotFound";
    context.console.Error(not_there ? NotThere(context, place) : TextOf(*refused, "/message"));
    return ExitCode::kError;
  }
  if (NumberOf(rollout, "/status/rolledBack/generation") >= generation) {
    PrintDone(context, place, rollout, "rolled back");
    return ExitCode::kDone;
  }
  return Refuse(context, place,
                "is not rolled back: spec.rollbackTo was taken away before Windlass looked at it");
}

std::string WithdrawText(const Place& place) {
  return "kubectl patch " + ResourceText(place.resource) + ' ' + place.name + " -n " +
         place.namespace_ + R"( --type=merge -p '{"spec":{"rollbackTo":null}}')";
}

// Waits until Windlass has answered spec.rollbackTo, which it takes away. Without an answer the
// request is taken away here, so that no rollback comes after the command has failed.
// `ours`: the command has written the request.
ExitCode WaitForVerdict(const CommandContext& context, const Place& place, int64_t generation,
                        bool ours) {
  const auto answer = WaitForAnswer(context, place, [](const Json& rollout) {
    return FieldOf(rollout, "/spec/rollbackTo") == nullptr &&
           (RefusalIn(rollout) != nullptr || IsObserved(rollout));
  });
  if (answer.ok() && *answer) return TellVerdict(context, place, **answer, generation);
  Withdrawal withdrawal{.patch = nullptr, .by_hand = WithdrawText(place)};
  if (ours) {
    withdrawal.patch = Json::array(
        {{{"op", "test"}, {"path", "/metadata/generation"}, {"value", generation}},
         {{"op", "test"}, {"path", "/spec/rollbackTo/revision"}, {"value", context.line.revision}},
         {{"op", "remove"}, {"path", "/spec/rollbackTo"}}});
  }
  return TellUnanswered(context, place, answer, withdrawal);
}

// Returns the ReplicaSet of the revision that is asked for; null if there is none.
const Json* TargetOf(const CommandContext& context, const Json& rollout,
                     const std::vector<Json>& replica_sets) {
  const int64_t revision = context.line.revision;
  return revision > 0 ? FindRevision(replica_sets, revision)
                      : RevisionBefore(rollout, OwnedBy(rollout, replica_sets));
}

// Refuses a rollback beside another one that Windlass has not answered yet.
std::optional<ExitCode> RefuseBesidePending(const CommandContext& context, const Place& place,
                                            const Json& rollout) {
  const Json* pending = FieldOf(rollout, "/spec/rollbackTo");
  // One that waits for the end of a pause may be replaced.
  if (pending == nullptr || FlagOf(rollout, "/spec/paused")) return std::nullopt;
  const int64_t revision = NumberOf(*pending, "/revision");
  if (revision == context.line.revision) return std::nullopt;
  return Refuse(
      context, place,
      "is to go back to " +
          (revision == 0 ? "the revision before" : "revision " + std::to_string(revision)) +
          " already, which Windlass has not answered yet: " + WithdrawText(place) +
          " takes that request away",
      ExitCode::kOtherUpdate);
}

// How often the request is written again after something else has changed the object.
constexpr int kWritesMax = 5;

ExitCode RequestRollback(const CommandContext& context, const Place& place, const Json& rollout,
                         int tries = 1) {
  if (const auto refused = RefuseBesidePending(context, place, rollout)) return *refused;
  const bool paused = FlagOf(rollout, "/spec/paused");
  const bool preview = context.line.dry_run == "client";
  const bool dry = context.line.dry_run != "none";
  // Otherwise Windlass answers at once.
  if (paused || dry) {
    const auto replica_sets = ReadReplicaSets(context.session, rollout, place.namespace_);
    if (!replica_sets.ok() && preview) {
      return Report(context.session, context.console, replica_sets.error());
    }
    // Who may not read ReplicaSets does not know whether there is one; Windlass does.
    const Json* target = replica_sets.ok() ? TargetOf(context, rollout, *replica_sets) : nullptr;
    if (replica_sets.ok() && target == nullptr) {
      context.console.Error(NotThere(context, place));
      return ExitCode::kError;
    }
    const bool present = target != nullptr &&
                         (target == RolesOf(rollout, OwnedBy(rollout, *replica_sets)).asked_for ||
                          SameTemplate(TemplateOf(*target), TemplateOf(rollout)));
    if (present && !paused) {
      return Refuse(context, place,
                    "has the template of revision " + std::to_string(RevisionOf(*target)) +
                        " already: there is nothing to do");
    }
    if (preview) return PrintTemplate(context, place, TemplateOf(*target));
  }
  const std::string object = InCommand(place);
  if (paused) {
    context.console.Warning("rollout \"" + place.name +
                            "\" is paused: it goes back only when kubectl windlass resume " +
                            object + " ends spec.paused");
  } else if (FlagOf(rollout, "/spec/abort")) {
    context.console.Warning("rollout \"" + place.name +
                            "\" is aborted: its template is rolled out when kubectl windlass "
                            "retry " +
                            object + " ends spec.abort");
  }
  // Also a 0: a request that is there already may name a revision.
  // Nothing may be overwritten that was written since the object was read.
  const Json patch = {{"metadata",
                       {{"uid", TextOf(rollout, "/metadata/uid")},
                        {"resourceVersion", TextOf(rollout, "/metadata/resourceVersion")}}},
                      {"spec", {{"rollbackTo", {{"revision", context.line.revision}}}}}};
  const Result<Json> patched = PatchObject(
      context.session, place,
      {kMergePatch, patch.dump(), kPluginFieldManager, context.line.dry_run == "server"});
  if (!patched.ok() && patched.error().kind == ErrorKind::kConflict && tries < kWritesMax) {
    const Result<Json> again = ReadObject(context.session, place);
    if (!again.ok()) return Report(context.session, context.console, again.error());
    return RequestRollback(context, place, *again, tries + 1);
  }
  if (!patched.ok()) return Report(context.session, context.console, patched.error());
  if (!paused && !dry) {
    const int64_t generation = NumberOf(*patched, "/metadata/generation");
    return WaitForVerdict(context, place, generation,
                          generation != NumberOf(rollout, "/metadata/generation"));
  }
  PrintDone(context, place, *patched, "rollback requested");
  return ExitCode::kDone;
}

}  // namespace

ExitCode UndoDeployment(const CommandContext& context, const Place& place) {
  const Result<Json> deployment = ReadWorkload(context, place);
  if (!deployment.ok()) return Report(context.session, context.console, deployment.error());
  return BringBack(context, place, *deployment);
}

ExitCode UndoRollout(const CommandContext& context, const Place& place) {
  const Result<Json> rollout = ReadWorkload(context, place);
  if (!rollout.ok()) return Report(context.session, context.console, rollout.error());
  return RequestRollback(context, place, *rollout);
}

}  // namespace windlass::cli
