// What has to change in one Pod, whichever template it is of now.
#pragma once

#include "controller/in_place/changes.h"
#include "controller/in_place/template_images.h"
#include "kubeclient/api/pod.h"

namespace windlass::in_place {

// The images in which `pod` differs from `target`, and the labels, annotations and tolerations of
// `of_template`: of those a Pod need not show what its template had. So a Pod of an overtaken
// target, or one that somebody edited, gets there too (in-place C.9, P-034, P-064).
//
// Containers that the template does not have were injected, and stay as they are; one that the Pod
// does not have is left out, because nobody can add it.
TemplateChanges ChangesFor(const Pod& pod, const TemplateImages& target,
                           const TemplateChanges& of_template);

}  // namespace windlass::in_place
