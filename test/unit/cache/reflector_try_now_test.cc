// What a reflector does when it is told that the server is back (W-013).
#include "kubeclient/base/limits.h"
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
  CHECK(reflector.state() == ReflectorState::kProbing);
  transport.Reply(200, wire::ListOf("10", {}));
  CHECK(Asked() == "watch");
  CHECK(Version() == "10");
  CHECK(counters().watch_lists == 1);
  // A server that has just started may refuse for a moment: that is no reason to wait long.
  transport.Reply(403, wire::ApiStatus(403, "Forbidden"));
  CHECK(UntilAsked() <= kReflectorBackOffFirst);
}

TEST_CASE_METHOD(ReflectorFixture, "a watch that may hang is opened anew at its version, no list") {
  Sync();
  transport.Line(wire::Bookmark("15"));
  reflector.TryNow();
  CHECK(!transport.busy());
  transport.AnswerCancelled();
  CHECK(UntilAsked() <= kWatchAgainJitter);
  transport.Reply(200, wire::ListOf("15", {}));
  CHECK(Asked() == "watch");
  CHECK(Version() == "15");
  CHECK(counters().lists + counters().watch_lists == 1);
  CHECK(sink.heard.empty());
  transport.Line(wire::Added("a@16"));
  CHECK(sink.Take() == "apply +a@16");
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
