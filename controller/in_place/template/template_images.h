// The images of a Pod template by container. They show which revision a Pod has.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kubeclient/api/canonical.h"
#include "kubeclient/api/pod.h"
#include "kubeclient/base/result.h"

namespace windlass::in_place {

struct ContainerImage {
  std::string name;
  std::string image;
  bool operator==(const ContainerImage&) const = default;
};

struct TemplateImages {
  Fingerprint fingerprint;                 // of the whole template
  std::vector<ContainerImage> containers;  // init containers first
};

// Reads the text of a PodTemplateSpec. Error kMalformed if the text is not one JSON object, or a
// field that is read has the wrong type.
Result<TemplateImages> ReadTemplateImages(const Fingerprint& fingerprint,
                                          std::string_view template_json);

// Returns true if the spec of `pod` has the template's image in every container of the template.
// Containers that the template lacks were injected and are ignored (P-027).
bool HasImagesOf(const Pod& pod, const TemplateImages& images);

}  // namespace windlass::in_place
