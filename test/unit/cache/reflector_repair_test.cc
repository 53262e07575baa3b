// Relists that the informer itself asks for, and what a reflector reports of itself (R-024, R-031,
// R-062).
#include "kubeclient/cache/reflector_times.h"
#include "test/unit/cache/reflector_fixture.h"

namespace windlass::reflector_repair_test {
namespace {

using wire::ApiStatus;
using wire::Object;

TEST_CASE_METHOD(ReflectorFixture,
                 "an object without a readable name is looked for within 5 minutes (R-031)") {
  const std::string nobody = R"({"kind":"ReplicaSet","apiVersion":"apps/v1",)"
                             R"("metadata":{"name":7,"resourceVersion":"13"}})";
  SECTION("that changed") {
    Sync();
    transport.Line(wire::Event("MODIFIED", nobody));
    transport.Line(wire::Event("MODIFIED", nobody));
  }
  SECTION("that was deleted") {
    Sync();
    transport.Line(wire::Event("DELETED", nobody));
  }
  SECTION("of a watch list") {
    reflector.Start();
    transport.Line(wire::Event("ADDED", nobody));
    transport.Line(wire::InitialEventsEnd("10"));
  }
  SECTION("of a list") {
    StartListing();
    transport.Reply(200, wire::ListOf("10", {nobody}));
  }
  CHECK(reflector.last_version().text == "10");
  CHECK(Asked() != "list");
  sink.Take();
  time.Advance(kUnnamedRelist);
  CHECK(Version() == "10");
  CHECK(counters().repairs == 1);
  CHECK(sink.Take() == "begin");
  const bool listing = Asked() == "list";
  if (listing) {
    transport.Reply(200, wire::ListOf("14", {Object("a@13")}));
  } else {
    transport.Line(wire::Added("a@13"));
    transport.Line(wire::InitialEventsEnd("14"));
  }
  CHECK(sink.Take() == "add a@13 end 14");
  transport.AnswerCancelled();
  time.Advance(kUnnamedRelist * 2);
  CHECK(counters().repairs == 1);
}

TEST_CASE_METHOD(ReflectorFixture, "a relist that was asked for waits for the server (R-031)") {
  Sync();
  transport.Fail(ErrorKind::kNotSent, "refused");
  reflector.Relist();
  CHECK(!transport.busy());
  UntilAsked();
  CHECK(Asked() == "watchlist");
  transport.Line(wire::InitialEventsEnd("20"));
  reflector.Relist();
  CHECK(Asked() == "watchlist");
  CHECK(Version() == "20");
  reflector.Stop();
  reflector.Relist();
  CHECK(!transport.busy());
}

TEST_CASE_METHOD(ReflectorFixture, "since when a right is missing is known (R-024)") {
  Sync();
  time.Advance(seconds(5));
  for (int i = 0; i < 5; ++i) {
    transport.Reply(403, ApiStatus(403, "Forbidden"));
    CHECK(reflector.forbidden_since()->since_start == seconds(5));
    UntilAsked();
  }
  SECTION("until the watch has been open for a while") {
    transport.Open();
    time.Advance(kWatchTakenAsWell);
  }
  SECTION("until an event comes") { transport.Line(wire::Added("a@11")); }
  CHECK(!reflector.forbidden_since());
}

TEST_CASE_METHOD(ReflectorFixture, "what it has seen is counted by type (R-062)") {
  reflector.Start();
  time.Advance(seconds(3));
  CHECK(!reflector.time_to_sync());
  transport.Line(wire::Added("a@3"));
  transport.Line(wire::InitialEventsEnd("10"));
  CHECK(reflector.time_to_sync() == Duration(seconds(3)));
  transport.Line(wire::Modified("a@11"));
  transport.Line(wire::Modified("a@12"));
  transport.Line(wire::Deleted("a@13"));
  time.Advance(seconds(3));
  transport.Line(wire::Bookmark("14"));
  CHECK(counters().added == 1);
  CHECK(counters().modified == 2);
  CHECK(counters().deleted == 1);
  CHECK(counters().bookmarks == 2);
  CHECK(reflector.last_bookmark() == time.Now());
}

}  // namespace
}  // namespace windlass::reflector_repair_test
