// The one request that changes a running Pod: images, metadata and tolerations of the template, and
// our state, in a single guarded JSON patch. Source: P-035.
//
// It has no resourceVersion: the kubelet's writes must not make it fail. It is refused, with error
// kConflict, when the Pod is another one, is being deleted, or no longer has the images that were
// seen. Sent twice, it is refused the second time, or changes nothing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "controller/in_place/changes.h"
#include "controller/in_place/template_images.h"
#include "kubeclient/api/request.h"
#include "kubeclient/base/result.h"

namespace windlass::in_place {

// The Pod as it was seen when the decision was made. The order of its lists is the API's.
struct SeenPod {
  ObjectKey key;
  Uid uid;
  bool has_labels = true;
  bool has_annotations = true;
  std::vector<ContainerImage> containers;  // injected ones, too
  std::vector<ContainerImage> init_containers;
  std::vector<std::string> tolerations{};  // JSON objects; looked at only if tolerations change
};

// Brings `changes` to the Pod and writes `state` into its state annotation and `revision` into its
// revision label. Images become what the changes say, whatever they are now. Error kInvalid when
// the Pod lacks a container, kMalformed when one of its tolerations is no JSON object.
Result<Request> PatchPod(const SeenPod& pod, const TemplateChanges& changes, std::string_view state,
                         int64_t revision);

}  // namespace windlass::in_place
