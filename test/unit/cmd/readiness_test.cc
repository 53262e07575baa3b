// Which missing rights make Windlass not ready, and which are only shown.
#include "cmd/windlass/readiness.h"

#include "test/catch.h"

namespace windlass {
namespace {

using Lines = std::vector<std::string>;

TEST_CASE("a missing right is a reason, or a note where it is optional") {
  const bool optional = GENERATE(false, true);
  const NeededRight needed{
      {"patch", resources::kPods, "status", "shop", ""}, "deploy/some.yaml", optional};
  const Lines line = {"missing right: " + needed.right.ToString() +
                      "; apply deploy/some.yaml or grant it to this user"};
  Readiness readiness;
  readiness.AddMissing(needed);
  CHECK(readiness.reasons == (optional ? Lines{} : line));
  CHECK(readiness.notes == (optional ? line : Lines{}));
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
