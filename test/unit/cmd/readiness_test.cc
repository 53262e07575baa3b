// Which missing rights make Windlass not ready, and which are only shown.
#include "cmd/windlass/readiness.h"

#include "test/catch.h"

namespace windlass {
namespace {

using Lines = std::vector<std::string>;

TEST_CASE("a missing right is a reason, or a note where in-place updates alone need it") {
  struct Row {
    Right right;
    bool in_place;
  };
  const Row row = GENERATE(values<Row>({
      {{"patch", "apps", "deployments", "status", "", ""}, false},
      {{"list", "", "pods", "", "", ""}, false},
      {{"watch", "", "pods", "", "shop", ""}, false},
      {{"update", "coordination.k8s.io", "leases", "", "windlass-system", "windlass"}, false},
      {{"get", "", "pods", "", "", ""}, true},
      {{"patch", "", "pods", "", "shop", ""}, true},
      {{"patch", "", "pods", "status", "", ""}, true},
      {{"list", "", "nodes", "", "", ""}, true},
      {{"watch", "policy", "poddisruptionbudgets", "", "", ""}, true},
  }));
  const std::string manifest = row.in_place ? "deploy/rbac-in-place.yaml" : "deploy/rbac.yaml";
  const Lines line = {"missing right: " + row.right.ToString() + "; apply " + manifest +
                      " or grant it to this user"};
  Readiness readiness;
  readiness.AddMissing(row.right);
  CAPTURE(row.right.ToString());
  CHECK(readiness.reasons == (row.in_place ? Lines{} : line));
  CHECK(readiness.notes == (row.in_place ? line : Lines{}));
}

TEST_CASE("/readyz says ok, or every reason, and every note with either") {
  CHECK(ReadyzText({}) == "ok\n");
  CHECK(ReadyzText({{}, {"no nodes", "no budgets"}}) == "ok\nnote: no nodes\nnote: no budgets\n");
  CHECK(ReadyzText({{"stopping"}, {}}) == "stopping\n");
  CHECK(ReadyzText({{"starting", "stopping"}, {"no nodes"}}) ==
        "starting\nstopping\nnote: no nodes\n");
}

}  // namespace
}  // namespace windlass
