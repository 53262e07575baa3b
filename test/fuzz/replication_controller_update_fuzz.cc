// A ReplicationControllerUpdate, read by Decoder and by the reference decoder.
#include "test/fuzz/input.h"
#include "test/fuzz/object_agreement.h"

namespace windlass::fuzz {
namespace {

void Check(std::string_view text) {
  static SymbolTable symbols;
  static Decoder decoder(symbols);
  const auto decoded = DecodeReplicationControllerUpdate(decoder, text);
  CheckRepeatable(decoded, DecodeReplicationControllerUpdate(decoder, text));
  const auto json = PlainJson(text);
  if (!json) return;
  auto reference = test::ReferenceReplicationControllerUpdate(*json);
  // The reference writes the template anew, and may spell numbers in another way.
  if (reference && reference->spec.controller && decoded.ok() && decoded->spec.controller) {
    reference->spec.controller->template_json = decoded->spec.controller->template_json;
  }
  CheckAgrees(decoder, text, decoded, reference);
}

const Target kTarget("replication_controller_update", &Check);

}  // namespace
}  // namespace windlass::fuzz
