// rolling-update: replaces a ReplicationController by another one, Pod by Pod, as kubectl 1.17 did.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cmd/kubectl-windlass/commands.h"
#include "cmd/kubectl-windlass/json_fields.h"
#include "cmd/kubectl-windlass/manifest.h"
#include "cmd/kubectl-windlass/object_argument.h"
#include "cmd/kubectl-windlass/rolling_update.h"
#include "controller/api/custom_resources.h"
#include "controller/replication_controller/words.h"
#include "kubeclient/base/fill.h"
#include "kubeclient/base/parse_whole.h"

namespace windlass::cli {
namespace {

constexpr const char* kHint = "See 'kubectl windlass rolling-update -h' for help and examples";

// Prints each error as kubectl does: a single error begins with "error: ", several do not (RC-2).
ExitCode WriteArgumentErrors(const Console& console, const std::vector<std::string>& errors) {
  if (errors.size() == 1) {
    console.Error(errors[0] + '\n' + kHint);
    return ExitCode::kUsage;
  }
  for (const std::string& error : errors) console.message(error + '\n' + kHint + '\n');
  return ExitCode::kUsage;
}

// Returns the duration as the spec has it: "90s", or "1500ms" if it is not in whole seconds.
// Drops fractions of a millisecond.
std::string DurationText(Duration duration) {
  const auto ms = std::chrono::duration_cast<milliseconds>(duration).count();
  return ms % 1000 == 0 ? std::to_string(ms / 1000) + 's' : std::to_string(ms) + "ms";
}

// Returns a number as a JSON number, and a percentage as a JSON string: 2, "25%".
Json LimitOf(const std::string& text) {
  const auto number = ParseWhole<int32_t>(text);
  return number ? Json(*number) : Json(text);
}

// Warns about metadata of the manifest that the new controller does not get.
void WarnAboutMetadata(const CommandContext& context, const Json& controller) {
  for (const char* key : {"finalizers", "ownerReferences"}) {
    if (FieldOf(controller, std::string("/metadata/") + key) == nullptr) continue;
    context.console.Warning(
        "metadata." + std::string(key) + " of " + context.line.filenames[0] +
        " is ignored: of the metadata in the file, only labels and annotations are used");
  }
}

Json ContentOf(const Json& controller) {
  Json content;
  for (const char* key : {"labels", "annotations"}) {
    const Json* map = FieldOf(controller, std::string("/metadata/") + key);
    if (map != nullptr) content["metadata"][key] = *map;
  }
  for (const char* key : {"replicas", "minReadySeconds", "selector", "template"}) {
    const Json* field = FieldOf(controller, std::string("/spec/") + key);
    if (field != nullptr) content["spec"][key] = *field;
  }
  return content;
}

// Returns NAME of "NAME", "rc/NAME" or "replicationcontroller/NAME". Returns an error if the type
// before the "/" is not that of a ReplicationController.
Result<std::string> NameOfController(const std::string& argument) {
  if (argument.find('/') == argument.npos) return argument;
  WINDLASS_TRY(const std::vector<ObjectArgument> objects, ParseObjectArguments({argument}));
  if (objects[0].resource == resources::kReplicationControllers) return objects[0].name;
  return Error{ErrorKind::kConfig, '"' + argument +
                                       "\" is not a ReplicationController, and rolling-update "
                                       "updates nothing else: write NAME or rc/NAME"};
}

}  // namespace

std::vector<std::string> ArgumentErrors(const CommandLine& line) {
  const RollingUpdateFlags& flags = line.rolling_update;
  const bool file = !line.filenames.empty();
  const bool image = !flags.image.empty();
  std::vector<std::string> errors;
  const auto add = [&errors](bool wrong, const char* text) {
    if (wrong) errors.emplace_back(text);
  };
  add(flags.deployment_label_key.empty(), "--deployment-label-key can not be empty");
  add(line.filenames.size() > 1, "May only specify a single filename for new controller");
  if (flags.rollback) {
    add(file || image, "Don't specify --filename or --image on rollback");
  } else {
    add(!file && !image, "Must specify --filename or --image for new controller");
    add(file && image, "--filename and --image can not both be specified");
  }
  add(line.arguments.empty(), "Must specify the controller to update");
  if (line.arguments.size() > 2) errors.emplace_back("give at most two names: OLD and NEW");
  return errors;
}

Result<Json> UpdateOf(const CommandLine& line, const std::string& namespace_,
                      const Json& controller) {
  const RollingUpdateFlags& flags = line.rolling_update;
  Json spec = {{"deploymentLabelKey", flags.deployment_label_key},
               {"updatePeriod", DurationText(flags.update_period)},
               {"timeout", DurationText(flags.progress_timeout)},
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
      return Error{ErrorKind::kConfig, "the namespace of " + line.filenames[0] + ", " + in +
                                           ", is not " + namespace_ + ": give -n " + in +
                                           ", or correct the file"};
    }
    const std::string name = TextOf(controller, "/metadata/name");
    if (line.arguments.size() > 1 && line.arguments[1] != name) {
      return Error{ErrorKind::kConfig, "the new controller is called " + name + " in " +
                                           line.filenames[0] + ", and " + line.arguments[1] +
                                           " on the command line: correct one of the two"};
    }
    spec["newName"] = name;
    spec["controller"] = ContentOf(controller);
  }
  const std::string& old_name = line.arguments[0];
  if (TextOf(spec, "/newName") == old_name) {
    const std::string& what = controller.is_null() ? old_name : line.filenames[0];
    return Error{ErrorKind::kConfig, Fill(replication_controller::kSameNameText, what, old_name)};
  }
  return Json{{"apiVersion", resources::kReplicationControllerUpdates.GroupVersion()},
              {"kind", "ReplicationControllerUpdate"},
              {"metadata", {{"name", old_name}, {"namespace", namespace_}}},
              {"spec", std::move(spec)}};
}

