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

// False only when nothing is there. What cannot be reached (a folder that may not be searched, say)
// counts as there: reading it says why, and nobody is taken for somebody else.
bool FileExists(const std::string& path);

}  // namespace windlass
