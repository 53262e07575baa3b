// What has to change in one Pod to bring it to a template, whatever template it has now.
#pragma once

#include <string_view>
#include <vector>

#include "controller/in_place/pod/pod_state.h"
#include "controller/in_place/template/changes.h"
#include "kubeclient/api/canonical.h"
#include "kubeclient/api/pod.h"
#include "kubeclient/base/result.h"

namespace windlass::in_place {

// A template and its text. The text is empty if no ReplicaSet has the template any more.
struct KnownTemplate {
  Fingerprint fingerprint;
  std::string_view json;
};

// Returns what must change in `pod`, which has template `from`, to bring it to template `to`.
// `state` is that of our last patch, or null.
//
// Labels, annotations and tolerations: the differences between the two templates that a running Pod
// can take; if the text of `from` is unknown, all that `to` has. Whether the rollout may be in
// place was judged for Pods with the host's template (P-013). A Pod that was patched already has
// another template. Two rules follow:
//   - it keeps tolerations that it already has, because the API server refuses to remove them
//   - a label that is read when a container is created changes without a new container (P-065)
//
// Images: those in which the templates differ and that the Pod does not have yet. So a Pod that is
// on its way to an older target gets to `to`, too (P-034, P-064). If both templates name the same
// image and the Pod has another one:
//   - No client edited the Pod since it was created or since our last patch: admission rewrote the
//     image. It stays, so that only containers restart whose image changes in the template (P-065).
//   - Another client may have edited the Pod, as its generation shows: it gets the template's
//     image, as a rolling update would give it (I-55). If something else was edited, this undoes
//     admission's rewrite once, unless admission rewrites our patch as well.
//   - Admission undid our last patch (RevisionBasis::kPutBack): the image is patched again.
// If `from` is unknown, the Pod gets all images of `to`.
//
// Containers that the template lacks were injected and stay as they are. A container that the Pod
// lacks is left out, because a running Pod takes no new container. Error kMalformed if a template
// cannot be read.
Result<TemplateChanges> ChangesFor(const Pod& pod, const PodState* state, const KnownTemplate& from,
                                   const KnownTemplate& to);

// Returns the container entries of the state for a patch with these changes (PatchedContainers).
// They say what was there before. Error kMalformed if a template cannot be read.
Result<std::vector<ContainerPatch>> PatchesOf(const Pod& pod, const PodState* state,
                                              const KnownTemplate& from,
                                              const TemplateChanges& changes, WallTime now);

}  // namespace windlass::in_place
