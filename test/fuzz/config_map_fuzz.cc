// A ConfigMap, read by Decoder and by the reference decoder. Also the text as one of its values.
#include <nlohmann/json.hpp>
#include <string>

#include "test/fuzz/input.h"
#include "test/fuzz/object_agreement.h"

namespace windlass::fuzz {
namespace {

using nlohmann::json;

void CheckConfigMap(Decoder& decoder, std::string_view text) {
  const Result<ConfigMap> decoded = DecodeConfigMap(decoder, text);
  CheckRepeatable(decoded, DecodeConfigMap(decoder, text));
  const auto value = PlainJson(text);
  if (value) CheckAgrees(decoder, text, decoded, test::ReferenceConfigMap(*value));
}

void Check(std::string_view text) {
  static SymbolTable symbols;
  static Decoder decoder(symbols);
  CheckConfigMap(decoder, text);
  const json map = {{"metadata", {{"name", "c"}}}, {"data", {{"value", std::string(text)}}}};
  CheckConfigMap(decoder, map.dump(-1, ' ', false, json::error_handler_t::replace));
}

const Target kTarget("config_map", &Check);

}  // namespace
}  // namespace windlass::fuzz
