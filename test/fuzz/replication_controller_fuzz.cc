// A ReplicationController, read by Decoder and by the reference decoder.
#include "test/fuzz/input.h"
#include "test/fuzz/object_agreement.h"

namespace windlass::fuzz {
namespace {

void Check(std::string_view text) {
  static SymbolTable symbols;
  static Decoder decoder(symbols);
  const Result<ReplicationController> decoded = DecodeReplicationController(decoder, text);
  CheckRepeatable(decoded, DecodeReplicationController(decoder, text));
  const auto json = PlainJson(text);
  if (!json) return;
  auto reference = test::ReferenceReplicationController(*json);
  // The reference writes the template anew, and may spell numbers in another way.
  if (reference && decoded.ok()) reference->template_json = decoded->template_json;
  CheckAgrees(decoder, text, decoded, reference);
}

const Target kTarget("replication_controller", &Check);

}  // namespace
}  // namespace windlass::fuzz
