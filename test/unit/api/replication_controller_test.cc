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

TEST_CASE("the template of a ReplicationController is kept byte for byte") {
  Fixture f;
  const auto decoded =
      Must(DecodeReplicationController(f.decoder, test::kReplicationControllerJson));
  CHECK(decoded.template_json->starts_with(R"({"metadata":{"creationTimestamp":null,)"));
  CHECK(decoded.template_json->ends_with(R"("futureField":{"depth":[1,2.50]}}})"));
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
