#include "cmd/windlass/idle_memory.h"

#include <link.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>

namespace windlass {
namespace {

// Drops the pages of all segments that are never written: code and constants, which the kernel can
// read from the file again. It skips relocated data, because such data is in a writable segment,
// even if the loader has made the pages read-only since.
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
