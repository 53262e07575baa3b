#include "cmd/kubectl-windlass/commands.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "cmd/kubectl-windlass/failure.h"
#include "cmd/kubectl-windlass/json_fields.h"
#include "cmd/kubectl-windlass/output.h"

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
  const bool like_kubectl = IsLikeKubectl(place.resource);
  return PatchObject(context.session, place,
                     {like_kubectl ? kStrategicMergePatch : kMergePatch, patch.dump(),
                      like_kubectl ? kRolloutFieldManager : kPluginFieldManager,
                      context.line.dry_run == "server"});
}

ExitCode Refuse(const CommandContext& context, const Place& place, const std::string& why,
                ExitCode code) {
  // kubectl begins such a text with the resource: deployments.apps "web".
  const std::string kind =
      IsLikeKubectl(place.resource) ? ResourceText(place.resource) : KindWord(place.resource);
  context.console.Error(kind + " \"" + place.name + "\" " + why);
  return code;
}

}  // namespace windlass::cli
