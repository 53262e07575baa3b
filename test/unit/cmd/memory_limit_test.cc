// The memory limit, as the kernel's files tell it.
#include <optional>
#include <string>
#include <vector>

#include "cmd/windlass/process_memory.h"
#include "test/catch.h"
#include "test/support/folder.h"

namespace windlass::memory_limit_test {
namespace {

struct File {
  std::string path;
  std::string text;
};
struct Row {
  std::string what;
  std::vector<File> files;
  std::optional<size_t> want;
};

TEST_CASE("the lowest limit of the process' groups counts (R-065)") {
  constexpr const char* kGroups = "/proc/self/cgroup";
  const Row row = GENERATE(values<Row>({
      {"no groups", {}, std::nullopt},
      {"version 2, in a container",
       {{kGroups, "0::/\n"}, {"/sys/fs/cgroup/memory.max", "268435456\n"}},
       268435456},
      {"version 2, without a limit",
       {{kGroups, "0::/\n"}, {"/sys/fs/cgroup/memory.max", "max\n"}},
       std::nullopt},
      {"version 2, a group in another",
       {{kGroups, "0::/pod/main\n"},
        {"/sys/fs/cgroup/pod/main/memory.max", "max\n"},
        {"/sys/fs/cgroup/pod/memory.max", "1000000\n"},
        {"/sys/fs/cgroup/memory.max", "2000000\n"}},
       1000000},
      {"version 1, in a container",
       {{kGroups, "5:cpu:/kubepods/a\n4:memory:/kubepods/a\n0::/\n"},
        {"/sys/fs/cgroup/memory/memory.limit_in_bytes", "134217728\n"}},
       134217728},
      {"version 1, without a limit",
       {{kGroups, "4:memory:/\n"},
        {"/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n"}},
       std::nullopt},
  }));
  CAPTURE(row.what);
  const Folder root;
  for (const File& file : row.files) root.Write(file.path, file.text);
  CHECK(MemoryLimit(root.path()) == row.want);
}

}  // namespace
}  // namespace windlass::memory_limit_test
