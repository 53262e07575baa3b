// Finds out which template a Pod has: that of the host (the ReplicaSet that owns the Pod), that of
// the workload, or that of a rollout in between. Source: P-027.
// The template of the host is not always that of the Pod: a patched Pod stays with the host, whose
// template changes only at the end of the rollout.
//
// Of the Pod, only the spec, the generation and the state annotation count. completion.h decides
// what its containers really run.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "controller/in_place/pod/pod_state.h"
#include "controller/in_place/template/template_images.h"
#include "kubeclient/api/pod.h"

namespace windlass::in_place {

enum class RevisionBasis : uint8_t {
  kPatched,    // our annotation, and the spec has the images that it names
  kRewritten,  // our annotation; admission put other images in place of ours (P-081)
  kPutBack,    // our annotation; admission put the old image back
  kNative,     // no annotation; the spec has the images of the host's or the workload's template
  kForeign,    // none of these: another client changed the Pod
};

// Returns what has become of our patch:
//   - kPatched: the Pod has the patch's images.
//   - kPutBack: admission put back the image that the old template names, so the Pod was not
//     updated.
//   - kRewritten: admission put in another image. Windlass accepts this, as it does when a Pod is
//     created: the image may be equivalent.
//   - kForeign: another client edited the Pod after the patch and gave it other images.
//
// If the Pod lacks the patch's images, its generation shows who changed them. Our patch raises the
// generation by 1, or by 0 if admission undid all of it. A later edit raises it by 1 more. Example:
// the generation was 4 before our patch. If it is 4 or 5 now, admission changed the images; if it
// is 6, another client did. A client's edit is taken for that of admission in two cases: our patch
// did not raise the generation, or the server is older than 1.33 and counts no generations of Pods.
RevisionBasis BasisOfPatch(const Pod& pod, const PodState& state);
// Returns true if admission put back the image that the container of `patch` had before our patch,
// and the old template names that image.
bool IsPutBack(const Pod& pod, const PodState& state, const ContainerPatch& patch);

struct RevisionOfPod {
  Fingerprint of;  // of the template
  RevisionBasis basis = RevisionBasis::kForeign;
  bool operator==(const RevisionOfPod&) const = default;
};

struct KnownTemplates {
  const TemplateImages& host;             // of the ReplicaSet that owns the Pods
  const TemplateImages& desired;          // of the workload
  std::span<const Fingerprint> others{};  // of all ReplicaSets of the workload
};

// Returns true if the Pod's spec has the images that the patch in `state` asked for.
bool AsksForWhatWePatched(const Pod& pod, const PodState& state);

// Returns the template that the Pod has, and how we know. `state` is PodStateOf(pod).
//   - A Pod that we patched has the target of its state.
//   - A Pod without annotation has the template whose images it has: the host's or the workload's.
//     If both templates have these images, the Pod has the host's template, because no patch has
//     given it the metadata of the workload's template.
//   - A foreign Pod (kForeign) counts as having the host's template.
// A Pod is foreign if
//   - it has no annotation, and the images of neither template
//   - its annotation cannot be read, or names another workload or an unknown template
//   - another client gave it other images after our patch (BasisOfPatch)
RevisionOfPod SpecRevision(const Pod& pod, const std::optional<Result<PodState>>& state,
                           const Uid& deployment, const KnownTemplates& templates);

}  // namespace windlass::in_place
