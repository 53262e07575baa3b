// Which template a Pod has: the host ReplicaSet's, the workload's, or one in between. Upstream
// looks at the ReplicaSet that owns the Pod; in place all Pods stay with one ReplicaSet.
//
// The answer depends on the Pod's spec and annotation alone. What its containers really run is a
// question for completion.h. Source: P-027.
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
  kNative,     // no annotation, and the images of a template: created so
  kForeign,    // none of these: another client changed the Pod
};

// Returns what became of our patch: kPatched, kRewritten, kPutBack, or kForeign if another client
// edited the Pod since and gave it other images.
//
// The generation tells an edit from a rewrite by admission. Our patch raises it by 1, or by 0 if
// admission undid all of the patch; a later edit raises it further. (A server older than 1.33 does
// not count generations of Pods: there, an edit looks like a rewrite.)
//
// A rewrite is accepted, as it is when Pods are created: admission decides what an image of the
// template means. It may even mean the image that ran before, as with two tags of one digest. But
// if admission puts back the image that the old template names, the Pod was not updated: kPutBack.
RevisionBasis BasisOfPatch(const Pod& pod, const PodState& state);
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

// Returns true if the spec has the images to which `state` says they were patched.
bool AsksForWhatWePatched(const Pod& pod, const PodState& state);

// Returns the template that the Pod has, and how we know. `state` is PodStateOf(pod).
//   - A Pod without annotation whose images are those of both templates has the host's: the
//     templates differ in metadata, and the Pod never got the new metadata.
//   - A Pod is foreign if its annotation cannot be read, or names another workload or an unknown
//     template. A foreign Pod counts as having the host's template.
RevisionOfPod SpecRevision(const Pod& pod, const std::optional<Result<PodState>>& state,
                           const Uid& deployment, const KnownTemplates& templates);

}  // namespace windlass::in_place
