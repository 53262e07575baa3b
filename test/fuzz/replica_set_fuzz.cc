// A ReplicaSet, read by Decoder and by the reference decoder.
#include "test/fuzz/input.h"
#include "test/fuzz/object_agreement.h"

namespace windlass::fuzz {
namespace {

void Check(std::string_view text) {
  static SymbolTable symbols;
  static Decoder decoder(symbols);
  static const RegisteredInterest kInterest(decoder.interests(), test::TestInterest());
  const Result<ReplicaSet> decoded = DecodeReplicaSet(decoder, text);
  CheckRepeatable(decoded, DecodeReplicaSet(decoder, text));
  const auto json = PlainJson(text);
  if (!json) return;
  std::optional<ReplicaSet> reference = test::ReferenceReplicaSet(*json);
  if (reference) TakeTemplate(decoder, text, reference->template_fingerprint);
  CheckAgrees(decoder, text, decoded, reference);
}

const Target kTarget("replica_set", &Check);

}  // namespace
}  // namespace windlass::fuzz
