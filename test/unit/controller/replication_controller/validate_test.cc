// Who else owns or scales the controllers of an update.
#include <string>
#include <variant>
#include <vector>

#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/replication_controller/updates.h"
#include "test/unit/controller/replication_controller/world.h"

namespace windlass::replication_controller::validate_test {
namespace {

json OwnerReferences(bool controller) {
  return json::array({{{"apiVersion", "apps.openshift.io/v1"},
                       {"kind", "DeploymentConfig"},
                       {"name", "web-config"},
                       {"uid", "00000000-0000-4000-8000-000000000077"},
                       {"controller", controller}}});
}

// Wherever the update stands, neither controller is changed any more.
TEST_CASE("a controller that somebody else owns is left alone, and the owner is named") {
  const std::string owned = GENERATE("web", "web-2");
  CAPTURE(owned);
  World world;
  StartUpdate(world, 4, "1s");
  if (owned == "web-2") RunUntilScaled(world, 2);
  world.Controller(owned)["metadata"]["ownerReferences"] = OwnerReferences(/*controller=*/true);
  while (world.Settle()) {
  }
  const json before = world.controllers();
  CHECK(world.Run() == "Failed");
  CHECK(world.reason() == "OwnedByAnother");
  CHECK(world.message() ==
        "ReplicationController " + owned +
            " belongs to DeploymentConfig web-config, which would undo what an update does, so "
            "Windlass does not update it. Change DeploymentConfig web-config instead");
  CHECK(json(world.controllers()) == before);
  CHECK(world.events().back() == "OwnedByAnother");
  Proves("RC-16");
}

TEST_CASE("an owner that controls nothing holds nothing up") {
  World world;
  StartUpdate(world, 2, "0s");
  world.Controller("web")["metadata"]["ownerReferences"] = OwnerReferences(/*controller=*/false);
  CHECK(world.Run() == "Succeeded");
}

TEST_CASE("an autoscaler of either controller is refused with its name and the remedy") {
  const std::string scaled = GENERATE("web", "web-2");
  CAPTURE(scaled);
  World world;
  StartUpdate(world, 4, "1s");
  world.AddAutoscaler("cpu", "Deployment", scaled);
  world.AddAutoscaler("other", "ReplicationController", "other");
  world.AddAutoscaler("web-cpu", "ReplicationController", scaled);
  const json before = world.controllers();
  const Step step = world.Sync();
  REQUIRE(std::holds_alternative<Wait>(step));
  CHECK(world.phase() == "Failed");
  CHECK(world.reason() == "Autoscaled");
  CHECK(world.message() ==
        "HorizontalPodAutoscaler web-cpu scales ReplicationController " + scaled +
            ", which the update has to scale itself. Delete the autoscaler, begin the update "
            "again, and create the autoscaler again when the update is done");
  CHECK(json(world.controllers()) == before);
  world.RemoveAutoscalers();
  world.Run();
  CHECK(json(world.controllers()) == before);
  Proves("RC-16 RC-20");
}

TEST_CASE("an autoscaler that comes on the way ends no update") {
  World world;
  StartUpdate(world, 4, "1s");
  RunUntil(world, [&] { return world.Controller("web")["spec"]["replicas"] == 3; });
  world.AddAutoscaler("web-cpu", "ReplicationController", "web");
  CHECK(world.Run() == "Succeeded");
  Proves("RC-16");
}

TEST_CASE("autoscalers of others hold nothing up") {
  World world;
  StartUpdate(world, 4, "1s");
  world.AddAutoscaler("cpu", "Deployment", "web");
  world.AddAutoscaler("other", "ReplicationController", "webby");
  CHECK(world.Run() == "Succeeded");
  Proves("RC-16");
}

// What an autoscaler does on the way is answered as any scaling by somebody else.
TEST_CASE("an autoscaler holds up neither an update that has begun nor a rollback") {
  World world;
  StartUpdate(world, 4, "1s");
  RunUntilScaled(world, 2);
  world.AddAutoscaler("web-cpu", "ReplicationController", "web");
  const bool rolls_back = GENERATE(false, true);
  CAPTURE(rolls_back);
  if (rolls_back) CHECK(world.RollBack() == (rolls_back ? "RolledBack" : "Succeeded"));
  Proves("RC-16");
}

// Whom this serves: a user whose namespace has more objects than a list may have. To go on unseen
// could cost Pods.
TEST_CASE("an update whose namespace cannot be looked through is refused, and told why (R-067)") {
  World world;
  bool too_large = true;
  world.refuse = [&](const Request& request) -> std::optional<Error> {
    if (!too_large || request.resource() != resources::kHorizontalPodAutoscalers) return {};
    return Error{ErrorKind::kTooLarge, "the response is larger than 32 MiB"};
  };
  StartUpdate(world, 2, "0s");
  const json before = world.controllers();
  world.Sync();
  CHECK(world.phase() == "Failed");
  CHECK(world.reason() == "InvalidUpdate");
  CHECK(world.message() ==
        "Windlass cannot check which other objects act on the Pods of this update, because a list "
        "is too large. The request list horizontalpodautoscalers ns failed: the response is larger "
        "than 32 MiB. Delete some of the listed objects, or move some to another namespace. Then "
        "begin the update again");
  CHECK(json(world.controllers()) == before);
  too_large = false;
  world.Edit({{"timeout", "6m"}});
  CHECK(world.Run() == "Succeeded");
}

TEST_CASE("a client that may not list autoscalers updates without that check") {
  World world;
  world.refuse = [](const Request& request) -> std::optional<Error> {
    if (request.resource() != resources::kHorizontalPodAutoscalers) return std::nullopt;
    return Error{ErrorKind::kForbidden, "forbidden"};
  };
  StartUpdate(world, 2, "0s");
  CHECK(world.Run() == "Succeeded");
  Proves("RC-16");
}

}  // namespace
}  // namespace windlass::replication_controller::validate_test
