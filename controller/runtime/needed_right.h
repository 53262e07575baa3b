// A right that this process needs, with the manifest that grants it; and the list of rights that a
// controller needs.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kubeclient/client/access_review.h"

namespace windlass {

struct NeededRight {
  Right right;
  // The manifest that grants the right.
  std::string_view manifest = "deploy/base/rbac.yaml";
  // True if Windlass works without the right, for example because only a feature that some users
  // ask for needs it. The process is ready even when the right is missing.
  bool optional = false;
  // The controller that needs the right, by its name in metrics: "deployment-controller". "" if the
  // process needs the right whichever controllers run. The daemon fills this in.
  std::string_view controller{};
};

// The rights that a controller needs, written down by resource. Each verb becomes one NeededRight.
class RightsList {
 public:
  // All rights are for objects in `watched_namespace`; empty means all namespaces. Each right is a
  // copy of `like`, with the resource and verb that Add gets. So `like` says which manifest grants
  // the rights, and whether they are optional.
  explicit RightsList(std::string watched_namespace, NeededRight like = {})
      : namespace_(std::move(watched_namespace)), like_(std::move(like)) {}

  // Adds the rights to `verbs` on `resource`. Rights to cluster-scoped resources have no namespace.
  void Add(const ResourceId& resource, std::string_view subresource,
           std::initializer_list<std::string_view> verbs) {
    const std::string scope = resource.namespaced ? namespace_ : "";
    for (const std::string_view verb : verbs) {
      NeededRight& right = rights_.emplace_back(like_);
      right.right = {std::string(verb), resource, std::string(subresource), scope, ""};
    }
  }

  // Adds `right` as it is. Call this for a right that is not for objects in the watched namespaces,
  // or that another manifest grants.
  void Add(NeededRight right) { rights_.push_back(std::move(right)); }

  // Adds the rights to `verbs` on `resource`. Windlass works without these rights.
  void AddOptional(const ResourceId& resource, std::initializer_list<std::string_view> verbs) {
    const bool optional = std::exchange(like_.optional, true);
    Add(resource, "", verbs);
    like_.optional = optional;
  }

  std::vector<NeededRight> Take() && { return std::move(rights_); }

 private:
  std::string namespace_;
  NeededRight like_;
  std::vector<NeededRight> rights_;
};

}  // namespace windlass
