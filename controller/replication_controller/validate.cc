#include "controller/replication_controller/validate.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "controller/replication_controller/annotations.h"
#include "controller/replication_controller/new_controller.h"
#include "controller/replication_controller/words.h"
#include "controller/replication_controller/writes.h"
#include "kubeclient/api/parts.h"
#include "kubeclient/api/service.h"
#include "kubeclient/api/string_map.h"
#include "kubeclient/base/fill.h"

namespace windlass::replication_controller {
namespace {

// How soon Windlass repeats a check that refused a rename at the end of an update. Windlass does
// not watch ReplicaSets, so no event shows that the cause is gone. A check that refused the update
// before its first step is not repeated, because the refusal ended the run (HasEnded).
constexpr Duration kLookAgain = seconds(30);

// How soon Windlass asks again for a list that was too large. No watch reports that the list has
// shrunk.
constexpr Duration kLookThroughAgain = seconds(300);

// Asks for all objects of `resource` in the update's namespace. The update goes on without the list
// if
//   - the API server refuses to list, for example because Windlass lacks the right
//   - the API server is overloaded or fails
//   - the list is too large
Answer AskForAll(const Situation& situation, const ResourceId& resource, std::string why) {
  Read read = ReadAll(situation, resource, std::move(why));
  read.go_on_if_refused = true;
  return Ask(situation, std::move(read));
}

// Like AskForAll, for objects that may act on the Pods of the update. Exception: if the list is too
// large, the update fails.
Answer AskForOthers(const Situation& situation, const ResourceId& resource, std::string why) {
  Answer answer = AskForAll(situation, resource, std::move(why));
  const bool failed = !answer.step && !answer.value->said.ok();
  if (!failed || answer.value->said.error().kind != ErrorKind::kTooLarge) return answer;
  return {.step = Fail(situation, kInvalidUpdate,
                       Fill("Windlass cannot check which other objects act on the Pods of this "
                            "update, because a list is too large. The request {} failed: {}. "
                            "Delete some of the listed objects, or move some to another namespace. "
                            "Then begin the update again",
                            answer.value->asked.text, answer.value->said.error().message),
                       kLookThroughAgain)};
}

std::optional<Step> RefuseOwned(const Situation& situation,
                                const ReplicationController* controller) {
  if (controller == nullptr) return std::nullopt;
  const OwnerReference* owner = controller->meta.ControllerRef();
  if (owner == nullptr) return std::nullopt;
  const std::string other = Fill("{} {}", owner->kind.text(), owner->name.text());
  return Fail(situation, kOwnedByOther,
              Fill("ReplicationController {} belongs to {}, which would undo what an update does, "
                   "so Windlass does not update it. Change {} instead",
                   controller->meta.name, other, other));
}

// Refuses an update if an autoscaler scales one of its two controllers. Refuses only before the
// first step, and never a rollback.
std::optional<Step> RefuseAutoscaled(const Situation& situation) {
  if (!situation.run.step.empty() || situation.spec().rollback) return std::nullopt;
  Answer answer = AskForOthers(situation, resources::kHorizontalPodAutoscalers,
                               "an autoscaler may scale the controllers that are updated");
  if (answer.step) return std::move(answer.step);
  for (const Json& item : ItemsIn(answer)) {
    if (TextAt(item, "/spec/scaleTargetRef/kind") != "ReplicationController") continue;
    const std::string scaled = TextAt(item, "/spec/scaleTargetRef/name");
    if (scaled != situation.old_name() && scaled != situation.new_name) continue;
    return Fail(situation, kAutoscaled,
                Fill("HorizontalPodAutoscaler {} scales ReplicationController {}, which the update "
                     "has to scale itself. Delete the autoscaler, begin the update again, and "
                     "create the autoscaler again when the update is done",
                     TextAt(item, "/metadata/name"), scaled));
  }
  return std::nullopt;
}

// --- two updates of one controller ---

constexpr std::string_view kBesideText =
    "ReplicationController {} {} in another update. Wait until that update has ended, and begin "
    "this update again. If there is no such update, remove the annotation {} from {}";

// Refuses an update whose old controller is the target of another update, as its kSourceId says.
// kSourceId does not count if
//   - it names the new controller, because a rollback wrote it
//   - or the controller that it names is gone
std::optional<Step> RefuseTarget(const Situation& situation) {
  const ReplicationController& old = *situation.old_controller();
  const SourceId source = SourceIdIn(old);
  const std::string name(source.name);
  if (name.empty() || name == situation.new_name) return std::nullopt;
  Answer answer =
      Ask(situation, {Request::Get(resources::kReplicationControllers, {old.meta.namespace_, name}),
                      "another update of the old controller may be under way"});
  if (answer.step) return std::move(answer.step);
  if (At(ObjectIn(answer), "/metadata/uid") != source.uid) return std::nullopt;
  return Fail(situation, kOtherName,
              Fill(kBesideText, old.meta.name, "replaces ReplicationController " + name, kSourceId,
                   old.meta.name));
}

// Refuses an update if the old controller is in the middle of an update to another new controller,
// which still exists (RC-21).
std::optional<Step> RefuseOtherName(const Situation& situation) {
  const ReplicationController& old = *situation.old_controller();
  const ReplicationController* const created = situation.new_controller();
  const std::string_view of = Annotation(old, kOriginalReplicasOf);
  if (of.empty()) return std::nullopt;
  if (created != nullptr && of == created->meta.uid.ToString()) return std::nullopt;
  OrStep<Json> found = FindByUid(situation, of);
  if (found.step) return std::move(found.step);
  const StringMap annotations = MapOf(At(found.value, "/metadata/annotations"));
  if (annotations.Find(kSourceId) != SourceIdOf(old)) return std::nullopt;
  const std::string name = TextAt(found.value, "/metadata/name");
  const std::string_view unnoted = IsMadeUp(name, old.meta.name) ? kRename : situation.cleanup();
  const std::string end(annotations.Find(kCleanup).value_or(unnoted));
  return Fail(situation, kOtherName,
              Fill("ReplicationController {} is in the middle of an update to {}, so it cannot be "
                   "updated to {}. To continue that update, set spec.newName to {}{}. To undo that "
                   "update, also set spec.rollback to true",
                   old.meta.name, name, situation.new_name, name,
                   end == situation.cleanup() ? "" : " and spec.cleanup to " + end));
}

// --- others that select the new Pods ---

std::optional<Step> RefuseAdopterOf(const Situation& situation, const ResourceId& resource,
                                    const StringMap& labels) {
  Answer answer = AskForOthers(situation, resource, "another controller may select the new Pods");
  if (answer.step) return std::move(answer.step);
  // The selector of a ReplicaSet cannot be changed, and may have expressions beside labels. A
  // ReplicaSet is never one of our two controllers, even if it has the name of one.
  const bool fixed = resource == resources::kReplicaSets;
  for (const Json& item : ItemsIn(answer)) {
    const std::string name = TextAt(item, "/metadata/name");
    const bool ours = name == situation.old_name() || name == situation.new_name;
    if (name.empty() || (ours && !fixed)) continue;
    const Json& written = At(item, "/spec/selector");
    const LabelSelector selector = fixed ? LabelSelectorIn(written) : SelectorOf(MapOf(written));
    if (selector.SelectsEverything() || !Matches(selector, labels)) continue;
    const std::string other = Fill("{} {}", resource.kind, name);
    return Fail(
        situation, kSelectedByOther,
        Fill("{} selects the labels of the new Pods, so it would adopt them while {} is renamed to "
             "{}. {}et spec.cleanup to Delete: then the new ReplicationController keeps its name",
             other, situation.new_name, situation.old_name(),
             fixed ? "S" : "Change the selector of " + other + ", or s"),
        kLookAgain);
  }
  return std::nullopt;
}

// --- the journal of a rename ---

// The most bytes of annotations, without the journal, that the update may still add to the old
// controller before the rename.
constexpr size_t kOtherNotesBytes = size_t{2} << 10U;
// If the cached annotations take at most half of kAnnotationBytesMax, a journal of at most this
// size fits, and the API server is not asked. kubectl apply's annotation, which is not cached and
// about as large as the journal, fits as well.
constexpr size_t kSmallJournalBytes = size_t{16} << 10U;
constexpr std::array<std::string_view, 1> kAnnotationsOf = {"/metadata/annotations"};

// Refuses a rename whose journal is too large for an annotation of the old controller. Unless the
// journal and the cached annotations are small, asks the API server for the old controller, because
// the cache does not have all its annotations.
std::optional<Step> RefuseLargeJournal(const Situation& situation,
                                       const ReplicationController& created) {
  const size_t journal = kRenameJournal.size() + JournalText(created).size();
  const ReplicationController& old = *situation.old_controller();
  const size_t cached = AnnotationBytes(old.meta.annotations);
  if (journal <= kSmallJournalBytes && cached <= kAnnotationBytesMax / 2) return std::nullopt;
  Answer answer = Ask(
      situation,
      {.request = Request::Get(resources::kReplicationControllers, KeyOf(old.meta)),
       .why = "the annotations of the old controller may leave no room for the journal of a rename",
       .digest =
           DigestBy([](std::string_view object) { return KeepParts(object, kAnnotationsOf); })});
  if (answer.step) return std::move(answer.step);
  size_t others = 0;
  const Json whole = ObjectIn(answer);
  for (const auto& [key, value] : At(whole, "/metadata/annotations").items()) {
    if (key != kRenameJournal) others += key.size() + value.get_ref<const std::string&>().size();
  }
  const size_t to_come = situation.run.step.empty() ? kOtherNotesBytes : 0;
  if (journal + others + to_come <= kAnnotationBytesMax) return std::nullopt;
  return Fail(
      situation, kInvalidUpdate,
      Fill("to rename {} to {}, Windlass has to store the new controller in an annotation of {}. "
           "This takes {} bytes. The other annotations, with those that the update adds, take up "
           "to {} bytes. All annotations together may take {} bytes. Set spec.cleanup to Delete: "
           "then the new ReplicationController keeps its name",
           created.meta.name, old.meta.name, old.meta.name, journal, others + to_come,
           kAnnotationBytesMax),
      kLookAgain);
}

}  // namespace

std::optional<Step> Validate(const Situation& situation) {
  if (auto owned = RefuseOwned(situation, situation.old_controller())) return owned;
  if (auto owned = RefuseOwned(situation, situation.new_controller())) return owned;
  if (situation.new_name == situation.old_name()) {
    return Fail(situation, kInvalidUpdate,
                Fill(kSameNameText, situation.new_name, situation.old_name()));
  }
  return RefuseAutoscaled(situation);
}

std::optional<Step> RefuseOtherContent(const Situation& situation) {
  const ReplicationController* created = situation.new_controller();
  if (situation.spec().rollback || created == nullptr || created->meta.deleting()) {
    return std::nullopt;
  }
  const std::string& wanted = situation.spec().image;
  // The image is compared only if kSourceId of the new controller names the old one. Otherwise the
  // new controller does not belong to this update, and FindGoal refuses the update.
  if (!wanted.empty() && SourceIdIn(*created).name == situation.old_name()) {
    const Result<std::string> image = ImageIn(situation, *created->template_json);
    if (!image.ok()) return Fail(situation, kInvalidUpdate, image.error().message);
    if (*image != wanted) {
      return Fail(
          situation, kOtherImage,
          Fill("Found existing in-progress update to image ({}).\nEither continue in-progress "
               "update with --image={} or rollback with --rollback",
               *image, *image));
    }
  }
  if (!HasOtherContent(situation.spec(), situation.run.target)) return std::nullopt;
  // If the new controller has another image, kOtherImage above says so.
  return Fail(situation, kOtherContent,
              Fill("the update to {} is under way, and the changed spec describes another new "
                   "controller. To go on, change spec.controller, spec.image, spec.container and "
                   "spec.imagePullPolicy back. To go back, set spec.rollback to true",
                   created->meta.name));
}

std::optional<Step> RefuseSwapped(const Situation& situation) {
  // Checked only before the first step. A rollback that has begun would look swapped, because it
  // has itself made the old controller its target.
  if (!situation.run.step.empty()) return std::nullopt;
  const ReplicationController& old = *situation.old_controller();
  const ReplicationController& created = *situation.new_controller();
  // In a rollback, kSourceId of each controller names the other. In an update to an image, only the
  // old controller has kNextControllerId. Names are compared, because a controller that was
  // restored from a backup has another uid.
  const bool ours = SourceIdIn(created).name == old.meta.name &&
                    Annotation(created, kNextControllerId) != old.meta.name;
  if (ours || SourceIdIn(old).name != created.meta.name) return std::nullopt;
  return Fail(situation, kOtherName,
              Fill("an update from ReplicationController {} to {} is under way, and this update "
                   "goes the opposite way. To go back to {}, roll back the update of {} instead",
                   created.meta.name, old.meta.name, created.meta.name, created.meta.name));
}

std::optional<Step> RefuseChain(const Situation& situation) {
  if (auto refusal = RefuseTarget(situation)) return refusal;
  if (auto refusal = RefuseOtherName(situation)) return refusal;
  const ReplicationController* created = situation.new_controller();
  if (created == nullptr) return std::nullopt;
  const std::string_view by = Annotation(*created, kOriginalReplicasOf);
  if (by.empty() || by == situation.old_controller()->meta.uid.ToString()) return std::nullopt;
  return Fail(situation, kOtherName,
              Fill(kBesideText, created->meta.name,
                   "is itself being replaced by a third ReplicationController", kOriginalReplicasOf,
                   created->meta.name));
}

std::optional<Step> RefuseRename(const Situation& situation, const ReplicationController& created) {
  if (situation.cleanup() != kRename) return std::nullopt;
  if (auto step = RefuseLargeJournal(situation, created)) return step;
  const StringMap labels = LabelsOfTemplate(*created.template_json);
  for (const ResourceId& resource : {resources::kReplicationControllers, resources::kReplicaSets}) {
    if (auto step = RefuseAdopterOf(situation, resource, labels)) return step;
  }
  return std::nullopt;
}

namespace {

// Returns the Warning about a Service that selects `labels`. The new Pods lack each of these
// labels, or have it with another value.
Event WarnAboutService(const std::string& service, const std::vector<std::string>& labels) {
  const bool one = labels.size() == 1;
  std::string names;
  for (const std::string& label : labels) {
    if (!names.empty()) names += &label == &labels.back() ? " and " : ", ";
    names += label;
  }
  return {
      .type = Event::Type::kWarning,
      .reason = "ServiceSelectsOldPods",
      .message = Fill("Service {} loses its Pods in the update, because the new Pods do not match "
                      "the {} {} of its selector. Remove {} from the selector of Service {}",
                      service, one ? "label" : "labels", names, one ? "this label" : "these labels",
                      service)};
}

}  // namespace

OrStep<std::vector<Event>> WarnAboutServices(const Situation& situation) {
  Answer answer = AskForAll(situation, resources::kServices,
                            "perhaps a Service selects the old Pods, but not "
                            "the new ones");
  if (answer.step) return {.step = std::move(answer.step)};
  const StringMap old_labels = LabelsOfTemplate(*situation.source()->template_json);
  const StringMap new_labels = LabelsOfTemplate(*situation.target()->template_json);
  std::vector<Event> warnings;
  for (const Json& service : ItemsIn(answer)) {
    const StringMap selector = MapOf(At(service, "/spec/selector"));
    const bool selects_old = std::ranges::all_of(selector, [&](const auto& label) {
      return old_labels.Find(label.first) == label.second.text();
    });
    if (!selects_old) continue;
    std::vector<std::string> lacking;
    for (const auto& [key, value] : selector) {
      if (new_labels.Find(key) != value.text()) lacking.emplace_back(key.text());
    }
    if (lacking.empty()) continue;
    warnings.push_back(WarnAboutService(TextAt(service, "/metadata/name"), lacking));
  }
  return {std::move(warnings)};
}

}  // namespace windlass::replication_controller
