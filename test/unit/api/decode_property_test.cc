// The decoder agrees with the reference, on objects that are mutated as values and as bytes.
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "kubeclient/api/decode.h"
#include "test/catch.h"
#include "test/property.h"
#include "test/support/must.h"
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

// Values at the limits of what fields accept.
const std::vector<json> kOddValues = {nullptr,
                                      true,
                                      false,
                                      0,
                                      1,
                                      -1,
                                      2147483647,
                                      2147483648,
                                      -2147483648,
                                      -2147483649,
                                      INT64_MAX,
                                      INT64_MIN,
                                      uint64_t{9223372036854775808ULL},
                                      1.5,
                                      1e300,
                                      "",
                                      "x",
                                      "3",
                                      "25%",
                                      "True",
                                      "2026-01-02T15:04:05Z",
                                      "8d1c3b34-5f0e-4f0a-9d51-1f3c2a7e9b10",
                                      "\"\\\n\u00e9",
                                      json::array(),
                                      json::object(),
                                      json::array({nullptr}),
                                      json::array({"x", 1}),
                                      json::array({json::object()}),
                                      json{{"a", "b"}},
                                      json{{"a", 1}},
                                      json{{"type", "x"}}};

json OddValue() { return *rc::gen::elementOf(kOddValues); }

// Walks down to a random place and changes the value there.
void Mutate(json& value) {
  const bool deeper = value.is_structured() && !value.empty() && *rc::gen::inRange(0, 6) != 0;
  if (deeper) {
    auto member = value.begin();
    std::advance(member, *rc::gen::inRange<size_t>(0, value.size()));
    if (*rc::gen::inRange(0, 8) == 0) {
      value.erase(member);
    } else {
      Mutate(*member);
    }
  } else if (value.is_array() && *rc::gen::inRange(0, 2) == 0) {
    value.push_back(OddValue());
  } else if (value.is_object() && *rc::gen::inRange(0, 2) == 0) {
    value["unknown field"] = OddValue();
  } else {
    value = OddValue();
  }
}

json Mutated(const std::string& text) {
  json object = json::parse(text);
  for (int i = *rc::gen::inRange(0, 4); i > 0; --i) Mutate(object);
  RC_LOG() << object.dump() << '\n';  // told if it fails
  return object;
}

// Both must return equal structs, or both an error.
template <typename T>
void Agree(const Result<T>& decoded, const std::optional<T>& reference) {
  RC_ASSERT(decoded.ok() == reference.has_value());
  if (decoded.ok()) RC_ASSERT(test::Same(*decoded, *reference));
  if (!decoded.ok()) RC_ASSERT(decoded.error().kind == ErrorKind::kMalformed);
}

// nlohmann has no numbers beyond double. The fixtures have one, in a field that no decoder reads.
std::string Representable(std::string text) {
  text.replace(text.find("1e400"), 5, "1e100");
  return text;
}

const std::string kDeployment = Representable(test::kDeploymentJson);

// Holds a decoder to its reference: for `text` as it is, so that more than errors is compared, and
// changed.
template <typename T>
void CheckDecoder(const char* kind, const std::string& text,
                  Result<T> (*decode)(Decoder&, std::string_view),
                  std::optional<T> (*reference)(const json&)) {
  CAPTURE(kind);
  Fixture f;
  const json unchanged = json::parse(text);
  CHECK(test::Same(Must(decode(f.decoder, unchanged.dump())), *reference(unchanged)));
  CheckProperty(kind, [&] {
    const json object = Mutated(text);
    Agree(decode(f.decoder, object.dump()), reference(object));
  });
}

TEST_CASE("every kind decodes as the reference decodes it, whatever was changed in it") {
  using namespace test;  // NOLINT: the reference decoders and the fixtures
  CheckDecoder("Deployment", kDeployment, DecodeDeployment, ReferenceDeployment);
  CheckDecoder("Rollout", Representable(kRolloutJson), DecodeRollout, ReferenceRollout);
  CheckDecoder("ReplicaSet", Representable(kReplicaSetJson), DecodeReplicaSet, ReferenceReplicaSet);
  CheckDecoder("ReplicationController", kReplicationControllerJson, DecodeReplicationController,
               ReferenceReplicationController);
  CheckDecoder("ReplicationControllerUpdate", kReplicationControllerUpdateJson,
               DecodeReplicationControllerUpdate, ReferenceReplicationControllerUpdate);
  CheckDecoder("PodMetadata", kPodJson, DecodePodMetadata, ReferencePodMetadata);
  CheckDecoder("Pod", kWholePodJson, DecodePod, ReferencePod);
  CheckDecoder("Node", kNodeJson, DecodeNode, ReferenceNode);
  CheckDecoder("PodDisruptionBudget", kPodDisruptionBudgetJson, DecodePodDisruptionBudget,
               ReferencePodDisruptionBudget);
  CheckDecoder("ConfigMap", kConfigMapJson, DecodeConfigMap, ReferenceConfigMap);
  CheckDecoder("Service", kServiceJson, DecodeService, ReferenceService);
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
    std::optional<Deployment> reference = test::ReferenceDeployment(object);
    // nlohmann writes the numbers of the template in another way.
    if (reference && decoded.ok()) {
      reference->spec.template_fingerprint = decoded->spec.template_fingerprint;
    }
    Agree(decoded, reference);
  });
}

}  // namespace
}  // namespace windlass::decode_property_test
