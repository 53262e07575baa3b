// Reading a file whole, with a bound. Configuration files only; nothing else of Windlass reads
// files.
#pragma once

#include <cstddef>
#include <string>

#include "kubeclient/base/result.h"

namespace windlass {

// kConfig "<path>: <what is wrong>" when it cannot be read or holds more than `bytes_max`.
Result<std::string> ReadFile(const std::string& path, size_t bytes_max);

// Whether everybody on this machine may read it; false when that cannot be told.
bool IsWorldReadable(const std::string& path);

bool FileExists(const std::string& path);

}  // namespace windlass
