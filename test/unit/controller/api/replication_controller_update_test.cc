// What is kept of the rolling update of a ReplicationController.
#include "controller/api/replication_controller_update.h"

#include "kubeclient/api/decode.h"
#include "test/catch.h"
#include "test/support/must.h"
#include "test/unit/controller/api/fixtures.h"

namespace windlass::replication_controller_update_test {
namespace {

struct Fixture {
  SymbolTable symbols;
  Decoder decoder{symbols};
};

TEST_CASE("a ReplicationControllerUpdate is read whole") {
  Fixture f;
  const auto decoded =
      Must(DecodeReplicationControllerUpdate(f.decoder, test::kReplicationControllerUpdateJson));
  const ReplicationControllerUpdateSpec& spec = decoded.spec;
  CHECK(spec.new_name == "web-2");
  REQUIRE(spec.controller);
  CHECK(spec.controller->labels.Find("app") == "web");
  CHECK(spec.controller->annotations.Find("team") == "shop");
  CHECK(spec.controller->replicas == 4);
  CHECK(spec.controller->selector.Find("version") == "2");
  CHECK(*spec.controller->template_json == R"({"metadata":{"labels":{"app":"web"}}})");
  CHECK(spec.update_period == "10s");
  CHECK(spec.max_surge == IntOrPercent::Percent("30%"));
  CHECK(spec.max_unavailable == IntOrPercent::Int(1));
  CHECK(spec.cleanup == "Rename");
  CHECK(spec.on_external_scale == "Adopt");
  CHECK(spec.rollback);
  CHECK(spec.paused);
  const ReplicationControllerUpdateStatus& status = decoded.status;
  CHECK(status.earlier_rollouts == 2);
  CHECK(status.step == "Scale");
  CHECK(status.scaling == PendingScaling{"web-2", 0});
  CHECK(status.lines == std::vector<std::string>{"Created web-2", "Scaling web-2 up to 1"});
  CHECK(status.line_count == 7);
  CHECK(status.journal == "{}");
  CHECK(status.conditions.size() == 1);
}

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
