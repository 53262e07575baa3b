// What an audit of a cache finds, and what is no difference (R-051).
#include "kubeclient/cache/cache_audit.h"

#include <string>
#include <vector>

#include "test/catch.h"
#include "test/unit/cache/reflector_fixture.h"

namespace windlass::cache_audit_test {
namespace {

struct Fixture {
  VirtualTime time;
  Random random{1};
  WarningLog log;
  SymbolTable symbols;
  Decoder decoder{symbols};
  ScriptedTransport watch;  // the informer's
  ScriptedTransport calls;  // the audit's
  Informer<ReplicaSet> informer{
      InformerEnvironment{time, random, log, time.timers(), watch, decoder},
      ReflectorOptions{resources::kReplicaSets, "", "a=b"}, &DecodeReplicaSet};
  CacheAudit<ReplicaSet> audit{
      InformerEnvironment{time, random, log, time.timers(), calls, decoder}, informer};

  Fixture() {
    informer.Start();
    for (const char* object : {"a@3", "b@4", "c@5"}) watch.Line(wire::Added(object));
    watch.Line(wire::InitialEventsEnd("10"));
    audit.Start();
  }
  // Waits until the audit asks for its list, and keeps the watch alive meanwhile.
  void UntilAsked() {
    while (!calls.busy()) {
      watch.Line(wire::Bookmark("10"));
      time.Advance(seconds(60));
    }
  }
  static std::string Page(const std::string& version, const std::vector<std::string>& objects,
                          const std::string& next = "") {
    std::vector<std::string> items;
    for (const std::string& object : objects) {
      items.push_back(R"({"metadata":)" + wire::Metadata(object) + "}");
    }
    return wire::ListOf(version, items, next, "PartialObjectMetadataList", "meta.k8s.io/v1");
  }
  uint64_t audits() const { return audit.counters().audits; }
  uint64_t differences() const { return audit.counters().differences; }
};

TEST_CASE_METHOD(Fixture, "a cache that is as listed differs in nothing (R-051)") {
  for (int i = 0; i < 3; ++i) {
    const MonotonicTime before = time.Now();
    UntilAsked();
    CHECK(time.Now() - before >= kAuditPeriod / 2);
    CHECK(time.Now() - before <= kAuditPeriod * 3 / 2 + seconds(60));
    CHECK(calls.last().target == "/apis/apps/v1/replicasets?limit=500&fieldSelector=a%3Db");
    CHECK(calls.last().accept.find("PartialObjectMetadataList") != std::string::npos);
    calls.Reply(200, Page("10", {"a@3", "b@4"}, "more"));
    CHECK(calls.Parameter("continue") == "more");
    calls.Reply(200, Page("10", {"c@5"}));
  }
  CHECK(audits() == 3);
  CHECK(differences() == 0);
  CHECK(informer.reflector().counters().repairs == 0);
}

TEST_CASE_METHOD(Fixture, "every kind of difference is counted, and mended by a relist (R-051)") {
  UntilAsked();
  const size_t asked = watch.requests().size();
  SECTION("missing") { calls.Reply(200, Page("10", {"a@3", "b@4", "c@5", "d@6"})); }
  SECTION("another version") { calls.Reply(200, Page("10", {"a@3", "b@4", "c@6"})); }
  SECTION("another object") { calls.Reply(200, Page("10", {"a@3", "b@4", "c#9@5"})); }
  SECTION("not there") { calls.Reply(200, Page("10", {"a@3", "b@4"})); }
  CHECK(audits() == 1);
  CHECK(differences() == 1);
  CHECK(watch.requests().size() == asked + 1);
  CHECK(watch.Parameter("sendInitialEvents") == "true");
}

TEST_CASE_METHOD(Fixture, "the watch may still be about to tell (R-051)") {
  UntilAsked();
  SECTION("and does, with an event") {
    calls.Reply(200, Page("12", {"a@11", "b@4"}));
    CHECK(audits() == 0);
    watch.Line(wire::Modified("a@11"));
    time.Advance(kAuditLook);
    CHECK(audits() == 0);
    watch.Line(wire::Deleted("c@12"));
    time.Advance(kAuditLook);
    CHECK(audits() == 1);
  }
  SECTION("and has nothing to tell but a bookmark") {
    calls.Reply(200, Page("12", {"a@3", "b@4", "c@5"}));
    watch.Line(wire::Bookmark("12"));
    time.Advance(kAuditLook);
    CHECK(audits() == 1);
  }
  SECTION("but does not in time") {
    calls.Reply(200, Page("12", {"a@11", "b@4"}));
    time.Advance(kAuditPatience + kAuditLook);
    CHECK(audits() == 0);
    UntilAsked();  // the next audit
  }
  CHECK(differences() == 0);
}

TEST_CASE_METHOD(Fixture, "nothing is said of what changes meanwhile (R-051)") {
  UntilAsked();
  watch.Line(wire::Modified("a@12"));
  watch.Line(wire::Deleted("b@13"));
  watch.Line(wire::Added("d@14"));
  informer.store().Fold(DecodeReplicaSet(decoder, wire::Object("c@15")).value());
  watch.Line(wire::Event("MODIFIED", wire::Poison("e@16")));
  calls.Reply(200, Page("11", {"a@3", "b@4", "c@5", "e@6"}));
  CHECK(audits() == 1);
  CHECK(differences() == 0);
}

TEST_CASE_METHOD(Fixture, "an audit without an answer says nothing (R-051)") {
  UntilAsked();
  SECTION("refused") { calls.Reply(503, wire::ApiStatus(503, "ServiceUnavailable")); }
  SECTION("nobody") { calls.Fail(ErrorKind::kNotSent, "refused"); }
  SECTION("a page has expired") {
    calls.Reply(200, Page("10", {}, "more"));
    calls.Reply(410, wire::ApiStatus(410, "Expired"));
  }
  SECTION("of something else") { calls.Reply(200, wire::ListOf("10", {}, "", "PodList", "v1")); }
  SECTION("with an object without a name") {
    calls.Reply(200, wire::ListOf("10", {R"({"metadata":{}})"}));
  }
  SECTION("of a cache that was given up meanwhile") {
    informer.Reset("another past");
    calls.Reply(200, Page("1", {}));
  }
  CHECK(audits() == 0);
  CHECK(differences() == 0);
}

TEST_CASE_METHOD(Fixture, "many objects are compared over several turns (R-006, R-051)") {
  UntilAsked();
  std::vector<std::string> objects = {"a@3", "b@4", "c@5"};
  for (int i = 1; i <= 2500; ++i) objects.push_back("o" + std::to_string(i) + "@6");
  calls.Reply(200, Page("10", objects));
  CHECK(audits() == 0);
  time.Advance(Duration{0});
  CHECK(audits() == 1);
  CHECK(differences() == 2500);
}

// Whom this serves: everybody but the tenant of the large objects.
TEST_CASE_METHOD(Fixture, "a page that is too large is asked for with half the limit (R-051)") {
  UntilAsked();
  calls.Fail(ErrorKind::kTooLarge, "larger than 32 MiB");
  CHECK(calls.Parameter("limit") == "250");
  calls.Reply(200, Page("10", {"a@3", "b@4"}, "more"));
  calls.Fail(ErrorKind::kTooLarge, "larger than 32 MiB");
  CHECK(calls.Parameter("limit") == "125");
  CHECK(calls.Parameter("continue") == "more");
  calls.Reply(200, Page("10", {"c@5"}));
  CHECK(audits() == 1);
  CHECK(differences() == 0);
}

TEST_CASE_METHOD(Fixture, "after Stop nothing is asked (R-051, R-053)") {
  SECTION("waiting") {}
  SECTION("asking") { UntilAsked(); }
  audit.Stop();
  CHECK(!calls.busy());
  calls.AnswerCancelled();
  informer.Stop();
  CHECK(time.timers().empty());
}

}  // namespace
}  // namespace windlass::cache_audit_test
