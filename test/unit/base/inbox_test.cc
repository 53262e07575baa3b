// Also runs under ThreadSanitizer, because several threads share an inbox.
#include "kubeclient/base/inbox.h"

#include <thread>
#include <vector>

#include "test/catch.h"

namespace windlass::inbox_test {
namespace {

TEST_CASE("messages run in order, and those posted meanwhile wait for the next drain") {
  Inbox inbox;
  std::vector<int> ran;
  inbox.Post([&] {
    ran.push_back(1);
    inbox.Post([&] { ran.push_back(3); });
  });
  inbox.Post([&] { ran.push_back(2); });
  CHECK(inbox.Drain(10) == 2);
  CHECK(ran == std::vector<int>{1, 2});
  CHECK(inbox.Drain(10) == 1);
  CHECK(ran == std::vector<int>{1, 2, 3});
}

TEST_CASE("a drain takes no more than asked for") {
  Inbox inbox;
  int ran = 0;
  for (int i = 0; i < 5; ++i) inbox.Post([&] { ++ran; });
  CHECK(inbox.Drain(2) == 2);
  CHECK(ran == 2);
}

TEST_CASE("every message of every thread arrives exactly once") {
  Inbox inbox;
  int ran = 0;  // only the draining thread uses it
  constexpr int kThreads = 4;
  constexpr int kEach = 2000;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < kEach; ++i) inbox.Post([&ran] { ++ran; });
    });
  }
  while (ran < kThreads * kEach) {
    inbox.WaitFor(seconds(5));
    if (inbox.Drain(256) == 0) break;  // nothing came within 5 s, so the check below fails
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(ran == kThreads * kEach);
}

}  // namespace
}  // namespace windlass::inbox_test
