#include "cmd/kubectl-windlass/controller_update.h"

#include <algorithm>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "cmd/kubectl-windlass/failure.h"
#include "cmd/kubectl-windlass/json_fields.h"
#include "cmd/kubectl-windlass/unobserved.h"
#include "controller/api/custom_resources.h"
#include "controller/replication_controller/annotations.h"
#include "controller/replication_controller/words.h"
#include "kubeclient/base/parse_whole.h"

namespace windlass::cli {
namespace {

namespace rc = replication_controller;

// Returns true if spec.replicas is below the number in annotation kOriginalReplicas. This does not
// prove that an update is under way, because kubectl never removes the annotation: it may be left
// from an earlier update.
bool HasGivenPods(const Json& old) {
  const auto before = ParseWhole<int32_t>(AnnotationOf(old, rc::kOriginalReplicas));
  return before && *before > NumberOf(old, "/spec/replicas", 1);
}

// Reads the controller `name` of the update at `update_place`.
Result<Json> ReadController(const CommandContext& context, const Place& update_place,
                            const std::string& name) {
  return ReadObject(context.session,
                    {resources::kReplicationControllers, update_place.namespace_, name});
}

bool IsMissing(const Result<Json>& controller) {
  return !controller.ok() && controller.error().kind == ErrorKind::kNotFound;
}

// Returns true if the controller does not exist, or if it is being deleted and only finalizers keep
// it.
bool IsDeleted(const Result<Json>& controller) {
  return controller.ok() ? IsDeleting(*controller) : IsMissing(controller);
}

}  // namespace

Result<ControllerUpdate> ReadControllerUpdate(const CommandContext& context, const Place& place) {
  ControllerUpdate found{.controller = nullptr, .place = place};
  const Result<Json> controller = ReadWorkload(context, place);
  // A user without the right to read ReplicationControllers may have the right to read and change
  // their updates. So Forbidden is no error here.
  const bool missing = !controller.ok() && (controller.error().kind == ErrorKind::kNotFound ||
                                            controller.error().kind == ErrorKind::kForbidden);
  if (!controller.ok() && !missing) return controller.error();
  if (controller.ok()) {
    found.controller = *controller;
  } else {
    found.no_controller = controller.error();
  }
  // An update has the name of its old controller. The controller at `place` may be the old
  // controller, or the new controller; if it is the new one, SourceName returns the old one's name.
  for (const std::string& name : {place.name, SourceName(found.controller)}) {
    if (name.empty() || (found.update && IsUnderWay(*found.update))) continue;
    Place of_update{resources::kReplicationControllerUpdates, place.namespace_, name};
    Result<Json> update = ReadWorkload(context, of_update);
    if (!update.ok()) {
      if (update.error().kind != ErrorKind::kNotFound) found.unreadable = update.error();
      continue;
    }
    const std::string new_name = TextOf(*update, "/status/newName", place.name);
    const bool ours = name == place.name || new_name == place.name;
    if (ours && (!found.update || IsUnderWay(*update))) {
      found.place = std::move(of_update);
      found.update = *std::move(update);
    }
  }
  if (missing && !found.update) return controller.error();
  return found;
}

Json OtherController(const CommandContext& context, const Place& place,
                     const ControllerUpdate& found) {
  const std::string new_name = TextOf(*found.update, "/status/newName");
  const std::string& other = place.name == found.place.name ? new_name : found.place.name;
  if (other.empty()) return nullptr;
  Result<Json> read =
      ReadObject(context.session, {resources::kReplicationControllers, place.namespace_, other});
  return read.ok() ? *std::move(read) : Json();
}

bool IsUnderWay(const Json& update) {
  const std::string phase = TextOf(update, "/status/phase");
  const bool over = phase == rc::kSucceeded || phase == rc::kRolledBack;
  return !(over && IsObserved(update));
}

bool HasBegun(const Json& update) {
  // An edit of the spec in the middle of an update empties status.step. But status.target still
  // shows that something was changed before. Exception: an edit of spec.newName empties
  // status.target, too.
  return IsUnderWay(update) &&
         (!TextOf(update, "/status/step").empty() || !TextOf(update, "/status/target").empty());
}

bool IsRefused(const Json& update) {
  return IsUnderWay(update) && IsObserved(update) && !HasBegun(update) &&
         TextOf(update, "/status/phase") == rc::kFailed;
}

bool IsGivenUp(const CommandContext& context, const Place& update_place, const Json& update) {
  const Json* stalled = TrueCondition(update, "Stalled");
  const std::string reason = stalled != nullptr ? TextOf(*stalled, "/reason") : "";
  if (reason != rc::kOldDeleted && reason != rc::kNotFound) return false;
  const Result<Json> old = ReadController(context, update_place, update_place.name);
  if (reason == rc::kNotFound) {
    const std::string new_name = TextOf(update, "/status/newName");
    return HasBegun(update) && IsMissing(old) && !new_name.empty() &&
           IsMissing(ReadController(context, update_place, new_name));
  }
  if (!old.ok() || !HasNotes(*old)) return true;
  if (TextOf(update, "/status/journal").empty()) return false;
  // The status has a journal, so the update had begun a rename. A rename deletes the new
  // controller, but not its Pods. The old controller adopts these Pods only if it has the
  // annotation kRenameJournal.
  return AnnotationOf(*old, rc::kRenameJournal).empty() &&
         IsDeleted(ReadController(context, update_place, TextOf(update, "/status/newName")));
}

bool HasChangedNothing(const CommandContext& context, const Place& update_place,
                       const Json& update) {
  const auto said = [&](const char* field) { return !TextOf(update, field).empty(); };
  // If the step is Done, the status is that of an earlier run, which has ended. The present run has
  // not written its status yet.
  const bool of_before = TextOf(update, "/status/step") == rc::kStepDone;
  if (!of_before && (said("/status/step") || said("/status/target"))) return false;
  const Result<Json> old = ReadController(context, update_place, update_place.name);
  if (!old.ok()) return old.error().kind == ErrorKind::kNotFound;
  return !HasNotes(*old);
}

std::string CleanupOf(const Json& update) {
  const bool named = !TextOf(update, "/spec/newName").empty();
  return TextOf(update, "/spec/cleanup", std::string(named ? rc::kDelete : rc::kRename));
}

bool IsPastReturn(const CommandContext& context, const Place& update_place, const Json& update) {
  if (TextOf(update, "/status/step") != rc::kStepCleanUp || FlagOf(update, "/spec/rollback")) {
    return false;
  }
  const Result<Json> old = ReadController(context, update_place, update_place.name);
  if (CleanupOf(update) == rc::kDelete) return IsDeleted(old);
  // A rename deletes nothing before it has written its journal.
  const bool renames = !TextOf(update, "/status/journal").empty() ||
                       (old.ok() && !AnnotationOf(*old, rc::kRenameJournal).empty());
  const std::string new_name = TextOf(update, "/status/newName");
  return renames && !new_name.empty() && IsDeleted(ReadController(context, update_place, new_name));
}

ExitCode RefusePastReturn(const CommandContext& context, const Place& place, const Json& update) {
  const bool failed = TextOf(update, "/status/phase") == rc::kFailed;
  return Refuse(
      context, place,
      "can no longer be paused or rolled back: its update is at its end, and has begun to delete a "
      "ReplicationController. " +
          (failed
               ? "The update goes on when this is corrected: " + TextOf(update, "/status/message")
               : "To wait for its end: kubectl windlass status " + InCommand(place)) +
          ". To go back afterwards, update to the old image",
      ExitCode::kFailed);
}

std::string TakeAwayText(const CommandContext& context, const Place& update_place) {
  const std::string in = update_place.name + " -n " + update_place.namespace_;
  const Result<Json> old = ReadController(context, update_place, update_place.name);
  const bool asks = old.ok() && !AnnotationOf(*old, rc::kRollingUpdateTo).empty();
  return (asks ? "kubectl annotate rc " + in + ' ' + std::string(rc::kRollingUpdateTo) + "- && "
               : "") +
         "kubectl delete " + ResourceText(update_place.resource) + ' ' + in;
}

std::string SourceName(const Json& controller) {
  const std::string source = AnnotationOf(controller, rc::kSourceId);
  return source.substr(0, source.find(':'));
}

bool Replaces(const Json& target, const Json& source) {
  return AnnotationOf(target, rc::kSourceId) ==
         TextOf(source, "/metadata/name") + ':' + TextOf(source, "/metadata/uid");
}

bool HasNotes(const Json& old) {
  constexpr std::string_view kNotes[] = {rc::kNextControllerId, rc::kOriginalReplicasOf,
                                         rc::kRenameJournal};
  // kOriginalReplicas is not in this list. kubectl never removes it, so it does not show that an
  // update is under way.
  return std::ranges::any_of(kNotes,
                             [&](std::string_view key) { return !AnnotationOf(old, key).empty(); });
}

namespace {

// Returns the text for UnfinishedUpdateOf. Looks among `others` for the other controller of the
// update. `others` are controllers of the same namespace, and may contain `controller`.
// `is_unserved` returns true if the cluster does not serve ReplicationControllerUpdates; for this,
// `is_unserved` may send a request.
std::string UnfinishedText(const Json& controller, const std::vector<const Json*>& others,
                           const std::function<bool()>& is_unserved) {
  // No text for a controller that is being deleted. In most cases, an update has deleted it at the
  // end of the update, and a finalizer still keeps it.
  if (IsDeleting(controller)) return {};
  const std::string own_name = TextOf(controller, "/metadata/name");
  const std::string namespace_ = TextOf(controller, "/metadata/namespace");
  const std::string repeat =
      ". No ReplicationControllerUpdate asks Windlass to continue that update. To go on with the "
      "update, repeat the command that began it";
  if (!AnnotationOf(controller, rc::kRenameJournal).empty()) {
    return "is about to take over the Pods and the spec of another ReplicationController at the "
           "end of a rolling update" +
           repeat;
  }
  // Returns true if `target` replaces `source`. Either of these shows it:
  //   - annotation kSourceId of `target` has the uid of `source`
  //   - kSourceId of `target` has only the name of `source`, and kOriginalReplicasOf of `source` is
  //     the uid of `target`. Example: `source` was restored from a backup, so it has a new uid
  const auto is_of = [](const Json& target, const Json& source) {
    return Replaces(target, source) ||
           (SourceName(target) == TextOf(source, "/metadata/name") &&
            AnnotationOf(source, rc::kOriginalReplicasOf) == TextOf(target, "/metadata/uid"));
  };
  std::string taker;
  for (const Json* entry : others) {
    const Json& other = *entry;
    if (AnnotationOf(controller, rc::kOriginalReplicasOf) == TextOf(other, "/metadata/uid")) {
      taker = TextOf(other, "/metadata/name");
    }
    const bool from_other = is_of(controller, other);
    const bool to_other = is_of(other, controller);
    if ((!from_other && !to_other) || IsDeleting(other)) continue;
    const std::string name = TextOf(other, "/metadata/name");
    const bool by_name = SourceName(controller) == name && SourceName(other) == own_name;
    if (by_name && !(from_other && to_other)) {
      return "is in the middle of a rollback; the other ReplicationController is " + name +
             ". No ReplicationControllerUpdate asks Windlass to continue that rollback. To go on "
             "with it, repeat the rolling-update command with --rollback";
    }
    // In a rollback, each of the two controllers names the other as its source. The old controller
    // is the controller with annotation kNextControllerId. If neither has this annotation, the old
    // controller is the one that was created first.
    const auto names = [](const Json& one, const Json& next) {
      return AnnotationOf(one, rc::kNextControllerId) == TextOf(next, "/metadata/name");
    };
    const char* created = "/metadata/creationTimestamp";
    const bool is_new =
        from_other &&
        (!to_other || names(other, controller) ||
         (!names(controller, other) && TextOf(controller, created) > TextOf(other, created)));
    const std::string both = is_new ? name + ' ' + own_name : own_name + ' ' + name;
    // If the cluster does not serve ReplicationControllerUpdates, only the plugin itself can carry
    // out a rollback, with --local.
    const std::string command = "kubectl windlass rolling-update " + both + " --rollback -n " +
                                namespace_ + (is_unserved() ? " --local" : "");
    const std::string from_to =
        "from " + (is_new ? name : own_name) + " to " + (is_new ? own_name : name);
    if (from_other && to_other) {
      return "is in the middle of a rollback of the update " + from_to +
             ". No ReplicationControllerUpdate asks Windlass to continue that rollback. To go on "
             "with it: " +
             command;
    }
    return "is in the middle of a rolling update " + from_to + repeat +
           ". To take it back: " + command;
  }
  // kDesiredReplicas is the number of replicas that an update wants to reach. An update that ends
  // removes this annotation. So if the annotation is present, the update has not ended.
  const auto desired = ParseWhole<int32_t>(AnnotationOf(controller, rc::kDesiredReplicas));
  const int64_t size = NumberOf(controller, "/spec/replicas", 1);
  if (desired && *desired > size && !SourceName(controller).empty()) {
    const std::string in = own_name + " -n " + namespace_;
    return "has " + std::to_string(size) + " of " + std::to_string(*desired) +
           " replicas. In a rolling update, it was to replace ReplicationController " +
           SourceName(controller) +
           ", which does not exist any more. To complete the update: kubectl scale rc " + in +
           " --replicas=" + std::to_string(*desired) +
           ". To end the update at the present size: kubectl annotate rc " + in + ' ' +
           std::string(rc::kSourceId) + "- " + std::string(rc::kDesiredReplicas) + '-';
  }
  // kOriginalReplicas counts only together with kOriginalReplicasOf, which says which controller
  // got the Pods. Alone, it may be left from an earlier update, because kubectl never removes it.
  if (HasGivenPods(controller) && !AnnotationOf(controller, rc::kOriginalReplicasOf).empty()) {
    const std::string next = AnnotationOf(controller, rc::kNextControllerId);
    const std::string now =
        taker.empty() ? "a new controller, but that controller does not exist any more" + repeat
                      : taker + ", but " + taker + " lacks the annotations of an update";
    return "was scaled down in a rolling update to " + now + ". To restore the " +
           AnnotationOf(controller, rc::kOriginalReplicas) + " replicas of " + own_name +
           ": kubectl windlass rolling-update " + own_name + ' ' + (next.empty() ? "NEW" : next) +
           " --rollback -n " + namespace_;
  }
  return {};
}

}  // namespace

std::string UnfinishedUpdateOf(const CommandContext& context, const Place& place,
                               const Json& controller) {
  if (IsDeleting(controller)) return {};
  const Result<ObjectList> list =
      ListObjects(context.session, {resources::kReplicationControllers, place.namespace_});
  // If the controller has the annotation kRenameJournal, its update is certainly not finished, even
  // if the list has failed.
  if (!list.ok() && AnnotationOf(controller, rc::kRenameJournal).empty()) return {};
  std::vector<Json> others;
  if (list.ok()) {
    for (const std::string& item : list->items) {
      others.push_back(Json::parse(item, nullptr, false));
    }
  }
  std::vector<const Json*> pointers;
  for (const Json& other : others) pointers.push_back(&other);
  const Json* present = &controller;
  if (list.ok()) {
    // The update may have ended after `controller` was read. So the version in the list is used.
    const std::string uid = TextOf(controller, "/metadata/uid");
    const auto found = std::ranges::find(
        pointers, uid, [](const Json* other) { return TextOf(*other, "/metadata/uid"); });
    if (found == pointers.end()) return {};
    present = *found;
  }
  return UnfinishedText(*present, pointers, [&] {
    const Result<Json> update = ReadObject(
        context.session, {resources::kReplicationControllerUpdates, place.namespace_, place.name});
    return !update.ok() && update.error().detail == ErrorDetail::kNotServed;
  });
}

namespace {

// API servers set the times of the last writes of an update, and of its end. The clocks of two API
// servers may differ a little. So a last write may seem to come up to this much after the end.
constexpr seconds kEndSlack{10};

// Returns when the update ended: the time that an API server gave to the last write of the status.
//   - if there is no such time: the time of the condition Ready, by the clock of Windlass. If this
//     clock is wrong, UnfinishedAmong may leave out an unfinished update, or return an ended one
//   - if neither time is known: nullopt
std::optional<WallTime> EndOf(const Json& update) {
  if (const std::optional<WallTime> written = LastWrite(update, "status")) return written;
  const Json* ready = TrueCondition(update, "Ready");
  return ready == nullptr ? std::nullopt : TimeOf(*ready, "/lastTransitionTime");
}

}  // namespace

std::set<const Json*> UnfinishedAmong(const std::vector<const Json*>& controllers,
                                      const std::vector<const Json*>& updates) {
  using Key = std::pair<std::string, std::string>;  // namespace and name
  const auto in = [](const Json& object) { return TextOf(object, "/metadata/namespace"); };
  const auto key = [&](const Json& object) {
    return Key(in(object), TextOf(object, "/metadata/name"));
  };
  std::set<Key> asked_for;
  std::set<Key> begins;  // the old controllers of updates whose status.newName is still empty
  // When the last update between two controllers ended. Such a pair of controllers has two entries.
  // The key of each entry is one of the controllers, and the name of the other one.
  std::map<std::pair<Key, std::string>, std::optional<WallTime>> ended;
  const auto note_end = [&](const Key& controller, const std::string& other, const Json& update) {
    std::optional<WallTime>& last = ended[{controller, other}];
    last = std::max(last, EndOf(update));
  };
  for (const Json* update : updates) {
    const std::string new_name = TextOf(*update, "/status/newName");
    if (!IsUnderWay(*update)) {
      note_end(key(*update), new_name, *update);
      note_end(Key(in(*update), new_name), TextOf(*update, "/metadata/name"), *update);
      continue;
    }
    asked_for.insert(key(*update));
    if (new_name.empty()) begins.insert(key(*update));
    asked_for.emplace(in(*update), new_name);
  }
  // Of the two controllers of an update, at least one has an annotation with the name of the other
  // (SourceName). So a controller is compared only with
  //   - all controllers that have such an annotation
  //   - the controller that its own annotation names
  std::map<Key, const Json*> by_name;
  std::map<std::string, std::vector<const Json*>> with_source;  // by namespace
  for (const Json* controller : controllers) {
    by_name[key(*controller)] = controller;
    if (!SourceName(*controller).empty()) with_source[in(*controller)].push_back(controller);
  }
  // Returns true if an update of `controller` has ended, and `controller` may have been read before
  // the update removed its annotations from `controller`. The last write of `controller` decides:
  //   - at an unknown time: true
  //   - before the end of the update, or at most kEndSlack after it: true
  //   - later, or if the end is not known: false. `controller` then counts as part of a later
  //     update with --local, which was stopped
  const auto was_updated = [&](const Json& controller) {
    const std::string others[] = {SourceName(controller),
                                  AnnotationOf(controller, rc::kNextControllerId)};
    return std::ranges::any_of(others, [&](const std::string& other) {
      const auto end = ended.find({key(controller), other});
      if (other.empty() || end == ended.end()) return false;
      const std::optional<WallTime> written = LastWrite(controller);
      return !written || (end->second && *written <= *end->second + kEndSlack);
    });
  };
  std::set<const Json*> unfinished;
  for (const Json* controller : controllers) {
    const Key of_source(in(*controller), SourceName(*controller));
    if (asked_for.contains(key(*controller)) || begins.contains(of_source)) continue;
    if (was_updated(*controller)) continue;
    std::vector<const Json*> others = with_source[in(*controller)];
    const auto source = by_name.find(of_source);
    if (source != by_name.end()) others.push_back(source->second);
    const std::string text = UnfinishedText(*controller, others, [] { return false; });
    if (!text.empty()) unfinished.insert(controller);
  }
  return unfinished;
}

ExitCode RefuseToTakeBackNothing(const CommandContext& context, const Place& place,
                                 const Place& update_place) {
  return Refuse(context, place,
                "has an update that has changed nothing yet, so there is nothing to roll back. To "
                "remove the update: " +
                    TakeAwayText(context, update_place));
}

}  // namespace windlass::cli
