// rolling-update: replaces a ReplicationController by another one, Pod by Pod, as kubectl 1.17 did.
#include <nlohmann/json.hpp>

#include "cmd/kubectl-windlass/commands.h"
#include "cmd/kubectl-windlass/json_fields.h"
#include "cmd/kubectl-windlass/manifest.h"
#include "cmd/kubectl-windlass/rolling_update.h"
#include "kubeclient/base/parse_whole.h"

namespace windlass::cli {
namespace {

constexpr const char* kHint = "See 'kubectl windlass rolling-update -h' for help and examples";

std::string Aggregate(const std::vector<std::string>& errors) {
  if (errors.size() == 1) return errors[0];
  std::string text = "[";
  for (const std::string& error : errors) text += (text.size() > 1 ? ", " : "") + error;
  return text + ']';
}

// "1m30s": durations go into the spec in seconds.
std::string SecondsText(Duration duration) {
  return std::to_string(std::chrono::duration_cast<seconds>(duration).count()) + 's';
}

// A number, or a percentage as text.
Json LimitOf(const std::string& text) {
  const auto number = ParseWhole<int32_t>(text);
  return number ? Json(*number) : Json(text);
}

Json ContentOf(const Json& controller) {
  Json content;
  for (const char* key : {"labels", "annotations"}) {
    const Json* map = FieldOf(controller, std::string("/metadata/") + key);
    if (map != nullptr) content["metadata"][key] = *map;
  }
  for (const char* key : {"replicas", "selector", "template"}) {
    const Json* field = FieldOf(controller, std::string("/spec/") + key);
    if (field != nullptr) content["spec"][key] = *field;
  }
  return content;
}

}  // namespace

std::vector<std::string> ArgumentErrors(const CommandLine& line) {
  const RollingUpdateFlags& flags = line.rolling_update;
  const bool file = !flags.filenames.empty();
  const bool image = !flags.image.empty();
  std::vector<std::string> errors;
  const auto add = [&errors](bool wrong, const char* text) {
    if (wrong) errors.emplace_back(text);
  };
  add(flags.deployment_label_key.empty(), "--deployment-label-key can not be empty");
  add(flags.filenames.size() > 1, "May only specify a single filename for new controller");
  if (flags.rollback) {
    add(file || image, "Don't specify --filename or --image on rollback");
  } else {
    add(!file && !image, "Must specify --filename or --image for new controller");
    add(file && image, "--filename and --image can not both be specified");
  }
  add(line.arguments.empty(), "Must specify the controller to update");
  if (line.arguments.size() > 2) errors.emplace_back("at most two names: OLD and NEW");
  return errors;
}

Result<Json> UpdateOf(const CommandLine& line, const std::string& namespace_,
                      const Json& controller) {
  const RollingUpdateFlags& flags = line.rolling_update;
  Json spec = {{"deploymentLabelKey", flags.deployment_label_key},
               {"updatePeriod", SecondsText(flags.update_period)},
               {"timeout", SecondsText(line.timeout.value_or(std::chrono::minutes(5)))},
               {"maxSurge", LimitOf(flags.max_surge)},
               {"maxUnavailable", LimitOf(flags.max_unavailable)},
               {"minReadySeconds", flags.min_ready_seconds},
               {"cleanup", !flags.cleanup.empty()      ? flags.cleanup
                           : line.arguments.size() > 1 ? "Delete"
                                                       : "Rename"}};
  const auto add = [&spec](const char* key, const std::string& text) {
    if (!text.empty()) spec[key] = text;
  };
  add("image", flags.image);
  add("container", flags.container);
  add("imagePullPolicy", flags.image_pull_policy);
  add("onExternalScale", flags.on_external_scale);
  if (line.arguments.size() > 1) spec["newName"] = line.arguments[1];
  if (flags.rollback) spec["rollback"] = true;
  if (!controller.is_null()) {
    const std::string in = TextOf(controller, "/metadata/namespace", namespace_);
    if (in != namespace_) {
      return Error{ErrorKind::kConfig, "the namespace of " + flags.filenames[0] + ", " + in +
                                           ", is not " + namespace_ + ": give -n " + in +
                                           ", or correct the file"};
    }
    spec["newName"] = TextOf(controller, "/metadata/name");
    spec["controller"] = ContentOf(controller);
  }
  return Json{{"apiVersion", resources::kReplicationControllerUpdates.GroupVersion()},
              {"kind", "ReplicationControllerUpdate"},
              {"metadata", {{"name", line.arguments[0]}, {"namespace", namespace_}}},
              {"spec", std::move(spec)}};
}

ExitCode RunRollingUpdate(const CommandContext& context) {
  const CommandLine& line = context.line;
  const std::vector<std::string> errors = ArgumentErrors(line);
  if (!errors.empty()) return Usage(context, Aggregate(errors) + '\n' + kHint);
  Json controller;
  if (!line.rolling_update.filenames.empty()) {
    Result<Json> read = ReadControllerManifest(line.rolling_update.filenames[0]);
    if (!read.ok()) return Usage(context, read.error().message);
    controller = *std::move(read);
  }
  const Result<Json> update = UpdateOf(line, context.namespace_, controller);
  if (!update.ok()) return Usage(context, update.error().message);
  const bool local = line.rolling_update.local || line.dry_run == "client";
  return local ? RunLocally(context, *update) : RunInServer(context, *update);
}

}  // namespace windlass::cli
