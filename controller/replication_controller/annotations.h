// The annotations of a rolling update. In most of them, the update keeps its state on the two
// ReplicationControllers. By one of them, a user asks for an update. The first four are kubectl's:
// kubectl 1.17 and Windlass can each finish an update that the other began.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "controller/core/own_names.h"
#include "kubeclient/api/replication_controller.h"
#include "kubeclient/base/parse_whole.h"

namespace windlass::replication_controller {

// On the controller that is scaled up: the controller that it replaces, as "<name>:<uid>".
inline constexpr std::string_view kSourceId = "kubectl.kubernetes.io/update-source-id";
// On the controller that is scaled up: the number of replicas that this controller is to have when
// the update is over.
inline constexpr std::string_view kDesiredReplicas = "kubectl.kubernetes.io/desired-replicas";
// On the controller that is scaled down: its size before the update or rollback. With
// spec.onExternalScale Adopt, Windlass may note the desired size instead (RC-16). A rollback gives
// the old controller its noted size back.
inline constexpr std::string_view kOriginalReplicas = "kubectl.kubernetes.io/original-replicas";
// On the old controller, in an update to an image: the name of the new controller.
inline constexpr std::string_view kNextControllerId = "kubectl.kubernetes.io/next-controller-id";

// Beside kOriginalReplicas: the uid of the controller that the same update or rollback scales up.
// kubectl never removes a noted size. Without this uid, a later rollback could therefore restore
// the size that an earlier update noted (RC-8).
inline constexpr std::string_view kOriginalReplicasOf = "windlass.dev/original-replicas-of";
// On the old controller during a rename: the content of the new controller. After the new
// controller is deleted, the old controller gets this content (RC-14). JournalText makes the value.
inline constexpr std::string_view kRenameJournal = "windlass.dev/rename-journal";
// On a new controller that Windlass created: what the creating update does with the old controller
// at the end (Delete, Preserve or Rename). kubectl does not set this annotation.
inline constexpr std::string_view kCleanup = "windlass.dev/cleanup";
// On the old controller, set by a user to ask for an update (RC-1): the name of the new controller.
inline constexpr std::string_view kRollingUpdateTo = "windlass.dev/rolling-update-to";

// The annotations that the end of an update removes from the old controller. A new controller that
// is a copy of the old one does not get them.
//   - kRollingUpdateTo stays if it names another new controller.
//   - The new controller loses some of them, too (EndedAnnotations in writes.h).
inline constexpr std::string_view kEndWithUpdate[] = {
    kSourceId,           kDesiredReplicas,  kOriginalReplicas,
    kOriginalReplicasOf, kNextControllerId, kRenameJournal,
    kRollingUpdateTo,    kTermAnnotation,   kCleanup};

// Returns the annotation; "" if it is absent.
inline std::string_view Annotation(const ReplicationController& controller, std::string_view key) {
  return controller.meta.annotations.Find(key).value_or(std::string_view());
}

// Returns the value of the annotation; nullopt if the annotation is absent, is not a 32-bit
// integer, or is below 0.
inline std::optional<int32_t> NumberIn(const ReplicationController& controller,
                                       std::string_view key) {
  const std::optional<int32_t> number = ParseWhole<int32_t>(Annotation(controller, key));
  return number && *number >= 0 ? number : std::nullopt;
}

// Returns true if `controller` has fewer replicas than the original size that Windlass noted on it,
// in this update or an earlier one. A size that only kubectl noted (without kOriginalReplicasOf)
// does not count.
inline bool HasGivenPods(const ReplicationController& controller) {
  return !Annotation(controller, kOriginalReplicasOf).empty() &&
         NumberIn(controller, kOriginalReplicas).value_or(0) > controller.replicas;
}

// Returns true if the new controller `created` counts as not scaled yet. The old controller then
// still has its original size, unless an original size is noted on it for `created`
// (HasOriginalSize). The cases:
//   - `created` has no replicas
//   - Windlass created `created`, and metadata.generation is still 1. It was created with replicas
//     for Pods without an owner, which it adopts (RC-7). Example: it is created with 2 replicas for
//     2 such Pods. The first scaling, to 3, makes generation 2
inline bool IsUnscaled(const ReplicationController& created) {
  return created.replicas == 0 ||
         (created.meta.annotations.Has(kCleanup) && created.meta.generation == 1);
}

// Returns kSourceId's value for a target that replaces `source`.
inline std::string SourceIdOf(const ReplicationController& source) {
  return source.meta.name + ":" + source.meta.uid.ToString();
}

// The two parts of a controller's kSourceId. The views are valid as long as the annotation. Both
// are empty if the annotation is absent.
struct SourceId {
  std::string_view name;
  std::string_view uid;
};
inline SourceId SourceIdIn(const ReplicationController& controller) {
  const std::string_view text = Annotation(controller, kSourceId);
  const size_t colon = std::min(text.find(':'), text.size());
  return {text.substr(0, colon), text.substr(std::min(colon + 1, text.size()))};
}

// Returns true if a user deleted the old controller and created `old`, another one of the same
// name. The update does not change such an `old`. Both must hold:
//   - kSourceId of `created`, the new controller, has the name of `old` but another uid
//   - no annotation of `old` names `created`
inline bool IsMadeAnew(const ReplicationController& old, const ReplicationController& created) {
  const SourceId source = SourceIdIn(created);
  return source.name == old.meta.name && source.uid != old.meta.uid.ToString() &&
         Annotation(old, kOriginalReplicasOf) != created.meta.uid.ToString() &&
         Annotation(old, kSourceId) != SourceIdOf(created);
}

// Returns the journal of a rename: the content of the new controller `created`, as JSON. An
// annotation and the status keep the journal, because the old controller gets this content after
// the new controller is deleted (RC-14).
std::string JournalText(const ReplicationController& created);
// Returns the new controller that the journal `text` describes: name, uid, labels, kSourceId and
// spec. Returns nullopt if `text` is not a journal.
std::optional<ReplicationController> ParseJournal(std::string_view text);

}  // namespace windlass::replication_controller
