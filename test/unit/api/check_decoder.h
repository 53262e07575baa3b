// Holds a decoder to its reference, on objects that are mutated as values.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "kubeclient/api/decode.h"
#include "test/catch.h"
#include "test/property.h"
#include "test/support/must.h"
#include "test/unit/api/reference_decoder.h"

namespace windlass::test {

// Returns the object with up to three changes. Inside of a property only.
nlohmann::json Mutated(const std::string& text);

// nlohmann has no numbers beyond double. Some fixtures have one, in a field that no decoder reads:
// returns the text with another number there.
std::string Representable(std::string text);

// Both must return equal structs, or both an error.
template <typename T>
void Agree(const Result<T>& decoded, const std::optional<T>& reference,
           bool (*same)(const T&, const T&)) {
  RC_ASSERT(decoded.ok() == reference.has_value());
  if (decoded.ok()) RC_ASSERT(same(*decoded, *reference));
  if (!decoded.ok()) RC_ASSERT(decoded.error().kind == ErrorKind::kMalformed);
}

// For `text` as it is, so that more than errors is compared, and changed.
template <typename T>
void CheckDecoder(const char* kind, const std::string& text,
                  Result<T> (*decode)(Decoder&, std::string_view),
                  std::optional<T> (*reference)(const nlohmann::json&),
                  bool (*same)(const T&, const T&)) {
  CAPTURE(kind);
  SymbolTable symbols;
  Decoder decoder(symbols);
  const RegisteredInterest interest(decoder.interests(), TestInterest());
  const auto unchanged = nlohmann::json::parse(text);
  CHECK(same(Must(decode(decoder, unchanged.dump())), *reference(unchanged)));
  CheckProperty(kind, [&] {
    const nlohmann::json object = Mutated(text);
    Agree(decode(decoder, object.dump()), reference(object), same);
  });
}

}  // namespace windlass::test
