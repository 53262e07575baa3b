// A Service, read by Decoder and by the reference decoder. Also the text as one of its values.
#include <nlohmann/json.hpp>
#include <string>

#include "test/fuzz/input.h"
#include "test/fuzz/object_agreement.h"

namespace windlass::fuzz {
namespace {

using nlohmann::json;

void CheckService(Decoder& decoder, std::string_view text) {
  const Result<Service> decoded = DecodeService(decoder, text);
  CheckRepeatable(decoded, DecodeService(decoder, text));
  const auto value = PlainJson(text);
  if (value) CheckAgrees(decoder, text, decoded, test::ReferenceService(*value));
}

void Check(std::string_view text) {
  static SymbolTable symbols;
  static Decoder decoder(symbols);
  static const RegisteredInterest kInterest(decoder.interests(), test::TestInterest());
  CheckService(decoder, text);
  const json service = {{"metadata", {{"name", "s"}}},
                        {"spec", {{"selector", {{"app", std::string(text)}}}}}};
  CheckService(decoder, service.dump(-1, ' ', false, json::error_handler_t::replace));
}

const Target kTarget("service", &Check);

}  // namespace
}  // namespace windlass::fuzz
