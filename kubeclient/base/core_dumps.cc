#include "kubeclient/base/core_dumps.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <fstream>

namespace windlass {

// A limit of one byte stops every core dump. A limit of 0 would not: the kernel would still pass a
// core to a program that kernel.core_pattern names after a "|".
// The limit cannot be set if the hard limit is 0 and we have no right to raise it. Then we use
// other means (BI-76):
//   - coredump_filter 0: a core has no memory. The programs that we start inherit the value. We
//     write it first, because after PR_SET_DUMPABLE only root may write this file.
//   - PR_SET_DUMPABLE 0: the kernel dumps no core of this process. The kernel sets 1 again in each
//     program that we start.
void ForbidCoreDumps() {
  const rlimit one_byte{1, 1};
  if (setrlimit(RLIMIT_CORE, &one_byte) == 0) return;
  std::ofstream("/proc/self/coredump_filter") << "0\n";
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

}  // namespace windlass
