#include "kubeclient/api/config_map.h"

#include "kubeclient/api/decode.h"
#include "kubeclient/api/decode_fields.h"

namespace windlass {
namespace {

void ReadData(JsonReader& in, ConfigMap& out) {
  out.data.clear();
  in.Object([&](std::string_view key) {
    out.data.insert_or_assign(std::string(key), std::string(in.String()));
  });
}

}  // namespace

Result<ConfigMap> DecodeConfigMap(Decoder& decoder, std::string_view object_json) {
  JsonReader& in = decoder.reader();
  ConfigMap out;
  in.Begin(object_json);
  in.Object([&](std::string_view key) {
    if (key == "metadata")
      ReadObjectMeta(in, decoder.symbols(), Annotations::kKeep, out.meta);
    else if (key == "data")
      ReadData(in, out);
  });
  WINDLASS_TRY([[maybe_unused]] const Unit whole, Finish(in, out.meta));
  return out;
}

}  // namespace windlass
