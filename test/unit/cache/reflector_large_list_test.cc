// Lists that are too large for one answer: from then on they are read in pages, never without a
// limit.
#include <string>
#include <vector>

#include "kubeclient/cache/reflector_times.h"
#include "test/unit/cache/reflector_fixture.h"

namespace windlass::reflector_large_list_test {
namespace {

using wire::ApiStatus;
using wire::ListOf;
using wire::Object;

using Targets = std::vector<std::string>;

constexpr const char* kFirstPage = "/apis/apps/v1/replicasets?limit=500";
constexpr const char* kSecondPage = "/apis/apps/v1/replicasets?limit=500&continue=next";

// The server has two pages of objects. A list without a limit is larger than the transport takes.
struct LargeListFixture : ReflectorFixture {
  void RefuseAsTooLarge() {
    transport.Fail(ErrorKind::kTooLarge, "the response is larger than 32 MiB");
  }
  void AnswerList(const std::string& version) {
    if (!transport.Parameter("limit")) return RefuseAsTooLarge();
    const bool first = !transport.Parameter("continue");
    transport.Reply(
        200, first ? ListOf(version, {Object("a@3")}, "next") : ListOf(version, {Object("b@4")}));
  }
  // Answers lists until the reflector asks for something else, or has asked too often. Returns the
  // requests.
  Targets ServeLists(const std::string& version) {
    Targets asked;
    while (asked.size() < 20) {
      UntilAsked();
      if (Asked() != "list") break;
      asked.push_back(transport.last().target);
      AnswerList(version);
    }
    return asked;
  }
  void LosePlace() {
    transport.Line(wire::Bookmark(reflector.last_version().text));  // all is well now
    transport.Line(wire::ErrorEvent(410, "Expired"));
  }
  // Watches from resourceVersion "20", and knows that a list in one piece is too large.
  void SyncLarge() {
    SyncByList();
    LosePlace();
    ServeLists("20");
    REQUIRE(reflector.state() == ReflectorState::kWatching);
    sink.Take();
  }
};

TEST_CASE_METHOD(LargeListFixture, "a relist that is too large is read in consistent pages") {
  SyncByList();
  LosePlace();
  CHECK(ServeLists("20") ==
        Targets{"/apis/apps/v1/replicasets?resourceVersion=10&resourceVersionMatch=NotOlderThan",
                kFirstPage, kSecondPage});
  CHECK(sink.heard == "begin abandon begin add a@3 add b@4 end 20");
  CHECK(reflector.state() == ReflectorState::kWatching);
  CHECK(reflector.trouble().empty());
  CHECK(Version() == "20");
}

TEST_CASE_METHOD(LargeListFixture, "nothing is exposed, and trouble is told, until it is read") {
  SyncByList();
  LosePlace();
  RefuseAsTooLarge();
  CHECK(reflector.trouble() == "list replicasets: the response is larger than 32 MiB");
  AnswerList("20");
  CHECK(sink.heard == "begin abandon begin add a@3");
  CHECK(reflector.last_version().text == "10");
  CHECK(!reflector.trouble().empty());
  AnswerList("20");
  CHECK(sink.recoveries == 2);  // the first one: the server turned out to have no watch lists
  CHECK(reflector.trouble().empty());
}

TEST_CASE_METHOD(LargeListFixture, "every later relist comes in pages at once") {
  SyncLarge();
  for (const char* version : {"30", "40"}) {
    LosePlace();
    CHECK(ServeLists(version) == Targets{kFirstPage, kSecondPage});
    CHECK(sink.Take() == "begin add a@3 add b@4 end " + std::string(version));
  }
  SECTION("also after a stop") {
    reflector.Stop();
    reflector.Start();
  }
  SECTION("also after a reset") {
    reflector.Reset("a test");
    UntilAsked();
  }
  SECTION("also when the server was away") {
    reflector.TryNow(true);
    UntilAsked();
  }
  CHECK(Asked() == "list");
  CHECK(ServeLists("50") == Targets{kFirstPage, kSecondPage});
}

TEST_CASE_METHOD(LargeListFixture, "a watch list is preferred again when its time has come") {
  SyncLarge();
  time.Advance(kWatchListUnsupportedFor);
  LosePlace();
  CHECK(Asked() == "watchlist");
  CHECK(Version() == "20");
  transport.Reply(422, ApiStatus(422, "Invalid"));
  CHECK(ServeLists("30") == Targets{kFirstPage, kSecondPage});
}

TEST_CASE_METHOD(LargeListFixture,
                 "pages that keep expiring lead to a stream, never to one piece (R-004)") {
  SyncLarge();
  LosePlace();
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < kPageRestartsMax; ++i) {
      UntilAsked();
      CHECK(transport.last().target == kFirstPage);
      AnswerList("30");
      CHECK(transport.last().target == kSecondPage);
      transport.Reply(410, ApiStatus(410, "Expired"));
    }
    UntilAsked();
    CHECK(Asked() == "watchlist");
    CHECK(Version() == "none");
    if (round < 2) transport.Reply(422, ApiStatus(422, "Invalid"));
  }
  CHECK(sink.Take().find("end") == std::string::npos);
  SECTION("which brings the state") {
    transport.Line(wire::Added("a@3"));
    transport.Line(wire::InitialEventsEnd("40"));
    CHECK(sink.Take() == "add a@3 end 40");
    return;
  }
  transport.Reply(422, ApiStatus(422, "Invalid"));
  CHECK(ServeLists("40") == Targets{kFirstPage, kSecondPage});
  CHECK(sink.heard.ends_with("add a@3 add b@4 end 40"));
}

