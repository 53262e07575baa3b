// The table of workloads that `get` prints, except for one object alone, which it prints as a tree.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "cmd/kubectl-windlass/render.h"
#include "cmd/kubectl-windlass/requests.h"
#include "cmd/kubectl-windlass/standing.h"
#include "kubeclient/api/resource_id.h"
#include "kubeclient/base/clock.h"

namespace windlass::cli {

struct ListedObject {
  ResourceId resource{};
  const Json* object = nullptr;
  Standing standing{};
};

// Returns the lines of the table. The column NAMESPACE is there only if `all_namespaces` is true:
//   KIND         NAME   PHASE         UPDATED   AVAILABLE   AGE   REASON
//   Deployment   web    Progressing   2/4       4           41d
std::vector<std::string> WorkloadTable(const std::vector<ListedObject>& objects,
                                       bool all_namespaces, WallTime now,
                                       const RenderOptions& options);

}  // namespace windlass::cli
