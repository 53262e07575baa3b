// What is kept of a ReplicationController.
#include "kubeclient/api/replication_controller.h"

#include "kubeclient/api/decode.h"
#include "test/catch.h"
#include "test/support/must.h"
#include "test/unit/api/fixtures.h"

namespace windlass::replication_controller_test {
namespace {

struct Fixture {
  SymbolTable symbols;
  Decoder decoder{symbols};
};

TEST_CASE("a ReplicationController is read from what the server sends") {
  Fixture f;
  const auto decoded =
      Must(DecodeReplicationController(f.decoder, test::kReplicationControllerJson));
  CHECK(decoded.meta.name == "web");
  CHECK(decoded.meta.annotations.Find("kubectl.kubernetes.io/next-controller-id") == "web-2");
  CHECK_FALSE(decoded.meta.annotations.Has("kubectl.kubernetes.io/last-applied-configuration"));
  CHECK(decoded.replicas == 3);
  CHECK(decoded.min_ready_seconds == 5);
  CHECK(decoded.selector.Find("deployment") == "one");
  CHECK(decoded.template_json->starts_with(R"({"metadata":{"creationTimestamp":null,)"));
  CHECK(decoded.template_json->ends_with(R"("futureField":{"depth":[1,2.50]}}})"));
  CHECK(decoded.status.observed_generation == 4);
  CHECK(decoded.status.replicas == 3);
  CHECK(decoded.status.ready_replicas == 2);
  CHECK(decoded.status.available_replicas == 1);
  CHECK_FALSE(IsObserved(decoded));
}

TEST_CASE("an absent size is 1, and an absent template is empty") {
  Fixture f;
  const auto decoded =
      Must(DecodeReplicationController(f.decoder, R"({"metadata":{"name":"web"}})"));
  CHECK(decoded.replicas == 1);
  CHECK(*decoded.template_json == "{}");
  CHECK(decoded.selector.empty());
}

}  // namespace
}  // namespace windlass::replication_controller_test
