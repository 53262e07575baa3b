// The decoder agrees with the reference, on objects that are mutated as values and as bytes.
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "kubeclient/api/decode.h"
#include "test/catch.h"
#include "test/property.h"
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

json Mutated(const char* text) {
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
const std::string kRollout = Representable(test::kRolloutJson);
const std::string kReplicaSet = Representable(test::kReplicaSetJson);

TEST_CASE("a Deployment decodes as the reference decodes it, whatever was changed in it") {
  Fixture f;
  CheckProperty("Deployment", [&] {
    const json object = Mutated(kDeployment.c_str());
    Agree(DecodeDeployment(f.decoder, object.dump()), test::ReferenceDeployment(object));
  });
}

TEST_CASE("a Rollout decodes as the reference decodes it, whatever was changed in it") {
  Fixture f;
  CheckProperty("Rollout", [&] {
    const json object = Mutated(kRollout.c_str());
    Agree(DecodeRollout(f.decoder, object.dump()), test::ReferenceRollout(object));
  });
}

TEST_CASE("a ReplicaSet decodes as the reference decodes it, whatever was changed in it") {
  Fixture f;
  CheckProperty("ReplicaSet", [&] {
    const json object = Mutated(kReplicaSet.c_str());
    Agree(DecodeReplicaSet(f.decoder, object.dump()), test::ReferenceReplicaSet(object));
  });
}

TEST_CASE(
    "a ReplicationController decodes as the reference decodes it, whatever was changed in it") {
  Fixture f;
  CheckProperty("ReplicationController", [&] {
    const json object = Mutated(test::kReplicationControllerJson);
    Agree(DecodeReplicationController(f.decoder, object.dump()),
          test::ReferenceReplicationController(object));
  });
}

TEST_CASE("an update of a ReplicationController decodes as the reference decodes it") {
  Fixture f;
  CheckProperty("ReplicationControllerUpdate", [&] {
    const json object = Mutated(test::kReplicationControllerUpdateJson);
    Agree(DecodeReplicationControllerUpdate(f.decoder, object.dump()),
          test::ReferenceReplicationControllerUpdate(object));
  });
}

TEST_CASE("Pod metadata decodes as the reference decodes it, whatever was changed in it") {
  Fixture f;
  CheckProperty("PodMetadata", [&] {
    const json object = Mutated(test::kPodJson);
    Agree(DecodePodMetadata(f.decoder, object.dump()), test::ReferencePodMetadata(object));
  });
}

TEST_CASE("a whole Pod decodes as the reference decodes it, whatever was changed in it") {
  Fixture f;
  CheckProperty("Pod", [&] {
    const json object = Mutated(test::kWholePodJson);
    Agree(DecodePod(f.decoder, object.dump()), test::ReferencePod(object));
  });
}

TEST_CASE("a Node decodes as the reference decodes it, whatever was changed in it") {
  Fixture f;
  CheckProperty("Node", [&] {
    const json object = Mutated(test::kNodeJson);
    Agree(DecodeNode(f.decoder, object.dump()), test::ReferenceNode(object));
  });
}

TEST_CASE("a PodDisruptionBudget decodes as the reference decodes it, whatever was changed in it") {
  Fixture f;
  CheckProperty("PodDisruptionBudget", [&] {
    const json object = Mutated(test::kPodDisruptionBudgetJson);
    Agree(DecodePodDisruptionBudget(f.decoder, object.dump()),
          test::ReferencePodDisruptionBudget(object));
  });
}

TEST_CASE("a ConfigMap decodes as the reference decodes it, whatever was changed in it") {
  Fixture f;
  CheckProperty("ConfigMap", [&] {
    const json object = Mutated(test::kConfigMapJson);
    Agree(DecodeConfigMap(f.decoder, object.dump()), test::ReferenceConfigMap(object));
  });
}

TEST_CASE("a Service decodes as the reference decodes it, whatever was changed in it") {
  Fixture f;
  CheckProperty("Service", [&] {
    const json object = Mutated(test::kServiceJson);
    Agree(DecodeService(f.decoder, object.dump()), test::ReferenceService(object));
  });
}

TEST_CASE("the unchanged fixtures decode, so that the properties compare more than errors") {
  Fixture f;
  const json deployment = json::parse(kDeployment);
  const Result<Deployment> decoded = DecodeDeployment(f.decoder, deployment.dump());
  REQUIRE(decoded.ok());
  CHECK(test::Same(*decoded, *test::ReferenceDeployment(deployment)));
  const json rollout = json::parse(kRollout);
  const Result<Rollout> decoded_rollout = DecodeRollout(f.decoder, rollout.dump());
  REQUIRE(decoded_rollout.ok());
  CHECK(test::Same(*decoded_rollout, *test::ReferenceRollout(rollout)));
  const json replica_set = json::parse(kReplicaSet);
  const Result<ReplicaSet> decoded_set = DecodeReplicaSet(f.decoder, replica_set.dump());
  REQUIRE(decoded_set.ok());
  CHECK(test::Same(*decoded_set, *test::ReferenceReplicaSet(replica_set)));
  const json controller = json::parse(test::kReplicationControllerJson);
  const auto decoded_controller = DecodeReplicationController(f.decoder, controller.dump());
  REQUIRE(decoded_controller.ok());
  CHECK(test::Same(*decoded_controller, *test::ReferenceReplicationController(controller)));
  const json update = json::parse(test::kReplicationControllerUpdateJson);
  const auto decoded_update = DecodeReplicationControllerUpdate(f.decoder, update.dump());
  REQUIRE(decoded_update.ok());
  CHECK(test::Same(*decoded_update, *test::ReferenceReplicationControllerUpdate(update)));
  const json pod = json::parse(test::kPodJson);
  const Result<PodMetadata> decoded_pod = DecodePodMetadata(f.decoder, pod.dump());
  REQUIRE(decoded_pod.ok());
  CHECK(test::Same(*decoded_pod, *test::ReferencePodMetadata(pod)));
  const json whole_pod = json::parse(test::kWholePodJson);
  const Result<Pod> decoded_whole = DecodePod(f.decoder, whole_pod.dump());
  REQUIRE(decoded_whole.ok());
  CHECK(test::Same(*decoded_whole, *test::ReferencePod(whole_pod)));
  const json node = json::parse(test::kNodeJson);
  const Result<Node> decoded_node = DecodeNode(f.decoder, node.dump());
  REQUIRE(decoded_node.ok());
  CHECK(test::Same(*decoded_node, *test::ReferenceNode(node)));
  const json budget = json::parse(test::kPodDisruptionBudgetJson);
  const Result<PodDisruptionBudget> decoded_budget =
      DecodePodDisruptionBudget(f.decoder, budget.dump());
  REQUIRE(decoded_budget.ok());
  CHECK(test::Same(*decoded_budget, *test::ReferencePodDisruptionBudget(budget)));
  const json config_map = json::parse(test::kConfigMapJson);
  const Result<ConfigMap> decoded_map = DecodeConfigMap(f.decoder, config_map.dump());
  REQUIRE(decoded_map.ok());
  CHECK(test::Same(*decoded_map, *test::ReferenceConfigMap(config_map)));
  const json service = json::parse(test::kServiceJson);
  const Result<Service> decoded_service = DecodeService(f.decoder, service.dump());
  REQUIRE(decoded_service.ok());
  CHECK(test::Same(*decoded_service, *test::ReferenceService(service)));
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
