// The annotations in which a rolling update keeps its state, on the two ReplicationControllers. The
// first four annotations are kubectl's: with them, kubectl 1.17 can finish an update that Windlass
// began, and Windlass can finish one that kubectl began.
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
// On the controller that is scaled down: the number of replicas that this controller had before,
// for a rollback.
inline constexpr std::string_view kOriginalReplicas = "kubectl.kubernetes.io/original-replicas";
// On the old controller: the name of the new one.
inline constexpr std::string_view kNextControllerId = "kubectl.kubernetes.io/next-controller-id";

// Beside kOriginalReplicas: the uid of the controller that was scaled up when the size was noted.
// kubectl never removes a noted size, so without this uid a later rollback would restore a stale
// size (RC-8).
inline constexpr std::string_view kOriginalReplicasOf = "windlass.dev/original-replicas-of";
// On the old controller during a rename: the content that it gets once the new controller is
// deleted, so that it takes the new controller's place (RC-14). JournalText makes the value.
inline constexpr std::string_view kRenameJournal = "windlass.dev/rename-journal";
// On the new controller: spec.cleanup of the update that made it. kubectl does not note
// spec.cleanup.
inline constexpr std::string_view kCleanup = "windlass.dev/cleanup";
// On the old controller, set by a user to ask for an update (RC-1): the name of the new controller.
inline constexpr std::string_view kRollingUpdateTo = "windlass.dev/rolling-update-to";

// The annotations that an update removes from the old controller when it ends, and does not copy to
// a new one. From the new controller it removes only some (EndedAnnotations in writes.h).
// kTermAnnotation is from own_names.h.
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

// Returns true if `controller` is smaller than the size that Windlass noted in this update or an
// earlier one. A size that only kubectl noted (without kOriginalReplicasOf) does not count.
inline bool HasGivenPods(const ReplicationController& controller) {
  return !Annotation(controller, kOriginalReplicasOf).empty() &&
         NumberIn(controller, kOriginalReplicas).value_or(0) > controller.replicas;
}

// Returns kSourceId's value for a target that replaces `source`.
inline std::string SourceIdOf(const ReplicationController& source) {
  return source.meta.name + ":" + source.meta.uid.ToString();
}

// The two parts of a controller's kSourceId: views that are valid as long as the annotation. Both
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

// Returns true if a user deleted the old controller and created `old`, another controller of the
// same name. In this case, the new controller `created` names another uid as its source, and no
// annotation of `old` names `created`. The update leaves such an `old` alone.
inline bool IsMadeAnew(const ReplicationController& old, const ReplicationController& created) {
  const SourceId source = SourceIdIn(created);
  return source.name == old.meta.name && source.uid != old.meta.uid.ToString() &&
         Annotation(old, kOriginalReplicasOf) != created.meta.uid.ToString() &&
         Annotation(old, kSourceId) != SourceIdOf(created);
}

// Returns the journal of a rename: what the new controller was when the rename began. An annotation
// and the status keep the journal, so that the old controller can become the new one after the new
// one is deleted (RC-14).
std::string JournalText(const ReplicationController& created);
// Returns what the new controller was: name, uid, labels, kSourceId and spec. Returns nullopt if
// the text is not a journal.
std::optional<ReplicationController> ParseJournal(std::string_view text);

}  // namespace windlass::replication_controller
