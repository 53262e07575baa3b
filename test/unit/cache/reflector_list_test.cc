// How a reflector gets a complete state (R-001…R-016), and that nothing else is ever
// exposed.
#include <memory>

#include "kubeclient/cache/back_off.h"
#include "kubeclient/cache/list_pages.h"
#include "kubeclient/cache/reflector_times.h"
#include "kubeclient/client/call_deadlines.h"
#include "test/unit/cache/reflector_fixture.h"

namespace windlass::reflector_list_test {
namespace {

using wire::Added;
using wire::ApiStatus;
using wire::ListOf;
using wire::Object;

TEST_CASE_METHOD(ReflectorFixture, "the first state is a consistent watch list (R-001, R-011)") {
  reflector.Start();
  CHECK(reflector.state() == ReflectorState::kInitialWatch);
  CHECK(Asked() == "watchlist");
  CHECK(Version() == "none");
  CHECK(transport.Parameter("resourceVersionMatch") == "NotOlderThan");
  CHECK(transport.Parameter("allowWatchBookmarks") == "true");

  transport.Line(Added("b@5"));
  transport.Line(Added("a@3"));
  CHECK(sink.heard == "begin add b@5 add a@3");
  transport.Line(wire::InitialEventsEnd("10"));
  CHECK(sink.Take() == "begin add b@5 add a@3 end 10");
  CHECK(reflector.state() == ReflectorState::kWatching);
  CHECK(reflector.last_version().text == "10");

  transport.Line(wire::Modified("a@11"));  // on the same stream
  CHECK(sink.heard == "apply ~a@11");
  CHECK(transport.requests().size() == 1);
}

TEST_CASE_METHOD(ReflectorFixture,
                 "changes before the end belong to the initial state (R-012, R-013)") {
  reflector.Start();
  transport.Line(Added("a@3"));
  transport.Line(wire::Modified("a@7"));
  transport.Line(wire::Deleted("a@8"));
  transport.Line(wire::Bookmark("8"));
  CHECK(sink.heard == "begin add a@3 add a@7 del a@8");
  CHECK(reflector.last_version().text.empty());
  CHECK(reflector.state() == ReflectorState::kInitialWatch);
}

TEST_CASE_METHOD(ReflectorFixture, "nothing of an unfinished watch list is exposed (R-014)") {
  reflector.Start();
  transport.Line(Added("a@3"));
  SECTION("that ended in good order") {
    transport.End();
    CHECK(Ends("unfinished") == 1);
    CHECK(reflector.trouble() ==
          "watch replicasets: the stream ended before the initial state was complete");
  }
  SECTION("that broke") {
    transport.Break();
    CHECK(Ends("transport") == 1);
  }
  SECTION("that reported an error") {
    transport.Line(wire::ErrorEvent(500, "InternalError"));
    CHECK(Ends("500") == 1);
  }
  CHECK(sink.Take() == "begin add a@3 abandon");
  CHECK(reflector.state() == ReflectorState::kBackingOff);
  CHECK(UntilAsked() <= kReflectorBackOffFirst);
  CHECK(Asked() == "watchlist");
  CHECK(Version() == "none");
}

struct Refusal {
  int status;
  std::string reason;
  std::string then;
};

TEST_CASE_METHOD(ReflectorFixture,
                 "a server without watch lists is listed, one in trouble is not (R-014)") {
  const Refusal row = GENERATE(values<Refusal>({
      {400, "BadRequest", "list"},
      {404, "NotFound", "list"},
      {405, "MethodNotAllowed", "list"},
      {422, "Invalid", "list"},
      {401, "Unauthorized", "watchlist"},
      {403, "Forbidden", "watchlist"},
      {410, "Expired", "watchlist"},
      {429, "TooManyRequests", "watchlist"},
      {500, "InternalError", "watchlist"},
      {503, "ServiceUnavailable", "watchlist"},
  }));
  CAPTURE(row.status);
  reflector.Start();
  transport.Reply(row.status, ApiStatus(row.status, row.reason));
  CHECK(log.Count("list or watch failed") == (row.then == "list" ? 0 : 1));
  UntilAsked();
  CHECK(Asked() == row.then);
}

TEST_CASE_METHOD(ReflectorFixture,
                 "that a server has no watch lists is remembered for 10 minutes (R-014)") {
  SyncByList();
  CHECK(counters().watch_lists == 1);
  time.Advance(kWatchListUnsupportedFor - seconds(1));
  transport.Line(wire::ErrorEvent(410, "Expired"));
  CHECK(Asked() == "list");
  transport.Reply(200, ListOf("11", {}));
  time.Advance(seconds(1));
  transport.Line(wire::ErrorEvent(410, "Expired"));
  CHECK(Asked() == "watchlist");
}

TEST_CASE_METHOD(ReflectorFixture, "a silent watch list is given up after 60 s (R-015)") {
  reflector.Start();
  time.Advance(seconds(50));
  transport.Line(Added("a@3"));
  time.Advance(seconds(59));
  CHECK(Asked() == "watchlist");
  time.Advance(seconds(1));
  CHECK(Asked() == "list");
  CHECK(Ends("silent") == 1);
  CHECK(sink.heard == "begin add a@3 abandon begin");
  transport.AnswerCancelled();
  CHECK(sink.heard == "begin add a@3 abandon begin");
  CHECK(log.Count("watch list is silent") == 1);

  transport.Reply(200, ListOf("10", {}));
  time.Advance(kWatchListUnsupportedFor);
  transport.Line(wire::ErrorEvent(410, "Expired"));
  time.Advance(kWatchListSilenceWarn);
  CHECK(log.Count("watch list is silent") == 2);
}

TEST_CASE_METHOD(ReflectorFixture,
                 "a watch list whose connection died in our sleep is asked again") {
  reflector.Start();
  time.Sleep(kWatchIdle);
  transport.Break();
  UntilAsked();
  CHECK(Asked() == "watchlist");
  CHECK(counters().idle_timeouts == 0);
}

TEST_CASE_METHOD(ReflectorFixture,
                 "a list comes in pages and counts from its first (R-003, R-005)") {
  StartListing();
  CHECK(transport.last().target == "/apis/apps/v1/replicasets?limit=500");
  CHECK(transport.last().deadline == kListPageDeadline);
  CHECK(transport.last().call_class == CallClass::kCall);

  transport.Reply(200, ListOf("10", {Object("a@3"), Object("b@4")}, "to/ken"));
  CHECK(transport.last().target == "/apis/apps/v1/replicasets?limit=500&continue=to%2Fken");
  CHECK(sink.heard == "add a@3 add b@4");
  transport.Reply(200, ListOf("12", {Object("c@11")}));
  CHECK(sink.heard == "add a@3 add b@4 add c@11 end 10");
  CHECK(Asked() == "watch");
  CHECK(Version() == "10");
  CHECK(counters().lists == 1);
}

TEST_CASE_METHOD(ReflectorFixture,
                 "an expired page restarts the list, the third time in one piece (R-004)") {
  // The token that the server offers with a 410 would mix two states: it must not be used.
  const std::string expired =
      R"({"kind":"Status","code":410,"reason":"Expired","metadata":{"continue":"inconsistent"}})";
  reflector.Start();
  transport.Reply(422, ApiStatus(422, "Invalid"));
  for (int i = 0; i < 2; ++i) {
    CHECK(transport.Parameter("limit") == "500");
    CHECK(!transport.Parameter("continue"));
    transport.Reply(200, ListOf("10", {Object("a@3")}, "next"));
    transport.Reply(410, expired);
  }
  CHECK(!transport.Parameter("limit"));
  CHECK(!transport.Parameter("continue"));
  CHECK(Version() == "none");
  sink.Take();
  transport.Reply(200, ListOf("12", {Object("a@3")}));
  CHECK(sink.heard == "add a@3 end 12");

  transport.Line(wire::Bookmark("13"));
  transport.Line(wire::ErrorEvent(410, "Expired"));  // the next list begins anew
  transport.Reply(410, ApiStatus(410, "Expired"));
  CHECK(transport.Parameter("limit") == "500");
}

TEST_CASE_METHOD(ReflectorFixture, "a list that never ends is given up") {
  StartListing();
  for (int i = 0; i < kListPagesMax; ++i) transport.Reply(200, ListOf("10", {}, "next"));
  CHECK(transport.busy());
  transport.Reply(200, ListOf("10", {}, "next"));
  CHECK(!transport.busy());
  CHECK(reflector.trouble() == "list replicasets: the list has more than 20000 pages");
  UntilAsked();
  transport.Reply(200, ListOf("10", {}));
  CHECK(reflector.trouble().empty());
}

TEST_CASE_METHOD(ReflectorFixture,
                 "what is not a list of ReplicaSets is an error, not an empty cache (R-009)") {
  const std::string body = GENERATE(values<std::string>({
      "",
      "{}",
      "[]",
      "null",
      "<html>welcome</html>",
      R"({"kind":"Status","status":"Success"})",
      R"({"kind":"Table","metadata":{"resourceVersion":"10"},"rows":[]})",
      ListOf("10", {}, "", "PodList", "v1"),
      ListOf("10", {}, "", "ReplicaSetList", "extensions/v1beta1"),
      ListOf("10", {}, "", "ReplicaSet"),
      ListOf("10", {}, "", "PartialObjectMetadataList", "meta.k8s.io/v1"),
      ListOf("", {}),
      ListOf("0", {}),
      R"({"kind":"ReplicaSetList","apiVersion":"apps/v1","items":[]})",
      R"({"kind":"ReplicaSetList","metadata":{"resourceVersion":"9"},"items":[]})",
  }));
  CAPTURE(body);
  StartListing();
  transport.Reply(200, body);
  CHECK(sink.heard == "abandon");
  CHECK(reflector.state() == ReflectorState::kBackingOff);
  CHECK(reflector.trouble().starts_with("list replicasets: "));
  UntilAsked();
  CHECK(Asked() == "list");
}

TEST_CASE_METHOD(ReflectorFixture, "null items of a list are a legal empty list (R-009)") {
  StartListing();
  transport.Reply(200, R"({"kind":"ReplicaSetList","apiVersion":"apps/v1",)"
                       R"("metadata":{"resourceVersion":"9"},"items":null})");
  CHECK(sink.heard == "end 9");
}

TEST_CASE_METHOD(ReflectorFixture,
                 "a relist is not older than what we saw, at need consistent (R-002)") {
  SECTION("as a watch list") {
    Sync();
    transport.Line(wire::ErrorEvent(410, "Expired"));
    CHECK(Asked() == "watchlist");
    CHECK(Version() == "10");
    transport.Reply(410, ApiStatus(410, "Expired"));
    CHECK(Asked() == "watchlist");
    CHECK(Version() == "none");
  }
  SECTION("as a list, without a limit") {
    SyncByList();
    transport.Line(wire::ErrorEvent(410, "Expired"));
    CHECK(transport.last().target ==
          "/apis/apps/v1/replicasets?resourceVersion=10&resourceVersionMatch=NotOlderThan");
    SECTION("410") { transport.Reply(410, ApiStatus(410, "Expired")); }
    SECTION("the server's cache lags") {
      transport.Reply(504, wire::VersionTooLarge());
      CHECK(UntilAsked() >= seconds(1));  // its Retry-After
    }
    CHECK(transport.last().target == "/apis/apps/v1/replicasets?limit=500");
    transport.Reply(200, ListOf("20", {}));
    CHECK(counters().lists == 3);
  }
}

TEST_CASE_METHOD(ReflectorFixture,
                 "a state that looks like a mistake is confirmed by one consistent list (R-010)") {
  Sync();
  sink.looks_like_a_mistake = true;
  transport.Line(wire::ErrorEvent(410, "Expired"));
  const MonotonicTime view_before = reflector.view_at();
  time.Advance(seconds(1));
  transport.Line(wire::InitialEventsEnd("20"));
  CHECK(sink.Take() == "begin end 20 begin");
  CHECK(reflector.view_at() == view_before);  // the sink has kept the former state (S-012)
  CHECK(transport.last().target == "/apis/apps/v1/replicasets?limit=500");
  CHECK(reflector.last_version().text == "10");
  CHECK(counters().vanish_alarms == 1);

  transport.Reply(503, ApiStatus(503, "ServiceUnavailable"));
  CHECK(sink.Take() == "abandon");
  UntilAsked();
  CHECK(Asked() == "list");
  transport.Reply(200, ListOf("21", {}));
  CHECK(sink.Take() == "begin END 21");
  CHECK(reflector.state() == ReflectorState::kWatching);

  transport.Line(wire::ErrorEvent(410, "Expired"));  // the next list is judged anew
  transport.Line(wire::InitialEventsEnd("30"));
  CHECK(sink.heard == "begin end 30 begin");
}

TEST_CASE_METHOD(ReflectorFixture, "a state older than ours is not applied (R-045)") {
  Sync();
  transport.Line(wire::ErrorEvent(410, "Expired"));
  transport.Line(Added("a@3"));
  transport.Line(wire::InitialEventsEnd("9"));
  CHECK(sink.heard == "begin add a@3 abandon");
  CHECK(counters().time_travels == 1);
  CHECK(reflector.last_version().text == "10");
  CHECK(reflector.trouble() ==
        "watch replicasets: the server went back from resourceVersion 10 to 9");
  UntilAsked();
  CHECK(Asked() == "watchlist");
  CHECK(Version() == "none");
}

TEST_CASE_METHOD(ReflectorFixture,
                 "an object that cannot be decoded does not stop a list (R-031)") {
  SECTION("of the watch") {
    reflector.Start();
    sink.Take();
    transport.Line(wire::Event("ADDED", wire::Poison("a@3")));
    transport.Line(Added("b@4"));
    transport.Line(wire::InitialEventsEnd("10"));
  }
  SECTION("of pages") {
    StartListing();
    transport.Reply(200, ListOf("10", {wire::Poison("a@3"), Object("b@4")}));
  }
  CHECK(sink.heard == "add b@4 end 10");
  CHECK(counters().decode_errors == 1);
  CHECK(reflector.state() == ReflectorState::kWatching);
}

TEST_CASE_METHOD(ReflectorFixture, "after Stop nothing is heard and nothing is asked (R-053)") {
  reflector.Start();
  std::string last_heard = "abandon";
  SECTION("in a watch list") { transport.Line(Added("a@3")); }
  SECTION("in a list") { transport.Reply(422, ApiStatus(422, "Invalid")); }
  SECTION("watching") {
    transport.Line(wire::InitialEventsEnd("10"));
    last_heard = "end 10";
  }
  SECTION("backing off") { transport.Fail(ErrorKind::kNotSent, "refused"); }
  reflector.Stop();
  CHECK(sink.Take().ends_with(last_heard));
  CHECK(!transport.busy());
  CHECK(time.timers().empty());
  const size_t asked = transport.requests().size();
  transport.AnswerCancelled();
  time.Advance(seconds(3600));
  CHECK(sink.heard.empty());
  CHECK(transport.requests().size() == asked);
  CHECK(reflector.state() == ReflectorState::kStopped);

  reflector.Start();  // after Start the list is consistent again (R-001)
  CHECK(Version() == "none");
}

TEST_CASE_METHOD(ReflectorFixture, "a handler may stop the reflector at the end of a replacement") {
  sink.on_end = [this] { reflector.Stop(); };
  SECTION("by a watch list") {
    reflector.Start();
    transport.Line(wire::InitialEventsEnd("10"));
  }
  SECTION("by a list") {
    StartListing();
    transport.Reply(200, ListOf("10", {}));
  }
  CHECK(reflector.state() == ReflectorState::kStopped);
  CHECK(!transport.busy());
  CHECK(time.timers().empty());
}

TEST_CASE("two reflectors that fail list one after the other (R-054)") {
  VirtualTime time;
  Random random(1);
  NullLog log;
  SymbolTable symbols;
  Decoder decoder(symbols);
  ListGate gate(time, time.timers());
  struct One {
    RecordingSink sink;
    ScriptedTransport transport;
    Reflector reflector;
    One(VirtualTime& time, Random& random, Log& log, Decoder& decoder, ListGate& gate)
        : sink(decoder),
          reflector(time, random, log, time.timers(), transport, decoder,
                    {resources::kReplicaSets, "", ""}, sink, &gate) {
      reflector.Start();
    }
  };
  One a(time, random, log, decoder, gate);
  auto b = std::make_unique<One>(time, random, log, decoder, gate);
  CHECK(a.transport.busy());
  CHECK(b->transport.busy());  // all is well so far
  a.transport.Fail(ErrorKind::kNotSent, "refused");
  b->transport.Fail(ErrorKind::kNotSent, "refused");
  time.Advance(seconds(10));
  CHECK(a.transport.busy() != b->transport.busy());
  One& first = a.transport.busy() ? a : *b;
  One& second = a.transport.busy() ? *b : a;
  std::string end = GENERATE("complete", "failed", "stopped");
  CAPTURE(end);
  if (end == "complete") first.transport.Line(wire::InitialEventsEnd("10"));
  if (end == "failed") first.transport.Fail(ErrorKind::kNotSent, "refused");
  if (end == "stopped") first.reflector.Stop();
  time.Advance(Duration{0});
  CHECK(second.transport.busy());
  second.transport.Line(wire::InitialEventsEnd("10"));
  CHECK(second.reflector.state() == ReflectorState::kWatching);
  b.reset();
}

TEST_CASE("a reflector that is gone hears nothing of its call") {
  ScriptedTransport transport;
  {
    VirtualTime time;
    Random random(1);
    NullLog log;
    SymbolTable symbols;
    Decoder decoder(symbols);
    RecordingSink sink(decoder);
    Reflector reflector(time, random, log, time.timers(), transport, decoder, {}, sink);
    reflector.Start();
  }
  CHECK(!transport.busy());
  transport.AnswerCancelled();
}

}  // namespace
}  // namespace windlass::reflector_list_test
