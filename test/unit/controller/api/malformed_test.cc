// What is wrong with a custom resource that cannot be decoded, and CheckFields does not show.
#include "controller/api/rollout.h"
#include "test/catch.h"
#include "test/unit/api/check_fields.h"

namespace windlass::malformed_test {
namespace {

TEST_CASE("a setting of updates in place has one value") {
  const char* const want = "spec.strategy.inPlace.surge: want a string, an integer or a boolean";
  test::CheckMalformed(DecodeRollout, {{R"("spec":{"strategy":{"inPlace":{"surge":{}}}})", want},
                                       {R"("spec":{"strategy":{"inPlace":{"surge":[1]}}})", want}});
}

}  // namespace
}  // namespace windlass::malformed_test
