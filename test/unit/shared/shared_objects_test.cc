// The objects that threads share, each with as many threads as it has in the daemon and more. Every
// loop ends by a condition; what is checked is order, completeness and that everybody gets home.
#include <atomic>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "kubeclient/base/inbox.h"
#include "kubeclient/base/log.h"
#include "kubeclient/config/exec_plugin.h"
#include "kubeclient/config/token_source.h"
#include "kubeclient/transport/line_sink.h"
#include "kubeclient/transport/postbox.h"
#include "test/catch.h"
#include "test/support/folder.h"
#include "test/support/test_core_loop.h"

namespace windlass::shared_objects_test {
namespace {

constexpr int kLines = 20'000;

// Puts numbered lines in odd pieces, as a socket would, waiting where the sink says so. Returns how
// often it had to wait.
int Feed(LineSink& sink) {
  sink.HeadersArrived(false);
  int pauses = 0;
  std::string text;
  for (int i = 0; i < kLines; ++i) text += std::to_string(i) + "\n";
  for (size_t at = 0, size = 1; at < text.size(); at += size, size = size % 997 + 1) {
    const std::string piece = text.substr(at, size);
    std::atomic<int> resumed = 0;  // 1 = go on, 2 = refused
    Taken taken = sink.Put(piece, [&](bool more) {
      resumed = more ? 1 : 2;
      resumed.notify_one();
    });
    if (taken == Taken::kLater) {
      ++pauses;
      resumed.wait(0);
      taken = resumed == 1 ? Taken::kAll : Taken::kRefused;
    }
    if (taken == Taken::kRefused) break;
  }
  return pauses;
}

TEST_CASE("LineSink: lines arrive whole and in order while the core is behind") {
  const SystemClock clock;
  Inbox inbox;
  LineSink::Limits limits;
  limits.waiting_bytes_max = 4 * kLineOverheadBytes;
  LineSink* sink = nullptr;
  int next = 0;
  bool in_order = true;
  const std::function<void()> deliver = [&] {
    const bool more = sink->Deliver(3, [&](std::string_view line, size_t) {
      in_order = in_order && line == std::to_string(next);
      ++next;
    });
    if (more) inbox.Post(deliver);
  };
  LineSink shared(clock, limits, [&] { inbox.Post(deliver); });
  sink = &shared;
  int pauses = 0;
  std::thread network([&] { pauses = Feed(shared); });
  while (next < kLines) {
    inbox.WaitFor(seconds(1));
    inbox.Drain(100);
    static_cast<void>(shared.SilentSince());
  }
  network.join();
  CHECK(in_order);
  CHECK(pauses > 0);
}

TEST_CASE("LineSink: an Abort lets a waiting network thread go") {
  const SystemClock clock;
  for (int round = 0; round < 50; ++round) {
    LineSink::Limits limits;
    limits.waiting_bytes_max = 4 * kLineOverheadBytes;
    std::atomic<bool> announced = false;
    LineSink sink(clock, limits, [&] {
      announced = true;
      announced.notify_one();
    });
    std::thread network([&] { Feed(sink); });
    announced.wait(false);
    sink.Abort();
    network.join();
    CHECK_FALSE(sink.has_lines());
  }
}

TEST_CASE("Postbox: nothing is posted once it is closed, and everybody leaves") {
  for (int round = 0; round < 50; ++round) {
    Inbox inbox;
    Postbox postbox(inbox);
    std::atomic<int> ran = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      postbox.Enter();
      threads.emplace_back([&] {
        for (int n = 0; n < 100; ++n) postbox.Post([&] { ++ran; });
        postbox.Leave();
      });
    }
    inbox.WaitFor(seconds(1));
    postbox.Close();
    CHECK(postbox.WaitUntilEmpty(seconds(60)));
    while (inbox.Drain(1000) > 0) {
    }
    const int before = ran;
    postbox.Post([&] { ++ran; });
    CHECK(inbox.Drain(1000) == 0);
    CHECK(ran == before);
    for (std::thread& thread : threads) thread.join();
  }
}

TEST_CASE("TokenFileSource: read and refused from several threads") {
  const Folder folder;
  const std::string path = folder.Write("token", "first");
  const SystemClock clock;
  NullLog log;
  TokenFileSource source(clock, log, path);
  std::atomic<int> good = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 200; ++n) {
        const auto answer = source.Authorization(nullptr);
        if (answer && answer->ok() && (*answer)->Reveal() == "Bearer first") ++good;
        source.Refused(clock.Now());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(good == 4 * 200);
}

TEST_CASE("ExecPlugin: asked and refused from several threads, one run at a time") {
  const Folder folder;
  const std::string path =
      folder.Write("plugin",
                   "#!/bin/sh\nmkdir $0.running && rmdir $0.running || exit 1\ncat << 'END'\n"
                   "{\"kind\": \"ExecCredential\", \"apiVersion\": \"v\", \"status\": "
                   "{\"token\": \"t\"}}\nEND\n");
  std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  SkippingClock clock;
  ExecPluginConfig config;
  config.api_version = "v";
  config.command = path;
  NullLog log;
  ExecPlugin plugin(clock, log, config, nullptr);
  constexpr int kThreads = 4;
  constexpr int kTimes = 10;
  std::atomic<int> good = 0;
  std::atomic<int> answered = 0;
  const auto count = [&](const CredentialSource::Answer& answer) {
    if (answer.ok() && answer->Reveal() == "Bearer t") ++good;
    ++answered;
    answered.notify_all();
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      for (int n = 0; n < kTimes; ++n) {
        if (const auto answer = plugin.Authorization(count)) count(*answer);
        if (i == 0) clock.Skip(kExecPause);  // all of them together: less than kExecMax
        plugin.Refused(clock.Now());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (int n = answered; n < kThreads * kTimes; n = answered) answered.wait(n);
  CHECK(good == kThreads * kTimes);
}

}  // namespace
}  // namespace windlass::shared_objects_test
