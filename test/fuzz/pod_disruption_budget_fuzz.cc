// A PodDisruptionBudget, read by Decoder and by the reference decoder. Also its selector as that of
// a Deployment.
#include "test/fuzz/input.h"
#include "test/fuzz/object_agreement.h"

namespace windlass::fuzz {
namespace {

void Check(std::string_view text) {
  static SymbolTable symbols;
  static Decoder decoder(symbols);
  const Result<PodDisruptionBudget> decoded = DecodePodDisruptionBudget(decoder, text);
  CheckRepeatable(decoded, DecodePodDisruptionBudget(decoder, text));
  const auto json = PlainJson(text);
  if (!json) return;
  CheckAgrees(decoder, text, decoded, test::ReferencePodDisruptionBudget(*json));
  if (!decoded.ok()) return;

  WL_ASSERT(decoded->meta.annotations.empty());
  WL_ASSERT(decoded->has_selector == decoded->selector.present);
  const Result<Deployment> other = DecodeDeployment(decoder, text);
  if (other.ok()) WL_ASSERT(other->spec.selector == decoded->selector);
}

const Target kTarget("pod_disruption_budget", &Check);

}  // namespace
}  // namespace windlass::fuzz
