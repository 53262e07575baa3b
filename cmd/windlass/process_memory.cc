#include "cmd/windlass/process_memory.h"

#include <link.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <string_view>

#include "kubeclient/base/parse_whole.h"

namespace windlass {
namespace {

// A limit of this many bytes or more means that there is no limit: in cgroup version 1, the file of
// a group without a limit contains a number near 2^63.
constexpr uint64_t kNoLimit = uint64_t{1} << 60U;

void ReadLimit(const std::string& path, std::optional<size_t>& lowest) {
  std::ifstream file(path);
  std::string text;
  if (!std::getline(file, text)) return;
  const auto bytes = ParseWhole<uint64_t>(text);  // "max" is no number
  if (bytes && *bytes < kNoLimit) lowest = std::min(lowest.value_or(*bytes), size_t{*bytes});
}

// Reads the limits of `group` ("/kubepods/pod-1") and of all groups that contain it, up to the
// root. In a container that sees only its own groups, the root is the container's own group.
void ReadLimits(const std::string& mount, std::string group, const char* name,
                std::optional<size_t>& lowest) {
  while (true) {
    ReadLimit(mount + group + "/" + name, lowest);
    const size_t slash = group.rfind('/');
    if (slash == std::string::npos) return;
    group.resize(slash);
  }
}

}  // namespace

std::optional<size_t> MemoryLimit(const std::string& root) {
  std::optional<size_t> lowest;
  std::ifstream groups(root + "/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {  // "0::/a/b", "4:memory:/a/b"
    const size_t first = line.find(':');
    const size_t second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string_view kinds = std::string_view(line).substr(first + 1, second - first - 1);
    const std::string group = line.substr(second + 1) == "/" ? "" : line.substr(second + 1);
    if (kinds.empty()) ReadLimits(root + "/sys/fs/cgroup", group, "memory.max", lowest);
    if (kinds == "memory") {
      ReadLimits(root + "/sys/fs/cgroup/memory", group, "memory.limit_in_bytes", lowest);
    }
  }
  return lowest;
}

namespace {

// Drops the pages of code and constants, which the kernel can read from the file again. Keeps all
// writable segments, even pages that the loader has made read-only: the file does not have their
// content.
int DropCleanPages(dl_phdr_info* object, size_t, void*) {
  const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  for (int i = 0; i < object->dlpi_phnum; ++i) {
    const ElfW(Phdr)& segment = object->dlpi_phdr[i];
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) != 0) continue;
    const uintptr_t begin = (object->dlpi_addr + segment.p_vaddr) & ~(page - 1);
    const uintptr_t end = object->dlpi_addr + segment.p_vaddr + segment.p_memsz;
    // NOLINTNEXTLINE(performance-no-int-to-ptr): the loader's addresses are numbers.
    void* const address = reinterpret_cast<void*>(begin);
    // Fails for the vDSO, which is no file. The failure does no harm.
    static_cast<void>(madvise(address, end - begin, MADV_DONTNEED));
  }
  return 0;
}

}  // namespace

void ReleaseIdleMemory() {
  malloc_trim(0);
  dl_iterate_phdr(&DropCleanPages, nullptr);
}

}  // namespace windlass
