#include "controller/in_place/phases/cause.h"

#include <algorithm>
#include <utility>

#include "controller/workload/in_place_annotations.h"
#include "kubeclient/base/cut_text.h"

namespace windlass::in_place {
namespace {

// Returns one member of a JSON pointer without its escapes: "checksum/config" for
// "checksum~1config".
std::string Unescaped(std::string_view member) {
  std::string text;
  for (size_t i = 0; i < member.size(); ++i) {
    if (member[i] == '~' && i + 1 < member.size()) {
      text += member[++i] == '1' ? '/' : '~';
    } else {
      text += member[i];
    }
  }
  return text;
}

bool IsFieldName(std::string_view member) {
  return std::ranges::all_of(
      member, [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); });
}

// Returns the field to which `pointer` points in spec.template, as API servers write fields:
// "spec.template.spec.containers[0].image",
// "spec.template.metadata.annotations[checksum/config]".
std::string FieldAt(std::string_view pointer) {
  std::string field = "spec.template";
  while (pointer.starts_with('/')) {
    pointer.remove_prefix(1);
    const std::string member = Unescaped(pointer.substr(0, pointer.find('/')));
    pointer.remove_prefix(std::min(pointer.find('/'), pointer.size()));
    field += IsFieldName(member) ? '.' + member : '[' + member + ']';
  }
  return field;
}

// Returns the sentence that says what `why` means, without the name of the cause at the end. If
// `why.about` is empty, as in a note that an earlier version of Windlass wrote, the sentence says
// "spec.template" instead of the field, or "a node" instead of the node's name.
std::string SentenceOf(const NotEligible& why) {
  const std::string field = FieldAt(why.about);
  switch (why.reason) {
    case Reason::kFieldChanged:
      return field + " has changed, and Windlass cannot change it in a running Pod";
    case Reason::kRestartRequested: return "kubectl rollout restart asks for new Pods";
    case Reason::kInitImageChanged:
      return field + " has changed, and an init container that has run does not run again";
    case Reason::kSidecarKubeletTooOld:
      return "kubelets before 1.32 do not restart sidecars, and " +
             (why.about.empty() ? "a node" : "node " + why.about) + " has such a kubelet";
    case Reason::kImagePullPolicyChanged:
      return field +
             " has changed, and Windlass cannot change it in a running Pod. If the field is not "
             "set, the tag of the image decides its value";
    case Reason::kMetadataOnly:
      return "only labels or annotations of spec.template have changed, and Windlass does not "
             "patch Pods for such a change";
    case Reason::kEnvFromMetadata:
      return field +
             " reads a label or annotation that has changed, but the patch would not restart its "
             "container";
    case Reason::kMatchLabelKey:
      return field + " has changed, and the scheduler has placed the Pods by this label";
    case Reason::kContainerRestartPolicy:
      return field +
             " gives the container a restart rule of its own, so the container might not start "
             "again after a patch";
    case Reason::kMultipleActiveReplicaSets:
      return "a rolling update is under way, and an update in place can begin only after it";
    case Reason::kRecreateStrategy:
      return "strategy Recreate allows updates in place only with a single replica";
    case Reason::kNoBudget: return "maxUnavailable comes to 0 Pods, and no Pod may be added";
    case Reason::kPodForbidden:
      return "the API server refused three patches of Pods in a row" +
             (why.about.empty() ? "" : ": " + why.about);
    case Reason::kQosClassChanged:
      return "the quality of service of the Pods would change, and Kubernetes lets no resize "
             "change "
             "it";
    case Reason::kResourcesAddedOrRemoved:
      return field +
             " has been added or removed, and Kubernetes removes no request and no limit of a "
             "running Pod";
    case Reason::kOtherResources:
      return field +
             " has changed, and only cpu and memory of containers can change in a running "
             "Pod, in Pods without resources of their own";
    case Reason::kEnvFromResources:
      return field +
             " reads cpu or memory that has changed, but the resize would not restart its "
             "container";
    case Reason::kResizeServerTooOld: return "API servers before 1.33 do not resize Pods";
    case Reason::kResizeKubeletTooOld:
      return "kubelets before 1.33 do not resize Pods, nor those before 1.36 init containers, "
             "and " +
             (why.about.empty() ? "a node" : "node " + why.about) + " has such a kubelet";
    case Reason::kResizeInfeasible:
      return "a node will never have room for the resize of its Pod, or does not resize Pods" +
             (why.about.empty() ? "" : ": pod " + why.about);
    case Reason::kResizeDeferred:
      return "a node has had no room for the resize of its Pod for five minutes" +
             (why.about.empty() ? "" : ": pod " + why.about);
  }
  return {};
}

std::string WithName(const std::string& text, std::string_view name) {
  return text + " (" + std::string(name) + ')';
}

// Returns the remedy with which Windlass replaces Pods instead. Example for a Deployment: "set
// windlass.dev/in-place to IfPossible for new Pods".
std::string AskForNewPods(const WorkloadKind& kind) {
  return "set " + kind.PlaceOf(kInPlaceKey).name + " to " +
         std::string(kind.WordOf(kInPlaceKey, "IfPossible")) + " for new Pods";
}

}  // namespace

