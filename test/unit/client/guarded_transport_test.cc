// GuardedTransport: what it notes of exchanges, and what it sends while the server is away (C-012).
#include "kubeclient/client/guarded_transport.h"

#include <string>
#include <vector>

#include "kubeclient/client/circuit_breaker.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/client/fake_transport.h"

namespace windlass::guarded_transport_test {
namespace {

// A FakeTransport that also accepts streams.
class StreamingTransport final : public Transport {
 public:
  StreamingTransport(const Clock& clock, TimerQueue& timers) : calls(clock, timers) {}
  CallId Call(HttpRequest request, ReplyHandler reply) override {
    return calls.Call(std::move(request), std::move(reply));
  }
  CallId Stream(HttpRequest, StreamHandler handler) override {
    streams.push_back(std::move(handler));
    return 1'000'000 + streams.size();
  }
  void Cancel(CallId id) override { calls.Cancel(id); }

  FakeTransport calls;
  std::vector<StreamHandler> streams;
};

class CountingLog final : public Log {
 public:
  void Write(LogLevel, std::string_view event, const LogFields&) override {
    lines.emplace_back(event);
  }
  bool Enabled(LogLevel) const override { return true; }
  std::vector<std::string> lines;
};

StreamEnd EndWith(int status) { return {status, "", std::nullopt, std::nullopt}; }
// Cut: a stream that broke off after its headers. Broken: one that broke off before.
StreamEnd Cut(ErrorKind kind) { return {200, "", TransportError(kind), std::nullopt}; }
StreamEnd Broken(ErrorKind kind) { return {0, "", TransportError(kind), std::nullopt}; }

HttpRequest To(HttpMethod method, const std::string& namespace_) {
  HttpRequest request;
  request.method = method;
  request.target = "/apis/apps/v1/namespaces/" + namespace_ + "/deployments/web";
  return request;
}

struct Fixture {
  void Call(Result<HttpResponse> answer, HttpRequest request = {}) {
    guard.Call(std::move(request), [this](const Result<HttpResponse>&) { ++replies; });
    if (inner.calls.waiting() > 0) inner.calls.Answer(std::move(answer));
    timers.RunDue(clock.Now());
  }
  void Fail(int times) {
    for (int i = 0; i < times; ++i) Call(TransportError(ErrorKind::kNotSent));
  }
  void Stream(std::vector<std::string> lines, StreamEnd end) {
    guard.Stream(HttpRequest{}, {[this](std::string_view) { ++streamed; },
                                 [this](const StreamEnd&) { ++replies; }});
    for (const std::string& line : lines) inner.streams.back().on_line(line);
    inner.streams.back().on_end(std::move(end));
  }
  void Advance(Duration duration) {
    const MonotonicTime end = clock.Now() + duration;
    timers.RunDue(clock.Now());
    while (timers.next() && *timers.next() <= end) {
      clock.JumpTo(std::max(clock.Now(), *timers.next()));
      timers.RunDue(clock.Now());
    }
    clock.JumpTo(end);
  }

