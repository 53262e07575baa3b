// The uid of kube-system: what is kept, what counts as another cluster, and what does not (R-061).
#include "kubeclient/cache/cluster_identity.h"

#include <string>

#include "kubeclient/cache/back_off.h"
#include "test/catch.h"
#include "test/unit/cache/reflector_fixture.h"

namespace windlass::cluster_identity_test {
namespace {

constexpr const char* kThis = "11111111-1111-4111-8111-111111111111";
constexpr const char* kOther = "22222222-2222-4222-8222-222222222222";

struct Fixture : InformerParts<ScriptedTransport, WarningLog> {
  std::optional<ClusterIdentity> identity{std::in_place, time,      random, log,
                                          time.timers(), transport, decoder};
  int changes = 0;

  Fixture() {
    identity->on_changed = [this] { ++changes; };
  }
  void Answer(const std::string& uid, const std::string& kind = "Namespace") {
    transport.Reply(200, R"({"kind":")" + kind +
                             R"(","apiVersion":"v1","metadata":{"name":"kube-system","uid":")" +
                             uid + R"("}})");
  }
};

TEST_CASE_METHOD(Fixture, "the first uid is remembered, another one is told once (R-061)") {
  identity->Check();
  CHECK(transport.last().target == "/api/v1/namespaces/kube-system");
  CHECK(!identity->uid());
  Answer(kThis);
  CHECK(identity->uid() == Uid::Parse(kThis));
  identity->Check();
  Answer(kThis);
  CHECK(changes == 0);
  identity->Check();
  Answer(kOther);
  CHECK(changes == 1);
  time.Advance(kForbiddenBackOffMax);
  Answer(kOther);
  CHECK(changes == 1);
}

TEST_CASE_METHOD(Fixture, "whatever is no answer changes nothing (R-061)") {
  identity->Check();
  Answer(kThis);
  identity->Check();
  SECTION("no right") { transport.Reply(403, wire::ApiStatus(403, "Forbidden")); }
  SECTION("no such namespace") { transport.Reply(404, wire::ApiStatus(404, "NotFound")); }
  SECTION("nobody") { transport.Fail(ErrorKind::kNotSent, "refused"); }
  SECTION("a proxy's page") { transport.Reply(200, "<html>"); }
  SECTION("something else") { Answer(kOther, "Pod"); }
  SECTION("without a uid") { Answer(""); }
  SECTION("with a uid that is none") { Answer("x"); }
  CHECK(identity->uid() == Uid::Parse(kThis));
  CHECK(changes == 0);
  CHECK(log.warnings.empty());
  identity->Check();
  Answer(kOther);
  CHECK(changes == 1);
}

TEST_CASE_METHOD(Fixture, "a question asked meanwhile is asked after the answer (R-061)") {
  identity->Check();
  Answer(kThis);
  identity->Check();
  identity->Check();
  identity->Check();
  CHECK(transport.requests().size() == 2);
  Answer(kThis);  // the answer to an earlier question
  CHECK(transport.requests().size() == 3);
  Answer(kOther);
  CHECK(changes == 1);
  CHECK(!transport.busy());
}

TEST_CASE_METHOD(Fixture, "a question without an answer is asked again, ever more rarely (R-061)") {
  identity->Check();
  Answer(kThis);
  identity->Check();
  int asked = 0;
  for (int second = 0; second < 3600; ++second) {
    if (transport.busy()) {
      ++asked;
      transport.Fail(ErrorKind::kAmbiguous, "timed out");
    }
    time.Advance(seconds(1));
  }
  CHECK(asked >= 60);
  CHECK(asked <= 200);
  if (transport.busy()) transport.Fail(ErrorKind::kAmbiguous, "timed out");
  SECTION("unless somebody knows that it is worth it") { identity->Check(); }
  SECTION("for as long as it takes") { time.Advance(kForbiddenBackOffMax); }
  Answer(kOther);
  CHECK(changes == 1);
}

TEST_CASE_METHOD(Fixture, "once it is answered nothing is asked again by itself (R-061)") {
  identity->Check();
  transport.Fail(ErrorKind::kAmbiguous, "timed out");
  identity->Check();
  Answer(kThis);
  CHECK(time.timers().empty());
  CHECK(!transport.busy());
}

TEST_CASE_METHOD(Fixture, "a cluster without that namespace is asked for it again slowly (R-061)") {
  identity->Check();
  for (int i = 0; i < 3; ++i) {
    transport.Reply(404, wire::ApiStatus(404, "NotFound"));
    time.Advance(kNoIdentityProbe - seconds(1));
    CHECK(!transport.busy());
    time.Advance(seconds(1));
    REQUIRE(transport.busy());
  }
  Answer(kThis);
  CHECK(identity->uid() == Uid::Parse(kThis));
  CHECK(time.timers().empty());
}

TEST_CASE_METHOD(Fixture, "whoever wants to know asks a cluster without that namespace at once") {
  identity->Check();
  transport.Reply(404, wire::ApiStatus(404, "NotFound"));
  identity->Check();
  REQUIRE(transport.busy());
  transport.Reply(404, wire::ApiStatus(404, "NotFound"));
  time.Advance(kNoIdentityProbe);
  CHECK(transport.busy());
}

TEST_CASE_METHOD(Fixture, "two clusters behind one address are told ever more rarely (R-061)") {
  identity->on_changed = [this] {
    ++changes;
    identity->Check();  // as the caller does when it starts over
  };
  int answers = 0;
  for (int i = 0; i < 3600 * 10; ++i) {
    if (!transport.busy()) identity->Check();
    if (transport.busy()) Answer(++answers % 2 == 0 ? kThis : kOther);
    time.Advance(milliseconds(100));
  }
  CHECK(changes >= 60);
  CHECK(changes <= 200);
}

TEST_CASE_METHOD(Fixture, "what is learnt of a new cluster is looked at once more (R-061)") {
  identity->Check();
  Answer(kThis);
  identity->Check();
  Answer(kOther);
  CHECK(!transport.busy());
  time.Advance(kForbiddenBackOffMax);
  Answer(kThis);
  CHECK(changes == 2);
}

TEST_CASE_METHOD(Fixture, "one that is stopped asks nothing and hears nothing until asked again") {
  identity->Check();
  SECTION("while it asks") {}
  SECTION("before it asks again") { transport.Fail(ErrorKind::kAmbiguous, "timed out"); }
  identity->Stop();
  CHECK(!transport.busy());
  transport.AnswerCancelled();
  CHECK(time.timers().empty());
  identity->Check();
  Answer(kThis);
  CHECK(identity->uid() == Uid::Parse(kThis));
}

TEST_CASE_METHOD(Fixture, "an identity that is gone hears nothing") {
  identity->Check();
  SECTION("while it asks") {}
  SECTION("before it asks again") { transport.Fail(ErrorKind::kAmbiguous, "timed out"); }
  identity.reset();
  CHECK(time.timers().empty());
  CHECK(!transport.busy());
  transport.AnswerCancelled();
  CHECK(changes == 0);
}

}  // namespace
}  // namespace windlass::cluster_identity_test
