// What has to change in one Pod, whichever template it is of now.
#pragma once

#include <string_view>

#include "controller/in_place/changes.h"
#include "controller/in_place/template_images.h"
#include "kubeclient/api/canonical.h"
#include "kubeclient/api/pod.h"
#include "kubeclient/base/result.h"

namespace windlass::in_place {

// A template with its text, which is empty when nobody has it any more.
struct KnownTemplate {
  Fingerprint fingerprint;
  std::string_view json;
};

// The labels, annotations and tolerations in which the template `to` differs from the one a Pod is
// of; all that `to` has, where that one's text is not known. Whether a rollout can be carried out
// in place was judged from the host's template, with the settings of that moment (P-013). A Pod
// that is on its way, on or back, is of another one, and is given what it can be: a toleration that
// it has got it keeps, because the API server lets nobody take it away. Error kMalformed when a
// template cannot be read.
Result<TemplateChanges> ChangesBetween(const KnownTemplate& from, const KnownTemplate& to);

// The images in which `pod` differs from `target`, and the labels, annotations and tolerations of
// `of_template`: of those a Pod need not show what its template had. So a Pod of an overtaken
// target, or one that somebody edited, gets there too (in-place C.9, P-034, P-064).
//
// Containers that the template does not have were injected, and stay as they are; one that the Pod
// does not have is left out, because nobody can add it.
TemplateChanges ChangesFor(const Pod& pod, const TemplateImages& target,
                           const TemplateChanges& of_template);

}  // namespace windlass::in_place