Cause CauseOf(const NotEligible& why) {
  // The note has only the first kAboutBytesMax bytes of `why.about`. The sentence is cut in the
  // same way, so that CauseOfNote can return the same sentence.
  const NotEligible cut{why.reason, std::string(CutText(why.about, kAboutBytesMax))};
  const std::string_view name = Name(why.reason);
  return {WithName(SentenceOf(cut), name), std::string(name), Text(why)};
}

Cause HostIsGone() {
  Cause why =
      Named(kHostGone, "the replica set of the Pods was deleted, and another replica set has Pods");
  why.note = kHostGone;
  return why;
}

Cause InvalidSettings(const std::vector<Error>& errors) {
  std::string text;
  for (const Error& error : errors) text += (text.empty() ? "" : "; ") + error.message;
  return {std::move(text), std::string(kInvalidSetting), {}};
}

Cause Named(std::string_view name, const std::string& text) {
  return {WithName(text, name), std::string(name), {}};
}

const std::string& NoteOf(const Cause& why) { return why.note.empty() ? why.text : why.note; }

Cause CauseOfNote(const std::string& note) {
  Cause why{.text = note};
  if (const auto of_template = ParseNotEligible(note)) {
    why = CauseOf(*of_template);
  } else if (note == kHostGone) {
    why = HostIsGone();
  }
  why.reason.clear();
  why.note = note;
  return why;
}

std::string RemedyFor(const Cause& why, const WorkloadKind& kind) {
  const auto reason = ParseReason(why.reason);
  if (!reason) return {};
  switch (*reason) {
    case Reason::kFieldChanged:
    case Reason::kRestartRequested:
    case Reason::kInitImageChanged:
    case Reason::kImagePullPolicyChanged:
    case Reason::kMetadataOnly:
    case Reason::kEnvFromMetadata:
    case Reason::kMatchLabelKey:
    case Reason::kContainerRestartPolicy:
    case Reason::kQosClassChanged:
    case Reason::kResourcesAddedOrRemoved:
    case Reason::kOtherResources:
    case Reason::kEnvFromResources:
    case Reason::kResizeServerTooOld:
    case Reason::kResizeInfeasible:
    case Reason::kResizeDeferred: return AskForNewPods(kind);
    case Reason::kResizeKubeletTooOld:
    case Reason::kSidecarKubeletTooOld: return "update this kubelet, or " + AskForNewPods(kind);
    case Reason::kRecreateStrategy:
      return "set spec.replicas to 1, or spec.strategy.type to RollingUpdate";
    case Reason::kNoBudget: return "set " + kind.PlaceOf(kMaxUnavailable).name + " to 1 or more";
    case Reason::kMultipleActiveReplicaSets:
    case Reason::kPodForbidden: return {};
  }
  return {};
}

std::string RefusedText(const Cause& why, const WorkloadKind& kind) {
  const std::string remedy = RemedyFor(why, kind);
  return why.text + ". With " + std::string(kind.WordOf(kInPlaceKey, "Only")) +
         ", nothing is rolled out" + (remedy.empty() ? "" : ": " + remedy);
}

}  // namespace windlass::in_place
