// The images of a Pod template as one text, for status.images and messages.
#pragma once

#include <cstddef>
#include <string>

#include "controller/workload/workload.h"

namespace windlass::rollout {

// The most bytes of the text. A status has two of these texts, so they must stay short. Ten images
// with digests fit.
inline constexpr size_t kImagesBytesMax = 1500;

// Returns the images of the containers in spec.template, in their order there: "app:v2,agent:v1",
// as kubectl shows those of a Deployment. One "…" stands for the first image that does not fit and
// all after it. Returns "" if the template cannot be read.
std::string ImagesOfTemplate(const Workload& workload);

// Returns the images of `template_json` in the same form.
std::string ImagesIn(const std::string& template_json);

}  // namespace windlass::rollout
