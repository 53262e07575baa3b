// What a reflector does when its owner says that the server is back (W-013).
#include "kubeclient/cache/back_off.h"
#include "kubeclient/cache/watch_times.h"
#include "test/unit/cache/reflector_fixture.h"

namespace windlass {
namespace {

TEST_CASE_METHOD(ReflectorFixture, "a reflector that backs off tries again within a second") {
  Sync();
  for (int i = 0; i < 12; ++i) {
    transport.Fail(ErrorKind::kNotSent, "refused");
    if (i < 11) UntilAsked();
  }
  REQUIRE(reflector.state() == ReflectorState::kBackingOff);
  reflector.TryNow();
  CHECK(UntilAsked() <= kWatchAgainJitter);
  CHECK(Asked() == "watchlist");
  CHECK(Version() == "none");
  // A server that has just started may refuse for a moment; that must not lead to a long wait.
  transport.Reply(403, wire::ApiStatus(403, "Forbidden"));
  CHECK(UntilAsked() <= kReflectorBackOffFirst);
}

TEST_CASE_METHOD(ReflectorFixture, "a watch that may hang gives way to a complete state") {
  Sync();
  transport.Line(wire::Bookmark("15"));
  reflector.TryNow();
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
  reflector.TryNow();
  UntilAsked();
  CHECK(Asked() == "watchlist");
  CHECK(Version() == "none");
}

TEST_CASE_METHOD(ReflectorFixture, "a first state that is being collected is collected anew") {
  reflector.Start();
  transport.Line(wire::Added("a@5"));
  reflector.TryNow();
  CHECK(sink.Take() == "begin add a@5 abandon");
  CHECK(UntilAsked() <= kWatchAgainJitter);
  CHECK(Asked() == "watchlist");
}

TEST_CASE_METHOD(ReflectorFixture,
                 "neither one that is stopped nor one about to watch is hurried") {
  reflector.TryNow();
  CHECK(!transport.busy());
  Sync();
  transport.Line(wire::Bookmark("11"));
  transport.End();
  reflector.TryNow();
  CHECK(reflector.state() == ReflectorState::kListed);
  UntilAsked();
  CHECK(counters().watches == 1);
  reflector.Stop();
  reflector.TryNow();
  CHECK(time.timers().empty());
}

}  // namespace
}  // namespace windlass
