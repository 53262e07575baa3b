// Holds a decoder to the table of its kind, field by field: what a field of the right type gives,
// that null is the same as an absent field, and what the error says of a field of a wrong type. And
// to what it says of objects that the table does not know.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "kubeclient/api/decode.h"
#include "test/catch.h"
#include "test/support/must.h"
#include "test/unit/api/reference_decoder.h"

namespace windlass::test {

// A value that a field must not have.
struct WrongValue {
  nlohmann::json value;
  std::string error;  // after the path of the field
};

// Returns values of a type. The first of them is no default of any field.
std::vector<nlohmann::json> ExamplesOf(FieldType type);
std::vector<WrongValue> WrongValuesOf(FieldType type);

// Returns the object `n` with this field alone.
nlohmann::json With(const Place& place, const nlohmann::json& value);
// Returns the object `n` with the objects and lists around this field, and without the field.
nlohmann::json Without(const Place& place);

struct MalformedRow {
  std::string members;  // of the object
  std::string want;     // the beginning of the error
};

template <typename T>
void CheckMalformed(Result<T> (*decode)(Decoder&, std::string_view),
                    const std::vector<MalformedRow>& rows) {
  SymbolTable symbols;
  Decoder decoder(symbols);
  const RegisteredInterest interest(decoder.interests(), TestInterest());
  for (const MalformedRow& row : rows) {
    CAPTURE(row.members);
    const Error error = MustFail(decode(decoder, "{" + row.members + "}"));
    CHECK(error.kind == ErrorKind::kMalformed);
    CAPTURE(error.message);
    CHECK(error.message.starts_with(row.want));
  }
}

template <typename T>
void CheckFields(Result<T> (*decode)(Decoder&, std::string_view)) {
  SymbolTable symbols;
  Decoder decoder(symbols);
  const RegisteredInterest interest(decoder.interests(), TestInterest());
  const auto read = [&](const nlohmann::json& object) {
    T decoded = Must(decode(decoder, object.dump()));
    const std::optional<T> reference = Reference<T>(object);
    REQUIRE(reference);
    CHECK(Same(decoded, *reference));
    return decoded;
  };
  for (const Place& place : PlacesOf(FieldsOf<T>())) {
    CAPTURE(place.path);
    const T absent = read(Without(place));
    CHECK(Same(read(With(place, nullptr)), absent));
    CHECK((!place.shown || !Same(read(With(place, ExamplesOf(place.type).front())), absent)));
    for (const nlohmann::json& value : ExamplesOf(place.type)) read(With(place, value));
    for (const WrongValue& wrong : WrongValuesOf(place.type)) {
      const nlohmann::json object = With(place, wrong.value);
      CAPTURE(object.dump());
      const Error error = MustFail(decode(decoder, object.dump()));
      CHECK(error.kind == ErrorKind::kMalformed);
      CHECK(error.message == place.path + wrong.error);
      CHECK_FALSE(Reference<T>(object));
    }
  }
  CheckMalformed(decode, {{R"("metadata":[])", "metadata: must be an object"},
                          {R"("metadata":{"name":5})", "metadata.name: must be a string"},
                          {R"("metadata":{"name":""})", "metadata.name: is missing"},
                          {R"("metadata":{},"data":{},"spec":{})", "metadata.name: is missing"},
                          {R"("kind":"Status","data":{"a":"b"})", "metadata.name: is missing"}});
}

}  // namespace windlass::test
