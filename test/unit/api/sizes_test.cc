// How much memory an object is said to take, and what is left of it when there is no room (R-065).
#include <string>
#include <string_view>

#include "kubeclient/api/decode.h"
#include "kubeclient/api/deployment.h"
#include "kubeclient/api/pod.h"
#include "kubeclient/api/pod_disruption_budget.h"
#include "kubeclient/api/replica_set.h"
#include "kubeclient/api/replication_controller.h"
#include "kubeclient/api/selector.h"
#include "kubeclient/api/service.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/api/reference_decoder.h"

namespace windlass::sizes_test {
namespace {

constexpr size_t kEntry = SymbolTable::kBytesOfEntry;

struct Fixture {
  // Returns the object `n` with these members of its metadata and other members.
  template <typename T>
  T Decode(Result<T> (*decode)(Decoder&, std::string_view), const std::string& metadata,
           const std::string& members = "") {
    Result<T> decoded =
        decode(decoder, R"({"metadata":{"name":"n")" + metadata + "}" + members + "}");
    REQUIRE(decoded.ok());
    return *std::move(decoded);
  }

  SymbolTable symbols;
  Decoder decoder{symbols};
};

// Returns 100 labels, which take more than kLabelBytesOfCut: {"key-0":"xxx","key-1":"xxx",…}.
std::string Pairs() {
  std::string pairs;
  for (int i = 0; i < 100; ++i) {
    pairs += (i == 0 ? "" : ",") + ("\"key-" + std::to_string(i)) + R"(":"xxx")";
  }
  return "{" + pairs + "}";
}

TEST_CASE_METHOD(Fixture, "the texts of a selector count, each with its entry (R-065)") {
  const std::string selector =
      R"(,"spec":{"selector":{"matchLabels":{"app":"web"},"matchExpressions":[)"
      R"({"key":"tier","operator":"In","values":["a","bb"]}]}})";
  // app and web, of which the value may be another object's, then tier, In, a and bb.
  const size_t want = 6 + kEntry + 4 + 2 + 1 + 2 + 4 * kEntry;
  CHECK(TextBytesOf(Decode(&DecodeDeployment, "", selector).spec.selector) == want);
  CHECK(TextBytesOf(Decode(&DecodePodDisruptionBudget, "", selector)) == want);
  const PodDisruptionBudget budget = Decode(&DecodePodDisruptionBudget, "", selector);
  CHECK(BytesOf(budget) == sizeof(budget) + BytesOf(budget.meta) + BytesOf(budget.selector));
  CHECK(BytesOf(budget.selector) >
        sizeof(StringMap::Pair) + sizeof(LabelSelectorRequirement) + sizeof(Symbol));
  Proves("R-065");
}

TEST_CASE_METHOD(Fixture, "the Pods that a budget lists count (R-065)") {
  const PodDisruptionBudget budget = Decode(
      &DecodePodDisruptionBudget, "",
      R"(,"status":{"disruptedPods":{")" + std::string(200, 'p') + R"(":"2026-01-02T15:04:05Z"}})");
  CHECK(BytesOf(budget) >= sizeof(budget) + sizeof(std::string) + 200);
  Proves("R-065");
}

TEST_CASE_METHOD(Fixture, "the texts of owners count (R-065)") {
  const auto deployment = Decode(
      &DecodeDeployment, R"(,"ownerReferences":[{"apiVersion":"a/v1","kind":"Kind","name":"me"}])");
  CHECK(TextBytesOf(deployment) == 4 + 4 + 2 + 3 * kEntry);
  Proves("R-065");
}

TEST_CASE_METHOD(Fixture, "the selector of a Service counts, and is left out if large (R-065)") {
  const RegisteredInterest interest(decoder.interests(), test::TestInterest());
  const std::string note = R"(,"annotations":{"windlass.dev/service-of":"web/u/7c9d"})";
  const auto small = Decode(&DecodeService, note, R"(,"spec":{"selector":{"app":"web"}})");
  CHECK(TextBytesOf(small) == 6 + kEntry);
  CHECK(BytesOf(small) >= sizeof(small) + 2 * sizeof(StringMap::Pair) + 10);
  auto large = Decode(&DecodeService, note + R"(,"labels":)" + Pairs(),
                      R"(,"spec":{"selector":)" + Pairs() + "}");
  CHECK(TextBytesOf(large) > 2 * 100 * kEntry);
  CHECK(BytesOf(large) > BytesOf(small) + 2 * 99 * sizeof(StringMap::Pair));
  Cut(large);
  CHECK(large.selector.empty());
  CHECK(large.meta.labels.empty());
  CHECK(large.meta.annotations.Find(test::kKeptOfService) == "web/u/7c9d");
  auto labelled = Decode(&DecodeService,
                         R"(,"annotations":{"windlass.dev/service-of":")" + std::string(5000, 'x') +
                             R"("},"labels":)" + Pairs(),
                         R"(,"spec":{"selector":{"app":"web"}})");
  CHECK(BytesOf(labelled) > 5000);
  Cut(labelled);
  CHECK(labelled.selector.size() == 1);
  CHECK(labelled.meta.annotations.empty());
  Proves("R-065");
}

TEST_CASE_METHOD(Fixture, "how large the JSON of an object is, is known of large ones (R-067)") {
  const auto sized = [](size_t bytes) {
    const std::string head = R"({"metadata":{"name":"n"},"x":")";
    return head + std::string(bytes - head.size() - 2, '<') + "\"}";
  };
  for (const size_t bytes : {kLargeJsonBytes, 9 * kLargeJsonBytes}) {
    CHECK(DecodeDeployment(decoder, sized(bytes))->meta.large_json_bytes == bytes);
    CHECK(DecodeReplicaSet(decoder, sized(bytes))->meta.large_json_bytes == bytes);
    CHECK(DecodeReplicationController(decoder, sized(bytes))->meta.large_json_bytes == bytes);
    CHECK(DecodePod(decoder, sized(bytes))->meta.large_json_bytes == bytes);
  }
  const Deployment small = *DecodeDeployment(decoder, sized(kLargeJsonBytes - 1));
  CHECK(small.meta.large_json_bytes == 0);
  Proves("R-067");
}

}  // namespace
}  // namespace windlass::sizes_test
