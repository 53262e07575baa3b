// Core dumps, in child processes, because what is forbidden stays so.
#include "kubeclient/base/core_dumps.h"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "test/catch.h"

namespace windlass::core_dumps_test {
namespace {

constexpr int kNotPrepared = 1;
constexpr int kDumpable = 2;
constexpr int kHasMemory = 4;

// Runs in the child. Returns what is wrong, 0 if nothing is.
int ForbidWithHardLimitZero() {
  const rlimit zero{0, 0};
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3]{};  // root could raise the hard limit
  if (setrlimit(RLIMIT_CORE, &zero) != 0 || syscall(SYS_capset, &header, none) != 0 ||
      prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) != 0) {
    return kNotPrepared;
  }
  ForbidCoreDumps();
  std::string filter;
  std::ifstream("/proc/self/coredump_filter") >> filter;
  return (prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0 ? 0 : kDumpable) +
         (filter.find_first_not_of('0') == std::string::npos && !filter.empty() ? 0 : kHasMemory);
}

TEST_CASE("A core limit of 0 that cannot be raised lets no core through a pipe (BI-76)") {
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) _exit(ForbidWithHardLimitZero());
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}

}  // namespace
}  // namespace windlass::core_dumps_test
