// A Pod or PartialObjectMetadata, read by Decoder and by the reference decoder. Also the metadata
// of any object, read as a Pod's.
#include "test/fuzz/input.h"
#include "test/fuzz/object_agreement.h"

namespace windlass::fuzz {
namespace {

void Check(std::string_view text) {
  static SymbolTable symbols;
  static Decoder decoder(symbols);
  const Result<PodMetadata> decoded = DecodePodMetadata(decoder, text);
  CheckRepeatable(decoded, DecodePodMetadata(decoder, text));
  const auto json = PlainJson(text);
  if (!json) return;
  CheckAgrees(decoder, text, decoded, test::ReferencePodMetadata(*json));

  Result<ReplicaSet> other = DecodeReplicaSet(decoder, text);
  if (!other.ok()) return;
  WL_ASSERT(decoded.ok());
  other->meta.annotations = {};  // Pods are kept without them
  WL_ASSERT(decoded->meta == other->meta);
}

const Target kTarget("pod_metadata", &Check);

}  // namespace
}  // namespace windlass::fuzz
