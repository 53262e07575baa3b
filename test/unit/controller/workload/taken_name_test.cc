// A name that is taken although no object is found under it (D-176).
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/workload/cluster.h"

namespace windlass::workload::taken_name_test {
namespace {

TEST_CASE("a taken name that nobody can be found under is tried again, and not counted (D-176)") {
  const ErrorKind kind = GENERATE(ErrorKind::kNotFound, ErrorKind::kServer);
  Cluster cluster(4);
  cluster.Sync();
  const std::string name = cluster.NameOf("v1");
  cluster.replica_sets().clear();
  cluster.writes.clear();
  cluster.events.clear();
  const nlohmann::json before = cluster.deployment()["status"];

  int looked = 0;
  cluster.server = [&](const Request& request) -> std::optional<Result<Reply>> {
    if (request.verb() == Verb::kCreate) {
      return Result<Reply>(Error{ErrorKind::kAlreadyExists, "already exists"});
    }
    if (request.verb() != Verb::kGet) return std::nullopt;
    ++looked;
    return Result<Reply>(Error{kind, "nobody"});
  };
  const Step step = cluster.Sync();
  const Failed* failed = std::get_if<Failed>(&step);
  REQUIRE(failed != nullptr);
  CHECK(failed->retry == Retry::kBackOff);
  CHECK(looked == 1);
  CHECK(cluster.writes.empty());
  CHECK(cluster.events.empty());
  CHECK(cluster.deployment()["status"] == before);

  cluster.server = nullptr;  // whatever it was is gone
  cluster.Sync();
  CHECK(cluster.NameOf("v1") == name);
  CHECK_FALSE(cluster.deployment()["status"].contains("collisionCount"));
  Proves("D-176");
}

}  // namespace
}  // namespace windlass::workload::taken_name_test
