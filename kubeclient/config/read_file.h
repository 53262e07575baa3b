// Reads whole files, up to a size. For files of configuration and credentials only.
#pragma once

#include <cstddef>
#include <string>

#include "kubeclient/base/result.h"

namespace windlass {

// Returns kConfig "<path>: <what is wrong>" if the file cannot be read or is above `bytes_max`.
Result<std::string> ReadFile(const std::string& path, size_t bytes_max);

// Returns true if the file's mode lets every user read it. Does not look at the modes of the
// folders above. Returns false if we cannot find out.
bool IsWorldReadable(const std::string& path);

// Returns false only if nothing exists at `path`. Returns true if we cannot find out, for example
// because we may not search a folder. So the caller tries to read the file and reports the cause,
// instead of going on to the next kubeconfig, which may name another user.
bool FileExists(const std::string& path);

}  // namespace windlass