TEST_CASE_METHOD(LargeListFixture, "one piece is tried once where pages keep expiring (R-004)") {
  StartListing();
  for (int i = 0; i < kPageRestartsMax; ++i) {
    AnswerList("10");
    transport.Reply(410, ApiStatus(410, "Expired"));
  }
  CHECK(ServeLists("10") == Targets{"/apis/apps/v1/replicasets", kFirstPage, kSecondPage});
  CHECK(reflector.state() == ReflectorState::kWatching);
}

TEST_CASE_METHOD(LargeListFixture, "a page that is too large is asked for with half the limit") {
  StartListing();
  for (const std::string limit : {"500", "250", "125", "62", "31", "15", "7", "3"}) {
    CHECK(Asked() == "list");
    CHECK(Version() == "none");
    CHECK(transport.Parameter("limit") == limit);
    RefuseAsTooLarge();
  }
  CHECK(sink.Take().empty());  // the list did not begin anew
  CHECK(ServeLists("10") == Targets{"/apis/apps/v1/replicasets?limit=1",
                                    "/apis/apps/v1/replicasets?limit=1&continue=next"});
  CHECK(sink.Take() == "add a@3 add b@4 end 10");

  LosePlace();  // what was learned is kept for a while
  CHECK(transport.Parameter("limit") == "1");
  CHECK(ServeLists("20").size() == 2);
  LosePlace();  // four pages have fitted
  CHECK(transport.Parameter("limit") == "2");
}

TEST_CASE_METHOD(LargeListFixture, "an object that fits into no page comes as a stream (R-058)") {
  StartListing();
  for (int i = 0; i < 9; ++i) RefuseAsTooLarge();
  UntilAsked();
  CHECK(Asked() == "watchlist");
  transport.Line(wire::InitialEventsEnd("10"));
  CHECK(reflector.state() == ReflectorState::kWatching);
  CHECK(reflector.trouble().empty());
}

TEST_CASE_METHOD(LargeListFixture, "a later page may be too large as well (R-003)") {
  StartListing();
  AnswerList("10");
  CHECK(transport.last().target == kSecondPage);
  RefuseAsTooLarge();
  CHECK(sink.Take() == "add a@3");  // the pages before it are kept
  CHECK(transport.last().target == "/apis/apps/v1/replicasets?limit=250&continue=next");
  AnswerList("10");
  CHECK(sink.Take() == "add b@4 end 10");
}

TEST_CASE_METHOD(LargeListFixture, "refused again and again, it waits (R-054)") {
  SyncByList();
  LosePlace();
  int asked = 0;
  for (; transport.busy() && asked < 50; ++asked) {
    if (Asked() == "list") {
      RefuseAsTooLarge();
    } else {
      transport.Reply(422, ApiStatus(422, "Invalid"));
    }
  }
  CHECK(asked < 20);
  CHECK(reflector.state() == ReflectorState::kBackingOff);
  UntilAsked();
  CHECK(Asked() == "watchlist");
  transport.Line(wire::InitialEventsEnd("20"));
  CHECK(reflector.state() == ReflectorState::kWatching);
}

}  // namespace
}  // namespace windlass::reflector_large_list_test
