// What has to change in one Pod, whichever template it is of now.
#pragma once

#include <string_view>
#include <vector>

#include "controller/in_place/changes.h"
#include "controller/in_place/pod_state.h"
#include "kubeclient/api/canonical.h"
#include "kubeclient/api/pod.h"
#include "kubeclient/base/result.h"

namespace windlass::in_place {

// A template with its text, which is empty when nobody has it any more.
struct KnownTemplate {
  Fingerprint fingerprint;
  std::string_view json;
};

// All that is to be changed in `pod`, which is of template `from`, to make it one of `to`. `state`
// is that of our last patch, or null.
//
// Labels, annotations and tolerations are those in which the templates differ, as far as a running
// Pod can take them; all that `to` has, where the text of `from` is not known. Whether a rollout
// can be carried out in place was judged from the host's template, with the settings of that moment
// (P-013). A Pod that is on its way, on or back, is of another one: a toleration that it has got it
// keeps, because the API server lets nobody take it away, and a label that is read when a container
// is created is changed without that (P-065).
//
// Images are those in which the templates differ, from what the Pod has by now; also one that
// admission put back (RevisionBasis::kPutBack). So a Pod of an overtaken target gets there too
// (P-034, P-064). Where the templates name the same image, and the Pod has another:
//   - nobody edited it since it was born or we patched it: then admission rewrote the image, and it
//     stays, so that only containers are restarted whose image changes in the template (P-065);
//   - somebody may have, as the generation tells: it is brought to the template, as by a rolling
//     update (I-55). After an edit of something else, that undoes admission's rewrite of an image,
//     once, unless admission rewrites the patch as well;
//   - `from` is not known: it is brought to the template.
//
// Containers that the template does not have were injected, and stay as they are; one that the Pod
// does not have is left out, because nobody can add it. Error kMalformed when a template cannot be
// read.
Result<TemplateChanges> ChangesFor(const Pod& pod, const PodState* state, const KnownTemplate& from,
                                   const KnownTemplate& to);

// The entries of the state that goes with these changes (PatchedContainers), which tell what there
// was before. Error kMalformed as above.
Result<std::vector<ContainerPatch>> PatchesOf(const Pod& pod, const PodState* state,
                                              const KnownTemplate& from,
                                              const TemplateChanges& changes, WallTime now);

}  // namespace windlass::in_place
