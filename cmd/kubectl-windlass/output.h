// The output of objects for -o json, -o yaml and -o name.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "cmd/kubectl-windlass/command_line.h"
#include "cmd/kubectl-windlass/requests.h"
#include "kubeclient/api/resource_id.h"

namespace windlass::cli {

// Returns `object` in the format `format`, with a line end and without metadata.managedFields. If
// `object` has no kind, for example because it comes from a list, adds apiVersion and kind of
// `resource`. kText gives the same as kName.
std::string Print(const Json& object, const ResourceId& resource, OutputFormat format);

// Returns several objects as one List. In format kName or kText, returns one name a line instead.
std::string PrintList(const std::vector<const Json*>& objects, const ResourceId& resource,
                      OutputFormat format);

// Returns any value as JSON or YAML, with a line end.
std::string PrintValue(const Json& value, OutputFormat format);

}  // namespace windlass::cli
