#include "kubeclient/api/replication_controller.h"

#include "kubeclient/api/decode.h"
#include "kubeclient/api/decode_fields.h"

namespace windlass {
namespace {

void ReadStatus(JsonReader& in, ReplicationControllerStatus& out) {
  out = {};
  in.Object([&](std::string_view key) {
    if (ReadPodCounter(in, key, out)) return;
    if (key == "observedGeneration")
      out.observed_generation = in.Int64();
    else if (key == "fullyLabeledReplicas")
      out.fully_labeled_replicas = in.Int32();
  });
}

}  // namespace

Result<ReplicationController> DecodeReplicationController(Decoder& decoder,
                                                          std::string_view object_json) {
  JsonReader& in = decoder.reader();
  ReplicationController out;
  std::string_view raw_template = kEmptyTemplate;
  const auto metadata = [&] {
    ReadObjectMeta(in, decoder.symbols(), Annotations::kKeep, out.meta);
  };
  const auto spec = [&] {
    ReadReplicationControllerSpec(in, decoder.symbols(), out, raw_template);
  };
  const auto status = [&] { ReadStatus(in, out.status); };
  WINDLASS_TRY([[maybe_unused]] const Unit whole,
               ReadObject(in, object_json, out.meta, metadata, spec, status));
  DropStatusOfFormer(out.meta, out.status);
  // The template is later parsed and edited as JSON. RawObject has not validated the inside of the
  // template, so this call does.
  WINDLASS_TRY([[maybe_unused]] const TemplateFingerprints valid,
               decoder.FingerprintTemplate(out.meta, raw_template));
  out.template_json = std::make_shared<const std::string>(raw_template);
  return out;
}

size_t BytesOf(const ReplicationController& object) {
  const size_t text = object.template_json != nullptr ? object.template_json->size() : 0;
  return sizeof(object) + BytesOf(object.meta) + object.selector.bytes() + text;
}

size_t TextBytesOf(const ReplicationController& object) {
  return TextBytesOf(object.meta) + object.selector.text_bytes();
}

void Cut(ReplicationController& object) {
  Cut(object.meta);
  object.selector = {};
  object.template_json.reset();
}

}  // namespace windlass
