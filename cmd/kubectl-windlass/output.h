// Objects as -o json, yaml and name print them.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "cmd/kubectl-windlass/command_line.h"
#include "cmd/kubectl-windlass/requests.h"
#include "kubeclient/api/resource_id.h"

namespace windlass::cli {

// Returns the object as `format` prints it, with a line end, without metadata.managedFields. An
// object from a list lacks apiVersion and kind; those of `resource` are printed. kText is printed
// as kName.
std::string Print(const Json& object, const ResourceId& resource, OutputFormat format);

// Returns several objects as one List; in format kName or kText, one name a line.
std::string PrintList(const std::vector<const Json*>& objects, const ResourceId& resource,
                      OutputFormat format);

// Returns any value as JSON or YAML, with a line end.
std::string PrintValue(const Json& value, OutputFormat format);

}  // namespace windlass::cli
