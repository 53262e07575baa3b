#include "cmd/kubectl-windlass/commands.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "cmd/kubectl-windlass/failure.h"
#include "cmd/kubectl-windlass/json_fields.h"
#include "cmd/kubectl-windlass/output.h"
#include "cmd/kubectl-windlass/unobserved.h"

namespace windlass::cli {

ExitCode Usage(const CommandContext& context, const std::string& text) {
  context.console.Error(text);
  return ExitCode::kUsage;
}

ExitCode NoObject(const CommandContext& context, const Error& error) {
  if (error.kind == ErrorKind::kConfig) return Usage(context, error.message);
  return Report(context.session, context.console, error);
}

void PrintDone(const CommandContext& context, const Place& place, const Json& object,
               const std::string& what) {
  if (context.line.output == OutputFormat::kText) {
    const std::string& dry = context.line.dry_run;
    context.console.Line(ObjectName(place.resource, place.name) + ' ' + what +
                         (dry == "none" ? "" : " (" + dry + " dry run)"));
  } else {
    PrintOutput(context, Print(object, place.resource, context.line.output));
  }
}

void PrintOutput(const CommandContext& context, const std::string& text) {
  const bool another = std::exchange(context.done->printed, true);
  if (another && context.line.output == OutputFormat::kYaml) context.console.out("---\n");
  context.console.out(text);
}

Result<Json> Patch(const CommandContext& context, const Place& place, const Json& object,
                   const Json& patch) {
  if (context.line.dry_run == "client") {
    Json changed = object;
    changed.merge_patch(patch);
    return changed;
  }
  const bool deployment = place.resource == resources::kDeployments;
  return PatchObject(
      context.session, place,
      {deployment ? kStrategicMergePatch : kMergePatch, patch.dump(),
       deployment ? kRolloutFieldManager : kPluginFieldManager, context.line.dry_run == "server"});
}

std::variant<ExitCode, Changed> WriteChange(
    const CommandContext& context, const Place& place,
    const std::function<std::variant<ExitCode, Change>(const Json& object)>& decide) {
  for (int tries = 1;; ++tries) {
    Result<Json> object =
        tries == 1 ? ReadWorkload(context, place) : ReadObject(context.session, place);
    if (!object.ok()) return Report(context.session, context.console, object.error());
    std::variant<ExitCode, Change> decided = decide(*object);
    if (const auto* code = std::get_if<ExitCode>(&decided)) return *code;
    Change& change = std::get<Change>(decided);
    // kubectl's patches of Deployments name neither.
    if (place.resource != resources::kDeployments) {
      change.patch["metadata"]["uid"] = TextOf(*object, "/metadata/uid");
      change.patch["metadata"]["resourceVersion"] = TextOf(*object, "/metadata/resourceVersion");
    }
    Result<Json> patched = Patch(context, place, *object, change.patch);
    const bool again = !patched.ok() && patched.error().kind == ErrorKind::kConflict;
    if (again && tries < kWritesMax) continue;
    if (!patched.ok()) return Report(context.session, context.console, patched.error());
    if (!change.warning.empty()) context.console.Warning(change.warning);
    if (!change.done.empty()) PrintDone(context, place, *patched, change.done);
    return Changed{*std::move(object), *std::move(patched)};
  }
}

ExitCode ChangeWorkload(
    const CommandContext& context, const Place& place,
    const std::function<std::variant<ExitCode, Change>(const Json& object)>& decide) {
  const auto changed = WriteChange(context, place, decide);
  const auto* code = std::get_if<ExitCode>(&changed);
  return code == nullptr ? ExitCode::kDone : *code;
}

ExitCode Refuse(const CommandContext& context, const Place& place, const std::string& why,
                ExitCode code) {
  // kubectl's text for Deployments begins with the resource.
  const bool deployment = place.resource == resources::kDeployments;
  const std::string kind = deployment ? ResourceText(place.resource) : KindWord(place.resource);
  context.console.Error(kind + " \"" + place.name + "\" " + why);
  return code;
}

}  // namespace windlass::cli
