// resource.Quantity: the canonical text of a number parses to the same canonical text.
#include <charconv>
#include <string>
#include <system_error>

#include "kubeclient/api/quantity.h"
#include "kubeclient/base/assert.h"
#include "test/fuzz/input.h"

namespace windlass::fuzz {
namespace {

// Returns true if the exponent is too large to be read. Moving zeros into the exponent can do that.
bool HasHugeExponent(const std::string& canonical) {
  const size_t at = canonical.find('e');
  if (at == std::string::npos) return false;
  int32_t exponent = 0;
  const char* const end = canonical.data() + canonical.size();
  return std::from_chars(canonical.data() + at + 1, end, exponent).ec != std::errc();
}

void Check(std::string_view text) {
  const Result<std::string> canonical = CanonicalQuantity(text);
  if (!canonical.ok()) {
    WL_ASSERT(canonical.error().kind == ErrorKind::kInvalid);
    return;
  }
  if (HasHugeExponent(*canonical)) return;
  const Result<std::string> again = CanonicalQuantity(*canonical);
  WL_ASSERT(again.ok());
  WL_ASSERT(*again == *canonical);
  WL_ASSERT(*canonical == "0" || canonical->find_first_of("123456789") != std::string::npos);
  if (text.front() == '-' || text.front() == '+') return;
  const Result<std::string> negative = CanonicalQuantity("-" + std::string(text));
  WL_ASSERT(negative.ok());
  WL_ASSERT(*negative == (*canonical == "0" ? "0" : "-" + *canonical));
}

const Target kTarget("quantity", &Check);

}  // namespace
}  // namespace windlass::fuzz
