// The board between core and operations port, with real threads.
#include "cmd/windlass/snapshot.h"

#include <atomic>
#include <thread>

#include "kubeclient/base/inbox.h"
#include "test/catch.h"

namespace windlass {
namespace {

Snapshot Named(const std::string& name) {
  Snapshot snapshot;
  snapshot.lease_name = name;
  return snapshot;
}

TEST_CASE("A snapshot is made after it was asked for, once for all who ask") {
  const SystemClock clock;
  Inbox inbox;
  int made = 0;
  SnapshotBoard* asked = nullptr;
  SnapshotBoard board(clock,
                      [&] { inbox.Post([&] { asked->Publish(Named(std::to_string(++made))); }); });
  asked = &board;
  std::atomic<int> served = 0;
  const auto reader = [&] {
    const auto first = board.Fresh();
    const auto second = board.Fresh();
    if (first && second && first->lease_name < second->lease_name) ++served;
  };
  std::thread one(reader);
  std::thread two(reader);
  std::thread core([&] {
    while (served < 2) {
      inbox.WaitFor(seconds(1));
      inbox.Drain(100);
    }
  });
  one.join();
  two.join();
  inbox.Post([] {});
  core.join();
  CHECK(served == 2);
  CHECK(made <= 4);
  CHECK(board.Overdue() == Duration{0});
}

TEST_CASE("A core that does not answer is overdue, and what it said last is shown") {
  const SystemClock clock;
  int asked = 0;
  SnapshotBoard board(clock, [&] { ++asked; });
  board.Publish(Named("last"));
  CHECK(board.Overdue() == Duration{0});
  const auto shown = board.Fresh();
  REQUIRE(shown != nullptr);
  CHECK(shown->lease_name == "last");
  CHECK(asked == 1);
  CHECK(board.Overdue() > Duration{0});
  board.Publish(Named("late"));
  CHECK(board.Overdue() == Duration{0});
}

}  // namespace
}  // namespace windlass
