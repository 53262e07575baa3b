// A Rollout, read by Decoder and by the reference decoder.
#include "test/fuzz/input.h"
#include "test/fuzz/object_agreement.h"

namespace windlass::fuzz {
namespace {

void Check(std::string_view text) {
  static SymbolTable symbols;
  static Decoder decoder(symbols);
  const Result<Rollout> decoded = DecodeRollout(decoder, text);
  CheckRepeatable(decoded, DecodeRollout(decoder, text));
  const auto json = PlainJson(text);
  if (!json) return;
  std::optional<Rollout> reference = test::ReferenceRollout(*json);
  if (reference) TakeTemplate(decoder, text, reference->spec.template_fingerprint);
  CheckAgrees(decoder, text, decoded, reference);
}

const Target kTarget("rollout", &Check);

}  // namespace
}  // namespace windlass::fuzz
