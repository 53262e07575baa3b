// The CustomResourceDefinitions of the cluster, compared with those that this program needs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cmd/kubectl-windlass/session.h"
#include "controller/kind/needed_crd.h"
#include "kubeclient/api/resource_id.h"
#include "kubeclient/base/result.h"

namespace windlass::cli {

// Returns the CustomResourceDefinitions that this program needs, in the order of the table of
// kinds.
std::vector<const kind::NeededCrd*> NeededCrds();

// Reads the revision of the cluster's CustomResourceDefinition. Returns 0 if the
// CustomResourceDefinition has no revision, and kNotFound if it is not installed.
Result<int64_t> InstalledRevision(Session& session, const kind::NeededCrd& crd);

// If the CustomResourceDefinition of `resource` is older than this program needs, Windlass waits
// for a newer one, and does not look at the objects (RO-101). Returns a text that says so, and what
// to do. Otherwise returns `otherwise`.
std::string WhyUnseen(Session& session, const ResourceId& resource, std::string otherwise);

}  // namespace windlass::cli