  sim::VirtualClock clock;
  TimerQueue timers;
  Random random{1};
  CountingLog log;
  StreamingTransport inner{clock, timers};
  GuardedTransport guard{clock, random, log, timers, inner};
  int replies = 0;
  int streamed = 0;
};

Result<HttpResponse> NoAnswer() {
  Error error{ErrorKind::kAmbiguous, "no answer within 10 s"};
  error.detail = ErrorDetail::kNoAnswer;
  return error;
}

TEST_CASE_METHOD(Fixture, "every answer goes through, whatever it is") {
  Fail(4);
  Call(Success());
  Stream({"a", "b"}, EndWith(200));
  CHECK(replies == 6);
  CHECK(streamed == 2);
}

TEST_CASE_METHOD(Fixture, "five exchanges without an answer mean that the server is away") {
  std::vector<bool> told;
  guard.on_change = [&](bool away) { told.push_back(away); };
  Fail(4);
  CHECK_FALSE(guard.away());
  const int how = GENERATE(0, 1, 2, 3);
  if (how == 0) Call(TransportError(ErrorKind::kAmbiguous));
  if (how == 1) Call(TransportError(ErrorKind::kTls));
  if (how == 2) Stream({}, Broken(ErrorKind::kNotSent));
  if (how == 3) Call(TransportError(ErrorKind::kNotSent));
  CHECK(guard.away());
  CHECK(told == std::vector<bool>{true});
  CHECK(guard.times_away() == 1);
  Fail(5);
  CHECK(told.size() == 1);
  CHECK(log.lines.size() == 1);
}

TEST_CASE_METHOD(Fixture, "what says nothing about the server is not counted (C-012)") {
  Fail(4);
  const int how = GENERATE(0, 1, 2);
  for (int i = 0; i < 20; ++i) {
    if (how == 0) Call(TransportError(ErrorKind::kCancelled));
    if (how == 1) Call(TransportError(ErrorKind::kConfig));
    // A connection that breaks after it has brought a line.
    if (how == 2) Stream({"line"}, Broken(ErrorKind::kAmbiguous));
  }
  CHECK_FALSE(guard.away());
}

TEST_CASE_METHOD(Fixture, "a stream that is cut or silent after its headers says nothing") {
  Fail(5);
  Advance(kAwayPass);
  REQUIRE(guard.away());
  Stream({}, Cut(GENERATE(ErrorKind::kAmbiguous, ErrorKind::kCancelled, ErrorKind::kMalformed)));
  CHECK(inner.streams.size() == 1);  // the guard let it through
  CHECK(guard.away());
}

TEST_CASE_METHOD(Fixture, "neither does it make up for calls that fail") {
  for (int i = 0; i < 5; ++i) {
    Stream({}, Cut(ErrorKind::kAmbiguous));
    Fail(1);
  }
  CHECK(guard.away());
}

TEST_CASE_METHOD(Fixture, "a server that refuses or throttles is there") {
  for (int i = 0; i < 20; ++i) {
    Call(Refusal(403, "Forbidden", "no"));
    Call(Refusal(429, "TooManyRequests", "slow down"));
    Stream({}, EndWith(410));
  }
  CHECK_FALSE(guard.away());
}

// A write that took too long, as the API server says it, or as we do.
Result<HttpResponse> NotCompleted(bool server_says_so) {
  if (!server_says_so) return NoAnswer();
  return HttpResponse{504, "text/plain", R"({"metadata":{},"status":"Failure","code":504})", {}};
}

// Whom this serves: all tenants but the one whose object is too large, or whose webhook fails.
TEST_CASE_METHOD(Fixture, "an error of one object says nothing about the server (C-012)") {
  const HttpMethod method = GENERATE(HttpMethod::kPatch, HttpMethod::kPost, HttpMethod::kDelete);
  const Result<HttpResponse> late = NotCompleted(GENERATE(false, true));
  SECTION("whatever the number of namespaces, for a write") {
    for (int i = 0; i < 20; ++i) {
      const HttpRequest write = To(method, "ns-" + std::to_string(i));
      Call(Refusal(500, "InternalError", "etcdserver: request is too large"), write);
      Call(Refusal(503, "ServiceUnavailable", "a webhook says so"), write);
    }
  }
  SECTION("of one namespace, for writes without an answer") {
    for (int i = 0; i < 20; ++i) Call(late, To(method, "noisy"));
  }
  SECTION("of several namespaces, while others are answered") {
    for (int i = 0; i < 20; ++i) {
      Call(late, To(method, "ns-" + std::to_string(i)));
      if (i % 5 == 0) Call({{200, "application/json", "{}", {}}}, To(HttpMethod::kGet, "quiet"));
    }
  }
  SECTION("of one namespace, for a read") {
    for (int i = 0; i < 20; ++i) {
      Call(Refusal(500, "InternalError", "conversion failed"), To(HttpMethod::kGet, "noisy"));
    }
  }
  CHECK_FALSE(guard.away());
}

TEST_CASE_METHOD(Fixture, "no answer is the server's if nobody gets one (C-012)") {
  SECTION("to writes of several namespaces") {
    const Result<HttpResponse> late = NotCompleted(GENERATE(false, true));
    for (int i = 0; i < 10; ++i) Call(late, To(HttpMethod::kPatch, i % 2 == 0 ? "a" : "b"));
  }
  SECTION("to reads") {
    for (int i = 0; i < 5; ++i) Call(NoAnswer(), To(HttpMethod::kGet, "a"));
  }
  CHECK(guard.away());
}

TEST_CASE_METHOD(Fixture, "neither does it end an outage") {
  Fail(5);
  clock.JumpTo(clock.Now() + kAwayPass);
  Call(Refusal(500, "InternalError", "too large"), To(HttpMethod::kPatch, "noisy"));
  CHECK(guard.away());
}

// Whom this serves: everybody else, while a webhook of one tenant refuses late and at length, so
// that the server breaks its answers off.
TEST_CASE_METHOD(Fixture,
                 "writes whose connections break say nothing while others are answered (C-012)") {
  const bool several = GENERATE(false, true);
  Call(Success(), To(HttpMethod::kGet, "a"));
  const auto lose = [&] {
    for (int i = 0; i < 30; ++i) {
      Call(TransportError(ErrorKind::kAmbiguous),
           To(HttpMethod::kPost, several && i % 2 == 0 ? "b" : "a"));
    }
  };
  lose();
  CHECK_FALSE(guard.away());
  Advance(kBreakerWindow);
  lose();
  CHECK(guard.away() == several);  // nobody is answered
}

TEST_CASE_METHOD(Fixture, "reads whose connections break mean that it is away (C-012)") {
  Call(Success(), To(HttpMethod::kGet, "a"));
  for (int i = 0; i < 5; ++i) {
    Call(TransportError(ErrorKind::kAmbiguous), To(HttpMethod::kGet, "a"));
  }
  CHECK(guard.away());
}

TEST_CASE_METHOD(Fixture, "a 503 in plain text to a write is the server's (C-012)") {
  for (int i = 0; i < 10; ++i) {
    Call({{503, "text/plain", "no endpoint", {}}}, To(HttpMethod::kPatch, "ns"));
  }
  CHECK(guard.away());
}

TEST_CASE_METHOD(Fixture, "it is known whether connections were refused in an outage (C-013)") {
  std::vector<bool> refused;
  guard.on_change = [&](bool) { refused.push_back(guard.was_refused()); };
  const bool refuses = GENERATE(false, true);
  for (int i = 0; i < 5; ++i) {
    const bool last = i == 4;
    Call(TransportError(refuses && last ? ErrorKind::kNotSent : ErrorKind::kAmbiguous));
  }
  Advance(milliseconds(1500));
  inner.calls.Answer({{200, "text/plain", "ok", {}}});
  CHECK(refused == std::vector<bool>{refuses, refuses});
  CHECK_FALSE(guard.was_refused());
}

TEST_CASE_METHOD(Fixture, "a server whose answer is too large is there (C-012)") {
  Fail(4);
  for (int i = 0; i < 20; ++i) Call(TransportError(ErrorKind::kTooLarge));
  Fail(4);
  CHECK_FALSE(guard.away());
}

TEST_CASE_METHOD(Fixture, "a server most of whose answers are 5xx counts as away (C-012)") {
  const int code = GENERATE(500, 502, 503, 504);
  for (int i = 0; i < 10; ++i) {
    Call(Refusal(code, "Error", "no leader"), To(HttpMethod::kGet, i % 2 == 0 ? "a" : "b"));
  }
  CHECK(guard.away());
}

TEST_CASE_METHOD(Fixture,
                 "while it is away /readyz is asked for, and nothing else, ever more rarely") {
  Fail(5);
  std::vector<int64_t> at;
  const MonotonicTime start = clock.Now();
  for (int ms = 0; ms < 60'000; ms += 10) {
    Advance(milliseconds(10));
    while (inner.calls.waiting() > 0) {
      at.push_back((clock.Now() - start) / milliseconds(100));
      CHECK(inner.calls.sent.back().target == "/readyz");
      inner.calls.Answer(TransportError(ErrorKind::kNotSent));
    }
  }
  REQUIRE(at.size() >= 10);
  CHECK(at.size() <= 14);
  CHECK(at[0] >= 10);
  CHECK(at[0] <= 13);
  CHECK(at[1] - at[0] >= 20);
  CHECK(at[1] - at[0] <= 25);
  CHECK(at[2] - at[1] >= 39);
  CHECK(at[2] - at[1] <= 49);
  for (size_t i = 3; i < at.size(); ++i) {
    CHECK(at[i] - at[i - 1] >= 49);
    CHECK(at[i] - at[i - 1] <= 61);
  }
  CHECK(guard.probes() == at.size());
}

TEST_CASE_METHOD(Fixture, "a probe that is swallowed does not hold up the next one") {
  Fail(5);
  Advance(seconds(2));
  REQUIRE(inner.calls.waiting() == 1);
  CHECK(inner.calls.sent.back().deadline == kProbeDeadline);
  inner.calls.Answer(TransportError(ErrorKind::kAmbiguous));
  Advance(seconds(2));
  CHECK(inner.calls.waiting() == 1);
}

TEST_CASE_METHOD(Fixture,
                 "a server that swallows every probe is asked as long as it is away (C-012)") {
  Fail(5);
  MonotonicTime asked = clock.Now();
  for (int ms = 0; ms < 60'000; ms += 10) {
    const uint64_t before = guard.probes();
    Advance(milliseconds(10));
    if (guard.probes() != before) asked = clock.Now();
    if (inner.calls.waiting() > 0 && clock.Now() - asked >= kProbeDeadline) {
      inner.calls.Answer(TransportError(ErrorKind::kAmbiguous));
    }
    REQUIRE(inner.calls.waiting() <= 1);
  }
  CHECK(guard.probes() >= 9);
  Advance(2 * kProbeWaitMax);
  REQUIRE(inner.calls.waiting() == 1);
  inner.calls.Answer({{200, "text/plain", "ok", {}}});
  CHECK_FALSE(guard.away());
  CHECK(timers.empty());
}

TEST_CASE_METHOD(Fixture, "a server that goes away again is asked, whatever probe is still out") {
  Fail(5);
  Advance(milliseconds(1500));
  REQUIRE(inner.calls.waiting() == 1);
  clock.JumpTo(clock.Now() + kAwayPass);
  Stream({"an event"}, EndWith(200));
  REQUIRE_FALSE(guard.away());
  for (int i = 0; i < 5; ++i) Stream({}, Broken(ErrorKind::kNotSent));
  REQUIRE(guard.away());
  Advance(milliseconds(500));
  inner.calls.Answer(TransportError(ErrorKind::kAmbiguous));  // to the probe that was still waiting
  Advance(seconds(2));
  CHECK(inner.calls.waiting() == 1);
}

TEST_CASE_METHOD(Fixture, "that a stream is open is handed on") {
  int opens = 0;
  guard.Stream(HttpRequest{}, {[](std::string_view) {}, [](const StreamEnd&) {}, [&] { ++opens; }});
  CHECK(opens == 0);
  inner.streams.back().on_open();
  CHECK(opens == 1);
}

TEST_CASE_METHOD(Fixture,
                 "an event on a stream that is open already says that the server is back") {
  guard.Stream(HttpRequest{}, {[](std::string_view) {}, [](const StreamEnd&) {}});
  inner.streams.back().on_line("before");
  Fail(5);
  Advance(milliseconds(1100));
  REQUIRE(guard.away());
  inner.streams.back().on_line("after");
  CHECK_FALSE(guard.away());
}

// Whoever goes on then decides by what it says, and may begin the watch anew.
TEST_CASE_METHOD(Fixture, "an answer that shows that the server is back is taken first (C-013)") {
  Proves("C-013");
  std::string order;
  guard.on_change = [&](bool away) { order += away ? "away " : "back "; };
  StreamHandler handler{[&](std::string_view) { order += "line "; }, [](const StreamEnd&) {}};
  handler.on_long_line = [&](std::string_view) { order += "line "; };
  guard.Stream(HttpRequest{}, std::move(handler));
  Fail(5);
  Advance(milliseconds(1100));
  REQUIRE(order == "away ");
  const int how = GENERATE(0, 1, 2);
  if (how == 0) inner.streams.back().on_line("after");
  if (how == 1) inner.streams.back().on_long_line("a long one");
  if (how == 2) {
    inner.calls.Answer(Refusal(500, "InternalError", "[-]etcd failed"));  // the probe
    clock.JumpTo(clock.Now() + kAwayPass);
    guard.Call(HttpRequest{}, [&](const Result<HttpResponse>&) { order += "line "; });
    inner.calls.Answer({{200, "text/plain", "ok", {}}});
  }
  CHECK(order == "away line back ");
}

TEST_CASE_METHOD(Fixture, "that the server is away is told before the answer is taken (C-012)") {
  Proves("C-012");
  std::string order;
  guard.on_change = [&](bool away) { order += away ? "away " : "back "; };
  Fail(4);
  guard.Call(HttpRequest{}, [&](const Result<HttpResponse>&) { order += "answer "; });
  inner.calls.Answer(TransportError(ErrorKind::kNotSent));
  CHECK(order == "away answer ");
}

TEST_CASE_METHOD(Fixture, "whoever takes the answer may call at once when the server is back") {
  Fail(5);
  Advance(milliseconds(1100));
  REQUIRE(guard.away());
  inner.calls.Answer(Refusal(500, "InternalError", "[-]etcd failed"));  // the probe
  bool refused = false;
  clock.JumpTo(clock.Now() + kAwayPass);
  guard.Call(HttpRequest{}, [&](const Result<HttpResponse>&) {
    guard.Call(HttpRequest{}, [&](const Result<HttpResponse>& next) { refused = !next.ok(); });
  });
  while (inner.calls.waiting() > 0) inner.calls.Answer({{200, "text/plain", "ok", {}}});
  timers.RunDue(clock.Now());
  CHECK_FALSE(refused);
}

TEST_CASE_METHOD(Fixture,
                 "the server is back with its first useful answer, a probe's or another's") {
  std::vector<bool> told;
  guard.on_change = [&](bool away) { told.push_back(away); };
  Fail(5);
  Advance(milliseconds(1500));
  REQUIRE(inner.calls.waiting() == 1);
  const int how = GENERATE(0, 1, 2);
  if (how == 0) inner.calls.Answer({{200, "text/plain", "ok", {}}});
  if (how == 1) inner.calls.Answer(Refusal(403, "Forbidden", "no right to see /readyz"));
  if (how == 2) {
    inner.calls.Answer(Refusal(500, "InternalError", "[-]etcd failed"));
    CHECK(guard.away());
    clock.JumpTo(clock.Now() + kAwayPass);
    Stream({"an event"}, EndWith(200));
  }
  CHECK_FALSE(guard.away());
  CHECK(told == std::vector<bool>{true, false});
  CHECK(timers.empty());
  Advance(seconds(60));
  CHECK(inner.calls.waiting() == 0);
}

TEST_CASE_METHOD(Fixture, "while it is away next to nothing is sent, whoever asks (C-013)") {
  Fail(5);
  int refused = 0;
  int held_back = 0;
  size_t streams = 0;
  for (int second = 0; second < 600; ++second) {
    guard.Call(HttpRequest{}, [&](const Result<HttpResponse>& said) {
      if (!said.ok() && said.error().kind == ErrorKind::kNotSent) ++refused;
    });
    guard.Stream(HttpRequest{}, {[](std::string_view) {},
                                 [&](const StreamEnd& end) {
                                   CHECK(end.status == 0);
                                   REQUIRE(end.error);
                                   CHECK(end.error->kind == ErrorKind::kNotSent);
                                   held_back += end.error->detail == ErrorDetail::kHeldBack;
                                   ++refused;
                                 }});
    Advance(seconds(1));
    while (inner.calls.waiting() > 0) {
      inner.calls.Answer(TransportError(ErrorKind::kNotSent));
    }
    for (const StreamHandler& stream : inner.streams) {
      stream.on_end(Broken(ErrorKind::kNotSent));
    }
    streams += inner.streams.size();
    inner.streams.clear();
  }
  CHECK(guard.sent() == inner.calls.sent.size() + streams);
  CHECK(refused == 1200);  // the calls that were sent have failed like the refused ones
  CHECK(held_back + static_cast<int>(streams) == 600);
  CHECK(guard.sent() <= 5 + 600 * 3 / 10);
}

TEST_CASE_METHOD(Fixture,
                 "a Lease is renewed while the server is away, as long as a permit lasts (C-013)") {
  Fail(5);
  const size_t before = inner.calls.sent.size();
  HttpRequest renewal;
  renewal.call_class = CallClass::kLease;
  int answers = 0;
  const auto renew = [&] { guard.Call(renewal, [&](const Result<HttpResponse>&) { ++answers; }); };
  for (int i = 0; i < 10; ++i) renew();
  CHECK(inner.calls.sent.size() == before + 10);
  while (inner.calls.waiting() > 0) inner.calls.Answer(TransportError(ErrorKind::kAmbiguous));
  clock.JumpTo(clock.Now() + kAwayLease);
  for (int i = 0; i < 10; ++i) renew();
  CHECK(inner.calls.sent.size() == before + 11);  // 10 Lease calls, and the one that may pass
  timers.RunDue(clock.Now());
  CHECK(answers == 19);
}

TEST_CASE_METHOD(Fixture, "a refused call can be cancelled, and is answered once all the same") {
  Fail(5);
  int answers = 0;
  const CallId id = guard.Call(HttpRequest{}, [&](const Result<HttpResponse>&) { ++answers; });
  CHECK(answers == 0);
  guard.Cancel(id);
  Advance(Duration{0});
  CHECK(answers == 1);
  CHECK(inner.calls.cancels == 0);
}

TEST_CASE("a guard that goes leaves no timer, and answers after it are harmless") {
  sim::VirtualClock clock;
  TimerQueue timers;
  Random random{1};
  CountingLog log;
  StreamingTransport inner{clock, timers};
  int replies = 0;
  {
    GuardedTransport guard{clock, random, log, timers, inner};
    for (int i = 0; i < 6; ++i) {
      guard.Call(HttpRequest{}, [&](const Result<HttpResponse>&) { ++replies; });
    }
    for (int i = 0; i < 5; ++i) inner.calls.Answer(TransportError(ErrorKind::kNotSent));
    CHECK(!timers.empty());
  }
  CHECK(timers.empty());
  inner.calls.Answer(Success());
  CHECK(replies == 6);
}

}  // namespace
}  // namespace windlass::guarded_transport_test
