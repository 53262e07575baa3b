// What is wrong with a custom resource that cannot be decoded: the error names the first such
// field.
#include <vector>

#include "controller/api/rollout.h"
#include "test/catch.h"
#include "test/unit/api/check_malformed.h"

namespace windlass::malformed_test {
namespace {

const std::vector<test::MalformedRow> kOfRollout = {
    {R"("spec":{"abort":"yes"})", "spec.abort"},
    {R"("spec":{"rollbackTo":3})", "spec.rollbackTo"},
    {R"("spec":{"rollbackTo":{"revision":"3"}})", "spec.rollbackTo.revision"},
    {R"("spec":{"strategy":{"steps":{}}})", "spec.strategy.steps"},
    {R"("spec":{"strategy":{"partition":1.5}})", "spec.strategy.partition"},
    {R"("spec":{"strategy":{"inPlace":{"surge":{}}}})", "spec.strategy.inPlace.surge"},
    {R"("spec":{"strategy":{"inPlace":{"drainLabel":"t"}}})", "spec.strategy.inPlace.drainLabel"},
    {R"("spec":{"strategy":{"inPlace":{"drainLabel":{"key":1}}}})",
     "spec.strategy.inPlace.drainLabel.key"},
};

TEST_CASE("a known field of the wrong type is malformed, and named") {
  test::CheckMalformed(DecodeRollout, kOfRollout);
}

}  // namespace
}  // namespace windlass::malformed_test
