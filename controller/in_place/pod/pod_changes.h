// Computes what has to change in one Pod to bring the Pod to a template, whatever template the Pod
// has now.
#pragma once

#include <string_view>
#include <vector>

#include "controller/in_place/pod/pod_state.h"
#include "controller/in_place/template/changes.h"
#include "controller/in_place/template/resources.h"
#include "controller/in_place/template/template_images.h"
#include "kubeclient/api/canonical.h"
#include "kubeclient/api/pod.h"
#include "kubeclient/base/result.h"

namespace windlass::in_place {

// A template: its fingerprint and its text. The text is empty if no ReplicaSet has the template any
// more.
struct KnownTemplate {
  Fingerprint fingerprint;
  std::string_view json;
};

// Returns what must change in `pod`, which has template `from`, to bring it to template `to`.
// `state` is the state of our last patch, or null. Error kMalformed if a template cannot be read.
// If the text of `from` is unknown, the Pod gets all labels, annotations, tolerations and images of
// `to`.
//
// Labels, annotations and tolerations: the differences between the two templates, as far as a
// running Pod can take them. The decision to roll out in place compared `to` with the host's
// template only. But `from` may be a third template, which an earlier patch gave the Pod. Further
// differences are then possible (P-013):
//   - A toleration that `to` lacks stays in the Pod, because the API server refuses to remove it.
//   - A label changes even if a container that is not restarted now has read the label, for example
//     into an environment variable (P-065).
//
// CPU and memory: the quantities in which the two templates differ, as far as the Pod has not got
// them already. What an autoscaler has set for a quantity that both templates have stays (P-105).
//
// Images: if the templates name different images for a container, the Pod gets the image of `to`
// unless it has that image already. It gets the image at once, even if its patch to an older target
// is not complete (P-034, P-064). If both templates name the same image, but the Pod has another
// one:
//   - No client edited the Pod since it was created or since our last patch: admission rewrote the
//     image. It stays, because a container must restart only if its image changes in the template
//     (P-065).
//   - Another client may have edited the Pod, by its generation: the Pod gets the template's image,
//     as it would in a rolling update (I-55). If the Pod has other CPU or memory than its template,
//     its generation tells nothing: an autoscaler raises it, too (P-105).
//   - Admission undid our last patch (RevisionBasis::kPutBack): the image is patched again.
//
// Containers that the template lacks were injected and stay as they are. A container that the Pod
// lacks is left out, because a running Pod takes no new container.
Result<TemplateChanges> ChangesFor(const Pod& pod, const PodState* state, const KnownTemplate& from,
                                   const KnownTemplate& to);

// Two templates, as far as they decide which containers a patch from one to the other restarts.
// Read once for all Pods of a template.
struct TemplatePair {
  TemplateImages images_before{};
  TemplateImages images_after{};
  std::vector<TemplateResources> resources_before{};
  std::vector<TemplateResources> resources_after{};
  bool knows_before = true;  // false: the text of the first is not known
};
// Error kMalformed if a template cannot be read.
Result<TemplatePair> ReadPair(const KnownTemplate& from, const KnownTemplate& to);

// Returns true if a patch of `pod` from one template of the pair to the other changes CPU or
// memory, and restarts no container (P-103). Such a patch takes nothing down.
bool OnlyResizes(const Pod& pod, const PodState* state, const TemplatePair& pair);

// Returns the resizes that the state gets by a patch with `changes` to template `to` (ResizesOf).
// Error kMalformed if the template cannot be read.
Result<std::vector<ContainerResize>> ResizesFor(const Pod& pod, const PodState* state,
                                                const TemplateChanges& changes,
                                                const KnownTemplate& to);

// Returns the container entries that the state annotation gets by a patch with `changes`
// (PatchedContainers): one for each container whose image changes, with its image before the patch.
// Entries of earlier patches that are still under way stay. Error kMalformed if a template cannot
// be read.
Result<std::vector<ContainerPatch>> PatchesOf(const Pod& pod, const PodState* state,
                                              const KnownTemplate& from,
                                              const TemplateChanges& changes, WallTime now);

}  // namespace windlass::in_place
