// Which template a Pod is of: the host ReplicaSet's, the Deployment's, or one in between. Upstream
// tells by the ReplicaSet that owns the Pod; in place all Pods stay with one.
//
// A function of the Pod's spec and annotation alone: what its containers really run is asked by
// completion.h. Source: P-027.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "controller/in_place/pod_state.h"
#include "controller/in_place/template_images.h"
#include "kubeclient/api/pod.h"

namespace windlass::in_place {

enum class RevisionBasis : uint8_t {
  kPatched,    // our annotation, and the spec asks for what it says
  kRewritten,  // our annotation; an admission plugin put other images in place of ours (P-081)
  kPutBack,    // our annotation; and it put the old image back, so that the patch did nothing
  kNative,     // without annotation, and its images are a template's: born so
  kForeign,    // none of these: somebody else's doing
};

// What became of our patch: kPatched, kRewritten, kPutBack, or kForeign once somebody edited the
// Pod to something else.
//
// A patch moves the generation by one, or not at all where admission undid all of it; whoever
// edits the Pod afterwards moves it further. A server older than 1.33 counts no generations of
// Pods: there, an edit passes for a rewrite. A rewrite is accepted, as it is when Pods are born:
// what an image of the template means is admission's to say, also when it means the one that ran
// before, as with two tags of one digest. But an image that stood in the template before is the
// image before: such a Pod was not updated.
RevisionBasis BasisOfPatch(const Pod& pod, const PodState& state);
bool IsPutBack(const Pod& pod, const PodState& state, const ContainerPatch& patch);

struct RevisionOfPod {
  Fingerprint of;  // the template's
  RevisionBasis basis = RevisionBasis::kForeign;
  bool operator==(const RevisionOfPod&) const = default;
};

struct KnownTemplates {
  const TemplateImages& host;             // of the ReplicaSet that owns the Pods
  const TemplateImages& desired;          // of the Deployment
  std::span<const Fingerprint> others{};  // of the Deployment's other ReplicaSets
};

// Whether the spec has the images that `state` says it was given.
bool AsksForWhatWePatched(const Pod& pod, const PodState& state);

// `state` is PodStateOf(pod). A Pod without annotation whose images are those of both templates is
// the host's: they differ in metadata, of which it has not got the new one. A foreign Pod counts as
// the host's, too; an annotation that cannot be read, of another Deployment, or of a template that
// is not known makes a Pod foreign.
RevisionOfPod SpecRevision(const Pod& pod, const std::optional<Result<PodState>>& state,
                           const Uid& deployment, const KnownTemplates& templates);

}  // namespace windlass::in_place
