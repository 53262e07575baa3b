#include "kubeclient/api/service.h"

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
  static const KeepsAnnotation kOurs = [](std::string_view key) { return key == kServiceOf; };
  JsonReader& in = decoder.reader();
  Service out;
  in.Begin(object_json);
  in.Object([&](std::string_view key) {
    if (key == "metadata")
      ReadObjectMeta(in, decoder.symbols(), Annotations::kSome, out.meta, kOurs);
    else if (key == "spec")
      ReadSpec(in, decoder.symbols(), out);
  });
  WINDLASS_TRY([[maybe_unused]] const Unit whole, Finish(in, out.meta));
  return out;
}

}  // namespace windlass
