// A right that this process needs, and what to do if it is missing.
#pragma once

#include <string>
#include <string_view>

#include "kubeclient/client/access_review.h"

namespace windlass {

struct NeededRight {
  Right right;
  // The manifest that grants it.
  std::string_view manifest = "deploy/base/rbac.yaml";
  // True if only a feature that some users ask for needs the right. The process is ready even when
  // the right is missing.
  bool optional = false;
  // The controller that needs it, as metrics name it: "deployment-controller". "" if the process
  // needs it, whatever controllers it runs. The daemon fills it in.
  std::string_view controller{};
};

}  // namespace windlass
