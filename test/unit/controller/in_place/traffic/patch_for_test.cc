// The patch of one Pod together with its state: P-028.
#include "controller/in_place/traffic/patch_for.h"

#include <limits>
#include <string>
#include <variant>

#include "test/catch.h"
#include "test/unit/controller/in_place/pods.h"

namespace windlass::in_place::patch_for_test {
namespace {

using namespace test;

std::string Template(const std::string& image) {
  return R"({"spec":{"containers":[{"name":"app","image":")" + image + R"("}]}})";
}

TEST_CASE("attempts at one target are counted, up to the largest number there is (P-028)") {
  struct Row {
    int32_t before;
    std::string want;
  };
  const Row row = GENERATE(values<Row>({
      {1, "2"},
      {std::numeric_limits<int32_t>::max() - 1, "2147483647"},
      {std::numeric_limits<int32_t>::max(), "2147483647"},
  }));
  Pod pod = PodWith({Running("app", "r/app:1", 'A', "I1", {500})});
  pod.meta.namespace_ = "shop";
  pod.meta.uid = {1, 2};
  PodState state = StateWith({AppPatch()});
  state.attempt = row.before;
  const std::string from = Template("r/app:1");
  const std::string to = Template("r/app:2");
  const PodTarget target{.deployment = kDeployment, .revision = 6, .to = {kT2, to}};
  const auto patch = PatchFor(pod, &state, {kT1, from}, target, nullptr, {.now = kAt});
  REQUIRE(patch.ok());
  const PodPatch* sent = std::get_if<PodPatch>(&*patch);
  REQUIRE(sent != nullptr);
  const std::string want = R"(\"attempt\":)" + row.want + ",";
  CHECK(sent->request.body().find(want) != std::string::npos);
}

}  // namespace
}  // namespace windlass::in_place::patch_for_test
