// The images of a Pod template as one text, for status.images and messages.
#pragma once

#include <cstddef>
#include <string>

#include "controller/workload/workload.h"

namespace windlass::rollout {

// The longest text: a status has two of them. Ten images with digests fit.
inline constexpr size_t kImagesBytesMax = 1500;

// Returns the images of the containers of spec.template, in its order: "app:v2,agent:v1", as the
// column IMAGES of a Deployment has them. Images that do not fit become "…". Returns "" if the
// template cannot be read.
std::string ImagesOfTemplate(const Workload& workload);

}  // namespace windlass::rollout
