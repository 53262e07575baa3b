// RunProgram: what programs wrote, and how they ended.
#include "kubeclient/config/subprocess.h"

#include <unistd.h>

#include <csignal>

#include "kubeclient/config/exec_plugin.h"
#include "test/catch.h"
#include "test/support/must.h"

namespace windlass::subprocess_test {
namespace {

// A pipe from which nothing can be read: no stop.
struct NoStop {
  int ends[2] = {-1, -1};

  NoStop() { REQUIRE(pipe(ends) == 0); }
  ~NoStop() {
    close(ends[0]);
    close(ends[1]);
  }
  NoStop(const NoStop&) = delete;
  NoStop& operator=(const NoStop&) = delete;
};

Result<ProgramOutput> RunShell(const std::string& script, const Clock& clock) {
  const NoStop stop;
  return RunProgram({"/bin/sh", {"-c", script}, {"PATH=/usr/bin:/bin"}}, clock, kExecMax,
                    kExecOutputBytesMax, stop.ends[0]);
}

TEST_CASE("all that a program wrote is there when it has ended") {
  const SystemClock clock;
  const auto ran = Must(RunShell("head -c 1048576 /dev/zero; echo why >&2; exit 7", clock));
  CHECK(ran.exit_code == 7);
  CHECK(ran.output.size() == kExecOutputBytesMax);
  CHECK(ran.messages == "why\n");
}

TEST_CASE("a program that somebody else waits for is not taken for one that runs") {
  REQUIRE(std::signal(SIGCHLD, SIG_IGN) != SIG_ERR);
  const SystemClock clock;
  const Error error = MustFail(RunShell("echo done", clock));
  std::signal(SIGCHLD, SIG_DFL);
  CHECK(error.kind == ErrorKind::kConfig);
  CHECK(error.message == "its exit code is not known: No child processes");
}

}  // namespace
}  // namespace windlass::subprocess_test
