// A Deployment, read by Decoder and by the reference decoder.
#include "test/fuzz/input.h"
#include "test/fuzz/object_agreement.h"

namespace windlass::fuzz {
namespace {

void Check(std::string_view text) {
  static SymbolTable symbols;
  static Decoder decoder(symbols);
  const Result<Deployment> decoded = DecodeDeployment(decoder, text);
  CheckRepeatable(decoded, DecodeDeployment(decoder, text));
  const auto json = PlainJson(text);
  if (!json) return;
  std::optional<Deployment> reference = test::ReferenceDeployment(*json);
  if (reference) TakeTemplate(decoder, text, reference->spec.template_fingerprint);
  CheckAgrees(decoder, text, decoded, reference);
}

const Target kTarget("deployment", &Check);

}  // namespace
}  // namespace windlass::fuzz
