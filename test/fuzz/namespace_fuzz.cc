// A Namespace, through Decoder, against the reference decoder.
#include "test/fuzz/input.h"
#include "test/fuzz/object_agreement.h"

namespace windlass::fuzz {
namespace {

void Check(std::string_view text) {
  static SymbolTable symbols;
  static Decoder decoder(symbols);
  const Result<Namespace> decoded = decoder.DecodeNamespace(text);
  CheckRepeatable(decoded, decoder.DecodeNamespace(text));
  const auto json = PlainJson(text);
  if (!json) return;
  CheckAgrees(decoder, text, decoded, test::ReferenceNamespace(*json));
  if (decoded.ok()) WL_ASSERT(decoded->meta.annotations.empty());
}

const Target kTarget("namespace", &Check);

}  // namespace
}  // namespace windlass::fuzz
