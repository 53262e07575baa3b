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
  // The controller that needs the right, by its name in metrics: "deployment-controller". "" if the
  // process needs the right whichever controllers run. The daemon fills this in.
  std::string_view controller{};
};

}  // namespace windlass
