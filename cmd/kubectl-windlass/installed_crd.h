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

// Returns the CustomResourceDefinitions that this program needs, in the order of Kinds().
std::vector<const kind::NeededCrd*> NeededCrds();

// Reads `crd` in the cluster, and returns its revision there; 0 if it has none. Returns kNotFound
// if the CustomResourceDefinition is not installed.
Result<int64_t> InstalledRevision(Session& session, const kind::NeededCrd& crd);

// Call this if Windlass has not looked at objects of `resource`. Returns `otherwise`, except in one
// case: the CustomResourceDefinition can be read, and is older than this program needs. Windlass
// then waits for a newer one (RO-101), and the returned text says so, and what to do.
std::string WhyUnseen(Session& session, const ResourceId& resource, std::string otherwise);

}  // namespace windlass::cli
