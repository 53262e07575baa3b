// The decoders of custom resources agree with their references.
#include "test/catch.h"
#include "test/unit/api/check_decoder.h"
#include "test/unit/controller/api/fixtures.h"
#include "test/unit/controller/api/reference_decoder.h"

namespace windlass::decode_property_test {
namespace {

TEST_CASE("custom resources decode as their tables say, and name a field of a wrong type") {
  using namespace test;  // NOLINT: the fixtures
  CheckDecoder("Rollout", Representable(kRolloutJson), DecodeRollout);
  CheckDecoder("ReplicationControllerUpdate", kReplicationControllerUpdateJson,
               DecodeReplicationControllerUpdate);
}

}  // namespace
}  // namespace windlass::decode_property_test
