// What is kept of the rolling update of a ReplicationController.
#include "controller/api/replication_controller_update.h"

#include "kubeclient/api/decode.h"
#include "test/catch.h"
#include "test/support/must.h"

namespace windlass::replication_controller_update_test {
namespace {

struct Fixture {
  SymbolTable symbols;
  Decoder decoder{symbols};
};

TEST_CASE("what an update does not say has kubectl's values") {
  Fixture f;
  const auto decoded =
      Must(DecodeReplicationControllerUpdate(f.decoder, R"({"metadata":{"name":"web"}})"));
  CHECK(decoded.spec.deployment_label_key == "deployment");
  CHECK(decoded.spec.update_period == "1m");
  CHECK(decoded.spec.timeout == "5m");
  CHECK(decoded.spec.on_external_scale == "Pause");
  CHECK_FALSE(decoded.spec.controller);
  CHECK_FALSE(decoded.spec.max_surge);
  CHECK_FALSE(decoded.status.scaling);
}

}  // namespace
}  // namespace windlass::replication_controller_update_test
