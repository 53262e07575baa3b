#include "kubeclient/api/service.h"

#include <utility>

#include "kubeclient/api/decode.h"
#include "kubeclient/api/decode_fields.h"

namespace windlass {
namespace {

void ReadSpec(JsonReader& in, SymbolTable& symbols, Service& out) {
  out.external_name = false;
  out.selector = {};
  in.Object([&](std::string_view key) {
    if (key == "type")
      out.external_name = in.String() == "ExternalName";
    else if (key == "selector")
      ReadStringMap(in, symbols, out.selector);
  });
}

}  // namespace

Result<Service> DecodeService(Decoder& decoder, std::string_view object_json) {
  const KeepsAnnotation keeps = [&](std::string_view key) {
    return decoder.interests().KeepsServiceAnnotation(key);
  };
  JsonReader& in = decoder.reader();
  Service out;
  in.Begin(object_json);
  in.Object([&](std::string_view key) {
    if (key == "metadata")
      ReadObjectMeta(in, decoder.symbols(), Annotations::kSome, out.meta, keeps);
    else if (key == "spec")
      ReadSpec(in, decoder.symbols(), out);
  });
  WINDLASS_TRY([[maybe_unused]] const Unit whole, Finish(in, out.meta));
  return out;
}

size_t BytesOf(const Service& object) {
  size_t bytes = sizeof(object) + BytesOf(object.meta) + object.selector.bytes();
  // The values of the annotations are not interned, so they count here.
  for (const auto& [key, value] : object.meta.annotations) bytes += value.text().size();
  return bytes;
}

size_t TextBytesOf(const Service& object) {
  return object.meta.labels.text_bytes() + TextBytesOf(object.meta.owner_references) +
         object.selector.text_bytes();
}

// Keeps the annotations and the selector, each only if it is not too long. The annotations are kept
// because a user may ask for something by them, which we should still do after the cut.
void Cut(Service& object) {
  StringMap annotations = std::exchange(object.meta.annotations, {});
  Cut(object.meta);
  if (annotations.text_bytes() <= kLabelBytesOfCut) {
    object.meta.annotations = std::move(annotations);
  }
  if (object.selector.text_bytes() > kLabelBytesOfCut) object.selector = {};
}

}  // namespace windlass
