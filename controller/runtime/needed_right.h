// A right that this process needs, and what to do when it is missing.
#pragma once

#include <string>
#include <string_view>

#include "kubeclient/client/access_review.h"

namespace windlass {

struct NeededRight {
  Right right;
  // The manifest that grants it.
  std::string_view manifest = "deploy/rbac.yaml";
  // Only what some users ask for needs it: without it the process is ready all the same.
  bool optional = false;
};

}  // namespace windlass
