// What a reflector does when its owner says that the server is back (C-013).
#include "kubeclient/cache/back_off.h"
#include "kubeclient/cache/reflector_times.h"
#include "kubeclient/client/call_deadlines.h"
#include "test/unit/cache/reflector_fixture.h"

namespace windlass::reflector_try_now_test {
namespace {

TEST_CASE_METHOD(ReflectorFixture, "a reflector that backs off tries again within a second") {
  Sync();
  for (int i = 0; i < 12; ++i) {
    transport.Fail(ErrorKind::kNotSent, "refused");
    if (i < 11) UntilAsked();
  }
  REQUIRE(reflector.state() == ReflectorState::kBackingOff);
  reflector.TryNow(true);
  CHECK(UntilAsked() <= kWatchAgainJitter);
  CHECK(Asked() == "watchlist");
  CHECK(Version() == "none");
  // A server that has just started may refuse for a moment; that must not lead to a long wait.
  transport.Reply(403, wire::ApiStatus(403, "Forbidden"));
  CHECK(UntilAsked() <= kReflectorBackOffFirst);
}

// Whom this serves: everybody, while one tenant's objects make the server answer with errors.
TEST_CASE_METHOD(ReflectorFixture, "without a refusal watches go on where they were (C-013)") {
  Sync();
  transport.Line(wire::Bookmark("15"));
  SECTION("one that is open is left alone") {
    reflector.TryNow(false);
    CHECK(transport.busy());
    transport.Line(wire::Added("a@16"));
    CHECK(sink.Take() == "apply +a@16");
  }
  SECTION("one that waits after errors asks soon, at its version") {
    for (int i = 0; i < 8; ++i) {
      transport.Reply(503, wire::ApiStatus(503, "ServiceUnavailable"));
      if (i < 7) UntilAsked();
    }
    reflector.TryNow(false);
    CHECK(UntilAsked() <= kWatchAgainJitter);
    CHECK(Asked() == "watch");
    CHECK(Version() == "15");
  }
  SECTION("one that nobody sent while the server was away, too") {
    transport.FailHeldBack();
    reflector.TryNow(false);
    CHECK(UntilAsked() <= kWatchAgainJitter);
    CHECK(Asked() == "watch");
    CHECK(Version() == "15");
  }
}

TEST_CASE_METHOD(ReflectorFixture, "a watch that may hang gives way to a complete state (C-013)") {
  Sync();
  transport.Line(wire::Bookmark("15"));
  reflector.TryNow(true);
  CHECK(!transport.busy());
  transport.AnswerCancelled();
  CHECK(UntilAsked() <= kWatchAgainJitter);
  CHECK(Asked() == "watchlist");
  CHECK(Version() == "none");
  CHECK(counters().lists + counters().watch_lists == 2);
  transport.Line(wire::InitialEventsEnd("15"));
  CHECK(sink.Take() == "begin end 15");
  transport.Line(wire::Added("a@16"));
  CHECK(sink.Take() == "apply +a@16");
}

TEST_CASE_METHOD(ReflectorFixture, "whatever kept it from answering, what follows is complete") {
  Sync();
  SECTION("errors") { transport.Reply(503, wire::ApiStatus(503, "ServiceUnavailable")); }
  SECTION("silence") { transport.Fail(ErrorKind::kAmbiguous, "timed out"); }
  reflector.TryNow(true);
  UntilAsked();
  CHECK(Asked() == "watchlist");
  CHECK(Version() == "none");
}

TEST_CASE_METHOD(ReflectorFixture, "a first state that is being collected is collected anew") {
  reflector.Start();
  transport.Line(wire::Added("a@5"));
  reflector.TryNow(true);
  CHECK(sink.Take() == "begin add a@5 abandon");
  CHECK(UntilAsked() <= kWatchAgainJitter);
  CHECK(Asked() == "watchlist");
}

TEST_CASE_METHOD(ReflectorFixture, "a reflector that is stopped is not hurried") {
  reflector.TryNow(true);
  CHECK(!transport.busy());
  Sync();
  reflector.Stop();
  reflector.TryNow(true);
  CHECK(time.timers().empty());
}

// The watch can end while the server is still away. Within the second before the next watch another
// server may answer, whose etcd was put back to an earlier state and is past our version.
TEST_CASE_METHOD(
    ReflectorFixture,
    "one that is about to watch is not hurried, and asks for a complete state (C-013)") {
  const int silences = GENERATE(0, 1, 2);  // after the second the server is in doubt
  CAPTURE(silences);
  Sync();
  transport.Line(wire::Bookmark("11"));
  if (silences == 0) transport.End();
  for (int i = 0; i < silences; ++i) {
    if (i > 0) UntilAsked();
    time.Advance(kWatchIdle);
    transport.Break();
  }
  REQUIRE(reflector.state() == ReflectorState::kListed);
  const uint64_t watches = counters().watches;
  reflector.TryNow(true);
  CHECK(reflector.state() == ReflectorState::kListed);
  CHECK(UntilAsked() <= kWatchAgainJitter);
  CHECK(Asked() == "watchlist");
  CHECK(Version() == "none");
  CHECK(counters().watches == watches);
  CHECK(counters().probes == 0);
  sink.Take();
  SECTION("it is the server it was") {
    transport.Line(wire::InitialEventsEnd("20"));
    CHECK(sink.Take() == "end 20");
    CHECK(counters().resets == 0);
    transport.Break();
    UntilAsked();
    CHECK(Asked() == "watch");  // the outage is forgotten
  }
  SECTION("its etcd was put back, and is past our version") {
    sink.another_past = true;
    transport.Line(wire::InitialEventsEnd("20"));
    CHECK(sink.Take() == "end 20 reset");
    CHECK(counters().resets == 1);
  }
}

}  // namespace
}  // namespace windlass::reflector_try_now_test
