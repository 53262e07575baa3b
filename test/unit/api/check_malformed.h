// Holds a decoder to what it says of objects that it cannot decode.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kubeclient/api/decode.h"
#include "test/catch.h"
#include "test/support/must.h"
#include "test/unit/api/reference_decoder.h"

namespace windlass::test {

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

}  // namespace windlass::test
