// The controller of a kind waits until the kind's objects are served, by a CustomResourceDefinition
// that is new enough.
#include <memory>
#include <string>
#include <vector>

#include "controller/kind/needed_crd.h"
#include "controller/replication_controller/crd.h"
#include "controller/replication_controller/watch/update_controller.h"
#include "controller/rollout/crd.h"
#include "controller/rollout/rollout_controller.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/support/open_requests.h"
#include "test/support/recording_host.h"
#include "test/unit/cache/informer_parts.h"
#include "test/unit/cache/wire.h"

namespace windlass::kind::crd_wait_test {
namespace {

// The kinds with a CustomResourceDefinition, each with the other resource that it cannot do
// without.
struct Kind {
  const NeededCrd& crd;
  std::string other;  // a part of the path of the other resource's watch
  ControllerEntry entry;
};
Kind Rollouts() {
  return {.crd = rollout::kCrd, .other = "/replicasets?", .entry = RolloutControllerEntry()};
}
Kind Updates() {
  return {.crd = replication_controller::kCrd,
          .other = "/replicationcontrollers?",
          .entry = ReplicationControllerUpdateControllerEntry()};
}

std::string CrdOfRevision(int64_t revision) {
  return R"({"kind":"CustomResourceDefinition","metadata":{"annotations":{)"
         R"("windlass.dev/crd-revision":")" +
         std::to_string(revision) + R"("}}})";
}

// A test with a Fixture runs once for each kind.
struct Fixture : InformerParts<OpenRequests> {
  Fixture() {
    controller->Start();
    transport.Line(kind.other, wire::InitialEventsEnd("10"));
    REQUIRE_FALSE(controller->HasSynced());
  }
  ~Fixture() { controller->Stop(); }

  void Served() { transport.Line(objects, wire::InitialEventsEnd("10")); }

  const Kind kind = GENERATE(0, 1) == 0 ? Rollouts() : Updates();
  const std::string crd = "/customresourcedefinitions/" + NameOf(kind.crd);
  const std::string objects = "/" + std::string(kind.crd.resource.plural) + "?";
  const std::string remedy =
      "kubectl apply --server-side -f " + std::string(kind.crd.resource.manifest);
  RecordingHost host{environment, "ns"};
  std::unique_ptr<WatchingController> controller = kind.entry.make(host);
};

TEST_CASE_METHOD(Fixture, "nothing is looked at before the revision of the CRD is known (RO-101)") {
  Served();
  CHECK_FALSE(controller->HasSynced());
  SECTION("new enough") {
    transport.Reply(crd, 200, CrdOfRevision(kind.crd.revision));
    CHECK(controller->HasSynced());
  }
  SECTION("not to be known") {
    transport.Reply(crd, 403, wire::ApiStatus(403, "Forbidden"));
    CHECK(controller->HasSynced());
  }
  SECTION("older") {
    transport.Reply(crd, 200, CrdOfRevision(kind.crd.revision - 1));
    CHECK_FALSE(controller->HasSynced());
    CHECK(controller->WaitsForApi());
    REQUIRE(controller->Troubles().size() == 1);
    CHECK(controller->Troubles()[0].ends_with(remedy));
    time.Advance(seconds(72));  // it looks once a minute, +- 20 %
    transport.Reply(crd, 200, CrdOfRevision(kind.crd.revision));
    CHECK(controller->HasSynced());
  }
  CHECK_FALSE(controller->WaitsForApi());
  CHECK(controller->Troubles().empty());
  Proves("RO-101 RC-24");
}

TEST_CASE_METHOD(Fixture, "objects that are served no more are waited for (RO-100)") {
  Served();
  transport.Reply(crd, 200, CrdOfRevision(kind.crd.revision));
  REQUIRE(controller->HasSynced());
  transport.End(objects, 404);
  CHECK_FALSE(controller->HasSynced());
  CHECK(controller->WaitsForApi());
  CHECK(controller->Troubles() ==
        std::vector<std::string>{NameOf(kind.crd) + " is not served: " + remedy});
  CHECK_FALSE(transport.asks(crd));
  time.Advance(seconds(72));
  Served();
  CHECK_FALSE(controller->WaitsForApi());
  CHECK_FALSE(controller->HasSynced());  // it may have come back older
  const bool older = GENERATE(false, true);
  transport.Reply(crd, 200, CrdOfRevision(kind.crd.revision - (older ? 1 : 0)));
  CHECK(controller->HasSynced() == !older);
  CHECK(controller->WaitsForApi() == older);
  CHECK(controller->Troubles().size() == (older ? 1 : 0));
  Proves("RO-100 RO-101 RC-24");
}

TEST_CASE_METHOD(Fixture, "the right to read the CustomResourceDefinition is optional (RO-101)") {
  int rights = 0;
  for (const NeededRight& needed : controller->RightsNeeded()) {
    if (needed.right.resource != resources::kCustomResourceDefinitions) continue;
    ++rights;
    CHECK(needed.optional);
    CHECK(needed.manifest == kind.crd.rights);
    CHECK(needed.right.ToString().find("'" + NameOf(kind.crd) + "'") != std::string::npos);
  }
  CHECK(rights == 1);
}

}  // namespace
}  // namespace windlass::kind::crd_wait_test
