// SnapshotBoard, with real threads.
#include "cmd/windlass/snapshot.h"

#include <atomic>
#include <thread>
#include <vector>

#include "test/catch.h"

namespace windlass::snapshot_test {
namespace {

Snapshot Named(const std::string& name) {
  Snapshot snapshot;
  snapshot.lease_name = name;
  return snapshot;
}

TEST_CASE("A snapshot is made when it is asked for, once for all who wait") {
  std::atomic<int> asked = 0;
  std::atomic<int> waiting = 0;
  SnapshotBoard board([&] { ++asked; });
  std::vector<std::thread> readers;
  std::atomic<int> served = 0;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      ++waiting;
      const auto snapshot = board.Fresh();
      if (snapshot != nullptr && snapshot->lease_name == "made") ++served;
    });
  }
  while (waiting < 3 || asked == 0) std::this_thread::yield();
  board.Publish(Named("made"));
  for (std::thread& reader : readers) reader.join();
  CHECK(served == 3);
  CHECK(board.Fresh()->lease_name == "made");
}

TEST_CASE("A core that does not answer is waited for once, and what it said last is shown") {
  int asked = 0;
  SnapshotBoard board([&] { ++asked; });
  board.Publish(Named("last"));
  // Waiting each time would take five minutes, longer than a test may run.
  for (int i = 0; i < 1000; ++i) {
    const auto shown = board.Fresh();
    REQUIRE(shown != nullptr);
    REQUIRE(shown->lease_name == "last");
  }
  CHECK(asked == 1);
  board.Publish(Named("late"));
  CHECK(board.Fresh()->lease_name == "late");
  CHECK(asked == 2);
}

}  // namespace
}  // namespace windlass::snapshot_test
