// What must hold before a rolling update is written or begun.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "cmd/kubectl-windlass/controller_update.h"
#include "cmd/kubectl-windlass/failure.h"
#include "cmd/kubectl-windlass/json_fields.h"
#include "cmd/kubectl-windlass/replica_sets.h"
#include "cmd/kubectl-windlass/rolling_update.h"
#include "controller/api/replication_controller_update.h"
#include "controller/replication_controller/annotations.h"
#include "controller/replication_controller/run.h"
#include "controller/replication_controller/scale.h"
#include "controller/replication_controller/words.h"
#include "kubeclient/api/decode.h"
#include "kubeclient/api/replication_controller.h"
#include "kubeclient/base/fill.h"

namespace windlass::cli {
namespace {

namespace rc = replication_controller;

Place ControllerPlace(const CommandContext& context, const std::string& name) {
  return {resources::kReplicationControllers, context.namespace_, name};
}

// Returns true if the new controller (spec.newName) exists, and its annotation says that it
// replaces `name`. Call this only if the controller `name` does not exist. Either an earlier
// command deleted that controller and was then cut off, or a user deleted it. The planner finds out
// which.
bool IsReplacedAlready(const CommandContext& context, const Json& update, const std::string& name) {
  const std::string new_name = TextOf(update, "/spec/newName");
  if (new_name.empty()) return false;
  const Result<Json> created = ReadObject(context.session, ControllerPlace(context, new_name));
  return created.ok() && AnnotationOf(*created, rc::kSourceId).starts_with(name + ':');
}

// Prints that the old controller does not exist. For an update by image without NEW, the error
// begins with kubectl's text (RC-14).
ExitCode RefuseMissing(const CommandContext& context, const Json& update, Error error) {
  const std::string image = TextOf(update, "/spec/image");
  if (!image.empty() && TextOf(update, "/spec/newName").empty()) {
    error.message = Fill(rc::kNoSourceText, context.namespace_, TextOf(update, "/metadata/name")) +
                    ": " + error.message;
  }
  return Report(context.session, context.console, error);
}

// Refuses the file of -f if no label key has different values in the selectors of the file and of
// `old` (RC-4). On a refusal, prints the error and returns the exit code; otherwise returns
// nullopt.
std::optional<ExitCode> RefuseSelector(const CommandContext& context, const Json& update,
                                       const Json& old) {
  Decoder& decoder = context.session.decoder();
  const auto asked = DecodeReplicationControllerUpdate(decoder, update.dump());
  const auto controller = DecodeReplicationController(decoder, old.dump());
  if (!asked.ok() || !asked->spec.controller || !controller.ok()) return std::nullopt;
  const NewControllerContent& content = *asked->spec.controller;
  // If a rename was cut off, the old controller may already have the selector of the new one. So
  // the selectors are not compared.
  if (controller->meta.annotations.Has(rc::kRenameJournal)) return std::nullopt;
  const StringMap selector =
      content.selector.empty() ? rc::LabelsOfTemplate(*content.template_json) : content.selector;
  if (rc::HaveDifferentKey(controller->selector, selector)) return std::nullopt;
  return Usage(context,
               Fill(rc::kNoDifferentKeyText, context.line.filenames[0], controller->meta.name));
}

// Returns the text as one word for a shell. The API server accepts any text as an image, so the
// text gets quotes if it contains characters with a meaning for the shell.
std::string InShell(const std::string& text) {
  if (text.find_first_of(" \t'\"\\$&;|<>()*?`#!~{}[]\n") == text.npos) return text;
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? "'\\''" : std::string(1, c);
  return quoted + '\'';
}

// Returns the command that continues the update `stored`. `in` is the flag for the namespace, such
// as " -n shop".
std::string GoOnText(const ReplicationControllerUpdate& stored, const std::string& in) {
  const ReplicationControllerUpdateSpec& spec = stored.spec;
  // If NEW existed before the update, there is no command line that asks for the update again. So
  // the text names the command that shows the status of the update.
  if (!spec.controller && spec.image.empty()) {
    return "kubectl windlass status rc/" + stored.meta.name + in;
  }
  std::string text = "kubectl windlass rolling-update " + stored.meta.name;
  const auto add = [&text](const char* before, const std::string& value) {
    if (!value.empty()) text += before + InShell(value);
  };
  if (spec.controller) return text + in + " -f FILE, with the file of " + spec.new_name;
  add(" ", spec.new_name);
  add(" --image=", spec.image);
  add(" --container=", spec.container);
  add(" --image-pull-policy=", spec.image_pull_policy);
  return text + in;
}

// Returns true if the stored update has failed because its new controller is not what its spec asks
// for: a user has edited the spec or the new controller on the way. The update cannot go on with
// this spec. Returns false if the update cannot be taken back any more (IsPastReturn).
bool HasOtherNew(const CommandContext& context, const Json& stored) {
  const std::string reason = ReasonOf(stored, "Stalled");
  return StateOf(context, stored) == UpdateState::kFailed &&
         (reason == rc::kOtherImage || reason == rc::kOtherContent) &&
         !IsPastReturn(context, PlaceOfUpdate(context, stored), stored);
}

// Returns " to web-2", " with image web:2", or " to web-2 with image web:2".
std::string WhatIsUnderWay(const ReplicationControllerUpdate& stored) {
  const std::string& known = stored.status.new_name;
  const std::string& name = known.empty() ? stored.spec.new_name : known;
  const std::string& image = stored.spec.image;
  return (name.empty() ? "" : " to " + name) + (image.empty() ? "" : " with image " + image);
}

// Returns the commands that the user can run instead.
std::string ChoicesText(const CommandContext& context, const Json& update,
                        const ReplicationControllerUpdate& stored) {
  const std::string in = " -n " + context.namespace_;
  const std::string back =
      "kubectl windlass rolling-update " + stored.meta.name + " --rollback" + in;
  if (stored.spec.rollback) return "To follow the rollback: " + back;
  // No command can continue an update whose new controller is not what its spec asks for.
  if (HasOtherNew(context, update)) return "To take it back: " + back;
  const std::string go_on = "To go on with that update: " + GoOnText(stored, in);
  const Place place = PlaceOfUpdate(context, update);
  if (IsPastReturn(context, place, update)) return go_on;
  if (!HasChangedNothing(context, place, update)) return go_on + ". To take it back: " + back;
  return go_on +
         ". To delete that update, which has changed nothing yet: " + TakeAwayText(context, place);
}

// Call this only if the stored update has neither an image nor a manifest. Returns true if the new
// controller exists, and perhaps is not the one that `asked` asks for. This is so in two cases:
//   - `asked` has a manifest, which is not compared with the new controller
//   - no container of the new controller has the image of `asked`
bool IsOtherThanThere(const CommandContext& context, const ReplicationControllerUpdate& asked) {
  const Result<Json> created =
      ReadObject(context.session, ControllerPlace(context, asked.spec.new_name));
  if (!created.ok()) return false;
  return asked.spec.controller ||
         std::ranges::none_of(ListOf(*created, "/spec/template/spec/containers"),
                              [&](const Json& container) {
                                return TextOf(container, "/image") == asked.spec.image;
                              });
}

bool IsForOther(const CommandContext& context, const ReplicationControllerUpdate& asked,
                const ReplicationControllerUpdate& stored) {
  if (!asked.spec.rollback) {
    if (asked.spec.new_name != stored.spec.new_name) return true;
    const bool says_nothing = stored.spec.image.empty() && !stored.spec.controller;
    if (says_nothing) return IsOtherThanThere(context, asked);
    return rc::TargetOf(asked.spec) != rc::TargetOf(stored.spec);
  }
  const std::string& name = stored.status.new_name;
  return !asked.spec.new_name.empty() && !name.empty() && asked.spec.new_name != name;
}

// Returns the name of the new controller if a rollback gives its Pods back to `old`. Returns "" if
// no rollback has begun, if a rename has begun, or if the new controller is gone or cannot be read.
std::string RolledBackFrom(const CommandContext& context, const Json& old) {
  const std::string name = SourceName(old);
  if (name.empty() || !AnnotationOf(old, rc::kRenameJournal).empty()) return "";
  const Result<Json> source = ReadObject(context.session, ControllerPlace(context, name));
  if (!source.ok() || !Replaces(old, *source)) return "";
  // In a rollback, both controllers name each other as their source. Only the name is compared
  // here, not the uid, because an old controller that was restored from a backup has another uid.
  return SourceName(*source) == TextOf(old, "/metadata/name") ? name : "";
}

// Returns " -n shop"; " -n shop --local" if this command has --local.
std::string InThisMode(const CommandContext& context) {
  return " -n " + context.namespace_ + (context.line.rolling_update.local ? " --local" : "");
}

// Returns the image of the container called `container`; of the first one if `container` is "".
std::string ImageOf(const Json& controller, const std::string& container) {
  for (const Json& one : ListOf(controller, "/spec/template/spec/containers")) {
    if (container.empty() || TextOf(one, "/name") == container) return TextOf(one, "/image");
  }
  return "";
}

// Returns "and web-2 has other images than FILE, so nothing was changed" if `created` (web-2)
// cannot have been made from the file of the command; otherwise "". A webhook may change images. So
// this function sends a dry run with the file, and compares the images that the API server returns.
// If the dry run fails, it compares the images of the file itself.
std::string OtherImagesText(const CommandContext& context, const Json& update,
                            const Json& created) {
  const Json* file = FieldOf(update, "/spec/controller");
  if (file == nullptr || ImagesOf(*file) == ImagesOf(created)) return "";
  Json asked = *file;
  asked["apiVersion"] = "v1";
  asked["kind"] = "ReplicationController";
  asked["metadata"]["generateName"] = TextOf(created, "/metadata/name") + '-';
  const Result<Json> made =
      CreateObject(context.session, resources::kReplicationControllers, context.namespace_, asked,
                   {.field_manager = kPluginFieldManager, .dry_run = true});
  if (made.ok() && ImagesOf(*made) == ImagesOf(created)) return "";
  return "and " + TextOf(created, "/metadata/name") + " has other images than " +
         context.line.filenames[0] + ", so nothing was changed" +
         (made.ok() ? ""
                    : ". A webhook may have changed the images. This could not be checked: " +
                          made.error().message);
}

// Refuses the command if it does not fit an update that has begun:
//   - the file of the command has other images than the new controller
//   - the command asks for another cleanup than the command that began the update. Example: that
//     command had NEW, so its update deletes the old controller at the end. This command has no
//     NEW, so it asks for a rename. Not checked if --cleanup is given, or a rename has begun
// On a refusal, prints the error and returns the exit code; otherwise returns nullopt.
std::optional<ExitCode> RefuseOtherThanBegun(const CommandContext& context, const Json& update,
                                             const Json& old) {
  const std::string name = TextOf(update, "/metadata/name");
  const std::string named = TextOf(update, "/spec/newName");
  const std::string next = named.empty() ? AnnotationOf(old, rc::kNextControllerId) : named;
  if (next.empty()) return std::nullopt;
  const Result<Json> created = ReadObject(context.session, ControllerPlace(context, next));
  if (!created.ok() || !Replaces(*created, old)) return std::nullopt;
  const RollingUpdateFlags& flags = context.line.rolling_update;
  const bool by_file = !context.line.filenames.empty();
  // kubectl does not note how its update ends. An update by image ends with a rename if kubectl
  // made up the name NEW. For an update by file, we assume that it ends as this command asks.
  const bool renames = by_file ? context.line.arguments.size() == 1 : rc::IsMadeUp(next, name);
  std::string end = AnnotationOf(*created, rc::kCleanup);
  if (end.empty()) end = renames ? rc::kRename : rc::kDelete;
  const bool other_end = end != TextOf(update, "/spec/cleanup") &&
                         !flags.given.contains("--cleanup") &&
                         AnnotationOf(old, rc::kRenameJournal).empty();
  const std::string other = other_end ? "" : OtherImagesText(context, update, *created);
  if (!other_end && other.empty()) return std::nullopt;
  const std::string in = InThisMode(context);
  const std::string command = "kubectl windlass rolling-update " + name;
  const std::string back = ". To take it back: " + command + ' ' + next + " --rollback" + in;
  const std::string about = "an update of " + ObjectName(resources::kReplicationControllers, name) +
                            " to " + next + " is under way, ";
  if (!other_end) {
    context.console.Error(about + other + ". To go on with that update, correct the file" + back);
    return ExitCode::kOtherUpdate;
  }
  const std::string& container = flags.container;
  // Only an update by image notes the name of NEW on the old controller.
  const bool of_file = AnnotationOf(old, rc::kNextControllerId) != next;
  const Json& of_old = ListOf(old, "/spec/template/spec/containers");
  const std::string first = of_old.empty() ? "" : TextOf(of_old[0], "/name");
  const std::string& named_one = container.empty() ? first : container;
  const std::string image = " --image=" + InShell(ImageOf(*created, named_one)) +
                            (container.empty() ? "" : " --container=" + container);
  context.console.Error(about + "with --cleanup=" + end +
                        ", so nothing was changed. To continue that update, repeat its command: " +
                        command + (end == rc::kRename ? "" : ' ' + next) + (of_file ? "" : image) +
                        (end == rc::kPreserve ? " --cleanup=Preserve" : "") + in +
                        (of_file ? " -f FILE, with the file of " + next : "") + back);
  return ExitCode::kOtherUpdate;
}

}  // namespace

bool AsksForOther(const CommandContext& context, const Json& update, const Json& stored) {
  Decoder& decoder = context.session.decoder();
  const auto asked = DecodeReplicationControllerUpdate(decoder, update.dump());
  const auto there = DecodeReplicationControllerUpdate(decoder, stored.dump());
  if (!asked.ok() || !there.ok()) return false;
  const bool failed = StateOf(context, stored) == UpdateState::kFailed;
  if (failed && !asked->spec.rollback) {
    // If an edit of the spec has stopped the update, `target` is the target before the edit. A
    // command that asks for this target asks for the same update.
    const std::string& target = there->status.target;
    const bool is_edited = rc::TargetOf(there->spec) != target;
    const bool is_stuck = HasOtherNew(context, stored);
    const bool asks_for_target = !target.empty() && rc::TargetOf(asked->spec) == target;
    if (asks_for_target && (is_edited || !is_stuck)) return false;
    // The new controller that exists is not what the stored spec asks for. So even a command that
    // repeats this spec asks for another new controller.
    if (is_stuck) return true;
  }
  return IsForOther(context, *asked, *there);
}

std::optional<ExitCode> RefuseOtherUpdate(const CommandContext& context, const Json& update,
                                          const Json& stored) {
  const UpdateState state = StateOf(context, stored);
  if (state == UpdateState::kDone || state == UpdateState::kRefused) return std::nullopt;
  const auto there = DecodeReplicationControllerUpdate(context.session.decoder(), stored.dump());
  if (!there.ok()) return std::nullopt;
  const bool failed = state == UpdateState::kFailed || state == UpdateState::kEnded;
  // An update by image adds a label to the Pods and to both selectors. The command that began the
  // update has set the key of this label, so the key cannot change. In other updates the key has no
  // effect.
  const std::string key = TextOf(update, "/spec/deploymentLabelKey");
  if (key != there->spec.deployment_label_key &&
      context.line.rolling_update.given.contains("--deployment-label-key")) {
    context.console.Error("an update of " +
                          ObjectName(resources::kReplicationControllers, there->meta.name) +
                          (failed ? " has failed half way" : " is under way") +
                          " with --deployment-label-key=" + there->spec.deployment_label_key +
                          ", so nothing was changed. " + ChoicesText(context, stored, *there));
    return ExitCode::kOtherUpdate;
  }
  const bool goes_back = there->spec.rollback && !failed;
  const bool turned = goes_back && !FlagOf(update, "/spec/rollback");
  if (!turned && !AsksForOther(context, update, stored)) return std::nullopt;
  const std::string name = ObjectName(resources::kReplicationControllers, there->meta.name);
  const std::string& new_name = there->status.new_name;
  const bool is_stuck = HasOtherNew(context, stored);
  context.console.Error(
      (goes_back  ? "an update of " + name + WhatIsUnderWay(*there) + " is being rolled back"
       : is_stuck ? "an update of " + name + " to " + new_name + " has failed half way, because " +
                        new_name + " is not what the update asks for"
       : failed ? "an update of " + name + WhatIsUnderWay(*there) + " has failed half way"
                : "an update of " + name + WhatIsUnderWay(*there) + " is under way") +
      ", so nothing was changed. " + ChoicesText(context, stored, *there) +
      (failed && !context.line.rolling_update.wait &&
               !IsPastReturn(context, PlaceOfUpdate(context, stored), stored)
           ? ". Without --no-wait, this command would take the failed update back, and then begin "
             "the new one"
           : ""));
  return ExitCode::kOtherUpdate;
}

std::optional<ExitCode> CheckControllers(const CommandContext& context, const Json& update) {
  const std::string name = TextOf(update, "/metadata/name");
  const Result<Json> old = ReadObject(context.session, ControllerPlace(context, name));
  if (old.ok()) return RefuseSelector(context, update, *old);
  const ErrorKind kind = old.error().kind;
  if (kind == ErrorKind::kForbidden) return std::nullopt;
  if (kind != ErrorKind::kNotFound) return Report(context.session, context.console, old.error());
  if (IsReplacedAlready(context, update, name)) return std::nullopt;
  return RefuseMissing(context, update, old.error());
}

std::optional<ExitCode> RefuseManifest(const CommandContext& context, const Json& controller) {
  const Result<Json> checked = CreateObject(
      context.session, resources::kReplicationControllers, context.namespace_, controller,
      {.field_manager = kPluginFieldManager, .dry_run = true, .strict = true});
  constexpr int kBadRequest = 400;
  if (checked.ok() || checked.error().http_status != kBadRequest ||
      checked.error().detail == ErrorDetail::kNoDryRun ||
      checked.error().detail == ErrorDetail::kDenied) {
    return std::nullopt;
  }
  return Report(context.session, context.console,
                {ErrorKind::kInvalid, context.line.filenames[0] + ": " + checked.error().message});
}

std::optional<ExitCode> RefuseBesideOtherProgram(const CommandContext& context,
                                                 const Json& update) {
  if (FlagOf(update, "/spec/rollback")) return std::nullopt;
  const std::string name = TextOf(update, "/metadata/name");
  const Result<Json> old = ReadObject(context.session, ControllerPlace(context, name));
  if (!old.ok()) return std::nullopt;
  const std::string source = RolledBackFrom(context, *old);
  if (source.empty()) return RefuseOtherThanBegun(context, update, *old);
  context.console.Error("an update of " + ObjectName(resources::kReplicationControllers, name) +
                        " to " + source +
                        " is being rolled back, so nothing was changed. To finish the rollback: "
                        "kubectl windlass rolling-update " +
                        name + ' ' + source + " --rollback" + InThisMode(context));
  return ExitCode::kOtherUpdate;
}

void WarnAboutOtherProgram(const CommandContext& context, const Json& update) {
  const std::string name = TextOf(update, "/metadata/name");
  const Result<Json> old = ReadObject(context.session, ControllerPlace(context, name));
  // Once a rename has begun, nothing is scaled any more, so there is nothing to warn about.
  if (!old.ok() || !HasNotes(*old) || !AnnotationOf(*old, rc::kRenameJournal).empty()) return;
  const bool back = FlagOf(update, "/spec/rollback");
  if (back && RolledBackFrom(context, *old).empty()) return;
  const std::string next = AnnotationOf(*old, rc::kNextControllerId);
  // Another command may have noted on the old controller which NEW it asks for, without scaling
  // anything yet. If this command names another NEW, it does not continue that update: no warning.
  const std::string wanted = TextOf(update, "/spec/newName");
  const bool given = !AnnotationOf(*old, rc::kOriginalReplicasOf).empty();
  if (!given && !wanted.empty() && wanted != next) return;
  context.console.Warning((back ? "a rollback of an update of " : "an update of ") + name +
                          (next.empty() ? "" : " to " + next) +
                          " has already begun, and this command continues it. If the program that "
                          "began it still runs, stop one of the two programs with Ctrl-C. "
                          "Otherwise each program takes the scalings of the other for the "
                          "scalings of a third client");
}

std::optional<ExitCode> RefuseBesideWindlass(const CommandContext& context, const Json& update) {
  const Place place = PlaceOfUpdate(context, update);
  const Result<Json> stored = ReadObject(context.session, place);
  if (!stored.ok()) {
    const ErrorKind kind = stored.error().kind;
    if (kind == ErrorKind::kNotFound) return std::nullopt;
    if (kind == ErrorKind::kForbidden) {
      const Result<Json> old =
          ReadObject(context.session, ControllerPlace(context, TextOf(update, "/metadata/name")));
      // Before the update has begun, nothing is scaled, so there is nothing to warn about.
      if (old.ok() && HasNotes(*old)) {
        context.console.Warning(
            stored.error().message +
            ". So this program cannot see whether Windlass also carries out this update. If so, "
            "Windlass and this program would undo each other's scalings");
      }
      return std::nullopt;
    }
    return Report(context.session, context.console, stored.error());
  }
  const UpdateState state = StateOf(context, *stored);
  const bool ended = HasEnded(context, *stored);
  if (ended && state != UpdateState::kEnded) return std::nullopt;
  if (IsGivenUp(context, place, *stored)) {
    context.console.Error(TextOf(*stored, "/status/message"));
    return ExitCode::kFailed;
  }
  // Refuses --local even if Windlass has stopped half-way. If this command continued the update,
  // Windlass would not know what the command has done.
  context.console.Error(
      ObjectName(place.resource, place.name) +
      (ended
           ? " has stopped on the way: leave out --local to continue the update or to take it back"
           : " is under way. Windlass and this program would undo each other's scalings: leave out "
             "--local to follow the update") +
      ", or end the update with " + TakeAwayText(context, place));
  return ExitCode::kOtherUpdate;
}

}  // namespace windlass::cli
