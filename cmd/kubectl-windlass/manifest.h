// Manifests that a user gives with -f: YAML or JSON.
#pragma once

#include <iosfwd>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "cmd/kubectl-windlass/json_fields.h"
#include "kubeclient/base/result.h"

namespace windlass::cli {

// The largest manifest that is read. It is far above the 1.5 MiB that etcd allows for an object.
inline constexpr size_t kManifestBytesMax = size_t{4} << 20U;

// Returns the objects of all documents and lists in `path`, which is one of:
//   - a file
//   - a directory: its *.json, *.yaml and *.yml files
//   - "-": `standard_input`
// Returns an error if there is no object, if a file cannot be read or parsed, or if `path` is a
// URL.
Result<std::vector<Json>> ReadManifests(const std::string& path, std::istream& standard_input);

// Reads the ReplicationController from the file `path`, or from `standard_input` if `path` is "-".
// Returns the errors of ReadManifests. Returns kConfig in these cases, too:
//   - there is no object, there are several, or the object is of another kind. The error has the
//     text of kubectl 1.17 (RC-3)
//   - `path` is a directory, kind or name is missing, or minReadySeconds is negative
Result<Json> ReadControllerManifest(const std::string& path, std::istream& standard_input);

// Reads `in` to its end, but not more than kManifestBytesMax + 1 bytes. If the result has that many
// bytes, the manifest is too large. Blocks.
std::string ReadManifestBytes(std::istream& in);

}  // namespace windlass::cli
