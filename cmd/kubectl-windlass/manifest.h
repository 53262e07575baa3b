// Manifests that a user gives with -f: YAML or JSON.
#pragma once

#include <iosfwd>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "cmd/kubectl-windlass/json_fields.h"
#include "kubeclient/base/result.h"

namespace windlass::cli {

// The largest manifest that is read: an object in etcd has at most 1.5 MiB.
inline constexpr size_t kManifestBytesMax = size_t{4} << 20U;

// Returns the objects of all documents and lists in `path`:
//   - a file
//   - a directory: its *.json, *.yaml and *.yml files
//   - "-": `standard_input`
// Returns kConfig if there is no object, or if the path is an address.
Result<std::vector<Json>> ReadManifests(const std::string& path, std::istream& standard_input);

// Reads the ReplicationController in the file at `path`, or, if that is "-", in `standard_input`.
// Returns kConfig with kubectl 1.17's text (RC-3) if there is no object, several, or one of another
// kind.
Result<Json> ReadControllerManifest(const std::string& path, std::istream& standard_input);

// Returns what `in` has, at most one byte more than kManifestBytesMax. Blocks until its end.
std::string ReadManifestBytes(std::istream& in);

}  // namespace windlass::cli
