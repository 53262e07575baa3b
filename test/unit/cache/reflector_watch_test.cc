// How a reflector follows changes and recovers (R-017…R-045), in virtual time.
#include <algorithm>

#include "kubeclient/cache/back_off.h"
#include "kubeclient/cache/reflector_machine.h"
#include "kubeclient/cache/reflector_times.h"
#include "kubeclient/client/call_deadlines.h"
#include "test/proves.h"
#include "test/unit/cache/reflector_fixture.h"

namespace windlass::reflector_watch_test {
namespace {

using wire::ApiStatus;
using wire::ErrorEvent;

TEST_CASE_METHOD(ReflectorFixture, "every watch asks for an end within 5 to 10 minutes (R-017)") {
  Sync();
  int low = 600;
  int high = 0;
  for (int i = 0; i < 200; ++i) {
    transport.Line(wire::Bookmark("11"));
    transport.End();
    UntilAsked();
    CHECK(transport.Parameter("allowWatchBookmarks") == "true");
    CHECK(transport.last().call_class == CallClass::kWatch);
    CHECK(transport.last().deadline == kWatchIdle);
    const int timeout = std::stoi(transport.Parameter("timeoutSeconds").value());
    low = std::min(low, timeout);
    high = std::max(high, timeout);
  }
  CHECK(low >= 300);
  CHECK(low < 320);
  CHECK(high > 580);
  CHECK(high < 600);
}

TEST_CASE_METHOD(ReflectorFixture, "1000 orderly ends cause no list (R-020)") {
  Sync();
  for (int i = 11; i <= 1010; ++i) {
    time.Advance(seconds(290));
    transport.Line(wire::Bookmark(std::to_string(i)));
    transport.End();
    CHECK(reflector.state() == ReflectorState::kListed);
    CHECK(UntilAsked() <= kWatchAgainJitter);
    REQUIRE(Asked() == "watch");
    REQUIRE(Version() == std::to_string(i));
  }
  CHECK(counters().lists == 0);
  CHECK(counters().watch_lists == 1);
  CHECK(counters().watches == 1000);
  CHECK(Ends("orderly") == 1000);
  CHECK(sink.heard.empty());
  CHECK(reflector.trouble().empty());
}

TEST_CASE_METHOD(ReflectorFixture, "a very short watch backs off, ever longer (R-018, R-054)") {
  Sync();
  transport.Line(wire::Bookmark("11"));
  transport.End();
  UntilAsked();
  Duration longest{0};
  for (int i = 0; i < 40; ++i) {
    transport.End();
    CHECK(reflector.state() == ReflectorState::kBackingOff);
    const Duration waited = UntilAsked();
    CHECK(waited <= kReflectorBackOffMax);
    if (i == 0) CHECK(waited <= kReflectorBackOffFirst);
    longest = std::max(longest, waited);
    CHECK(Asked() == "watch");
  }
  CHECK(longest > seconds(20));
  CHECK(Ends("short") == 40);

  time.Advance(kReflectorBackOffReset);  // two minutes without a failure
  transport.Fail(ErrorKind::kNotSent, "refused");
  CHECK(UntilAsked() <= kReflectorBackOffFirst);
}

TEST_CASE_METHOD(ReflectorFixture,
                 "a bookmark moves the version on and is no object (R-019, R-043)") {
  Sync();
  transport.Line(wire::Bookmark("15"));
  CHECK(reflector.last_version().text == "15");
  transport.Line(wire::Bookmark("14"));
  CHECK(reflector.last_version().text == "15");
  CHECK(counters().time_travels == 1);
  transport.Line(wire::Event("BOOKMARK", "{}"));
  CHECK(counters().decode_errors == 1);
  CHECK(sink.heard.empty());
  CHECK(counters().bookmarks == 4);
  transport.Line(wire::Modified("a@13"));  // the store decides whether it is applied
  CHECK(reflector.last_version().text == "15");
  Proves("D-788");
}

TEST_CASE_METHOD(ReflectorFixture, "last_heard follows events and bookmarks (R-043)") {
  Sync();
  time.Advance(seconds(30));
  transport.Line(wire::Bookmark("11"));
  CHECK(reflector.last_heard().since_start == seconds(30));
  time.Advance(seconds(30));
  transport.Line(wire::Added("a@12"));
  CHECK(reflector.last_heard().since_start == seconds(60));
}

TEST_CASE_METHOD(ReflectorFixture, "last_heard follows lists (R-043)") {
  StartListing();
  time.Advance(seconds(30));
  transport.Reply(200, wire::ListOf("10", {}));
  CHECK(reflector.last_heard().since_start == seconds(30));
}

TEST_CASE_METHOD(ReflectorFixture,
                 "who has heard nothing yet has heard nothing since its start (R-043)") {
  time.Advance(seconds(3600));
  reflector.Start();
  time.Advance(seconds(5));
  CHECK(reflector.last_heard().since_start == seconds(3600));
  CHECK(reflector.last_bookmark().since_start == seconds(3600));
}

TEST_CASE_METHOD(ReflectorFixture, "one 410 causes exactly one relist (R-021)") {
  Sync();
  SECTION("as a status") { transport.Reply(410, ApiStatus(410, "Gone")); }
  SECTION("as an event") { transport.Line(ErrorEvent(410, "Expired")); }
  SECTION("as an event that has only a reason") { transport.Line(ErrorEvent(0, "Expired")); }
  CHECK(transport.busy());  // at once
  CHECK(counters().relists_after_gone == 1);
  CHECK(sink.Take() == "begin");
  transport.Line(wire::InitialEventsEnd("20"));
  transport.AnswerCancelled();
  time.Advance(seconds(100));
  CHECK(sink.Take() == "end 20");
  CHECK(counters().watch_lists == 2);
  CHECK(counters().lists == 0);
  CHECK(reflector.last_version().text == "20");
  Proves("D-788");
}

TEST_CASE_METHOD(ReflectorFixture,
                 "a server that always says 410 meets the back-off (R-021, R-054)") {
  SyncByList();
  int at_once = 0;
  for (int i = 0; i < 20; ++i) {
    transport.Reply(410, ApiStatus(410, "Gone"));  // the answer to the watch
    if (transport.busy()) ++at_once;
    UntilAsked();
    transport.Reply(200, wire::ListOf("11", {}));
  }
  CHECK(at_once == kRelistsAtOnceMax);
}

TEST_CASE_METHOD(ReflectorFixture, "a 410 now and then is always answered at once (R-021)") {
  Sync();
  for (int i = 0; i < 20; ++i) {
    transport.Line(wire::Bookmark("11"));
    transport.Line(ErrorEvent(410, "Expired"));
    REQUIRE(transport.busy());
    transport.Line(wire::InitialEventsEnd("11"));
  }
  CHECK(counters().relists_after_gone == 20);
}

struct Sickness {
  std::string id;
  int status;
  std::string reason;
  std::string asked;    // the next request
  std::string version;  // its version
};

TEST_CASE_METHOD(ReflectorFixture,
                 "errors of a watch are answered by what they mean (R-022, R-023)") {
  const Sickness row = GENERATE(values<Sickness>({
      {"a relist would only hurt", 429, "TooManyRequests", "watch", "10"},
      {"the server is sick", 500, "InternalError", "watch", "10"},
      {"the server restarts", 503, "ServiceUnavailable", "watch", "10"},
      {"the server is slow", 504, "Timeout", "watch", "10"},
      {"a corrupt object", 500, "StoreReadError", "watchlist", "10"},
      {"who knows", 400, "BadRequest", "watchlist", "10"},
      {"who knows", 409, "Conflict", "watchlist", "10"},
      {"no right", 403, "Forbidden", "watch", "10"},
  }));
  const bool as_event = GENERATE(true, false);
  CAPTURE(row.id, row.status, as_event);
  Sync();
  if (as_event) {
    transport.Line(ErrorEvent(row.status, row.reason));
  } else {
    transport.Reply(row.status, ApiStatus(row.status, row.reason));
  }
  CHECK(reflector.state() == ReflectorState::kBackingOff);
  CHECK(sink.heard.empty());
  CHECK(Ends(std::to_string(row.status)) == 1);
  UntilAsked();
  CHECK(Asked() == row.asked);
  CHECK(Version() == row.version);
}

TEST_CASE_METHOD(ReflectorFixture,
                 "a cache behind our version is passed by a consistent read (R-022)") {
  Sync();
  transport.Line(wire::Event("ERROR", wire::VersionTooLarge()));
  CHECK(UntilAsked() >= seconds(1));
  CHECK(Asked() == "watchlist");
  CHECK(Version() == "none");
}

TEST_CASE_METHOD(ReflectorFixture, "a server that stays sick for a minute is listed (R-022)") {
  // Answers with 500 until something other than a watch is asked for; returns how long that took.
  const auto sick = [this] {
    const MonotonicTime since = time.Now();
    while (Asked() == "watch") {
      REQUIRE(time.Now() - since < seconds(100));
      transport.Reply(500, ApiStatus(500, "InternalError"));
      UntilAsked();
    }
    return time.Now() - since;
  };
  SyncByList();
  CHECK(sick() >= kServerErrorPatience);
  SECTION("and then has another minute") {
    transport.Reply(200, wire::ListOf("10", {}));
    CHECK(sick() >= kServerErrorPatience);
  }
}

TEST_CASE_METHOD(ReflectorFixture, "a server that recovers has its minute again (R-022)") {
  Sync();
  for (int i = 0; i < 50; ++i) {
    transport.Line(ErrorEvent(500, "InternalError"));
    UntilAsked();
    REQUIRE(Asked() == "watch");
    time.Advance(seconds(5));
    transport.Line(wire::Added("a@11"));
  }
}

TEST_CASE_METHOD(ReflectorFixture,
                 "an error event without a code is the server's, not the network's") {
  Sync();
  transport.Line(ErrorEvent(0, "InternalError"));
  CHECK(Ends("500") == 1);
}

TEST_CASE_METHOD(ReflectorFixture, "a connection that breaks resumes where it was (R-023)") {
  Sync();
  transport.Line(wire::Added("a@12"));
  SECTION("broken") { transport.Break(); }
  SECTION("not trusted") { transport.Fail(ErrorKind::kTls, "certificate has expired"); }
  CHECK(Ends("transport") == 1);
  CHECK(!reflector.trouble().empty());
  CHECK(UntilAsked() <= kReflectorBackOffFirst);
  CHECK(Asked() == "watch");
  CHECK(Version() == "12");
}

TEST_CASE_METHOD(ReflectorFixture, "Retry-After is obeyed, in the header and in the body (R-055)") {
  Sync();
  SECTION("header") { transport.Reply(429, "", seconds(33)); }
  SECTION("body") {
    transport.Line(
        wire::Event("ERROR", ApiStatus(429, "TooManyRequests", "", R"({"retryAfterSeconds":33})")));
  }
  CHECK(UntilAsked() == seconds(33));
}

TEST_CASE_METHOD(ReflectorFixture, "Retry-After of the body is held to a minute (R-055)") {
  Sync();
  transport.Line(wire::Event(
      "ERROR", ApiStatus(429, "TooManyRequests", "", R"({"retryAfterSeconds":86400})")));
  CHECK(UntilAsked() == seconds(60));
}

TEST_CASE_METHOD(ReflectorFixture, "401 is tried again at once, then with back-off (R-024)") {
  Sync();
  transport.Reply(401, ApiStatus(401, "Unauthorized"));
  CHECK(UntilAsked() == Duration{0});
  CHECK(Asked() == "watch");
  transport.Reply(401, ApiStatus(401, "Unauthorized"));
  CHECK(UntilAsked() > Duration{0});
  transport.Line(wire::Bookmark("11"));  // accepted: the next error is a first one
  transport.Reply(401, ApiStatus(401, "Unauthorized"));
  CHECK(UntilAsked() == Duration{0});
}

TEST_CASE_METHOD(ReflectorFixture,
                 "a missing right is named and asked for ever more rarely (R-024)") {
  const std::string message = "replicasets.apps is forbidden: User x cannot watch";
  Sync();
  Duration longest{0};
  for (int i = 0; i < 60; ++i) {
    transport.Reply(403, ApiStatus(403, "Forbidden", message));
    CHECK(reflector.trouble() == "watch replicasets: Forbidden: " + message);
    longest = std::max(longest, UntilAsked());
    CHECK(Asked() == "watch");
  }
  CHECK(longest > seconds(40));
  CHECK(longest <= kForbiddenBackOffMax);
  transport.Line(wire::Bookmark("11"));
  CHECK(reflector.trouble().empty());
}

TEST_CASE_METHOD(ReflectorFixture, "an API that is not there is looked for once a minute (R-024)") {
  SyncByList();
  transport.Reply(404, "404 page not found");
  CHECK(reflector.trouble() == "watch replicasets: HTTP 404");
  for (int i = 0; i < 20; ++i) {
    const Duration waited = UntilAsked();
    CHECK(waited >= seconds(48));
    CHECK(waited < seconds(72));
    if (Asked() == "watchlist") transport.Reply(404, "");
    CHECK(Asked() == "list");
    transport.Reply(404, ApiStatus(404, "NotFound"));
  }
}

TEST_CASE_METHOD(ReflectorFixture, "an API that goes away is told once, until it is back (R-024)") {
  SyncByList();
  const int recoveries = sink.recoveries;
  CHECK(!reflector.not_served_since());
  time.Advance(seconds(5));
  for (int i = 0; i < 4; ++i) {
    transport.Reply(404, "404 page not found");
    CHECK(sink.told_not_served == 1);
    CHECK(reflector.not_served_since()->since_start == seconds(5));
    UntilAsked();
    CHECK(Asked() == "list");
  }
  transport.Reply(200, wire::ListOf("20", {}));
  CHECK(reflector.state() == ReflectorState::kWatching);
  CHECK(!reflector.not_served_since());
  CHECK(reflector.trouble().empty());
  CHECK(sink.recoveries == recoveries + 1);
  transport.Reply(404, "404 page not found");
  CHECK(sink.told_not_served == 2);
}

TEST_CASE_METHOD(ReflectorFixture, "a resource with a manifest is missed with its remedy (R-024)") {
  const ResourceId resource{"example.com", "v1", "boats", "Boat", true, "crds/boats.yaml"};
  const std::string remedy =
      "boats.example.com is not served: kubectl apply --server-side -f crds/boats.yaml";
  Reflector boats(time, random, log, time.timers(), transport, decoder,
                  ReflectorOptions{resource, "", "", false}, sink);
  boats.Start();
  transport.Reply(404, "404 page not found");
  CHECK(boats.trouble() == remedy);
  REQUIRE(Asked() == "list");
  transport.Reply(404, ApiStatus(404, "NotFound"));
  CHECK(boats.trouble() == remedy);
  UntilAsked();
  CHECK(boats.trouble() == remedy);
  transport.Reply(403, ApiStatus(403, "Forbidden", "no"));
  CHECK(boats.trouble() == "list boats: Forbidden: no");
  Proves("RO-100");
}

TEST_CASE_METHOD(ReflectorFixture,
                 "a connection without a word for 150 s is watched again (R-025)") {
  Sync();
  transport.Line(wire::Bookmark("11"));
  time.Advance(kWatchIdle);
  transport.Break();
  CHECK(counters().idle_timeouts == 1);
  CHECK(Ends("idle") == 1);
  CHECK(UntilAsked() <= kWatchAgainJitter);
  CHECK(Asked() == "watch");
  CHECK(Version() == "11");
}

TEST_CASE_METHOD(ReflectorFixture, "it is known how old the view may be (S-012)") {
  reflector.Start();
  const MonotonicTime start = time.Now();
  time.Advance(seconds(5));
  transport.Line(wire::Added("a@5"));
  CHECK(reflector.view_at() == start);  // of a state that is not complete nothing is shown
  time.Advance(seconds(5));
  transport.Line(wire::InitialEventsEnd("10"));
  CHECK(reflector.view_at() == time.Now());
  SECTION("each line says that the rest is up to date") {
    time.Advance(seconds(50));
    transport.Line(wire::Bookmark("11"));
    CHECK(reflector.view_at() == time.Now());
  }
  SECTION("silence says nothing") {
    const MonotonicTime heard = time.Now();
    time.Advance(seconds(20));
    transport.Break();
    UntilAsked();
    time.Advance(seconds(20));
    CHECK(reflector.view_at() == heard);
    transport.Open();  // and may be dead again before it brings anything
    CHECK(reflector.view_at() == heard);
    transport.Line(wire::Bookmark("12"));
    CHECK(reflector.view_at() == time.Now());
  }
  SECTION("the first lines of a new watch tell of the past") {
    const MonotonicTime heard = time.Now();
    time.Advance(seconds(20));
    transport.Break();
    UntilAsked();
    transport.Open();
    time.Advance(seconds(2));
    transport.Line(wire::Modified("a@11"));
    CHECK(reflector.view_at() == heard);
    time.Advance(kWatchTakenAsWell);
    CHECK(reflector.view_at() == heard);  // the watch may have died after its first line
    transport.Line(wire::Modified("a@12"));
    CHECK(reflector.view_at() == time.Now());
  }
  SECTION("a new watch that brings nothing says nothing") {
    const MonotonicTime heard = time.Now();
    transport.Break();
    UntilAsked();
    transport.Open();
    time.Advance(kWatchTakenAsWell * 2);
    CHECK(reflector.view_at() == heard);
  }
  SECTION("a refusal says nothing") {
    const MonotonicTime heard = time.Now();
    transport.Reply(403, ApiStatus(403, "Forbidden"));
    UntilAsked();
    transport.Reply(403, ApiStatus(403, "Forbidden"));
    CHECK(reflector.view_at() == heard);
  }
}

TEST_CASE_METHOD(ReflectorFixture, "a server without bookmarks tells by opening a watch (S-012)") {
  SyncByList();
  time.Advance(seconds(20));
  transport.Break();
  UntilAsked();
  const MonotonicTime asked = time.Now();
  transport.Open();
  CHECK(reflector.view_at() < asked);  // what it has missed is on its way
  time.Advance(kWatchTakenAsWell);
  CHECK(reflector.view_at() == asked);
}

TEST_CASE_METHOD(ReflectorFixture, "garbage drops the connection and what we know of it (R-027)") {
  const std::string garbage =
      GENERATE(values<std::string>({"<html>", "{", R"({"type":"ADDED"})", "null", "\x01\x02"}));
  CAPTURE(garbage);
  Sync();
  transport.Line(garbage);
  CHECK(!transport.busy());
  CHECK(Ends("malformed") == 1);
  CHECK(reflector.state() == ReflectorState::kBackingOff);
  transport.AnswerCancelled();
  UntilAsked();
  CHECK(Asked() == "watchlist");
  CHECK(Version() == "10");
}

TEST_CASE_METHOD(ReflectorFixture, "a line without an end is garbage, too (R-027)") {
  Sync();
  transport.Fail(ErrorKind::kMalformed, "a line is longer than 256 MiB");
  CHECK(Ends("malformed") == 1);
  UntilAsked();
  CHECK(Asked() == "watchlist");
}

// Whom this serves: everybody whose objects have a normal size.
TEST_CASE_METHOD(ReflectorFixture, "an object whose line is too long holds up no other (R-027)") {
  const auto head = [](const char* type, const std::string& object) {
    const std::string line = wire::Event(type, wire::Object(object));
    return line.substr(0, line.find("spec")) + R"(spec":{"template":{"a":"<<<<)";
  };
  SECTION("a change: the watch goes on behind it") {
    Sync();
    transport.LongLine(head("MODIFIED", "a@12"));
    CHECK(sink.Take() == "apply long a");
    CHECK(reflector.last_version().text == "12");
    transport.Line(wire::Added("b@13"));
    CHECK(sink.Take() == "apply +b@13");
    transport.LongLine(head("DELETED", "a@14"));
    CHECK(sink.Take() == "apply long -a");
    CHECK(reflector.last_version().text == "14");
  }
  SECTION("in the first state, which becomes complete") {
    reflector.Start();
    transport.LongLine(head("ADDED", "a@12"));
    transport.Line(wire::Added("b@13"));
    transport.LongLine(head("DELETED", "c@14"));
    transport.Line(wire::InitialEventsEnd("20"));
    CHECK(sink.Take() == "begin add long a add b@13 del long c end 20");
    CHECK(reflector.last_version().text == "20");
  }
  CHECK(counters().decode_errors == 2);
  CHECK(counters().watch_ends.empty());
  CHECK(transport.busy());
}

TEST_CASE_METHOD(ReflectorFixture, "if its head does not name it, it is looked for later (R-031)") {
  const bool initial = GENERATE(false, true);
  if (initial) {
    reflector.Start();
  } else {
    Sync();
  }
  transport.LongLine(R"({"type":"MODIFIED","object":{"metadata":{"annotations":{"a":"<<<<)");
  if (initial) {
    CHECK(sink.Take() == "begin add long ?");
    transport.Line(wire::InitialEventsEnd("10"));
  } else {
    CHECK(sink.Take().empty());
  }
  CHECK(reflector.last_version().text == "10");
  time.Advance(kUnnamedRelist);
  CHECK(counters().repairs == 1);
}

TEST_CASE_METHOD(ReflectorFixture,
                 "an unknown event is ignored and is no point to resume from (R-029)") {
  Sync();
  transport.Line(wire::Event("SURPRISE", wire::Object("a@12")));
  transport.Line(wire::Event("SURPRISE", wire::Object("a@12")));
  transport.Line("");
  CHECK(log.Count("watch event of unknown type ignored") == 1);  // logged once per type
  for (int i = 0; i < 100; ++i) {
    transport.Line(wire::Event("SURPRISE-" + std::to_string(i), wire::Object("a@12")));
  }
  CHECK(log.Count("watch event of unknown type ignored") == kUnknownTypesLogged);
  CHECK(counters().unknown_types == 102);
  CHECK(transport.busy());
  CHECK(sink.heard.empty());
  CHECK(reflector.last_version().text == "10");
  transport.Line(wire::Added("b@13"));
  CHECK(sink.heard == "apply +b@13");
}

TEST_CASE_METHOD(ReflectorFixture,
                 "an object of another kind is ignored, and the watch goes on (R-030)") {
  const std::string type = GENERATE(values<std::string>({
      R"("kind":"Pod","apiVersion":"v1",)",
      R"("kind":"ReplicaSet","apiVersion":"extensions/v1beta1",)",
      R"("kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1",)",
      R"("kind":"ReplicaSet",)",
      R"("apiVersion":"apps/v1",)",
      "",
  }));
  CAPTURE(type);
  const std::string object = "{" + type + R"("metadata":)" + wire::Metadata("a@12") + "}";
  SECTION("while watching") {
    Sync();
    transport.Line(wire::Event("ADDED", object));
    transport.Line(wire::Event("DELETED", object));
    CHECK(reflector.last_version().text == "10");
    transport.Line(wire::Added("b@13"));
    CHECK(sink.heard == "apply +b@13");
  }
  SECTION("within a watch list") {
    reflector.Start();
    transport.Line(wire::Event("ADDED", object));
    transport.Line(wire::Event("ADDED", object));
    transport.Line(wire::InitialEventsEnd("10"));
    CHECK(sink.heard == "begin end 10");
  }
  CHECK(counters().wrong_types == 2);
  CHECK(counters().decode_errors == 0);
  CHECK(log.warnings.size() == 1);
  CHECK(transport.requests().size() == 1);
}

TEST_CASE_METHOD(ReflectorFixture,
                 "a type that does not stand first, or is spelled otherwise, is read (R-030)") {
  Sync();
  transport.Line(wire::Event("ADDED", R"({"metadata":)" + wire::Metadata("a@12") +
                                          R"(,"apiVersion":"apps/v1", "kind":"ReplicaSet"})"));
  CHECK(sink.heard == "apply +a@12");
}

TEST_CASE_METHOD(ReflectorFixture,
                 "an object that cannot be decoded does not stop the watch (R-031)") {
  Sync();
  transport.Line(wire::Event("MODIFIED", wire::Poison("a@12")));
  CHECK(reflector.last_version().text == "12");
  transport.Line(wire::Event("MODIFIED", R"({"kind":"ReplicaSet","apiVersion":"apps/v1",)"
                                         R"("metadata":{"resourceVersion":"13"}})"));
  CHECK(reflector.last_version().text == "12");  // the object is unknown, so we resume before it
  transport.Line(wire::Added("b@14"));
  CHECK(reflector.last_version().text == "14");
  CHECK(sink.heard == "apply +b@14");
  CHECK(counters().decode_errors == 2);
  CHECK(transport.requests().size() == 1);
}

TEST_CASE_METHOD(ReflectorFixture, "resourceVersion 0 is never asked for (R-001)") {
  Sync();
  transport.Line(wire::Added("a@0"));
  transport.Line(wire::Bookmark("0"));
  transport.End();
  UntilAsked();
  CHECK(Version() == "10");
}

TEST_CASE_METHOD(ReflectorFixture,
                 "versions that cannot be compared are taken as they come (R-034)") {
  Sync();
  transport.Line(wire::Bookmark("x5"));
  CHECK(reflector.last_version().text == "x5");
  transport.Line(wire::Added("a@x4"));
  CHECK(reflector.last_version().text == "x4");
}

TEST_CASE_METHOD(ReflectorFixture, "who may not watch does not by asking for it (R-024)") {
  Sync();
  transport.Reply(403, wire::ApiStatus(403, "Forbidden"));
  REQUIRE(reflector.forbidden_since());
  CHECK(sink.told_forbidden == 1);
  UntilAsked();
  time.Advance(kWatchIdle - seconds(1));  // no headers come
  CHECK(reflector.forbidden_since());
  CHECK(!reflector.trouble().empty());
  CHECK(sink.recoveries == 0);
  transport.Open();
  time.Advance(kWatchTakenAsWell);
  CHECK(!reflector.forbidden_since());
  CHECK(reflector.trouble().empty());
  CHECK(sink.recoveries == 1);
}

TEST_CASE_METHOD(ReflectorFixture,
                 "a right that is missing is told once, until it is back (R-024)") {
  Sync();
  for (int i = 0; i < 3; ++i) {
    transport.Reply(403, wire::ApiStatus(403, "Forbidden"));
    CHECK(sink.told_forbidden == 1);
    UntilAsked();
  }
  transport.Line(wire::Added("a@11"));
  transport.End();
  UntilAsked();
  transport.Reply(403, wire::ApiStatus(403, "Forbidden"));
  CHECK(sink.told_forbidden == 2);
}

TEST_CASE_METHOD(ReflectorFixture,
                 "trouble is over when the watch holds, even in silence (R-023)") {
  Sync();
  transport.Fail(ErrorKind::kAmbiguous, "timed out");
  CHECK(reflector.trouble() == "watch replicasets: timed out");
  UntilAsked();
  CHECK(!reflector.trouble().empty());
  SECTION("a while after it was opened") {
    time.Advance(kWatchTakenAsWell * 2);
    transport.Open();
    time.Advance(kWatchTakenAsWell - milliseconds(1));
    CHECK(!reflector.trouble().empty());
    time.Advance(milliseconds(1));
  }
  SECTION("with an event") { transport.Line(wire::Added("a@11")); }
  SECTION("with a bookmark") { transport.Line(wire::Bookmark("11")); }
  CHECK(reflector.trouble().empty());
}

}  // namespace
}  // namespace windlass::reflector_watch_test
