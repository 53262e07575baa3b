// Finds out which template a Pod has: the host ReplicaSet's, the workload's, or one in between. The
// stock controller looks at the ReplicaSet that owns the Pod. In a rollout in place that does not
// help, because all Pods stay with one ReplicaSet.
//
// The result depends on the Pod's spec and annotation alone. What the Pod's containers really run
// is decided in completion.h. Source: P-027.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "controller/in_place/pod/pod_state.h"
#include "controller/in_place/template/template_images.h"
#include "kubeclient/api/pod.h"

namespace windlass::in_place {

enum class RevisionBasis : uint8_t {
  kPatched,    // our annotation, and the spec has the images it names
  kRewritten,  // our annotation; admission put other images in place of ours (P-081)
  kPutBack,    // our annotation; admission put the old image back
  kNative,     // no annotation; the spec has the images of the host's or the workload's template
  kForeign,    // none of these: another client changed the Pod
};

// Returns what has become of our patch: kPatched, kRewritten, kPutBack, or kForeign if another
// client edited the Pod after the patch and gave it other images.
//
// The Pod's generation shows whether the spec was edited later or rewritten by admission. Our patch
// raises the generation by 1, or by 0 if admission undid all of the patch; a later edit raises it
// further. (An edit looks like a rewrite if our patch raised the generation by 0, or if the server
// is older than 1.33, which does not count generations of Pods.)
//
// A rewrite by admission is accepted, just as when a Pod is created: admission decides which image
// an image of the template stands for. Exception: if admission puts back the image that the old
// template names, the Pod was not updated (kPutBack).
RevisionBasis BasisOfPatch(const Pod& pod, const PodState& state);
// Returns true if admission put back the image that the container of `patch` had before our patch,
// and that the old template names.
bool IsPutBack(const Pod& pod, const PodState& state, const ContainerPatch& patch);

struct RevisionOfPod {
  Fingerprint of;  // of the template
  RevisionBasis basis = RevisionBasis::kForeign;
  bool operator==(const RevisionOfPod&) const = default;
};

struct KnownTemplates {
  const TemplateImages& host;             // of the ReplicaSet that owns the Pods
  const TemplateImages& desired;          // of the workload
  std::span<const Fingerprint> others{};  // of the workload's other ReplicaSets
};

// Returns true if the Pod's spec has the images that the patch in `state` asked for.
bool AsksForWhatWePatched(const Pod& pod, const PodState& state);

// Returns the template that the Pod has, and how we know. `state` is PodStateOf(pod).
//   - If a Pod without annotation has the images of both templates, it has the host's template: the
//     templates differ in metadata, and the Pod never got the new metadata.
//   - A Pod without annotation is foreign if it has the images of neither template. A Pod is also
//     foreign if its annotation cannot be read, or names another workload or an unknown template.
//     A foreign Pod counts as having the host's template.
RevisionOfPod SpecRevision(const Pod& pod, const std::optional<Result<PodState>>& state,
                           const Uid& deployment, const KnownTemplates& templates);

}  // namespace windlass::in_place
