// The decoders of custom resources agree with their references.
#include "test/catch.h"
#include "test/unit/api/check_decoder.h"
#include "test/unit/controller/api/fixtures.h"
#include "test/unit/controller/api/reference_decoder.h"

namespace windlass::decode_property_test {
namespace {

TEST_CASE("custom resources decode as the reference decodes them, whatever was changed in them") {
  using namespace test;  // NOLINT: the reference decoders and the fixtures
  CheckDecoder("Rollout", Representable(kRolloutJson), DecodeRollout, ReferenceRollout, Same);
  CheckDecoder("ReplicationControllerUpdate", kReplicationControllerUpdateJson,
               DecodeReplicationControllerUpdate, ReferenceReplicationControllerUpdate, Same);
}

}  // namespace
}  // namespace windlass::decode_property_test
