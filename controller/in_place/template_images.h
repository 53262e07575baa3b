// The images of a Pod template, by container: what a Pod's revision is told by.
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
  std::vector<ContainerImage> containers;  // init containers among them
};

// From the text of a PodTemplateSpec whose fingerprint is known. Error kMalformed when it is not
// one whole JSON object, or a known field has the wrong type.
Result<TemplateImages> ReadTemplateImages(const Fingerprint& fingerprint,
                                          std::string_view template_json);

// Whether the spec of `pod` asks for the image of every container of the template. Containers that
// the template does not have were injected, and are nobody's business (P-027).
bool HasImagesOf(const Pod& pod, const TemplateImages& images);

}  // namespace windlass::in_place
