// ExchangeTable alone. The test decides when the network half reacts.
#include "kubeclient/transport/exchange_table.h"

#include <deque>
#include <memory>
#include <vector>

#include "kubeclient/base/core_loop.h"
#include "test/catch.h"
#include "test/support/manual_clock.h"

namespace windlass::exchange_table_test {
namespace {

struct FakeExchange final : HttpExchange {
  bool Stop() override {
    ++stops;
    return not_sent;
  }
  int status() const override { return headers; }
  LineSink* lines() override { return sink.get(); }
  std::string name() const override { return "GET https://h/x"; }

  int stops = 0;
  bool not_sent = false;
  int headers = 0;
  std::unique_ptr<LineSink> sink;
};

// An ExchangeTable whose messages wait until Turn.
struct Core {
  ManualClock clock{MonotonicTime{seconds(100)}};
  TimerQueue timers;
  std::deque<std::function<void()>> messages;
  ExchangeTable table{clock, timers, [this](auto message) { messages.push_back(message); }};
  std::shared_ptr<FakeExchange> exchange = std::make_shared<FakeExchange>();
  std::vector<Result<HttpResponse>> replies;
  std::vector<std::string> lines;
  std::vector<StreamEnd> ends;

  CallId Call(Duration deadline) {
    const CallId id = table.NextId();
    table.AddCall(id, exchange, deadline, [this](auto reply) { replies.push_back(reply); });
    return id;
  }
  CallId Stream(Duration silence) {
    const CallId id = table.NextId();
    exchange->sink = std::make_unique<LineSink>(clock, LineSink::Limits{}, [this, id] {
      messages.emplace_back([this, id] { table.DeliverLines(id); });
    });
    table.AddStream(id, exchange, silence,
                    {[this](std::string_view line) { lines.emplace_back(line); },
                     [this](StreamEnd end) { ends.push_back(std::move(end)); }});
    exchange->headers = 200;
    exchange->sink->HeadersArrived(false);
    return id;
  }
  void Put(const std::string& bytes) {
    REQUIRE(exchange->sink->Put(bytes, nullptr) == Taken::kAll);
  }
  // Runs one message, as the inbox would.
  void Turn() {
    REQUIRE_FALSE(messages.empty());
    const auto message = messages.front();
    messages.pop_front();
    message();
  }
  void Pass(Duration duration) {
    clock.now = clock.now + duration;
    timers.RunDue(clock.now);
  }
};

ExchangeOutcome Ok(int status = 200) {
  ExchangeOutcome outcome;
  outcome.status = status;
  return outcome;
}

TEST_CASE("a deadline answers even when the network never does, by what was sent (C-016)") {
  const bool not_sent = GENERATE(false, true);
  Core core;
  core.exchange->not_sent = not_sent;
  const CallId id = core.Call(seconds(10));
  core.Pass(seconds(10) - Duration(1));
  CHECK(core.replies.empty());
  core.Pass(Duration(1));
  REQUIRE(core.replies.size() == 1);
  CHECK(core.exchange->stops == 1);
  CHECK(core.replies[0].error().kind == (not_sent ? ErrorKind::kNotSent : ErrorKind::kAmbiguous));
  CHECK(core.replies[0].error().message == "GET https://h/x: no answer within 10 s");

  core.table.Finish(id, Ok());  // too late: the call has ended
  core.table.Cancel(id);
  CHECK(core.messages.empty());
  CHECK(core.replies.size() == 1);
}

TEST_CASE("an answer stops its deadline (R-053)") {
  Core core;
  core.table.Finish(core.Call(seconds(10)), Ok(404));
  REQUIRE(core.replies.size() == 1);
  CHECK(core.replies[0]->status == 404);
  CHECK(core.timers.empty());
  CHECK(core.table.calls() == 0);
}

TEST_CASE("an answer that is on its way beats the cancellation") {
  Core core;
  const CallId id = core.Call(seconds(10));
  core.table.Cancel(id);
  core.table.Finish(id, Ok(201));
  core.Turn();
  REQUIRE(core.replies.size() == 1);
  CHECK(core.replies[0].ok());
}

TEST_CASE(
    "the end of a stream waits for its last line, over as many messages as that takes (R-027 "
    "Q-022)") {
  Core core;
  const CallId id = core.Stream(seconds(150));
  for (int i = 0; i < kLinesPerMessage + 1; ++i) core.Put("line\n");
  core.table.Finish(id, Ok());
  CHECK(core.ends.empty());
  core.Turn();
  CHECK(core.lines.size() == static_cast<size_t>(kLinesPerMessage));
  CHECK(core.ends.empty());
  core.Pass(seconds(1000));  // the core thread was slow, not the server
  CHECK(core.ends.empty());
  core.Turn();
  CHECK(core.lines.size() == static_cast<size_t>(kLinesPerMessage) + 1);
  REQUIRE(core.ends.size() == 1);
  CHECK(core.ends[0].ok());
  CHECK(core.timers.empty());
}

TEST_CASE("a stream cancelled while its last lines wait has not ended well (R-053)") {
  Core core;
  const CallId id = core.Stream(seconds(150));
  core.Put("a\nb\n");
  core.table.Finish(id, Ok());
  core.table.Cancel(id);
  core.Turn();
  CHECK(core.lines.empty());
  REQUIRE(core.ends.size() == 1);
  CHECK(core.ends[0].status == 200);
  CHECK(core.ends[0].error->kind == ErrorKind::kCancelled);
  core.Turn();
  CHECK(core.messages.empty());
  CHECK(core.ends.size() == 1);
}

TEST_CASE("silence is counted from the last byte, to the moment (R-025)") {
  Core core;
  core.Stream(seconds(150));
  core.Pass(seconds(149));
  core.Put("half");
  core.Pass(seconds(150) - Duration(1));
  CHECK(core.ends.empty());
  core.Pass(Duration(1));
  REQUIRE(core.ends.size() == 1);
  CHECK(core.ends[0].status == 200);
  CHECK(core.ends[0].error->kind == ErrorKind::kAmbiguous);
  CHECK(core.exchange->stops == 1);
}

TEST_CASE("a stream that we end has ended well, after the lines that are there (R-020)") {
  Core core;
  const CallId id = core.Stream(seconds(60));
  core.Put("one\ntwo\nthr");
  const auto report = [&](int status) {
    ExchangeOutcome outcome;
    outcome.status = status;
    outcome.error = Error{ErrorKind::kCancelled, "cancelled"};
    core.table.Finish(id, std::move(outcome));
  };
  SECTION("its response had begun") {
    core.table.EndStreams();
    CHECK(core.exchange->stops == 1);
    report(200);
    CHECK(core.ends.empty());
    core.Turn();
    CHECK(core.lines == std::vector<std::string>{"one", "two"});
    REQUIRE(core.ends.size() == 1);
    CHECK(core.ends.front().ok());
  }
  SECTION("its response had not begun: it is left alone") {
    core.exchange->headers = 0;
    core.table.EndStreams();
    CHECK(core.exchange->stops == 0);
  }
  SECTION("it was cancelled before") {
    core.table.Cancel(id);
    core.table.EndStreams();
    CHECK(core.exchange->stops == 1);
  }
}

TEST_CASE("stopping everything leaves no handler, no timer, no open connection (R-053)") {
  Core core;
  core.Call(seconds(10));
  core.Stream(seconds(10));
  core.Put("a\n");
  core.table.StopAll();
  CHECK(core.exchange->stops == 2);
  CHECK(core.timers.empty());
  while (!core.messages.empty()) core.Turn();
  CHECK(core.replies.empty());
  CHECK(core.lines.empty());
  CHECK(core.ends.empty());
}

}  // namespace
}  // namespace windlass::exchange_table_test
