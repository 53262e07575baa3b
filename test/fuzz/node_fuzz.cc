// A Node, read by Decoder and by the reference decoder. Also the text as its kubelet's version.
#include <nlohmann/json.hpp>
#include <string>

#include "test/fuzz/input.h"
#include "test/fuzz/object_agreement.h"

namespace windlass::fuzz {
namespace {

using nlohmann::json;

void CheckNode(Decoder& decoder, std::string_view text) {
  const Result<Node> decoded = DecodeNode(decoder, text);
  CheckRepeatable(decoded, DecodeNode(decoder, text));
  const auto value = PlainJson(text);
  if (!value) return;
  CheckAgrees(decoder, text, decoded, test::ReferenceNode(*value));
  if (!decoded.ok()) return;
  WL_ASSERT(decoded->meta.labels.empty() && decoded->meta.annotations.empty());
  WL_ASSERT(decoded->kubelet_version >= KubeletVersion{});
}

void Check(std::string_view text) {
  static SymbolTable symbols;
  static Decoder decoder(symbols);
  CheckNode(decoder, text);
  const json node = {{"metadata", {{"name", "n"}}},
                     {"status", {{"nodeInfo", {{"kubeletVersion", std::string(text)}}}}}};
  CheckNode(decoder, node.dump(-1, ' ', false, json::error_handler_t::replace));
}

const Target kTarget("node", &Check);

}  // namespace
}  // namespace windlass::fuzz
