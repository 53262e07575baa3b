// The request that brings a running Pod to another template: images, metadata, tolerations and the
// state annotation, in a single JSON patch that first tests what we saw. Source: P-035.
//
// The API server refuses the patch, with error kConflict, if
//   - the name belongs to another Pod now
//   - the Pod is being deleted
//   - the Pod has got a node that we did not see
//   - the generation, or the state annotation, is no longer the one that we saw. Servers older than
//     1.33 count no generations of Pods, so there the patch tests none.
//   - a container or toleration to be changed is no longer as we saw it
//   - anything of the Pod has changed, if it was not available. The decision then rests on what the
//     kubelet reported: the Pod is down, so the patch takes no Pod from the users. For an available
//     Pod, the kubelet's writes must not make the patch fail.
//
// A patch that arrives a second time is refused, or changes nothing. Example: patch 1 brings app:1
// to app:2, patch 2 goes back to app:1, and patch 1 arrives again. Its test for app:1 succeeds. Its
// test of the state annotation fails, because patch 2 wrote another one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/in_place/template/changes.h"
#include "controller/in_place/template/template_images.h"
#include "kubeclient/api/request.h"
#include "kubeclient/base/result.h"

namespace windlass::in_place {

// The Pod as it was when we decided. The lists have the order of the API object, because the patch
// uses indexes.
struct SeenPod {
  ObjectKey key;
  Uid uid;
  // False if the Pod had no node when we saw it. The patch then tests that the Pod still has no
  // node, so no kubelet can have created a container from the old image (P-047).
  bool has_node = true;
  bool has_labels = true;
  bool has_annotations = true;
  std::optional<std::string> state{};  // the state annotation as it is, readable or not
  int64_t generation = 0;              // 0 if the API server counts no generations of Pods
  // Set if the patch rests on the Pod's status: the patch then tests that this is still the
  // version.
  std::optional<ResourceVersion> version{};
  std::vector<ContainerImage> containers;  // also injected ones
  std::vector<ContainerImage> init_containers;
  std::vector<std::string> tolerations{};  // JSON objects; read only if tolerations change
};

// Returns the patch that brings `changes` to the Pod, and writes its state annotation (`state`) and
// revision label. Each image becomes the `to` of its ImageChange, whatever image the Pod has now.
// Error kInvalid if the Pod lacks a container, kMalformed if one of its tolerations is not a JSON
// object.
Result<Request> PatchPod(const SeenPod& pod, const TemplateChanges& changes, std::string_view state,
                         int64_t revision);

}  // namespace windlass::in_place
