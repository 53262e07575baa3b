// undo: brings back the template of an earlier revision. undo_rollout.cc has the undo of a Rollout.
//
// For a Deployment, the request, the rules and most texts are those of kubectl rollout undo
// (rollback.go of kubectl's polymorphichelpers). A JSON patch replaces template and annotations.
// Only the choice of a revision without --to-revision differs (BeforePresent).
#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "cmd/kubectl-windlass/commands.h"
#include "cmd/kubectl-windlass/failure.h"
#include "cmd/kubectl-windlass/json_fields.h"
#include "cmd/kubectl-windlass/output.h"
#include "cmd/kubectl-windlass/replica_sets.h"
#include "cmd/kubectl-windlass/undo.h"
#include "cmd/kubectl-windlass/unobserved.h"

namespace windlass::cli {

std::string NotThere(const CommandContext& context, const Place& place) {
  const std::string object = InCommand(place);
  if (context.line.revision == 0) {
    return "no rollout history found for " + KindWord(place.resource) + " \"" + place.name +
           "\": there is no revision before the present one";
  }
  return "unable to find specified revision " + std::to_string(context.line.revision) +
         " in history: kubectl windlass history " + object + " lists the revisions";
}

Json PodTemplateOf(const Json& object) {
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

namespace {

constexpr std::string_view kLastApplied = "kubectl.kubernetes.io/last-applied-configuration";

// A rollback gives the Deployment the annotations of the ReplicaSet. Exception: the Deployment
// keeps its own values of these annotations.
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

// What a Deployment goes back to.
struct Before {
  const Json* target = nullptr;  // null: there is nothing to go back to, or `unseen` is set
  // If set: the ReplicaSet of the present template. The controller has not observed the last
  // change, so the revision before the present one is not known, and `target` is null.
  const Json* unseen = nullptr;
};

// Returns what a rollback without --to-revision goes back to. With revisions 1, 2 and 3:
//   - no revision has the template yet: 3, whose Pods still run
//   - the template is that of revision 3, and a controller has observed the last change: 2
//   - the template is that of revision 1 or 2, and a controller has observed the last change: 3.
//     Windlass has not begun with the template; for example, it refuses the template
//   - a revision has the template, but no controller has observed the last change: `unseen`
Before BeforePresent(const Json& deployment, const std::vector<Json>& replica_sets) {
  std::vector<const Json*> sets;
  for (const Json& rs : replica_sets) {
    if (RevisionOf(rs) > 0) sets.push_back(&rs);
  }
  if (sets.empty()) return {};
  const Json present = PodTemplateOf(deployment);
  // A controller that begins a rollout first gives the template the newest number, and then
  // observes the change. If the newest revision has another template, the rollout has not begun, so
  // the Pods stay at the newest revision.
  if (IsObserved(deployment) && !SameTemplate(PodTemplateOf(*sets.back()), present)) {
    return {.target = sets.back()};
  }
  const auto found = std::ranges::find_if(sets.rbegin(), sets.rend(), [&](const Json* rs) {
    return SameTemplate(PodTemplateOf(*rs), present);
  });
  if (found == sets.rend()) return {.target = sets.back()};
  if (sets.size() < 2) return {};
  // Another undo may have written this template a moment ago. Then the revision of this template is
  // about to get a new number, so the revision before it is not known yet.
  if (!IsObserved(deployment)) return {.unseen = *found};
  return {.target = sets[sets.size() - 2]};
}

ExitCode BringBack(const CommandContext& context, const Place& place, const Json& deployment) {
  const auto replica_sets = ReadReplicaSets(context.session, deployment, place.namespace_);
  if (!replica_sets.ok()) return Report(context.session, context.console, replica_sets.error());
  const Before before = context.line.revision > 0
                            ? Before{.target = FindRevision(*replica_sets, context.line.revision)}
                            : BeforePresent(deployment, *replica_sets);
  if (FlagOf(deployment, "/spec/paused")) {
    context.console.Error(
        "you cannot rollback a paused deployment; resume it first with 'kubectl "
        "windlass resume " +
        InCommand(place) + "' and try again");
    return ExitCode::kHeld;
  }
  if (before.unseen != nullptr) {
    // If Windlass has seen the change but cannot begin with it, a condition says why.
    const Json* told = WhyUnobserved(deployment);
    std::string why = ", and no controller has seen this change yet";
    if (told != nullptr) {
      why = ", and its last change is not carried out yet (" + TextOf(*told, "/reason") + ": " +
            TextOf(*told, "/message") + ')';
    }
    return Refuse(context, place,
                  "has the template of revision " + std::to_string(RevisionOf(*before.unseen)) +
                      why +
                      ". So the revision before the present one is not known. Choose a revision "
                      "with --to-revision. To list the revisions: kubectl windlass history " +
                      InCommand(place),
                  ExitCode::kOtherUpdate);
  }
  const Json* target = before.target;
  if (target == nullptr) {
    context.console.Error(NotThere(context, place));
    return ExitCode::kError;
  }
  Json pod_template = PodTemplateOf(*target);
  if (SameTemplate(pod_template, PodTemplateOf(deployment))) {
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
        " is managed with kubectl apply. The next kubectl apply of the present manifest would undo "
        "this rollback, so apply the earlier manifest, too");
  }
  const bool dry = context.line.dry_run == "server";
  const Result<Json> patched =
      PatchObject(context.session, place, {kJsonPatch, operations.dump(), "", dry});
  if (!patched.ok()) return Report(context.session, context.console, patched.error());
  PrintDone(context, place, *patched, "rolled back");
  return ExitCode::kDone;
}

}  // namespace

ExitCode UndoDeployment(const CommandContext& context, const Place& place) {
  const Result<Json> deployment = ReadWorkload(context, place);
  if (!deployment.ok()) return Report(context.session, context.console, deployment.error());
  return BringBack(context, place, *deployment);
}

}  // namespace windlass::cli
