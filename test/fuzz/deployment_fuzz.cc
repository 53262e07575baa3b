// A Deployment, through Decoder, against the reference decoder.
#include "test/fuzz/input.h"
#include "test/fuzz/object_agreement.h"

namespace windlass::fuzz {
namespace {

void Check(std::string_view text) {
  static SymbolTable symbols;
  static Decoder decoder(symbols);
  const Result<Deployment> decoded = decoder.DecodeDeployment(text);
  CheckRepeatable(decoded, decoder.DecodeDeployment(text));
  const auto json = PlainJson(text);
  if (!json) return;
  std::optional<Deployment> reference = test::ReferenceDeployment(*json);
  if (reference) TakeTemplate(decoder, text, reference->spec.template_fingerprint);
  CheckAgrees(decoder, text, decoded, reference);
}

}  // namespace
}  // namespace windlass::fuzz

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  windlass::fuzz::Check(windlass::fuzz::Text(data, size));
  return 0;
}