ExitCode RunRollingUpdate(const CommandContext& given) {
  CommandLine line = given.line;
  const CommandContext context{given.session, given.console, line, given.namespace_};
  const std::vector<std::string> errors = ArgumentErrors(line);
  if (!errors.empty()) return WriteArgumentErrors(context.console, errors);
  if (std::ranges::find(line.arguments, "") != line.arguments.end()) {
    return Usage(context, "an argument is empty: write the names of the controllers, OLD and NEW");
  }
  for (std::string& name : line.arguments) {
    Result<std::string> plain = NameOfController(name);
    if (!plain.ok()) return Usage(context, plain.error().message);
    name = *std::move(plain);
  }
  if (line.rolling_update.local && !line.rolling_update.wait) {
    return Usage(context,
                 "with --local the update runs in this program, which therefore cannot end before "
                 "the update: leave out --no-wait, or --local");
  }
  if (line.rolling_update.local && line.dry_run == "server") {
    return Usage(
        context,
        "--dry-run=server needs an update that Windlass carries out. With --local, this program "
        "carries it out. Give --dry-run=client, or leave out --local");
  }
  Json controller;
  if (!line.filenames.empty()) {
    std::istringstream standard_input(line.standard_input);
    Result<Json> read = ReadControllerManifest(line.filenames[0], standard_input);
    if (!read.ok()) return Usage(context, read.error().message);
    controller = *std::move(read);
  }
  const Result<Json> update = UpdateOf(line, context.namespace_, controller);
  if (!update.ok()) return Usage(context, update.error().message);
  if (!controller.is_null()) {
    if (const auto refused = RefuseManifest(context, controller)) return *refused;
    WarnAboutMetadata(context, controller);
  }
  return line.rolling_update.local ? RunLocally(context, *update) : RunInServer(context, *update);
}

}  // namespace windlass::cli
