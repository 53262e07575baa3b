// How a reflector notices that etcd was put back to an earlier state, and starts over (R-044,
//
#include "kubeclient/cache/reflector_times.h"
#include "kubeclient/client/call_deadlines.h"
#include "test/unit/cache/reflector_fixture.h"

namespace windlass::reflector_reset_test {
namespace {

using wire::ListOf;
using wire::Object;

struct ResetFixture : ReflectorFixture {
  // Lets the open watch end without a line.
  void Silence() {
    time.Advance(kWatchIdle);
    transport.Break();
    UntilAsked();
  }
};

TEST_CASE_METHOD(ResetFixture, "two silent watches in a row are doubted by one object (R-044)") {
  Sync();
  Silence();
  CHECK(Asked() == "watch");
  Silence();
  CHECK(reflector.state() == ReflectorState::kProbing);
  CHECK(transport.last().target == "/apis/apps/v1/replicasets?limit=1");
  CHECK(counters().probes == 1);
  const std::string version = GENERATE("10", "999");
  transport.Reply(200, ListOf(version, {Object("a@3")}, "more"));
  CHECK(Asked() == "watch");
  CHECK(Version() == "10");
  CHECK(sink.heard.empty());
  CHECK(counters().resets == 0);
  Silence();
  CHECK(Asked() == "watch");
  CHECK(counters().lists == 0);
}

TEST_CASE_METHOD(ResetFixture, "silences with a word between are no doubt (R-044)") {
  Sync();
  for (int i = 0; i < 5; ++i) {
    Silence();
    CHECK(Asked() == "watch");
    transport.Line(wire::Bookmark("10"));
  }
  CHECK(counters().probes == 0);
}

TEST_CASE_METHOD(ResetFixture, "a server behind our version resets (R-044, R-061)") {
  Sync();
  transport.Line(wire::Added("a@12"));
  Silence();
  Silence();
  sink.Take();
  transport.Reply(200, ListOf("7", {}));
  CHECK(sink.Take() == "reset");
  CHECK(counters().resets == 1);
  CHECK(reflector.last_version().empty());
  CHECK(reflector.trouble() ==
        "everything is read anew: the server went back from resourceVersion 12 to 7");
  CHECK(UntilAsked() == Duration{0});
  CHECK(Version() == "none");
  transport.Line(wire::Added("a@3"));
  transport.Line(wire::InitialEventsEnd("8"));
  CHECK(sink.Take() == "begin add a@3 end 8");
  CHECK(reflector.last_version().text == "8");
  CHECK(reflector.trouble().empty());
}

TEST_CASE_METHOD(ResetFixture, "a doubt that finds no answer stays (R-044)") {
  Sync();
  Silence();
  Silence();
  SECTION("refused") { transport.Reply(503, wire::ApiStatus(503, "ServiceUnavailable")); }
  SECTION("forbidden") { transport.Reply(403, wire::ApiStatus(403, "Forbidden")); }
  SECTION("no answer") { transport.Fail(ErrorKind::kAmbiguous, "timed out"); }
  CHECK(reflector.trouble().starts_with("list replicasets: "));
  UntilAsked();
  CHECK(Asked() == "watch");
  Silence();
  CHECK(reflector.state() == ReflectorState::kProbing);
}

TEST_CASE_METHOD(ResetFixture,
                 "a server that was away is listed, whatever it says (R-061, C-013)") {
  Sync();
  transport.Line(wire::Added("a@12"));
  const int refusals = GENERATE(1, 3);
  for (int i = 0; i < refusals; ++i) {
    transport.Fail(ErrorKind::kNotSent, "connection refused");
    CHECK(!reflector.trouble().empty());
    UntilAsked();
    CHECK(Asked() == "watchlist");
    CHECK(Version() == "none");
  }
  sink.Take();
  SECTION("it is where it was") {
    transport.Line(wire::Added("a@12"));
    transport.Line(wire::InitialEventsEnd("15"));
    CHECK(sink.Take() == "add a@12 end 15");
    CHECK(reflector.trouble().empty());
    transport.Break();
    UntilAsked();
    CHECK(Asked() == "watch");
    CHECK(Version() == "15");
    CHECK(counters().resets == 0);
  }
  SECTION("it breaks off") {
    transport.Break();
    UntilAsked();
    CHECK(Asked() == "watchlist");
    CHECK(Version() == "none");
  }
  SECTION("it has no watch lists") {
    transport.Reply(422, wire::ApiStatus(422, "Invalid"));
    CHECK(Asked() == "list");
    CHECK(Version() == "none");
  }
  SECTION("it was put back, and is behind us") {
    transport.Line(wire::InitialEventsEnd("11"));
    CHECK(sink.Take() == "abandon reset");
  }
  SECTION("it was put back, and is past us") {
    sink.another_past = true;
    transport.Line(wire::InitialEventsEnd("15"));
    CHECK(sink.Take() == "end 15 reset");
    CHECK(reflector.trouble().ends_with("the cache has resourceVersion 12"));
    sink.another_past = false;
    UntilAsked();
    CHECK(Version() == "none");
    transport.Line(wire::InitialEventsEnd("15"));
    CHECK(sink.Take() == "begin end 15");
    CHECK(counters().resets == 1);
  }
}

TEST_CASE_METHOD(ResetFixture, "an answer that is no list of ours is no answer (R-009, R-044)") {
  Sync();
  Silence();
  Silence();
  transport.Reply(200, ListOf("7", {}, "", "PodList", "v1"));
  CHECK(sink.heard.empty());
  CHECK(counters().resets == 0);
  CHECK(reflector.state() == ReflectorState::kBackingOff);
}

TEST_CASE_METHOD(ResetFixture, "lists that go back three times in a row reset (R-045)") {
  Sync();
  transport.Line(wire::ErrorEvent(410, "Expired"));
  for (int i = 0; i < kTimesBackMax - 1; ++i) {
    transport.Line(wire::InitialEventsEnd("9"));
    CHECK(reflector.last_version().text == "10");
    UntilAsked();
    CHECK(Version() == "none");
  }
  CHECK(counters().resets == 0);
  SECTION("and then it is believed") {
    transport.Line(wire::InitialEventsEnd("9"));
    CHECK(sink.Take().ends_with("abandon reset"));
    CHECK(counters().time_travels == 3);
    UntilAsked();
    transport.Line(wire::InitialEventsEnd("9"));
    CHECK(sink.Take() == "begin end 9");
  }
  SECTION("a server that has caught up does not") {
    transport.Line(wire::InitialEventsEnd("11"));
    transport.Line(wire::ErrorEvent(410, "Expired"));
    transport.Line(wire::InitialEventsEnd("9"));
    CHECK(counters().resets == 0);
  }
}

TEST_CASE_METHOD(ResetFixture, "bookmarks that go back three times in a row are doubted (R-045)") {
  Sync();
  transport.Line(wire::Bookmark("9"));
  transport.Line(wire::Bookmark("9"));
  transport.Line(wire::Bookmark("10"));
  transport.Line(wire::Bookmark("9"));
  transport.Line(wire::Bookmark("9"));
  CHECK(counters().probes == 0);
  transport.Line(wire::Bookmark("9"));
  CHECK(reflector.state() == ReflectorState::kProbing);
  CHECK(reflector.last_version().text == "10");
  SECTION("wrongly") {
    transport.Reply(200, ListOf("10", {}));
    CHECK(Asked() == "watch");
    CHECK(counters().resets == 0);
  }
  SECTION("rightly") {
    transport.Reply(200, ListOf("9", {}));
    CHECK(sink.Take() == "reset");
  }
  transport.AnswerCancelled();
}

TEST_CASE_METHOD(ResetFixture, "a reset can be asked for in every state (R-061)") {
  SECTION("within a watch list") {
    reflector.Start();
    transport.Line(wire::Added("a@3"));
  }
  SECTION("within a list") { StartListing(); }
  SECTION("watching") { Sync(); }
  SECTION("backing off") {
    Sync();
    transport.Fail(ErrorKind::kNotSent, "refused");
  }
  SECTION("probing") {
    Sync();
    Silence();
    Silence();
  }
  reflector.Reset("another cluster");
  CHECK(sink.Take().ends_with("reset"));
  CHECK(!transport.busy());
  transport.AnswerCancelled();
  CHECK(reflector.trouble() == "everything is read anew: another cluster");
  UntilAsked();
  CHECK(Version() == "none");
  CHECK(sink.Take() == "begin");
}

TEST_CASE_METHOD(ResetFixture, "whoever hears of a reset may stop the reflector, or reset it") {
  Sync();
  SECTION("stop") {
    sink.on_reset = [this] { reflector.Stop(); };
    reflector.Reset("why");
    CHECK(time.timers().empty());
    CHECK(reflector.state() == ReflectorState::kStopped);
  }
  SECTION("reset") {
    sink.on_reset = [this] { reflector.Reset("again"); };
    reflector.Reset("why");
    CHECK(counters().resets == 1);
  }
  CHECK(sink.heard == "reset");
}

TEST_CASE_METHOD(ResetFixture, "a handler may reset at the end of a replacement") {
  sink.on_end = [this] {
    sink.on_end = nullptr;
    reflector.Reset("why");
  };
  SECTION("by a watch list") {
    reflector.Start();
    transport.Line(wire::InitialEventsEnd("10"));
  }
  SECTION("by a list") {
    StartListing();
    transport.Reply(200, ListOf("10", {}));
  }
  CHECK(reflector.last_version().empty());
  UntilAsked();
  CHECK(Version() == "none");
}

TEST_CASE_METHOD(ResetFixture, "a stopped reflector only forgets where it was") {
  Sync();
  reflector.Stop();
  reflector.Reset("why");
  CHECK(sink.heard.empty());
  CHECK(time.timers().empty());
  CHECK(reflector.last_version().empty());
}

TEST_CASE_METHOD(ResetFixture, "a state got after a failure is told as such (R-061)") {
  Sync();
  CHECK(sink.recoveries == 0);
  SECTION("of a list") {
    transport.Line(wire::ErrorEvent(410, "Expired"));
    transport.Fail(ErrorKind::kNotSent, "refused");
    UntilAsked();
  }
  SECTION("of a watch") { transport.Line(wire::ErrorEvent(410, "Expired")); }
  transport.Line(wire::InitialEventsEnd("20"));
  CHECK(sink.recoveries == 1);
}

}  // namespace
}  // namespace windlass::reflector_reset_test
