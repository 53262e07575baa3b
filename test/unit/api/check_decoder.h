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
#include "test/unit/api/check_fields.h"
#include "test/unit/api/reference_decoder.h"

namespace windlass::test {

// Returns the object with up to three changes. Inside of a property only.
nlohmann::json Mutated(const std::string& text);

// nlohmann has no numbers beyond double. Some fixtures have one, in a field that no decoder reads:
// returns the text with another number there.
std::string Representable(std::string text);

// Both must return equal structs, or both an error.
template <typename T>
void Agree(const Result<T>& decoded, const std::optional<T>& reference) {
  RC_ASSERT(decoded.ok() == reference.has_value());
  if (decoded.ok()) RC_ASSERT(Same(*decoded, *reference));
  if (!decoded.ok()) RC_ASSERT(decoded.error().kind == ErrorKind::kMalformed);
}

// For each field alone, and for `text`: as it is, so that more than errors is compared, and
// changed.
template <typename T>
void CheckDecoder(const char* kind, const std::string& text,
                  Result<T> (*decode)(Decoder&, std::string_view)) {
  CAPTURE(kind);
  CheckFields(decode);
  SymbolTable symbols;
  Decoder decoder(symbols);
  const RegisteredInterest interest(decoder.interests(), TestInterest());
  const auto unchanged = nlohmann::json::parse(text);
  const std::optional<T> reference = Reference<T>(unchanged);
  REQUIRE(reference);
  CHECK(Same(Must(decode(decoder, unchanged.dump())), *reference));
  CheckProperty(kind, [&] {
    const nlohmann::json object = Mutated(text);
    Agree(decode(decoder, object.dump()), Reference<T>(object));
  });
}

}  // namespace windlass::test
