// The decoder agrees with the reference, on objects that are mutated as values and as bytes.
#include <nlohmann/json.hpp>
#include <string>

#include "kubeclient/api/decode.h"
#include "test/catch.h"
#include "test/property.h"
#include "test/unit/api/check_decoder.h"
#include "test/unit/api/fixtures.h"
#include "test/unit/api/reference_decoder.h"

namespace windlass::decode_property_test {
namespace {

using nlohmann::json;

struct Fixture {
  SymbolTable symbols;
  Decoder decoder{symbols};
  RegisteredInterest interest{decoder.interests(), test::TestInterest()};
};

const std::string kDeployment = test::Representable(test::kDeploymentJson);

TEST_CASE("every kind decodes as its table of fields says, and names a field of a wrong type") {
  using namespace test;  // NOLINT: the fixtures
  CheckDecoder("Deployment", kDeployment, DecodeDeployment);
  CheckDecoder("ReplicaSet", Representable(kReplicaSetJson), DecodeReplicaSet);
  CheckDecoder("ReplicationController", kReplicationControllerJson, DecodeReplicationController);
  CheckDecoder("PodMetadata", kPodJson, DecodePodMetadata);
  CheckDecoder("Pod", kWholePodJson, DecodePod);
  CheckDecoder("Node", kNodeJson, DecodeNode);
  CheckDecoder("PodDisruptionBudget", kPodDisruptionBudgetJson, DecodePodDisruptionBudget);
  CheckDecoder("ConfigMap", kConfigMapJson, DecodeConfigMap);
  CheckDecoder("Service", kServiceJson, DecodeService);
}

TEST_CASE("an object that was cut off anywhere is malformed") {
  Fixture f;
  const std::string frame = R"({"type":"ADDED","object":)" + kDeployment + "}";
  for (size_t length = 0; length < kDeployment.size(); ++length) {
    CAPTURE(length);
    REQUIRE_FALSE(DecodeDeployment(f.decoder, kDeployment.substr(0, length)).ok());
    REQUIRE_FALSE(f.decoder.DecodeIdentity(kDeployment.substr(0, length)).ok());
  }
  for (size_t length = 0; length < frame.size(); ++length) {
    CAPTURE(length);
    REQUIRE_FALSE(f.decoder.DecodeFrame(frame.substr(0, length)).ok());
  }
}

TEST_CASE(
    "damaged bytes never do more than fail, and what is still JSON decodes by the reference") {
  Fixture f;
  CheckProperty("byte damage", [&] {
    std::string text = kDeployment;
    for (int i = *rc::gen::inRange(1, 6); i > 0; --i) {
      const size_t at = *rc::gen::inRange<size_t>(0, text.size());
      text[at] = *rc::gen::weightedOneOf<char>(
          {{3, rc::gen::element('{', '}', '[', ']', ',', ':', '"', '\\', 'n', '0', '-', ' ')},
           {1, rc::gen::arbitrary<char>()}});
    }
    const Result<Deployment> decoded = DecodeDeployment(f.decoder, text);
    DecodeReplicaSet(f.decoder, text).ok();
    f.decoder.DecodeFrame(text).ok();
    f.decoder.DecodeList(text).ok();
    f.decoder.DecodeStatus(text).ok();
    const json object = json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (object.is_discarded()) return;
    std::optional<Deployment> reference = test::Reference<Deployment>(object);
    // nlohmann writes the numbers of the template in another way.
    if (reference && decoded.ok()) {
      reference->spec.template_fingerprint = decoded->spec.template_fingerprint;
    }
    test::Agree(decoded, reference);
  });
}

}  // namespace
}  // namespace windlass::decode_property_test
