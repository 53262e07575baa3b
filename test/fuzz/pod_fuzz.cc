// A whole Pod, read by Decoder and by the reference decoder. Also its metadata, read alone.
#include "test/fuzz/input.h"
#include "test/fuzz/object_agreement.h"

namespace windlass::fuzz {
namespace {

// The text of an id has all of it: parsing the text gives the same id.
void CheckId(const ContainerId& id, SymbolTable& symbols) {
  const std::string text = id.ToString();
  WL_ASSERT(id.empty() == text.empty());
  WL_ASSERT(ContainerId::Parse(text, symbols) == id);
}

void Check(std::string_view text) {
  static SymbolTable symbols;
  static Decoder decoder(symbols);
  static const RegisteredInterest kInterest(decoder.interests(), test::TestInterest());
  CheckId(ContainerId::Parse(text, symbols), symbols);
  WL_ASSERT(ContainerId::Parse(text, symbols).ToString() == text);

  const Result<Pod> decoded = DecodePod(decoder, text);
  CheckRepeatable(decoded, DecodePod(decoder, text));
  const auto json = PlainJson(text);
  if (!json) return;
  CheckAgrees(decoder, text, decoded, test::ReferencePod(*json));
  if (!decoded.ok()) return;

  const Pod& pod = *decoded;
  WL_ASSERT(pod.init_containers().size() + pod.app_containers().size() == pod.containers.size());
  for (const PodContainer& container : pod.containers) CheckId(container.id, symbols);
  WL_ASSERT(pod.has_annotations || pod.meta.annotations.empty());
  const Result<PodMetadata> metadata = DecodePodMetadata(decoder, text);
  WL_ASSERT(metadata.ok());
  ObjectMeta meta = pod.meta;
  meta.annotations = {};  // metadata alone is kept without them
  WL_ASSERT(metadata->meta == meta);
}

const Target kTarget("pod", &Check);

}  // namespace
}  // namespace windlass::fuzz
