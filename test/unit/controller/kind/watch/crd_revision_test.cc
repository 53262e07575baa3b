// The revision of a kind's CustomResourceDefinition: how it is read, what an older one holds up,
// and when it is asked for again.
#include "controller/kind/watch/crd_revision.h"

#include <string>

#include "cmd/kubectl-windlass/installed_crd.h"
#include "controller/rollout/crd.h"
#include "kubeclient/cache/reflector_times.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/support/recording_host.h"
#include "test/unit/cache/informer_parts.h"
#include "test/unit/cache/wire.h"

namespace windlass::kind::crd_revision_test {
namespace {

class WarningLog final : public Log {
 public:
  void Write(LogLevel level, std::string_view, const LogFields&) override {
    if (level == LogLevel::kWarning) ++warnings;
  }
  bool Enabled(LogLevel) const override { return false; }
  int warnings = 0;
};

// Returns a CustomResourceDefinition with these annotations, a JSON object.
std::string Crd(const std::string& annotations) {
  return R"({"kind":"CustomResourceDefinition","apiVersion":"apiextensions.k8s.io/v1",)"
         R"("metadata":{"name":"boats.windlass.dev","annotations":)" +
         annotations + R"(},"spec":{"group":"windlass.dev"}})";
}
std::string WithRevision(const std::string& revision) {
  return Crd(R"({"other":"7","windlass.dev/crd-revision":")" + revision + R"("})");
}

// A test with a Fixture runs once for each CustomResourceDefinition that this program needs.
struct Fixture : InformerParts<ScriptedTransport, WarningLog> {
  const NeededCrd& needed = *GENERATE(from_range(cli::NeededCrds()));
  const std::string enough = std::to_string(needed.revision);
  RecordingHost host{environment};
  Listeners<> not_served;
  Listeners<> recovered;
  CrdRevision crd{needed, host, not_served, recovered};
};

TEST_CASE("the revision is a number in an annotation; without one it is 0 (RO-101)") {
  struct Row {
    std::string json;
    int64_t revision;
  };
  const Row row = GENERATE(values<Row>({
      {WithRevision("1"), 1},
      {WithRevision("12"), 12},
      {WithRevision(""), 0},
      {WithRevision("one"), 0},
      {WithRevision("1a"), 0},
      {WithRevision("99999999999999999999"), 0},
      {Crd("{}"), 0},
      {Crd("null"), 0},
      {Crd(R"({"windlass.dev/crd-revision":3})"), 0},
      {R"({"kind":"CustomResourceDefinition"})", 0},
      {R"({"kind":"CustomResourceDefinition","metadata":7})", 0},
  }));
  CAPTURE(row.json);
  const Result<int64_t> revision = RevisionOf(row.json);
  REQUIRE(revision.ok());
  CHECK(*revision == row.revision);
}

TEST_CASE("what is no CustomResourceDefinition has no revision") {
  for (const char* json :
       {"", "<html>", "[]", "7", "{}", R"({"kind":"Status"})", R"({"kind":7})"}) {
    CAPTURE(json);
    CHECK_FALSE(RevisionOf(json).ok());
  }
}

TEST_CASE_METHOD(Fixture, "a CustomResourceDefinition that is new enough is asked for once") {
  const std::string revision =
      GENERATE_COPY(as<std::string>{}, enough, std::to_string(needed.revision + 1));
  CHECK_FALSE(crd.permits());
  crd.Start();
  crd.Start();
  REQUIRE(transport.requests().size() == 1);
  CHECK(transport.last().target ==
        "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/" + NameOf(needed));
  CHECK_FALSE(crd.permits());
  transport.Reply(200, WithRevision(revision));
  CHECK(crd.permits());
  CHECK(crd.Trouble().empty());
  CHECK(host.wakes_of_all == 1);
  time.Advance(seconds(3600));
  CHECK(transport.requests().size() == 1);
  CHECK(log.warnings == 0);
}

TEST_CASE_METHOD(Fixture, "an older one is named, and waited for (RO-101)") {
  crd.Start();
  for (int i = 0; i < 3; ++i) {
    transport.Reply(200, Crd("{}"));
    CHECK_FALSE(crd.permits());
    CHECK(crd.is_older());
    CHECK(crd.Trouble() ==
          NameOf(needed) +
              ": the CustomResourceDefinition has revision 0, and this version of Windlass needs " +
              enough + ": kubectl apply --server-side -f " + std::string(needed.resource.manifest));
    CHECK_FALSE(transport.busy());
    time.Advance(kAbsentApiProbe * 6 / 5);
    REQUIRE(transport.busy());
  }
  CHECK(host.wakes_of_all == 0);
  CHECK(log.warnings == 1);
  transport.Reply(200, WithRevision(enough));
  CHECK(crd.permits());
  CHECK(crd.Trouble().empty());
  CHECK(host.wakes_of_all == 1);
  Proves("RO-101 RC-24");
}

TEST_CASE_METHOD(Fixture, "where no revision can be read, the controller goes on (RO-101)") {
  crd.Start();
  switch (GENERATE(0, 1, 2, 3)) {
    case 0: transport.Reply(403, wire::ApiStatus(403, "Forbidden")); break;
    case 1: transport.Reply(500, "no"); break;
    case 2: transport.Fail(ErrorKind::kNotSent, "refused"); break;
    default: transport.Reply(200, "<html>"); break;
  }
  CHECK(crd.permits());
  CHECK(crd.Trouble().empty());
  CHECK(host.wakes_of_all == 1);
  time.Advance(kForbiddenBackOffMax);
  REQUIRE(transport.busy());  // it is asked again
  SECTION("until an answer says that it is older") {
    transport.Reply(200, Crd("{}"));
    CHECK_FALSE(crd.permits());
    CHECK(host.wakes_of_all == 2);
  }
  SECTION("until an answer says that it is new enough") {
    transport.Reply(200, WithRevision(enough));
    CHECK(crd.permits());
    CHECK(host.wakes_of_all == 1);
    time.Advance(seconds(3600));
    CHECK_FALSE(transport.busy());
  }
  Proves("RO-101 RC-24");
}

TEST_CASE_METHOD(Fixture, "an older one stays older until an answer says otherwise") {
  crd.Start();
  transport.Reply(200, WithRevision("0"));
  time.Advance(kAbsentApiProbe * 6 / 5);
  REQUIRE(transport.busy());
  SECTION("nobody") {
    transport.Fail(ErrorKind::kNotSent, "refused");
    CHECK(crd.is_older());
    CHECK(host.wakes_of_all == 0);
  }
  SECTION("it is gone: the informer of the objects says so") {
    transport.Reply(404, wire::ApiStatus(404, "NotFound"));
    CHECK_FALSE(crd.is_older());
    CHECK(host.wakes_of_all == 1);
    time.Advance(seconds(3600));
    CHECK_FALSE(transport.busy());
  }
}

TEST_CASE_METHOD(Fixture, "after the objects were gone only a new answer counts") {
  crd.Start();
  transport.Reply(200, WithRevision(enough));
  REQUIRE(crd.permits());
  recovered();  // an answer that permits is not asked for again
  CHECK_FALSE(transport.busy());
  not_served();
  CHECK_FALSE(crd.permits());
  CHECK(host.wakes_of_all == 1);  // the caller knows
  recovered();
  SECTION("the same") {
    transport.Reply(200, WithRevision(enough));
    CHECK(crd.permits());
    CHECK(host.wakes_of_all == 2);
  }
  SECTION("an older one") {
    transport.Reply(200, Crd("{}"));
    CHECK_FALSE(crd.permits());
    CHECK(crd.is_older());
    CHECK(host.wakes_of_all == 1);
  }
}

TEST_CASE_METHOD(Fixture, "who is stopped asks nothing and hears nothing") {
  crd.Start();
  const bool waits = GENERATE(false, true);
  if (waits) transport.Fail(ErrorKind::kAmbiguous, "timed out");
  crd.Stop();
  if (!waits) transport.AnswerCancelled();
  time.Advance(seconds(3600));
  CHECK_FALSE(transport.busy());
  CHECK(host.wakes_of_all == (waits ? 1 : 0));
  crd.Start();
  REQUIRE(transport.busy());
  transport.Reply(200, WithRevision(enough));
  CHECK(crd.permits());
  CHECK(host.wakes_of_all == 1);
}

TEST_CASE("the right to read it is optional, and to this one only") {
  const NeededRight needed = RightToRead(rollout::kCrd);
  CHECK(needed.optional);
  CHECK(needed.manifest == "deploy/rollout/rbac-rollout.yaml");
  CHECK(needed.right.ToString() ==
        "get customresourcedefinitions.apiextensions.k8s.io 'rollouts.windlass.dev' in all "
        "namespaces");
}

}  // namespace
}  // namespace windlass::kind::crd_revision_test
