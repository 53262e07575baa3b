#include "cmd/windlass/idle_memory.h"

#include <link.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>

namespace windlass {
namespace {

// Segments that are never written hold what their file holds: constants and code. Relocated data is
// in a writable segment, also where it is read-only by now.
int DropCleanPages(dl_phdr_info* object, size_t, void*) {
  const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  for (int i = 0; i < object->dlpi_phnum; ++i) {
    const ElfW(Phdr)& segment = object->dlpi_phdr[i];
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) != 0) continue;
    const uintptr_t begin = (object->dlpi_addr + segment.p_vaddr) & ~(page - 1);
    const uintptr_t end = object->dlpi_addr + segment.p_vaddr + segment.p_memsz;
    // NOLINTNEXTLINE(performance-no-int-to-ptr): the loader's addresses are numbers.
    void* const address = reinterpret_cast<void*>(begin);
    // Refused for what is no file, the vDSO; nothing depends on it.
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
